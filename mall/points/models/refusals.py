"""What the ledger refuses."""

from mall.base.refused import N_, Refused


class TooFewPoints(Refused):
    """Less available than asked for, after lots due have expired."""

    code = "too_few_points"
    text = N_("积分不足，还差 %(short)s 积分。积分没有扣减。")


class SpendingStopped(Refused):
    """The account may not spend at present."""

    code = "spending_stopped"
    text = N_("账户已暂停兑换，请联系客户经理。积分没有扣减。")


class KeyReused(Refused):
    """The same key came before with another content."""

    code = "key_reused"
    text = N_("这个请求号已用于另一笔内容不同的业务。")


class ClosedPeriod(Refused):
    """The moment it is to take effect lies before the programme's closed period."""

    code = "closed_period"
    text = N_("该业务日期所在的账期已关闭。")


class AlreadyExpired(Refused):
    """A lot must be usable for some time: it becomes active before it expires."""

    code = "already_expired"
    text = N_("积分的到期日不能早于生效日。")


class NotRefundable(Refused):
    """More is asked back than that posting still holds."""

    code = "not_refundable"
    text = N_("最多还可退回 %(left)s 积分。")


class UnknownPosting(Refused):
    """No such posting in this account, or not of the kind that this needs."""

    code = "unknown_posting"
    status = 404
    text = N_("没有找到这笔积分记录。")
