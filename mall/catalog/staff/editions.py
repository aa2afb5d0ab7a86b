"""The desk's regional libraries: a region's list of rewards, one reward beside the brand's words, its prices."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.catalog.actions.edition_prices import put_prices
from mall.catalog.actions.editions import give_up, say
from mall.catalog.models import SAID, BelowCost, Edition, NoSuchRegion, RegionBelowCost, Said
from mall.catalog.queries.beside import Beside, beside, regions_saying, regions_written, said_by
from mall.catalog.queries.bounds import bounds_of
from mall.catalog.queries.desk_filters import ItemFilters
from mall.catalog.queries.documents import written
from mall.catalog.queries.edition_prices import prices_in, seen
from mall.catalog.queries.priced import of_item
from mall.catalog.queries.regional import WAYS, Way, counted, listed
from mall.catalog.queries.tree import tree
from mall.catalog.rules.editions import LONGEST, worn
from mall.catalog.rules.pricing import Costs
from mall.catalog.staff.desk import GROUP, MAY_PRICE, desk_catalog, may_price, point_value, signed, tax_of
from mall.catalog.staff.edition_form import EditionForm, PricesForm, edition_from, left_behind, prices_from
from mall.catalog.staff.preview import drawn
from mall.catalog.staff.price_form import STEPS
from mall.dealers.models import TIERS, OutsideScope, beneath
from mall.dealers.queries.people import staff_names
from mall.dealers.queries.seen_as import regions
from mall.web import guards, headers
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed
from mall.web.imagined import as_whom, imagined
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, go, page, refused

ONE = "catalog/desk_edition.html"
BODY = 512 * 1024
ACTS: dict[str, str] = {
    "edition.say": N_("改写区域版"),
    "edition.seen": N_("看过品牌库的改动"),
    "edition.give_up": N_("跟回品牌库"),
    "edition.outside": N_("超出范围，跟回品牌库"),
    "edition.bounds": N_("改区域的范围"),
    "plan.outside": N_("区域价超出范围，撤下"),
}
EDITIONS = DeskList(
    "editions",
    "desk_catalog.editions",
    ("region", "q", "category", "way"),
    (
        Column("reward", N_("礼品"), fixed=True),
        Column("category", N_("分类"), usual=False),
        Column("own", N_("本区另写的"), fixed=True),
        Column("state", N_("本区看得到吗")),
        Column("changed", N_("最后改动")),
    ),
)


def install(app: Flask) -> None:
    """Put the regional libraries on the desk's side."""
    desk_link(app, GROUP, "editions", "/desk/editions", "map", N_("区域库"), may_price)
    keep(app, EDITIONS)


@desk_catalog.get("/editions")
@guards.staff_required(*MAY_PRICE)
def editions() -> Response:
    """A region's library: each reward as its dealers see it, and what of it is the region's own."""
    session, at, mine = reading(), now(), theirs()
    region = _asked(mine)
    way = Way(request.args["way"]) if request.args.get("way") in set(Way) else None
    filters = ItemFilters.read({name: request.args.get(name, "") for name in ("q", "category")})
    look = EDITIONS.look(filters.told() | {"region": region, "way": way.value if way else ""})
    scope = guards.staff().scope
    found = listed(session, at, region, filters, way=way, scope=scope, page=look.page, size=look.size)
    branches = tree(session)
    return page(
        "catalog/desk_editions.html",
        look=look,
        found=found,
        filters=filters,
        region=region,
        regions=mine,
        way=way,
        ways=WAYS,
        counts=counted(session, at, region) if region else {},
        parts=SAID,
        branches=branches,
        shelf_names={branch.id: branch.names for branch in branches},
        bounds=bounds_of(session),
        whole=scope.whole,
        names=staff_names(session, (row.changed_by for row in found.rows)),
    )


@desk_catalog.get("/editions/<code>")
@guards.staff_required(*MAY_PRICE)
def edition(code: str) -> Response:
    """One reward beside the brand's words, to be written on for a region."""
    found = beside(reading(), code, needed())
    return headers.framing(page(ONE, refusal=None, **looked_at(found, EditionForm.of(found))))


@desk_catalog.post("/editions/<code>")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def write_edition(code: str) -> Response:
    """Write what the region says; it holds at once. A button of the pictures shows the form again."""
    found = beside(reading(), code, needed())
    form = edition_from(request.form, found, now())
    if form.asked:
        return headers.framing(page(ONE, refusal=None, **looked_at(found, form, typed=True)))
    if form.errors:
        return headers.framing(refused(ONE, **looked_at(found, form, typed=True)))
    asked: dict[str, Any] = {"said": form.said, "revision": form.revision, "library_seen": form.library}
    try:
        transact(say, code=code, region=found.region, **asked, **signed())
    except (NotFound, OutsideScope):
        raise
    except Refused as refusal:
        again = beside(reading(), code, found.region)
        return headers.framing(refused(ONE, refusal=refusal, **looked_at(again, form, typed=True)))
    said = _("已保存，本区的经销商马上看到。") if form.said else _("本区跟随品牌库。")
    return go(url_for("desk_catalog.edition", code=code, region=found.region), said)


