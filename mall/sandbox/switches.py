"""The switches: each a way in which the outside world misbehaves, for everything or for one payment."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from random import Random
from typing import Any

Values = dict[str, str | bool]


@dataclass(frozen=True)
class Switch:
    """One switch: on or off, or one of several words ("" is off)."""

    name: str
    title: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    group: str = "callback"


SWITCHES = (
    Switch("delay", "回调晚到", "回调在「晚到秒数」之后才发出"),
    Switch("triple", "回调三份", "同一回调同时发三次"),
    Switch("refund_first", "退款先到", "支付回调压住不发，直到这笔钱的退款回调已经送达，或过了「压住秒数」"),
    Switch("lost", "回调丢失", "回调永远不发，只能靠查询"),
    Switch("wrong_amount", "金额不符", "回调里的金额比实付多 1 分，签名是真的；查询与账单说实话"),
    Switch("tampered", "签名被改", "先发一份改过内容的回调（签名对不上），应被拒绝；再发真的"),
    Switch("probe", "签名探测", "先发一份 WECHATPAY/SIGNTEST/ 开头的签名，应被拒绝；再发真的（微信支付）"),
    Switch("stale", "时间过期", "先发一份十分钟前签名的回调，应被拒绝；再发真的"),
    Switch("tampered_answer", "应答签名被改", "接口的应答签名对不上，不可采信", group="gateway"),
    Switch(
        "outage", "网关故障", "接口不按常理应答",
        (("5xx", "直接答 5xx"), ("timeout", "不处理，超时"), ("lost_answer", "处理了，不应答"), ("flaky", "时好时坏")),
        group="gateway",
    ),
    Switch(
        "rotated", "平台证书轮换",
        "回调与没有指明公钥的应答改用新的平台证书签名；商户不认得它的序列号，要从 /v3/certificates 取（微信支付）",
        group="platform",
    ),
    Switch(
        "top_up_outcome", "充值结果", "直充订单的结局", (("failed", "失败"), ("unknown", "一直未知")), group="top_up",
    ),
    Switch("top_up_silent", "充值不回调", "直充结果只能靠查询", group="top_up"),
    Switch("sms_outage", "短信故障", "短信接口直接答 503", group="sms"),
)  # fmt: skip
BY_NAME = {switch.name: switch for switch in SWITCHES}
GROUPS = {
    "callback": "支付回调",
    "gateway": "支付网关接口",
    "platform": "支付平台",
    "top_up": "直充供应商",
    "sms": "短信",
}
OF_PAYMENTS = tuple(switch for switch in SWITCHES if switch.group in {"callback", "gateway"})


class UnknownSwitch(ValueError):
    """No such switch, or no such position of it."""


def checked(given: Any) -> Values:
    """Switch positions as somebody sent them; raises UnknownSwitch for what is none."""
    if not isinstance(given, dict):
        raise UnknownSwitch("an object of switches is wanted")
    values: Values = {}
    for name, value in given.items():
        switch = BY_NAME.get(name)
        if switch is None:
            raise UnknownSwitch(f"no switch {name!r}")
        allowed = ("", *(word for word, _ in switch.choices)) if switch.choices else (True, False)
        if value not in allowed or isinstance(value, bool) is bool(switch.choices):
            raise UnknownSwitch(f"{name}: {value!r} is none of {allowed}")
        values[name] = value
    return values


@dataclass(frozen=True)
class Pace:
    """How fast the world goes; all in seconds but `hurry` and `random_percent`."""

    hurry: float = 15.0
    """The networks' waits between two tries of a callback are shortened by so much."""
    delay: float = 20.0
    """How late a late callback is."""
    hold: float = 60.0
    """How long a payment's callback waits for that of a refund to go first."""
    refund: float = 2.0
    """How long a refund is under way at WeChat Pay."""
    top_up: float = 3.0
    """How long a top-up is under way."""
    hang: float = 20.0
    """How long a gateway that times out lets one wait."""
    random_percent: int = 0
    """How likely each switch is thrown for each new payment, by chance that comes out the same for the same number."""

    def with_(self, given: Any) -> Pace:
        """The pace with some values replaced; raises UnknownSwitch for what is no pace."""
        if not isinstance(given, dict) or set(given) - {field.name for field in fields(self)}:
            raise UnknownSwitch(f"a pace has {[field.name for field in fields(self)]}")
        for name, value in given.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100_000:
                raise UnknownSwitch(f"{name}: {value!r} is no pace")
        if given.get("hurry", 1) <= 0:
            raise UnknownSwitch("hurry: it must be above nothing")
        return replace(self, **given)

    def told(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def drawn(no: str, percent: int) -> Values:
    """The switches that chance throws for a payment: the same for the same number."""
    chance = Random(f"sandbox/{no}")
    values: Values = {}
    for switch in OF_PAYMENTS:
        # Answers signed wrongly come with the flaky ones: were all of them wrong, nobody could ever learn the truth.
        if chance.random() * 100 < percent and switch.name != "tampered_answer":
            values[switch.name] = "flaky" if switch.choices else True
    return values
