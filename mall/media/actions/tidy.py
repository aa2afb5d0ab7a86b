"""Rows and files that do not tie: files whose row was never written go, rows whose files are gone are told."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.picture import KEPT
from mall.media.actions.files import FRESH, complete
from mall.media.models import Picture

PATIENCE = timedelta(days=1)
"""A folder younger than this may belong to an upload that is still under way."""


@dataclass(frozen=True)
class Tidied:
    """What was cleared away, and the keys of pictures that lack a file."""

    cleared: Sequence[str]
    lacking: Sequence[str]


def tidy(session: Session, now: datetime, *, folder: Path) -> Tidied:
    """Clear away folders without a row that are a day old, and say which rows lack files. Writes no row.

    A picture that lacks files is mended by uploading it again: it gets the same key. Nothing else in the folder is
    touched.
    """
    rows = {row.key: row.widths for row in session.execute(select(Picture.key, Picture.widths))}
    before = (now - PATIENCE).timestamp()
    cleared = [
        path.name
        for path in sorted(folder.iterdir() if folder.is_dir() else ())
        if (KEPT.fullmatch(path.name) or path.name.startswith(FRESH))
        and path.name not in rows
        and path.is_dir()
        and path.stat().st_mtime < before
    ]
    for name in cleared:
        shutil.rmtree(folder / name, ignore_errors=True)
    return Tidied(cleared, [key for key, widths in sorted(rows.items()) if not complete(folder, key, widths)])
