"""What is refused of orders, in words for the dealer."""

from __future__ import annotations

from mall.base.refused import N_, Forbidden, Refused


class OffShelf(Refused):
    """No longer, or not yet, on the shelf."""

    code = "off_shelf"
    text = N_("这件礼品已下架，暂时不能兑换。积分没有扣减。")


class PriceChanged(Refused):
    """The price is not the one the person saw."""

    code = "price_changed"
    text = N_("价格刚刚有变化，请看一眼新的价格再确认。积分没有扣减。")


class QuoteOver(Refused):
    """The page stood open beyond the quote's lifetime."""

    code = "quote_over"
    text = N_("这一页停留得太久，价格已重新核对，请再确认一次。积分没有扣减。")


class QuoteForged(Refused):
    """The quote was not made by this mall, or not for this person, or was altered."""

    code = "quote_forged"
    status = 422
    text = N_("页面内容不完整，请重新打开这一页。")


class OverLimit(Refused):
    """More than the dealer may have of this item, counting what was redeemed before and not cancelled."""

    code = "over_limit"
    text = N_("每个经销商限兑 %(limit)s 件，已兑换 %(had)s 件，还可兑换 %(left)s 件。积分没有扣减。")


class FormReused(Refused):
    """The form was sent before, and said something else."""

    code = "form_reused"
    status = 422
    text = N_("这一页先前已提交过另一份兑换，请在订单里查看，或重新确认。积分没有再次扣减。")


class BadQuantity(Refused):
    """Not a whole number of pieces that one order can take."""

    code = "bad_quantity"
    status = 422
    text = N_("数量请填 1 到 %(most)s 的整数。")


class TooManyLines(Refused):
    """More choices than one order, or one cart, can take."""

    code = "too_many_lines"
    status = 422
    text = N_("一次最多兑换 %(most)s 种礼品，请分几次提交。")


class CartFull(TooManyLines):
    """The cart takes no further choice."""

    code = "cart_full"
    text = N_("兑换车最多放 %(most)s 种礼品，请先兑换或删掉一些。")


class TooManyWishes(TooManyLines):
    """The wish list takes no further wish."""

    code = "too_many_wishes"
    text = N_("心愿单最多放 %(most)s 件礼品，请先移除一些。")


class NothingChosen(Refused):
    """An order of nothing."""

    code = "nothing_chosen"
    status = 422
    text = N_("还没有选中礼品，请先在兑换车里勾选。")


class AddressNeeded(Refused):
    """A parcel needs one of the dealer's own addresses."""

    code = "address_needed"
    status = 422
    text = N_("请选择收货地址。积分没有扣减。")


class AccountNeeded(Refused):
    """A top-up needs the phone or card that it goes to."""

    code = "account_needed"
    status = 422
    text = N_("请填写要充值的号码。积分没有扣减。")


class GatewayNeeded(Refused):
    """There is something to pay, and no way to pay was chosen."""

    code = "gateway_needed"
    status = 422
    text = N_("请选择现金部分的支付方式。积分没有扣减。")


class NotCancellable(Refused):
    """It has left, or ended: too late to take back."""

    code = "not_cancellable"
    text = N_("订单已在处理，不能再取消。")


class NotAwaiting(Refused):
    """Somebody decided before, or the time for it is over."""

    code = "not_awaiting"
    text = N_("这笔兑换已经处理过，或者已过了审批时间。")


class OwnerDecides(Forbidden):
    """Approving is the owner's business."""

    code = "owner_decides"
    text = N_("只有老板可以审批。")


class NotNow(Refused):
    """The order or part does not stand where this act is possible."""

    code = "not_now"
    text = N_("订单的状态刚刚变了，请刷新后再看。")


class NudgedAlready(Refused):
    """Fulfilment was nudged a short while ago."""

    code = "nudged_already"
    text = N_("今天已经催过了，仓库正在处理。")


class TooLate(Refused):
    """The parcel is being packed, has left, or will never leave: it cannot be sent elsewhere."""

    code = "too_late"
    text = N_("礼品已在拣货、已发出，或订单已结束，不能再更换收货地址。如需改寄，请联系客户经理。")


class NoParcel(Refused):
    """Nothing of the order travels in a parcel."""

    code = "no_parcel"
    text = N_("这笔订单没有需要邮寄的礼品。")


class FreightDiffers(Refused):
    """Sending it there costs something else than what was agreed."""

    code = "freight_differs"
    text = N_("寄到%(place)s的运费是 ¥%(new)s，下单时是 ¥%(paid)s，运费不同不能直接更换。可以取消后重新兑换。")
