"""The desk's stock taking: all counts, and one sheet, filled in row by row."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.base.types import micros, moment
from mall.catalog.actions import counts as verbs
from mall.catalog.actions.post_count import post
from mall.catalog.actions.supplies import MOST_PIECES
from mall.catalog.models import COUNT_STATES, SECOND_PERSON_OVER, CountMoved, CountState, NoSuchSku
from mall.catalog.queries import counts, movements
from mall.catalog.staff.stock_desk import GROUP, KEEPERS, SEERS, by, desk_stock, may, may_see, zone
from mall.catalog.staff.stock_forms import CountForm, codes_typed
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed, whole
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, go, page, refused
from mall.web.second import Waits, second_person

SHOWN = ("left", "different")
MOST_WAITING = 100
COUNTS = DeskList(
    "counts",
    "desk_stock.counts",
    ("q", "warehouse", "state"),
    (
        Column("count", N_("盘点单"), fixed=True),
        Column("warehouse", N_("仓库")),
        Column("state", N_("状态"), fixed=True),
        Column("entered", N_("已清点"), end=True),
        Column("value", N_("差异金额"), end=True, sort="value"),
        Column("opened", N_("开单"), sort="opened"),
        Column("by", N_("开单人"), usual=False),
    ),
)
LAST_PAGE = 2_000


def install(app: Flask) -> None:
    """Put stock taking on the desk's side."""
    desk_link(app, GROUP, "counts", "/desk/stock/counts", "clipboard-list", N_("盘点"), may_see)
    keep(app, COUNTS)
    second_person(app, "counts", N_("盘点过账"), _may_post, _for_second)


def _may_post() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*KEEPERS)


def _for_second() -> list[Waits]:
    """Counts that are finished and not posted: where the differences are worth much, who counted may not."""
    actor = guards.staff().actor
    return [
        Waits(
            f"{row.count.no} {row.warehouse}",
            row.count.counted_by or "",
            row.count.counted_at or row.count.opened_at,
            url_for("desk_stock.count", no=row.count.no),
            row.count.counted_by == actor,
        )
        for row in counts.counts(reading(), counts.CountsAsked(state=CountState.COUNTED, size=MOST_WAITING)).rows
    ]


@desk_stock.get("/counts", endpoint="counts")
@guards.staff_required(*SEERS)
def all_of_them() -> Response:
    """The last counts, and a form for another."""
    return page("catalog/desk_counts.html", refusal=None, **_list(CountForm(None)))


@desk_stock.post("/counts", endpoint="open_count")
@guards.staff_required(*KEEPERS)
def begin() -> Response:
    """Open a count."""
    form = CountForm()
    if not form.validate():
        return refused("catalog/desk_counts.html", **_list(form))
    said: dict[str, Any] = {
        "warehouse": form.warehouse.data or "",
        "sku_codes": form.sku_codes,
        "remark": form.remark.data or "",
    }
    try:
        count = transact(verbs.open_count, key=form.key.data, zone=zone(), by=by(), **said)
    except NoSuchSku:
        form.refuse("codes", _("有货号不存在，或者不是实物。一行一个，照货号原样填写。"))
        return refused("catalog/desk_counts.html", **_list(form))
    except Refused as refusal:
        return refused("catalog/desk_counts.html", refusal=refusal, **_list(form))
    return go(url_for("desk_stock.count", no=count.no), _("盘点单已开。"))


@desk_stock.get("/counts/<no>", endpoint="count")
@guards.staff_required(*SEERS)
def one_of_them(no: str) -> Response:
    """One sheet."""
    return page("catalog/desk_count.html", **_sheet(no))


@desk_stock.post("/counts/<no>/numbers", endpoint="enter")
@guards.staff_required(*KEEPERS)
def enter(no: str) -> Response:
    """Keep the numbers that were typed; `finish` says that it was all."""
    counted = _moment()
    numbers, wrong = _numbers()
    if wrong or counted is None:
        typed = {name.removeprefix("n-"): value for name, value in request.form.items() if name.startswith("n-")}
        bad = _("请填写 0 至 %(most)s 的整数，没有数过的留空。", most=f"{MOST_PIECES:,}") if wrong else ""
        late = "" if counted else _("清点时刻要在开单之后、现在之前。")
        return refused("catalog/desk_count.html", **_sheet(no) | {"typed": typed, "wrong": wrong, "bad": bad or late})
    try:
        changed = transact(verbs.enter, no=no, numbers=numbers, moment=counted, by=by())
        if request.form.get("finish"):
            transact(verbs.finish, no=no, by=by())
    except NotFound:
        raise
    except ValueError:
        return refused("catalog/desk_count.html", **_sheet(no) | {"bad": _("清点时刻要在开单之后、现在之前。")})
    except Refused as refusal:
        return refused("catalog/desk_count.html", **_sheet(no) | {"refusal": refusal})
    toast = _("清点已结束，等待过账。") if request.form.get("finish") else _("已保存 %(n)s 行。", n=changed)
    return go(_back(no), toast)


@desk_stock.post("/counts/<no>/skus", endpoint="add_to_count")
@guards.staff_required(*KEEPERS)
def add(no: str) -> Response:
    """Put more SKUs on the sheet."""
    codes = codes_typed(request.form.get("codes"))
    try:
        fresh = transact(verbs.add_skus, no=no, sku_codes=codes, by=by())
    except NoSuchSku:
        bad = _("有货号不存在，或者不是实物。一行一个，照货号原样填写。")
        return refused("catalog/desk_count.html", **_sheet(no) | {"bad_codes": bad, "codes": " ".join(codes)})
    except CountMoved as refusal:
        return refused("catalog/desk_count.html", **_sheet(no) | {"refusal": refusal})
    return go(url_for("desk_stock.count", no=no), _("加了 %(n)s 个货号。", n=fresh))


@desk_stock.post("/counts/<no>/<any(again,posting,end):step>", endpoint="step_count")
@guards.staff_required(*KEEPERS)
def step(no: str, step: str) -> Response:
    """Count again, post, or call off."""
    revision = whole(request.form.get("revision", "")) or 0
    try:
        if step == "posting":
            transact(post, no=no, revision=revision, by=by())
        else:
            transact(verbs.reopen if step == "again" else verbs.call_off, no=no, by=by())
    except NotFound:
        raise
    except Refused as refusal:
        return refused("catalog/desk_count.html", **_sheet(no) | {"refusal": refusal})
    toasts = {"posting": _("已过账，库存按差异调整。"), "again": _("可以继续清点。"), "end": _("盘点单已作废。")}
    return go(url_for("desk_stock.count", no=no), toasts[step])


def _list(form: CountForm) -> dict[str, Any]:
    session = reading()
    places = movements.places(session)
    form.at(places)
    args = request.args
    q, place, state = trimmed(args.get("q"))[:60], args.get("warehouse", ""), args.get("state", "")
    told = {
        "q": q,
        "warehouse": place if place in {one.code for one in places} else "",
        "state": state if state in set(CountState) else "",
    }
    look = COUNTS.look(told)
    asked = counts.CountsAsked(
        words=q,
        place=told["warehouse"],
        state=CountState(state) if told["state"] else None,
        sort=look.sort,
        page=look.page,
        size=look.size,
    )
    found = counts.counts(session, asked)
    opened_by = movements.people(session, [row.count.opened_by for row in found.rows]) if "by" in look.keys else {}
    return {
        "look": look,
        "found": found,
        "people": opened_by,
        "form": form,
        "places": places,
        "states": COUNT_STATES,
        "may": may(),
    }


def _sheet(no: str) -> dict[str, Any]:
    session = reading()
    count, place = counts.count_of(session, no)
    q, show = trimmed(request.args.get("q"))[:60], request.args.get("show", "")
    show = show if show in SHOWN else ""
    number = min(max(whole(request.args.get("page", "1")) or 1, 1), LAST_PAGE)
    people = movements.people(session, [count.opened_by, count.counted_by, count.posted_by])
    asked: dict[str, Any] = {"q": q or None, "show": show or None}
    at = now()  # read once: the field and the moment that it stands for never differ
    return {
        "count": count,
        "place": place,
        "sheet": counts.sheet(session, count, q=q, show=show, page=number),
        "q": q,
        "show": show,
        "number": number,
        "address": lambda **more: url_for("desk_stock.count", no=no, **asked | more),
        "numbered": lambda n: url_for("desk_stock.count", no=no, **asked, page=n if n > 1 else None),
        "people": people,
        "states": COUNT_STATES,
        "second_over": SECOND_PERSON_OVER,
        "moment": request.form.get("moment") or _told(at),
        "as_of": request.form.get("as_of") or micros(at),
        "earliest": _told(count.opened_at),
        "typed": {},
        "wrong": (),
        "bad": "",
        "bad_codes": "",
        "codes": "",
        "refusal": None,
        "may": may(),
    }


def _numbers() -> tuple[dict[str, int | None], set[str]]:
    """The numbers that were typed, by code, nothing where a field was empty; and the codes whose number is none."""
    numbers: dict[str, int | None] = {}
    wrong = set()
    for name, value in request.form.items():
        if not name.startswith("n-") or "\x00" in name:
            continue
        text = trimmed(value).replace(",", "")
        number = whole(text) if text else None
        if text and (number is None or not 0 <= number <= MOST_PIECES):
            wrong.add(name.removeprefix("n-"))
        else:
            numbers[name.removeprefix("n-")] = number
    return numbers, wrong


def _told(at: datetime) -> str:
    """A moment as a field of date and time takes it, by the mall's clock."""
    return f"{at.astimezone(ZoneInfo(zone())):%Y-%m-%dT%H:%M:%S}"


def _moment() -> datetime | None:
    """When it was counted: as typed, by the second; left as it stood it is the very moment the page was opened.

    A browser leaves seconds out that are none.
    """
    as_of = whole(request.form.get("as_of", ""))
    try:
        typed = datetime.fromisoformat(request.form.get("moment", "")).replace(tzinfo=ZoneInfo(zone()))
    except ValueError:
        return None
    if as_of is None or not 0 < as_of <= micros(now()) or typed != moment(as_of).replace(microsecond=0):
        return typed
    return moment(as_of)


def _back(no: str) -> str:
    """The same page of the sheet, with the same filters."""
    kept: dict[str, Any] = {name: value for name in ("q", "show", "page") if (value := request.args.get(name))}
    return url_for("desk_stock.count", no=no, **kept)
