"""What earning refuses."""

from mall.base.refused import N_, Refused


class NotAdmitted(Refused):
    """A request without a valid signature. Unknown key, wrong signature and disabled partner are told alike."""

    code = "not_admitted"
    status = 401
    text = N_("签名无效。")


class ClockSkew(Refused):
    """The request was signed too long ago, or its partner's clock is wrong."""

    code = "clock_skew"
    status = 401
    text = N_("请求时间与服务器相差超过 5 分钟。")


class NonceReplayed(Refused):
    """The very request came before."""

    code = "nonce_replayed"
    status = 409
    text = N_("这个请求已经收到过。")


class UnknownPartner(Refused):
    """No partner posts under that source."""

    code = "unknown_partner"
    status = 404
    text = N_("没有来源为 %(source)s 的合作系统。")


class PartnerExists(Refused):
    """A source belongs to one partner."""

    code = "partner_exists"
    text = N_("来源 %(source)s 已经存在。")


class UnknownRuleSource(Refused):
    """A rule for one partner needs that partner."""

    code = "unknown_rule_source"
    status = 422
    text = N_("规则指定的来源 %(source)s 不存在。")


class RuleFixed(Refused):
    """A version of a rule is never edited; a change is a new version."""

    code = "rule_fixed"
    text = N_("规则 %(rule)s 已经生效，内容不能更改，请新建版本。")


class ValueNeedsTwo(Refused):
    """One person alone says that a point is worth something else than it is."""

    code = "value_needs_two"
    status = 422
    text = N_("积分价值现在是 %(held)s（百万分之一元），要两个人才能改：请财务在后台“积分价值”提出。规则里不用写。")


class AnotherShift(Refused):
    """A feed that was begun with one shift of its dates cannot go on with another."""

    code = "another_shift"
    text = N_("此来源首次导入时日期平移了 %(days)s 天，请用相同方式继续。")


class NothingToMend(Refused):
    """Only a dead document can be mended; this one is posted, or was mended by somebody else meanwhile."""

    code = "nothing_to_mend"
    text = N_("这份单据已经入账，不需要修正。")


class AnotherDocument(Refused):
    """Mending keeps a document's identity."""

    code = "another_document"
    status = 422
    text = N_("单号和版本不能更改，应为 %(external_id)s 第 %(revision)s 版。")
