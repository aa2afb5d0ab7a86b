"""A movement in words: what it is called, the facts beside its date, and the headings of its explanation."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from mall.base.refused import N_
from mall.points.models import Kind
from mall.points.queries import Actor, MonthEnding, Movement
from mall.web.filters import clock, day, expiry, moment, month, month_day, number, year_month
from mall.web.locale import spoken


def _(text: str, **params: object) -> str:
    """A text in the reader's language."""
    return str(gettext(text, **params))


ADJUSTMENTS = {
    "goodwill": N_("关怀补偿"),
    "correction": N_("差错更正"),
    "opening": N_("期初积分"),
    "campaign": N_("活动奖励"),
    "merger": N_("经销商合并"),
    "branches": N_("门店之间调拨"),
    "mistaken": N_("误扣恢复"),
    "settled": N_("协商处理"),
}
WHY = {
    Kind.SPEND: N_("用在了哪里"),
    Kind.REFUND: N_("退回到了哪里"),
    Kind.EXPIRE: N_("为什么过期"),
    Kind.CLAWBACK: N_("为什么扣回"),
    Kind.ADJUST: N_("为什么调整"),
    Kind.TRANSFER: N_("为什么转让"),
    Kind.REINSTATE: N_("为什么恢复"),
    Kind.HOLD: N_("为什么冻结"),
    Kind.CAPTURE: N_("用在了哪里"),
    Kind.VOID: N_("为什么解除冻结"),
    Kind.ACTIVATE: N_("为什么到账"),
}
WHERE = {
    Kind.EARN: N_("记在哪一批"),
    Kind.SPEND: N_("用了哪些批次，先到期的先用"),
    Kind.REFUND: N_("退回的批次"),
    Kind.EXPIRE: N_("到期的批次"),
    Kind.CLAWBACK: N_("从哪里扣"),
    Kind.REINSTATE: N_("恢复成哪些批次"),
    Kind.HOLD: N_("冻结了哪些批次，先到期的先用"),
    Kind.VOID: N_("回到哪些批次"),
}
WHY_THESE = N_("为什么是这些分")
LOTS_TOUCHED = N_("涉及的批次")


def title(movement: Movement) -> str:
    """What a row is called."""
    why = movement.why
    if movement.kind is Kind.SPEND and why.get("items"):
        return _redeemed(why["items"])
    if movement.kind is Kind.REFUND and movement.order_no:
        return _("取消订单，积分退回")
    if movement.kind is Kind.EARN and why.get("what") == "return":
        return _("退货单更正，积分恢复")
    if movement.kind is Kind.EARN and why.get("revision", 1) > 1:
        return _("进货单更正，补发积分")
    if movement.kind is Kind.CLAWBACK and why.get("what") == "order":
        return _("进货单更正，扣回积分")
    if movement.kind is Kind.TRANSFER:
        return _("转入积分") if movement.change > 0 else _("转出积分")
    return _(movement.title)


def facts(movement: Movement, people: dict[int, Actor], *, dated: bool = False) -> list[str]:
    """When, and the one fact that tells this row from its neighbours; with its year where no month stands above it."""
    if movement.kind is Kind.EXPIRE:
        when = _("%(day)s 到期", day=expiry(movement.effective_at))
    elif movement.coming:
        when = _("%(day)s 到账", day=day(movement.arrives_at or movement.effective_at))
    else:
        when = moment(movement.posted_at) if dated else f"{month_day(movement.posted_at)} {clock(movement.posted_at)}"
    actor = people.get(movement.member_id or 0)
    if movement.kind is Kind.SPEND and actor:
        what = _("%(name)s（%(role)s）", name=actor.name, role=_(actor.role_shown))
    else:
        what = paper(movement)
    return [when, what] if what else [when]


def paper(movement: Movement) -> str:
    """What a movement stands on: the order, the partner's document, or the reason a person gave; empty without any."""
    if movement.order_no:
        return _("订单 %(no)s", no=movement.order_no)
    if movement.kind is Kind.TRANSFER and movement.other_dealer:
        side = _("来自 %(dealer)s") if movement.change > 0 else _("转给 %(dealer)s")
        return side % {"dealer": movement.other_dealer}
    return _document(movement) if movement.document else adjustment(movement)


def bars(endings: list[MonthEnding]) -> list[tuple[str, int]]:
    """A chart's columns: each month's name and points."""
    return [(month(ending.month), ending.points) for ending in endings]


def bars_told(endings: list[MonthEnding]) -> str:
    """The whole chart in words, for those who do not see it."""
    told = (_("%(month)s到期 %(points)s", month=year_month(x.month), points=number(x.points)) for x in endings)
    return _("，").join(told)


def why_title(movement: Movement) -> str:
    """The heading over an explanation."""
    return _(WHY.get(movement.kind, WHY_THESE))


def where_title(movement: Movement) -> str:
    """The heading over the lots that a movement touched."""
    return _(WHERE.get(movement.kind, LOTS_TOUCHED))


def adjustment(movement: Movement) -> str:
    """The reason that a person gave for putting the account right."""
    reason = str(movement.why.get("reason") or "")
    return _(ADJUSTMENTS[reason]) if reason in ADJUSTMENTS else reason


def rule_name(name: str) -> str:
    """A rule's code and version as people say it: `standard/3` is 规则 standard 第 3 版."""
    code, _slash, version = name.rpartition("/")
    return _("规则 %(code)s 第 %(version)s 版", code=code, version=version) if code else _("规则 %(code)s", code=name)


def item_name(item: dict[str, object]) -> str:
    """The name of a redeemed item in the reader's language, as it was when it was ordered."""
    names = item.get("names")
    return (spoken(names) if isinstance(names, dict) else "") or str(item.get("code", ""))


def _redeemed(items: list[dict[str, object]]) -> str:
    first, pieces = item_name(items[0]), sum(int(str(item.get("quantity", 1))) for item in items)
    if pieces == 1:
        return _("兑换 %(item)s", item=first)
    if len(items) == 1:
        return str(ngettext("兑换 %(item)s %(num)s 件", "兑换 %(item)s %(num)s 件", pieces, item=first))
    return str(ngettext("兑换 %(item)s等 %(num)s 件", "兑换 %(item)s等 %(num)s 件", pieces, item=first))


def document_told(no: str) -> str:
    """A partner's document by its number."""
    return _("单据 %(no)s", no=no)


def _document(movement: Movement) -> str:
    if movement.why.get("what") == "return":
        return _("退货单 %(no)s", no=movement.document)
    return _("进货单 %(no)s", no=movement.document) if movement.kind is Kind.EARN else document_told(movement.document)
