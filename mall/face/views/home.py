"""The home page: how much there is, what is about to be lost, what it can become, and what the brand puts beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, current_app

from mall.catalog.queries.had import with_had
from mall.face.models import Document
from mall.face.queries.home import Shown, home
from mall.face.queries.live import live
from mall.face.queries.reader import Reader, Viewer
from mall.face.views import brand
from mall.face.views.blueprint import face
from mall.points.queries import balance
from mall.web import guards
from mall.web.db import now, reading
from mall.web.pages import page

WITH_SHEET = {"face/blocks/banner.html", "face/blocks/rich_text.html"}
"""What is drawn with more than every page's style sheet."""


@face.get("/")
@guards.member_required
def home_page() -> Response:
    """The live layout's blocks that are for this dealer now."""
    here, session, at = guards.member(), reading(), now()
    shown = live(session, at)
    brand.seen(shown)
    held = balance(session, here.dealer_id, at)
    viewer = Viewer(
        name=here.name,
        dealer_name=here.dealer_name,
        tier=here.tier,
        region=here.region,
        balance=held,
        dealer_id=here.dealer_id,
    )
    zone = str(current_app.extensions["settings"].zone)
    reader = Reader(session=session, at=at, viewer=viewer, zone=zone, news=shown.news)
    blocks = blocks_for(reader, shown.document)
    return page("face/home.html", blocks=blocks, viewer=viewer, wants_sheet=wants_sheet(blocks))


@face.get("/balance")
@guards.member_required
def balance_card() -> Response:
    """The balance card alone, asked for when a frozen page comes back to life."""
    here = guards.member()
    return page("face/_balance.html", balance=balance(reading(), here.dealer_id, now()))


def blocks_for(reader: Reader, document: Document) -> list[Shown]:
    """A layout's blocks for who looks, with what its limits leave of each reward; one statement for all blocks."""
    blocks = home(reader, document["blocks"])
    if reader.viewer.dealer_id is None:
        return blocks
    redeemed, lists = current_app.extensions["redeemed"], (each for block in blocks for each in block.lists)
    known = iter(with_had(reader.session, redeemed, reader.viewer.dealer_id, *lists))
    return [replace(block, lists=tuple(next(known) for _ in block.lists)) for block in blocks]


def wants_sheet(blocks: Sequence[Shown]) -> bool:
    """Whether a page of these blocks needs the style sheet of banners and texts."""
    return any(block.template in WITH_SHEET or block.values.get("logo") for block in blocks)
