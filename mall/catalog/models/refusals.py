"""What the catalogue refuses."""

from __future__ import annotations

from mall.base.refused import N_, NotFound, Refused


class SoldOut(Refused):
    """Fewer left than asked for."""

    code = "sold_out"
    text = N_("库存不足，还剩 %(left)s 件。积分没有扣减。")


class NoSuchItem(NotFound):
    """No such reward, or it is off the shelf."""

    text = N_("这件礼品已经下架，或者换了地方。")


class NotOffered(NotFound):
    """The reward is on the shelf, and there is no price at which this dealer may have it now."""

    text = N_("这件礼品目前不能兑换，有了新的价格会再上架。")


class NoSuchSku(NotFound):
    """No such SKU."""

    text = N_("没有这个规格。")


class NoSuchChoice(Refused):
    """No SKU has this combination of attributes."""

    code = "no_such_choice"
    status = 422
    text = N_("没有这个规格组合，请重新选择。")


class NotDelivered(Refused):
    """The freight template has no way to this province."""

    code = "not_delivered"
    text = N_("这件礼品暂不送往%(province)s，请换一个收货地址。积分没有扣减。")


class NoSuchPlan(NotFound):
    """No such price, or it has been withdrawn."""

    text = N_("没有这个价格，或者已经撤下。")


class NoSuchTemplate(NotFound):
    """No such freight template."""

    text = N_("没有这个运费模板。")


class TemplateChanged(Refused):
    """Somebody else has changed the freight template since the form was opened."""

    code = "template_changed"
    text = N_("“%(name)s” 刚被别人改过，你的改动没有保存。请重新打开，看过再改。")


class BelowCost(Refused):
    """A price that brings in less than the piece costs, and no second person has agreed to it."""

    code = "below_cost"
    text = N_("这个价格低于成本：至少要 %(floor)s 积分。确要这样定价，请勾选并写明原因，交给另一位同事复核。")


class LastPrice(Refused):
    """Without this price the SKU could not be redeemed by everybody any more."""

    code = "last_price"
    text = N_("这是所有经销商正在用的唯一价格，撤下后就不能兑换了。请先加一个新价格。")
