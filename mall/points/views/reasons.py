"""Why these points: the figures kept with a movement, told line by line so that the lines add up to the change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import ngettext

from mall.base.money import BPS
from mall.base.refused import N_
from mall.points.queries import Movement
from mall.points.views.words import _
from mall.web.filters import MINUS, fen, number

WHOLE = BPS * BPS * 100
"""Fen × coefficient × points per yuan, both in ten-thousandths, to points."""

ROUNDINGS = {"floor": N_("向下取整"), "half_up": N_("四舍五入"), "ceiling": N_("向上取整")}
FLAGS = {"custom_made": N_("定制品"), "standard": N_("标准品")}


@dataclass(frozen=True)
class Reason:
    """A line of an explanation: what, how much, and a second fact below it."""

    text: str
    points: Fraction
    note: str = ""
    first: bool = False

    @property
    def figure(self) -> str:
        """The points as exactly as they are: `8,600`, `+0.5`, `−640`; the first line carries no plus."""
        return exact(self.points, plus=not self.first)


def reasons(movement: Movement) -> list[Reason]:
    """How the rule or the document came to these points; empty where the movement explains itself."""
    why = movement.why
    lines: list[Reason] = []
    if "points_per_yuan" in why and "groups" in why:
        lines += _judged(why, -1 if why.get("what") == "return" else 1)
    if "reclaimed" in why:
        lines += _reclaimed(why)
    elif lines and (reckoned := why.get("returns")):
        lines.append(Reason(_("这张单的退货"), Fraction(-reckoned["reclaimed"]), _share(reckoned)))
    before = why.get("before", 0)
    if lines and before and "reclaimed" not in why:
        lines.append(
            Reason(_("此前版本已入账"), Fraction(-before), _("这是单据的第 %(revision)s 版", revision=why["revision"]))
        )
    return lines


def exact(points: Fraction, *, plus: bool = True) -> str:
    """A number of points with as many decimals as it has, at most four, and its sign."""
    scaled = round(abs(points) * BPS)
    whole, rest = divmod(scaled, BPS)
    decimals = f".{rest:04d}".rstrip("0") if rest else ""
    sign = MINUS if points < 0 else "+" if plus and points > 0 else ""
    return f"{sign}{number(whole)}{decimals}"


def times(bps: int) -> str:
    """A coefficient in ten-thousandths: `1.5`."""
    return exact(Fraction(bps, BPS), plus=False)


def _judged(why: dict[str, Any], sign: int) -> Iterator[Reason]:
    """An order or a loose return: its amount at the rule's rate, coefficients, rounding, minimum, cap."""
    rate = why["points_per_yuan"]
    amount = (
        _("进货额 %(money)s", money=fen(why["base_fen"]))
        if sign > 0
        else _("退货额 %(money)s", money=fen(why["base_fen"]))
    )
    yield Reason(amount, Fraction(sign * why["base_fen"] * BPS * rate, WHOLE), per_yuan(rate), first=sign > 0)
    for group in why["groups"]:
        extra = Fraction(sign * group["fen"] * (group["coefficient"] - BPS) * rate, WHOLE)
        if extra:
            named = "·".join([*filter(None, [group["category"]]), *(flag_name(flag) for flag in group["flags"])])
            text = _("%(what)s系数 ×%(times)s", what=f"{named} " if named else "", times=times(group["coefficient"]))
            yield Reason(text, extra, _("其中 %(money)s", money=fen(group["fen"])))
    rounded = why["rounded"]
    rest = rounded - Fraction(why["weight"] * rate, WHOLE)
    if rest:
        yield Reason(_("取整"), sign * rest, _("%(how)s，每单一次", how=_(ROUNDINGS.get(why["rounding"], ""))))
    if why["total"] != rounded:
        if why["base_fen"] < why["minimum_fen"]:
            yield Reason(
                _("未满 %(money)s 不计分", money=fen(why["minimum_fen"])), Fraction(sign * (why["total"] - rounded))
            )
        else:
            text = _("每单最多 %(points)s 积分", points=number(why["cap_points"] or why["total"]))
            yield Reason(text, Fraction(sign * (why["total"] - rounded)))


def _reclaimed(why: dict[str, Any]) -> Iterator[Reason]:
    """A return of a known purchase: its share of what that purchase earned, less what earlier returns took."""
    taken_before = why["earned"] - why.get("before", why["earned"])
    if why["reclaimed"]:
        yield Reason(_("退货应扣回"), Fraction(-why["reclaimed"]), _share(why))
    if taken_before:
        yield Reason(_("此前退货已扣回"), Fraction(taken_before))


def _share(steps: dict[str, Any]) -> str:
    hundredths = round(Fraction(min(steps["returned"], steps["weight"]) * 10_000, steps["weight"] or 1))
    share = exact(Fraction(hundredths, 100), plus=False)
    return _("退回占原单 %(share)s%%，原单获得 %(points)s 积分", share=share, points=number(steps["earned"]))


def per_yuan(rate: int) -> str:
    """A rule's rate in words: points per 1.00 in ten-thousandths; below one it is told per ten, hundred or thousand."""
    yuan = 1
    while rate * yuan % BPS and yuan < 1000:
        yuan *= 10
    points = Fraction(rate * yuan, BPS)
    several = 1 if points == 1 else 2
    return str(
        ngettext(
            "每 %(yuan)s 元 %(points)s 积分",
            "每 %(yuan)s 元 %(points)s 积分",
            several,
            yuan=yuan,
            points=exact(points, plus=False),
        )
    )


def flag_name(flag: str) -> str:
    """A product flag in words; one that we have no word for is told as the partner writes it."""
    return _(FLAGS[flag]) if flag in FLAGS else flag
