"""What the rack refuses, in the reader's language."""

from __future__ import annotations

from mall.base.refused import N_, Refused


class NotReturnable(Refused):
    """It was used, or may have been: a code somebody has seen, a top-up that went out, a voucher redeemed."""

    code = "not_returnable"
    text = N_("这份礼品已经使用或查看过，不能退回。")


class WrongAccount(Refused):
    """Not a number that can be topped up."""

    code = "wrong_account"
    status = 422
    text = N_("充值账号不对，请核对后再填。积分没有扣减。")


class NotHeld(Refused):
    """The code is not with this order, or no longer."""

    code = "not_held"
    text = N_("这张卡密不在你的订单里，或已经换发、退回。")


class BatchChanged(Refused):
    """Between looking and taking in, the vault has changed."""

    code = "batch_changed"
    text = N_("卡密库刚刚有变化，可以导入的变成 %(good)s 个。请看过新的结果再导入。")


class NothingToTake(Refused):
    """No row of it can be taken in."""

    code = "nothing_to_take"
    status = 422
    text = N_("没有可以导入的卡密。")


class UnreadableCodes(Refused):
    """A file that is no list of codes."""

    code = "unreadable_codes"
    status = 422
    text = N_("读不出卡密：请上传 .xlsx、CSV 或 TXT，或直接粘贴，每行一个。旧的 .xls 和加密的文件请先另存为 .xlsx。")


class TooManyCodes(Refused):
    """More rows than one batch takes."""

    code = "too_many_codes"
    status = 422
    text = N_("一批最多 %(most)s 行，这份有 %(rows)s 行，请分成几批。")


class NotACardSku(Refused):
    """The choice is none that is given out as card codes."""

    code = "not_a_card_sku"
    status = 422
    text = N_("没有这个卡密规格，请重新选择。")


class TooSoonToSettle(Refused):
    """A top-up that people may not settle: it has ended, or the supplier may still answer."""

    code = "too_soon_to_settle"
    text = N_("供应商还可能回复，暂时不能由人工认定。")
