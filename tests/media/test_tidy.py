"""Rows and files that do not tie."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from flask import Flask

from mall.jobs import queue
from mall.media.actions import keep, tidy
from mall.media.actions.files import FRESH
from mall.web.db import now, reading, transact
from tests.conftest import Clock
from tests.media.photos import photo


def grow_old(path: Path, by: timedelta) -> None:
    at = (now() - by).timestamp()
    os.utime(path, (at, at))


def test_only_what_has_no_row_for_a_day_is_cleared_away(app: Flask) -> None:
    folder: Path = app.extensions["settings"].media
    picture = keep(transact, data=photo(), name="a.jpg", actor="staff:7", folder=folder)
    stray, young, half, foreign = (
        folder / name for name in ("m" + "a" * 26, "m" + "b" * 26, f"{FRESH}0123", "lost+found")
    )
    for path in (stray, young, half, foreign):
        shutil.copytree(folder / picture.key, path)
    for path in (folder / picture.key, stray, half, foreign):
        grow_old(path, timedelta(days=2))
    grow_old(young, timedelta(hours=2))
    found = tidy(reading(), now(), folder=folder)
    assert set(found.cleared) == {stray.name, half.name}
    assert list(found.lacking) == []
    assert {path.name for path in folder.iterdir()} == {picture.key, young.name, foreign.name}
    assert list(tidy(reading(), now(), folder=folder).cleared) == []


def test_rows_without_their_files_are_told_and_kept(app: Flask) -> None:
    folder: Path = app.extensions["settings"].media
    whole, hurt, gone = (
        keep(transact, data=photo(side, side), name="a.jpg", actor="staff:7", folder=folder) for side in (400, 500, 600)
    )
    (folder / hurt.key / "240.webp").unlink()
    shutil.rmtree(folder / gone.key)
    reading().rollback()
    found = tidy(reading(), now(), folder=folder)
    assert set(found.lacking) == {hurt.key, gone.key}
    assert (folder / whole.key / "whole.webp").is_file()


def test_the_worker_tidies_up(mall: Flask, clock: Clock) -> None:
    assert queue.run(mall, "pictures") == 0  # before the first picture there is no folder
    stray = mall.extensions["settings"].media / ("m" + "c" * 26)
    stray.mkdir(parents=True)
    grow_old(stray, timedelta(days=2))
    assert queue.run(mall, "pictures") == 1
    assert not stray.exists()
