"""A movement explained: what it adds up from, what it did beside that, and the lots it touched."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mall.points.models import Kind
from mall.points.queries import LotSeen, Movement, Step
from mall.points.views.reasons import Reason, reasons
from mall.points.views.words import _, adjustment, document_told, item_name, rule_name, where_title, why_title
from mall.web.filters import day, expiry, number, signed, year_month

BY_LOT = frozenset({
    Kind.SPEND, Kind.EXPIRE, Kind.ACTIVATE, Kind.EARN, Kind.HOLD, Kind.CAPTURE, Kind.TRANSFER, Kind.REINSTATE,
})  # fmt: skip
"""Movements that do one thing to several lots: each line is named after its lot."""


@dataclass(frozen=True)
class Explanation:
    """`lines` add up to `total`, which has no name where one line says it all; `after` tells what became of it.

    `lots` are where it went to or came from.
    """

    title: str
    lines: list[Reason]
    total: str
    total_name: str
    after: list[Reason]
    where: str
    lots: list[Reason]
    foot: list[str]


CORRECTED = frozenset({Kind.ADJUST, Kind.TRANSFER, Kind.REINSTATE})
"""What people put right, for a reason that they give."""


def explain(movement: Movement) -> Explanation:
    """Everything there is to say about one movement, in the reader's language."""
    lines = [*reasons(movement), *_items(movement)]
    touched = [_lot_line(movement, step) for step in movement.steps if _tells(movement, step)]
    worth = _worth(movement)
    if lines and len(touched) == 1 and movement.ends_at:
        touched = []  # its expiry stands at the foot, and there is nothing more to it
    if not lines:
        lines, touched = touched, []
    after = _after(movement)
    return Explanation(
        title=why_title(movement),
        lines=lines,
        total=number(worth) if movement.kind is Kind.EARN else signed(worth),
        total_name=_total_name(movement) if len(lines) > 1 or after else "",
        after=after,
        where=where_title(movement) if touched else "",
        lots=touched,
        foot=_foot(movement),
    )


def _worth(movement: Movement) -> int:
    """What the lines add up to: the points of the event, also where some of them changed the balance no more."""
    if movement.kind in (Kind.EARN, Kind.REINSTATE):
        return movement.points
    return -movement.points if movement.kind is Kind.CLAWBACK else movement.change


def _items(movement: Movement) -> list[Reason]:
    lines = []
    for item in movement.why.get("items", ()):
        pieces, points = int(item.get("quantity", 1)), int(item.get("points", 0))
        each = _("%(points)s 积分 × %(n)s 件", points=number(points // pieces), n=pieces) if pieces > 1 else ""
        lines.append(Reason(item_name(item), Fraction(-points), each))
    if movement.kind in CORRECTED and (reason := adjustment(movement)):
        lines.append(Reason(reason, Fraction(_worth(movement))))
    return lines


def _tells(movement: Movement, step: Step) -> bool:
    """Whether a step tells of a lot: not the paying of a debt, nor half of a move between two lots of one account.

    What a hold set aside and did not use is told apart.
    """
    if movement.kind is Kind.CAPTURE:
        return not step.usable and not step.passing
    return not step.pays_debt and (not step.passing or movement.kind is Kind.TRANSFER)


def _lot_line(movement: Movement, step: Step) -> Reason:
    points = step.signed or (step.points if step.usable else -step.points)
    if step.lot is None:
        return Reason(_(step.name_shown), Fraction(points), _("以后获得的积分先抵扣这一部分"))
    if movement.kind in BY_LOT and not step.of_expired:
        text = _("%(month)s %(kind)s", month=year_month(step.lot.earned_at), kind=_(step.lot.name_shown))
        if movement.kind in (Kind.EARN, Kind.REINSTATE) and not step.issued:
            text = _(step.name_shown)
    else:
        text = _("退到宽限批次") if step.lot.given_grace else _(step.name_shown)
    return Reason(text, Fraction(points), lot_told(step.lot))


def lot_told(lot: LotSeen) -> str:
    """A lot's document and last usable day."""
    told = [document_told(lot.document)] if lot.document and not lot.adjusted else []
    if lot.given_grace:
        told = [_("原批次已到期")]
    told.append(_("长期有效") if lot.lasting else _("%(day)s 到期", day=expiry(lot.expires_at)))
    return _("，").join(told)


def _total_name(movement: Movement) -> str:
    if movement.kind is Kind.EARN:
        return _("合计在途") if movement.coming else _("合计获得")
    if movement.kind is Kind.CLAWBACK:
        return _("合计扣回")
    return _("合计")


def _after(movement: Movement) -> list[Reason]:
    """What the total did beside changing what can be spent."""
    told = []
    if movement.paid_debt:
        told.append(Reason(_("抵扣此前欠下的积分"), Fraction(-movement.paid_debt)))
        told.append(Reason(_("可用积分增加"), Fraction(movement.d_available)))
    if movement.lost_at_once:
        told.append(Reason(_("到账时已过有效期"), Fraction(-movement.points)))
    lost_before = sum(step.points for step in movement.steps if step.of_expired)
    if lost_before and not movement.more_steps:
        told.append(Reason(_("其中先前已过期，余额不再扣"), Fraction(lost_before)))
    if movement.kind is Kind.CAPTURE and not movement.more_steps:
        back = sum(step.points for step in movement.steps if step.usable)
        told += [Reason(_("没有用到的，解除冻结"), Fraction(back))] if back else []
    if movement.kind is Kind.REINSTATE and not movement.more_steps:
        lost = sum(step.points for step in movement.steps if step.lost)
        told += [Reason(_("其中扣回前已过期，恢复后仍是过期"), Fraction(-lost))] if lost else []
    return told


def _foot(movement: Movement) -> list[str]:
    told = [rule_name(movement.rule)] if movement.rule else []
    if movement.ends_at:
        told.append(_("%(day)s 到期", day=expiry(movement.ends_at)))
    if movement.later_booked and movement.kind is not Kind.EXPIRE:
        told.append(_("业务日 %(day)s", day=day(movement.effective_at)))
    return told
