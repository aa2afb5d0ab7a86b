"""What the desk may send about claims: filters of the queue, and each answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError

from mall.base.refused import N_
from mall.base.types import moment
from mall.orders.forms import LAST_MICROS
from mall.orders.models import ClaimKind
from mall.orders.queries.claim_queue import Mark, View, Wanted
from mall.web.forms import AtMost, Form, Needed, trimmed
from mall.web.lists import Column, DeskList

Words = TypeVar("Words", bound=StrEnum)
MOST_SAID = 300


class AgreeForm(Form):
    """A word for the dealer beside the agreement."""

    answer = TextAreaField(N_("给经销商的话"), filters=[trimmed], validators=[AtMost(MOST_SAID)])


class SendToForm(Form):
    """Where the dealer is to send the pieces."""

    answer = TextAreaField(
        N_("寄到哪里"),
        filters=[trimmed],
        validators=[Needed(N_("请写明收件人、电话和地址，经销商照此寄回")), AtMost(MOST_SAID)],
    )


class RefuseForm(Form):
    """A no, and why."""

    reason = TextAreaField(
        N_("拒绝的原因"),
        filters=[trimmed],
        validators=[Needed(N_("请写明原因，经销商会看到")), AtMost(MOST_SAID)],
    )


class AcceptForm(Form):
    """What becomes of the pieces that came back."""

    restock = StringField(N_("退回的礼品"))

    def validate_restock(self, field: StringField) -> None:
        """Into stock (1) or written off (0): somebody looked at it, so nothing is taken for granted."""
        if field.data not in ("1", "0"):
            raise ValidationError(gettext("请选择放回库存还是报损"))


def wanted_from(args: MultiDict[str, str]) -> Wanted:
    """The queue's filters that an address names; what cannot be read is left out rather than refused."""
    return Wanted(
        view=_word(View, args.get("view")) or View.OURS,
        kind=_word(ClaimKind, args.get("kind")),
        region=_text(args, "region"),
        dealer=_text(args, "dealer"),
        q=_text(args, "q"),
    )


CLAIMS = DeskList(
    "claims",
    "desk_orders.after_sales",
    ("view", "kind", "region", "dealer", "q"),
    (
        Column("limit", N_("时限"), fixed=True),
        Column("claim", N_("售后单"), fixed=True),
        Column("dealer", N_("经销商")),
        Column("items", N_("礼品")),
        Column("wants", N_("要求")),
        Column("points", N_("积分"), end=True),
        Column("order", N_("来自订单"), usual=False),
        Column("state", N_("状态"), fixed=True),
    ),
    tab="view",
)


def address_of(wanted: Wanted, **changes: Any) -> str:
    """The address of a queue with some filters changed; what is as usual is left out."""
    query = urlencode({name: value for name, value in (told_of(wanted) | changes).items() if value})
    return f"/desk/after-sales?{query}" if query else "/desk/after-sales"


def told_of(wanted: Wanted) -> dict[str, str]:
    """The filters of a queue by the names they have in its address; empty where they are as usual."""
    return {
        "view": "" if wanted.view is View.OURS else wanted.view.value,
        "kind": wanted.kind.value if wanted.kind else "",
        "region": wanted.region,
        "dealer": wanted.dealer,
        "q": wanted.q,
    }


def mark_from(args: MultiDict[str, str]) -> Mark | None:
    """Where the queue goes on; an address that makes no sense starts at the top."""
    parts = args.get("after", "").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 19 for part in parts):
        return None
    at, dealer_id, claim_id = map(int, parts)
    if at >= LAST_MICROS or max(dealer_id, claim_id) >= 2**63:
        return None
    return Mark(moment(at), dealer_id, claim_id)


def _word(words: type[Words], text: str | None) -> Words | None:
    return words(text) if text in set(words) else None


def _text(args: MultiDict[str, str], name: str) -> str:
    return trimmed(args.get(name))[:80]
