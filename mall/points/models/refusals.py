"""What the ledger refuses."""

from mall.base.refused import N_, NotFound, Refused


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


class NotHeld(Refused):
    """The hold has been resolved, or never held so much."""

    code = "not_held"
    text = N_("这笔冻结的积分已处理完，当前还有 %(left)s 积分在冻结中。")


class AlreadyReinstated(Refused):
    """What was taken back there has been given back before."""

    code = "already_reinstated"
    text = N_("这笔扣回已经恢复过，不能再次恢复。")


class NeedsSecondPerson(Refused):
    """A correction beyond what one person may do."""

    code = "needs_second_person"
    text = N_("超过 %(limit)s 积分的更正需要另一位同事复核。")


class SamePerson(Refused):
    """Maker and checker of a correction are the same person."""

    code = "same_person"
    status = 403
    text = N_("提交人不能复核自己的更正。")


class SameAccount(Refused):
    """A transfer needs two dealers."""

    code = "same_account"
    status = 422
    text = N_("转出方和转入方不能是同一家经销商。")


class AccountClosed(Refused):
    """A closed account takes no points."""

    code = "account_closed"
    text = N_("账户已关闭，不能再记入积分。")


class PeriodNotOver(Refused):
    """A period that is still running, or that lies before one closed already."""

    code = "period_not_over"
    status = 422
    text = N_("只能关闭已经结束、且晚于上次关账的账期。")


class NotYetCheckpointed(Refused):
    """No signed checkpoint covers the last of these entries yet; they are taken hourly."""

    code = "not_yet_checkpointed"
    text = N_("这些积分变动还没有存证，请一小时后再试。")


class ProofTooLong(Refused):
    """More entries lie between here and the checkpoint than one answer carries."""

    code = "proof_too_long"
    text = N_("证明包含的记录超过 %(most)s 条，请联系客户经理获取。")


class NoStatement(NotFound):
    """A month before an account's first entry, or one that has not begun."""

    code = "no_statement"
    text = N_("没有这个月的对账单。对账单从有第一笔积分的月份开始，到本月为止。")


class TooMuchToProve(Refused):
    """More was posted since the last proof than somebody can wait for."""

    code = "too_much_to_prove"
    text = N_("新增的记录超过 %(most)s 条，请由定时任务校验，或在服务器上运行 flask points verify --changed。")
