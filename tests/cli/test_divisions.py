"""A mall without divisions gets them; one that has some is left alone."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from mall.cli.divisions import load_if_none
from mall.dealers.models import Division
from mall.web.db import reading, transact
from tests.divisions import load_some


def count() -> int:
    reading().rollback()
    return reading().scalar(select(func.count()).select_from(Division)) or 0


def test_divisions_are_loaded_where_there_are_none_and_once(app: Flask) -> None:
    assert "added" in load_if_none()
    whole = count()
    assert whole > 40_000
    assert load_if_none() == ""
    assert count() == whole


def test_what_is_there_is_left_alone(app: Flask) -> None:
    transact(load_some)
    some = count()
    assert load_if_none() == ""
    assert count() == some


def test_without_the_package_it_says_so_and_goes_on(app: Flask, tmp_path: Path) -> None:
    assert "addresses cannot be chosen" in load_if_none(tmp_path)
    assert count() == 0
