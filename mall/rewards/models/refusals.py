"""What the rack refuses, in the reader's language."""

from __future__ import annotations

from mall.base.refused import N_, Refused


class NotReturnable(Refused):
    """It was used, or may have been: a code somebody has seen, a top-up that went out, a voucher redeemed."""

    code = "not_returnable"
    text = N_("这份礼品已经使用或查看过，不能退回。")
