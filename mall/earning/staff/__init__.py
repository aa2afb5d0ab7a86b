"""Earning in the back office: partners' documents, and what a point is worth."""

from __future__ import annotations

from flask import Flask

from mall.earning.staff import documents, point_value
from mall.earning.staff.documents import desk_documents
from mall.web.pages import name_acts


def register(app: Flask) -> None:
    """Open the pages, and put them on the desk's side."""
    for each in (documents, point_value):
        each.install(app)
    name_acts(app, documents.ACTS | point_value.ACTS)
    app.register_blueprint(desk_documents)
    app.register_blueprint(point_value.desk_point_value)
