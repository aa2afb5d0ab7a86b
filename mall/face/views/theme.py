"""A theme's colours and its mark as files, by the version in which they came: such a file never changes."""

from __future__ import annotations

from flask import Response

from mall.config import ROOT
from mall.face.models import Document
from mall.face.queries.versions import version
from mall.face.rules.palette import mark, sheet
from mall.face.views.blueprint import face
from mall.web import guards
from mall.web.db import reading

YEAR = 365 * 24 * 3600
MARK = (ROOT / "static" / "art" / "mark.svg").read_text("utf-8")


@face.get("/theme/<int:no>.css")
@guards.open_to_all
def theme_style(no: int) -> Response:
    """The raw values that a version's theme puts in the place of the mall's own."""
    return style_file(version(reading(), no).document, kept=True)


@face.get("/theme/<int:no>.svg")
@guards.open_to_all
def theme_mark(no: int) -> Response:
    """The mall's mark in a version's colours."""
    drawn = Response(mark(MARK, version(reading(), no).document.get("theme", {})), mimetype="image/svg+xml")
    return _kept(drawn)


def style_file(document: Document, *, kept: bool) -> Response:
    """A document's colours as a style sheet."""
    answer = Response(sheet(document.get("theme", {})), mimetype="text/css")
    return _kept(answer) if kept else answer


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer
