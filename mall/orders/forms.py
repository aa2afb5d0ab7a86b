"""What a browser may send about orders: the redemption form, places in lists, the desk's filters."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from mall.base.refused import N_
from mall.base.types import micros, moment
from mall.catalog.models import Kind
from mall.orders.models import CARRIERS, MOST_WORDS, ClaimKind, ClaimReason, OrderState
from mall.orders.queries.approvals import Until
from mall.orders.queries.mine import At
from mall.orders.queries.queue import Mark, View, Wanted
from mall.orders.rules import Asked
from mall.payments.models import GatewayName
from mall.web.forms import AtMost, Form, Needed, WholeField, trimmed, whole

LAST_MICROS = 253_402_300_799_000_000
"""The end of the year 9999: beyond it a number in an address is no moment."""

Words = TypeVar("Words", bound=StrEnum)


def fresh_key() -> str:
    """A key for one rendered form: what is sent with it is done once."""
    return secrets.token_urlsafe(18)


class RedemptionForm(Form):
    """The checkout's form: the signed quote with its key, and what the member says beside it."""

    quote = HiddenField(validators=[Needed(), AtMost(8_000)])
    address = WholeField(N_("收货地址"), least=1, most=2**63 - 1, wrong=N_("请选择收货地址。"), needed=False)
    gateway = StringField(N_("支付方式"), filters=[trimmed], validators=[AtMost(24)])
    remark = StringField(N_("备注"), filters=[trimmed], validators=[AtMost(100)])

    def asked(self, accounts: dict[int, str]) -> Asked:
        """What the form says beside the quote, once it was found good."""
        return Asked(
            address_id=self.address.data,
            remark=self.remark.data or "",
            gateway=_word(GatewayName, self.gateway.data),
            accounts=accounts,
        )


class DeclineForm(Form):
    """An owner's no, and why."""

    reason = StringField(
        N_("原因"), filters=[trimmed], validators=[Needed(N_("请写明原因，申请人会看到")), AtMost(100)]
    )


class CallOffForm(Form):
    """Why the brand cancels an order."""

    reason = StringField(
        N_("原因"), filters=[trimmed], validators=[Needed(N_("请写明原因，经销商会看到")), AtMost(100)]
    )


class GiveUpForm(CallOffForm):
    """Why the brand cannot deliver a line, and what becomes of its pieces."""

    restock = StringField(N_("库存"))

    def validate_restock(self, field: StringField) -> None:
        """Into stock (1) or written off (0): only who looked knows, so nothing is taken for granted."""
        if field.data not in ("1", "0"):
            raise ValidationError(gettext("请选择放回库存还是报损"))


def accounts_from(form: MultiDict[str, str]) -> dict[int, str]:
    """The numbers that top-ups go to, by line number: fields `account-1`, `account-2` …"""
    found = {}
    for name, text in form.items():
        number = name.removeprefix("account-")
        if number != name and number.isascii() and number.isdigit() and len(number) <= 3 and trimmed(text):
            found[int(number)] = trimmed(text)[:40]
    return found


WAYBILL = re.compile(r"[A-Z0-9][A-Z0-9-]{5,31}")


def waybill(text: str | None) -> str:
    """A waybill number as carriers print it: full-width letters and blanks of a scan or a paste are mended."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "")).upper()


class ShipForm(Form):
    """With whom a part left, and under which number."""

    carrier = StringField(N_("快递公司"), filters=[trimmed], validators=[Needed(N_("请选择快递公司")), AtMost(24)])
    waybill = StringField(N_("运单号"), filters=[waybill], validators=[Needed(N_("请填写运单号")), AtMost(40)])
    warehouse = StringField(N_("从哪个仓库"), filters=[trimmed], validators=[AtMost(20)])

    @property
    def warehouse_id(self) -> int | None:
        """The warehouse that was chosen; none leaves it to the order in which warehouses send."""
        return whole(self.warehouse.data or "")

    def validate_carrier(self, field: StringField) -> None:
        """Only a carrier of the table: what it is tracked by later."""
        if field.data not in CARRIERS:
            raise ValidationError(gettext("请选择快递公司"))

    def validate_waybill(self, field: StringField) -> None:
        """Letters, digits and hyphens, 6 to 32 of them."""
        if not WAYBILL.fullmatch(field.data or ""):
            raise ValidationError(gettext("运单号是 6 到 32 位字母或数字，请核对"))


class ClaimForm(Form):
    """What a dealer asks for of pieces that have gone wrong, and why."""

    kind = StringField(N_("售后方式"), filters=[trimmed], validators=[AtMost(24)])
    reason = StringField(N_("原因"), filters=[trimmed], validators=[AtMost(24)])
    words = TextAreaField(N_("补充说明"), filters=[trimmed], validators=[AtMost(MOST_WORDS)])

    @property
    def wanted(self) -> ClaimKind | None:
        """What is asked for; nothing where it is none of ours."""
        return _word(ClaimKind, self.kind.data)

    @property
    def because(self) -> ClaimReason | None:
        """Why; nothing where it is none of ours."""
        return _word(ClaimReason, self.reason.data)


def pieces_from(form: MultiDict[str, str]) -> dict[int, int]:
    """The pieces that a claim is about, by line number: fields `pieces-1`, `pieces-2` … None asked of a line leaves it
    out; what is no number is asked as minus one, and refused as such.
    """
    found = {}
    for name, text in form.items():
        number = name.removeprefix("pieces-")
        if number != name and number.isascii() and number.isdigit() and len(number) <= 3 and trimmed(text):
            pieces = whole(text)
            found[int(number)] = -1 if pieces is None else pieces
    return {line_no: pieces for line_no, pieces in found.items() if pieces}


class ReaddressForm(Form):
    """Where an order is to go instead."""

    address = WholeField(N_("收货地址"), least=1, most=2**63 - 1, wrong=N_("请选择收货地址。"))


def place_to(at: At | Mark | Until) -> str:
    """A place in a list as an address carries it."""
    return "-".join(str(part if isinstance(part, int) else micros(part)) for part in at)


def _numbers(text: str, count: int) -> list[int] | None:
    parts = text.split("-")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) <= 19 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return numbers if numbers[0] < LAST_MICROS and max(numbers) < 2**63 else None


def place_from(args: MultiDict[str, str]) -> At | None:
    """Where a dealer's list goes on; an address that makes no sense starts at the top."""
    numbers = _numbers(args.get("before", ""), 2)
    return At(moment(numbers[0]), numbers[1]) if numbers else None


def until_from(args: MultiDict[str, str]) -> Until | None:
    """Where an owner's approvals go on; an address that makes no sense starts at the top."""
    numbers = _numbers(args.get("after", ""), 2)
    return Until(moment(numbers[0]), numbers[1]) if numbers else None


def mark_from(args: MultiDict[str, str]) -> Mark | None:
    """Where the desk's queue goes on; an address that makes no sense starts at the top."""
    numbers = _numbers(args.get("after", ""), 5)
    if numbers is None or max(numbers[1], numbers[4]) >= 2**15:
        return None
    return Mark(moment(numbers[0]), *numbers[1:])


def wanted_from(args: MultiDict[str, str]) -> Wanted:
    """The queue's filters that an address names; what cannot be read is left out rather than refused."""
    return Wanted(
        view=_word(View, args.get("view")) or View.WAITING,
        state=_word(OrderState, args.get("state")),
        kind=_word(Kind, args.get("kind")),
        region=_text(args, "region"),
        dealer=_text(args, "dealer"),
        sku=_text(args, "sku"),
        q=_text(args, "q"),
        since=_day(args.get("since")),
        until=_day(args.get("until")),
    )


def address_of(wanted: Wanted, **changes: Any) -> str:
    """The address of a queue with some filters changed; what is as usual is left out."""
    query = urlencode({name: value for name, value in (told_of(wanted) | changes).items() if value})
    return f"/desk/orders?{query}" if query else "/desk/orders"


def told_of(wanted: Wanted) -> dict[str, str]:
    """The filters of a queue by the names they have in its address; empty where they are as usual."""
    named: dict[str, Any] = {
        "view": "" if wanted.view is View.WAITING else wanted.view.value,
        "state": wanted.state or "",
        "kind": wanted.kind or "",
        "region": wanted.region,
        "dealer": wanted.dealer,
        "sku": wanted.sku,
        "q": wanted.q,
        "since": wanted.since or "",
        "until": wanted.until or "",
    }
    return {name: str(value) for name, value in named.items()}


def _word(words: type[Words], text: str | None) -> Words | None:
    return words(text) if text in set(words) else None


def _text(args: MultiDict[str, str], name: str) -> str:
    return trimmed(args.get(name))[:80]


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 9000 else None


def plan_from(form: MultiDict[str, str], name: str = "plan") -> int | None:
    """The price that was chosen, by its id; what is no id is none."""
    return next(iter(ids_from([form.get(name, "")])), None)


def ids_from(texts: Iterable[str]) -> list[int]:
    """Ids as forms carry them, 200 at most; what is no id is left out."""
    found = (text for text in texts if text.isascii() and text.isdigit() and len(text) <= 19)
    return [number for number in map(int, islice(found, 200)) if number < 2**63]


def key_from(form: MultiDict[str, str]) -> str:
    """The key that was minted with a small form; nothing where it has none that could be ours."""
    key = form.get("key", "")
    return key if key.isascii() and 4 <= len(key) <= 64 and key.isprintable() else ""
