"""Announcements and guides for dealers to read."""

from __future__ import annotations

from flask import Response

from mall.face.queries import writing
from mall.face.views.blueprint import face
from mall.web import guards
from mall.web.db import now, reading
from mall.web.pages import page


@face.get("/announcements")
@guards.member_required
def announcements() -> Response:
    """What is announced to this dealer now."""
    here = guards.member()
    live = writing.announcements(reading(), now(), tier=here.tier, region=here.region)
    return page("face/announcements.html", announcements=live)


@face.get("/announcements/<int:announcement_id>")
@guards.member_required
def announcement(announcement_id: int) -> Response:
    """One announcement."""
    here = guards.member()
    one = writing.announcement(reading(), now(), announcement_id, tier=here.tier, region=here.region)
    return page("face/announcement.html", one=one)


@face.get("/guides")
@guards.member_required
def guides() -> Response:
    """The guides in their order."""
    return page("face/guides.html", guides=writing.guides(reading()))


@face.get("/guides/<slug>")
@guards.member_required
def guide(slug: str) -> Response:
    """One guide, and the others beneath it."""
    one, every = writing.guide(reading(), slug), writing.guides(reading())
    return page("face/guide.html", one=one, others=[other for other in every if other.id != one.id])
