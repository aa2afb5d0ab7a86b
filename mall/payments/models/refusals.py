"""What payments refuse. The codes are stable: logs, differences and tests go by them."""

from mall.base.refused import N_, NotFound, Refused


class NoSuchGateway(Refused):
    """The gateway is not configured here."""

    code = "no_such_gateway"
    text = N_("这种支付方式暂时不可用，请换一种。")


class GatewaySilent(Refused):
    """The gateway did not answer, or not in a way that can be believed: what it did is unknown."""

    code = "gateway_silent"
    status = 503
    text = N_("支付渠道暂时没有回应，没有扣款，请稍后再试或换一种方式。")


class GatewayDeclined(Refused):
    """The gateway answered, and would not."""

    code = "gateway_declined"
    text = N_("支付渠道没有受理：%(said)s")


class NoSuchPayment(NotFound):
    """No payment under that number."""

    code = "no_such_payment"


class NoSuchRefund(NotFound):
    """No refund under that number."""

    code = "no_such_refund"


class BadSignature(Refused):
    """A notice or an answer that the gateway did not sign."""

    code = "bad_signature"
    status = 401
    text = N_("签名无效。")


class UnknownSerial(BadSignature):
    """It names a certificate or a key that we do not know, or not yet: nothing of it is believed."""

    code = "unknown_serial"


class StaleNotice(Refused):
    """A notice stamped more than five minutes ago, or ahead."""

    code = "stale_notice"
    status = 401
    text = N_("通知的时间与服务器相差超过 5 分钟。")


class AmountDiffers(Refused):
    """The gateway names another amount than was asked for."""

    code = "amount_differs"
    text = N_("金额不符：应为 %(ours)s 分，收到 %(theirs)s 分。")


class WrongMerchant(Refused):
    """Paid to another merchant or app than the payment was opened with."""

    code = "wrong_merchant"
    text = N_("收款商户不符。")


class WrongCurrency(Refused):
    """Paid in another currency."""

    code = "wrong_currency"
    text = N_("币种不符。")


class AnotherTransaction(Refused):
    """A payment that is paid is told paid under another number of the gateway's."""

    code = "another_transaction"
    text = N_("这笔支付已由另一笔交易完成。")


class RefundedElsewhere(Refused):
    """The gateway has given back what we never knew to be paid."""

    code = "refunded_elsewhere"
    text = N_("这笔支付已在支付渠道退款。")


class NotPaid(Refused):
    """Nothing was paid that could be given back."""

    code = "not_paid"
    text = N_("这笔支付没有付款，不能退款。")


class RefundTooLarge(Refused):
    """More is wanted back than is left of what was paid."""

    code = "refund_too_large"
    text = N_("最多还可退 %(left)s 分。")


class RefundNotFailed(Refused):
    """It is on its way, or has arrived: who paid it back by hand would pay twice."""

    code = "refund_not_failed"
    text = N_("这笔退款不是“退款失败”，不能记为线下退款，请先刷新看现在的状态。")


class RefundReused(Refused):
    """The same key came before for another refund."""

    code = "refund_reused"
    text = N_("这个退款请求号已用于另一笔退款。")
