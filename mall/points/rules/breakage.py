"""Breakage by the proportional method: what of the price allocated to points is revenue by now.

IFRS 15, application guidance B44 to B47 (customers' unexercised rights): an entity that expects to be entitled to a
breakage amount recognises it as revenue in proportion to the pattern of rights exercised; one that does not, when the
likelihood of exercise becomes remote. Hence

    revenue to date = price allocated × points redeemed to date ÷ points expected to be redeemed in all
    revenue of a period = to date at its end − to date at its beginning

The estimate of what will be redeemed changes with time; a change tells in the period in which it is made, through
the difference. One rounding in all: revenue to date, half up to the unit of the price (fen); periods are differences
of what is rounded, so that they always add up to it.
"""

from __future__ import annotations

from mall.base.money import BPS, Rounding, divide


def expected_redemptions(*, points: int, redeemed: int, expired: int, rate_bps: int) -> int:
    """How many points of a cohort are expected to be redeemed in all, to the nearest point.

    `points` is what was issued less what was taken back, `rate_bps` the expected redemption rate in ten-thousandths.
    Never fewer than have been redeemed, never more than those that have not expired: so what cannot be redeemed any
    more is revenue at the latest when the last point of its cohort is gone.
    """
    expected = divide(points * rate_bps, BPS, Rounding.HALF_UP)
    return max(redeemed, min(expected, points - expired))


def revenue_to_date(*, allocated: int, redeemed: int, expected: int) -> int:
    """What of `allocated` is revenue after `redeemed` of `expected` points, in the unit of `allocated`, half up.

    All of it once all that were expected have been redeemed, or once none is expected any more.
    """
    if min(allocated, redeemed, expected) < 0:
        raise ValueError("neither prices nor points are negative")
    if redeemed >= expected:
        return allocated
    return divide(allocated * redeemed, expected, Rounding.HALF_UP)