@desk_catalog.post("/editions/<code>/giving-up")
@guards.staff_required(*MAY_PRICE)
def give_up_edition(code: str) -> Response:
    """Follow the library again in all but prices."""
    found = beside(reading(), code, needed())
    try:
        transact(give_up, code=code, region=found.region, revision=revision_sent(), **signed())
    except (NotFound, OutsideScope):
        raise
    except Refused as refusal:
        again = beside(reading(), code, found.region)
        return headers.framing(refused(ONE, refusal=refusal, **looked_at(again, EditionForm.of(again))))
    return go(url_for("desk_catalog.edition", code=code, region=found.region), _("本区跟随品牌库。"))


@desk_catalog.post("/editions/<code>/prices")
@guards.staff_required(*MAY_PRICE)
def price_edition(code: str) -> Response:
    """Write the region's own prices, within the brand's bounds; an empty field follows the brand."""
    session, at = reading(), now()
    found = beside(session, code, needed())
    there = prices_in(session, at, found.item.id, found.region)
    form = prices_from(request.form, there)
    wants = looked_at(found, EditionForm.of(found)) | {"prices_form": form}
    if form.errors:
        return headers.framing(refused(ONE, **wants))
    asked: dict[str, Any] = {"prices": form.prices, "seen_": form.seen, "costs": _costs(found)}
    try:
        many = transact(put_prices, code=code, region=found.region, **asked, **signed())
    except (NotFound, OutsideScope):
        raise
    except Refused as refused_:
        refusal = RegionBelowCost(**refused_.params) if isinstance(refused_, BelowCost) else refused_
        again = beside(reading(), code, found.region)
        wants = looked_at(again, EditionForm.of(again))
        fresh = PricesForm(typed=form.typed, errors=form.errors, seen=wants["prices_form"].seen)
        return headers.framing(refused(ONE, refusal=refusal, **wants | {"prices_form": fresh}))
    said = _("本区价格已保存，马上生效。") if many else _("和现在一样，没有改动。")
    return go(url_for("desk_catalog.edition", code=code, region=found.region, _anchor="prices"), said)


@desk_catalog.route("/editions/<code>/preview", methods=["GET", "POST"])
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def preview_edition(code: str) -> Response:
    """The reward as the region's dealers see it; sent the form, with what stands in it, unsaved."""
    found = beside(reading(), code, needed())
    said = edition_from(request.form, found, now()).said if request.method == "POST" else found.said
    live = written(reading(), code)
    editions_: list[Edition] = [*(said_by(one) for one in found.above), said]
    return drawn(live, worn(live.live or {}, editions_), imagined())


def theirs() -> list[str]:
    """The regions with dealers that who is here looks after."""
    scope = guards.staff().scope
    return [region for region in regions(reading()) if scope.covers(region)]


def _asked(mine: list[str]) -> str:
    """The region that the address names; without one the first of the widest that is theirs, in whose libraries
    somebody has written where there is such. None where no dealers are.
    """
    region = trimmed(request.args.get("region"))[:200]
    if not region:
        written_in = regions_written(reading())
        return min(mine, key=lambda one: (one.count("/"), not written_in & set(_within(one, mine))), default="")
    if region not in regions(reading()):
        raise NoSuchRegion
    guards.staff().scope.must_cover(region)
    return region


def _within(region: str, all_: list[str]) -> list[str]:
    return [one for one in all_ if beneath(one, region)]


def needed() -> str:
    """The region of a page of one reward."""
    region = _asked(theirs())
    if not region:
        raise NoSuchRegion
    return region


def revision_sent() -> int:
    """The number of the version that a form was opened on; 0 for none."""
    text = trimmed(request.form.get("revision"))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _costs(found: Beside) -> dict[str, Costs]:
    """What each SKU's prices are held against, where its cost is known."""
    value = point_value()
    return {
        sku.code: Costs(cost_fen=cost, tax_bps=tax_of(sku.shipped), unit_value=value)
        for sku in of_item(reading(), found.item)
        if (cost := sku.held_at(now()))
    }


def looked_at(found: Beside, form: EditionForm, *, typed: bool = False) -> dict[str, Any]:
    """What the page of one reward shows."""
    session, at = reading(), now()
    there = prices_in(session, at, found.item.id, found.region)
    return {
        "found": found,
        "form": form,
        "typed": typed,
        "regions": theirs(),
        "bounds": bounds_of(session),
        "parts": SAID,
        "words": [(part, SAID[part], most) for part, most in LONGEST.items()],
        "shelf": Said.SHELF,
        "behind": left_behind(found),
        "saying": [one for one in regions_saying(session, found.item.id) if one.region != found.region],
        "prices": there,
        "prices_form": PricesForm.of(there, seen(there)),
        "steps": STEPS,
        **as_whom(),
        "tiers": TIERS,
        "names": staff_names(session, [found.mine.changed_by] if found.mine else []),
        "on_shelf": found.item.on_shelf(at),
        "at": at,
    }
