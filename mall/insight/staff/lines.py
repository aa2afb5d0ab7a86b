"""The kinds of lines of what needs a hand today: what each is called, where it leads, and whose business it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mall.base.refused import N_
from mall.base.scope import Scope


class Urgency(StrEnum):
    """How urgent a line is, the most urgent first."""

    NOW = "now"
    SOON = "soon"
    WAITS = "waits"


URGENCIES: dict[Urgency, tuple[str, str]] = {
    Urgency.NOW: (N_("经销商已经受影响"), "negative"),
    Urgency.SOON: (N_("这几天要安排"), "value"),
    Urgency.WAITS: (N_("等人看一眼"), "info"),
}
"""What the groups are called, and the colour of their numbers."""


class Of(StrEnum):
    """Whose business a line is."""

    BRAND = "brand"
    SUPPLIER = "supplier"
    REGION = "region"

    @classmethod
    def scope(cls, scope: Scope) -> Of:
        """Whose business somebody of this scope looks after."""
        return cls.SUPPLIER if scope.supplier_id is not None else cls.REGION if scope.region else cls.BRAND


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of line: its name, its picture, where it leads, and for whose business it is told."""

    urgency: Urgency
    title: str
    calm: str
    """What is said where nothing is in it."""
    icon: str
    href: str
    instead: str = ""
    """Where it leads those to whom `href` is shut."""
    of: frozenset[Of] = frozenset({Of.BRAND})


ITS_SUPPLIERS, ITS_REGIONS = frozenset({Of.BRAND, Of.SUPPLIER}), frozenset({Of.BRAND, Of.REGION})
KINDS: dict[str, Kind] = {
    "fault": Kind(
        urgency=Urgency.NOW,
        title=N_("礼品的定时发布没有成功"),
        calm=N_("礼品的定时发布都成功了"),
        icon="alarm-clock-off",
        href="/desk/items?state=draft",
        of=ITS_SUPPLIERS,
    ),
    "face_fault": Kind(
        urgency=Urgency.NOW,
        title=N_("首页的定时发布没有成功"),
        calm=N_("首页的定时发布都成功了"),
        icon="alarm-clock-off",
        href="/desk/face",
        of=ITS_REGIONS,
    ),
    "no_price": Kind(
        urgency=Urgency.NOW,
        title=N_("在架，但没有价格"),
        calm=N_("在架的都有价格"),
        icon="coins",
        href="/desk/items?state=on&lacks=price",
    ),
    "bare": Kind(
        urgency=Urgency.NOW,
        title=N_("价格快到期，没有接替的"),
        calm=N_("到期的价格都有接替"),
        icon="calendar-x",
        href="/desk/prices?ends=bare",
    ),
    "out": Kind(
        urgency=Urgency.NOW,
        title=N_("已无库存"),
        calm=N_("没有断货"),
        icon="package-x",
        href="/desk/stock?state=out",
        of=ITS_SUPPLIERS,
    ),
    "codes": Kind(
        urgency=Urgency.NOW,
        title=N_("卡密快发完了"),
        calm=N_("卡密够用"),
        icon="key-round",
        href="/desk/vault",
        instead="/desk/stock?kind=card_code&sort=least",
        of=ITS_SUPPLIERS,
    ),
    "safety": Kind(
        urgency=Urgency.SOON,
        title=N_("到了安全库存"),
        calm=N_("都在安全库存以上"),
        icon="layers",
        href="/desk/stock?state=safety",
        of=ITS_SUPPLIERS,
    ),
    "coming_no_price": Kind(
        urgency=Urgency.SOON,
        title=N_("快上架了，还没有价格"),
        calm=N_("待上架的都有价格"),
        icon="coins",
        href="/desk/items?state=coming&lacks=price",
    ),
    "no_picture": Kind(
        urgency=Urgency.SOON,
        title=N_("没有图片"),
        calm=N_("都有图片"),
        icon="image-off",
        href="/desk/items?lacks=picture",
        of=ITS_SUPPLIERS,
    ),
    "ends": Kind(
        urgency=Urgency.SOON,
        title=N_("价格 7 天内到期"),
        calm=N_("7 天内没有价格到期"),
        icon="calendar-clock",
        href="/desk/prices?ends=week",
        of=ITS_REGIONS,
    ),
    "warning": Kind(
        urgency=Urgency.SOON,
        title=N_("库存预警"),
        calm=N_("没有库存预警"),
        icon="layers",
        href="/desk/stock?state=warning",
        of=ITS_SUPPLIERS,
    ),
    "editions": Kind(
        urgency=Urgency.SOON,
        title=N_("本区另写的，品牌库改过"),
        calm=N_("品牌库没有改过本区另写的"),
        icon="map",
        href="/desk/editions?way=behind",
        of=frozenset({Of.REGION}),
    ),
    "reviews": Kind(
        urgency=Urgency.SOON,
        title=N_("供应商该复审了"),
        calm=N_("没有供应商到复审期"),
        icon="factory",
        href="/desk/suppliers?review=due",
    ),
    "proposals": Kind(
        urgency=Urgency.WAITS,
        title=N_("等你复核"),
        calm=N_("没有等你复核的"),
        icon="hourglass",
        href="/desk/waiting",
    ),
    "batch_waiting": Kind(
        urgency=Urgency.WAITS,
        title=N_("批量改动等复核"),
        calm=N_("没有批量改动等复核"),
        icon="user-round-check",
        href="/desk/batches?state=waiting",
        of=ITS_REGIONS,
    ),
    "batch_checked": Kind(
        urgency=Urgency.WAITS,
        title=N_("批量改动等执行"),
        calm=N_("没有批量改动等执行"),
        icon="list-checks",
        href="/desk/batches?state=checked",
        of=ITS_REGIONS,
    ),
    "new": Kind(
        urgency=Urgency.WAITS,
        title=N_("新礼品还没发布"),
        calm=N_("新礼品都发布了"),
        icon="file-plus",
        href="/desk/items?state=new",
        of=ITS_SUPPLIERS,
    ),
    "drafts": Kind(
        urgency=Urgency.WAITS,
        title=N_("改了还没发布"),
        calm=N_("改动都发布了"),
        icon="file-pen",
        href="/desk/items?state=draft",
        of=ITS_SUPPLIERS,
    ),
    "face_draft": Kind(
        urgency=Urgency.WAITS,
        title=N_("首页的改动还没发布"),
        calm=N_("首页的改动都发布了"),
        icon="panels-top-left",
        href="/desk/face",
    ),
    "counts": Kind(
        urgency=Urgency.WAITS,
        title=N_("盘点等过账"),
        calm=N_("没有盘点等过账"),
        icon="clipboard-list",
        href="/desk/stock/counts",
    ),
    "searches": Kind(
        urgency=Urgency.WAITS,
        title=N_("搜不到的词"),
        calm=N_("最近 7 天都搜得到"),
        icon="search-x",
        href="/desk/searches",
    ),
}
"""Every kind of line in the order in which a page tells them."""
NOTES: dict[str, str] = {
    "fault": N_("到了时间没有发出去，还停在草稿里；原因写在它的编辑页。先看 %(code)s。"),
    "face_fault": N_("最近 7 天里到了时间没有发出去，原因写在首页的编辑页。"),
    "no_price": N_("经销商看不到这些礼品，定好价格立刻出现。"),
    "bare": N_("一周之内到期，之后没有所有人的价格，这些规格就换不了。"),
    "out": N_("设过水位的规格一件不剩。补货，或者先下架。"),
    "codes": N_("可发放的卡密到了预警线，请尽快导入新的一批。"),
    "safety": N_("到了安全库存，或者更少，今天就该下单。"),
    "coming_no_price": N_("没有价格，到了上架时间经销商也看不到。"),
    "no_picture": N_("列表里是一块空白，不容易被看中。"),
    "ends": N_("最早 %(first_at)s 到期。活动价到期后，回到平时的价格。"),
    "warning": N_("快到安全库存了，可以和别的一起下单。"),
    "editions": N_("经销商看到的还是本区的写法，要不要跟着改由你们定。先看 %(region)s。"),
    "reviews": N_("到了复审的日子。看看资料过期没有，该暂停的暂停。"),
    "proposals": N_("同事提交的，要你同意才生效，例如低于成本的价格。"),
    "batch_waiting": N_("改动大，或者低于成本，要第二个人同意。"),
    "batch_checked": N_("试运行看完了，还没有执行，也没有放弃。"),
    "new": N_("最久的一份从 %(since)s 起没人动过。"),
    "drafts": N_("最久的一份从 %(since)s 起没人动过，经销商看到的还是旧的。"),
    "face_draft": N_("%(since)s 改过，经销商看到的还是旧的。"),
    "counts": N_("数字录完了，过账之后库存才会变。"),
    "searches": N_("最近 7 天共搜了 %(times)s 次，一件礼品也没有。"),
}
MORE: dict[str, tuple[str, str]] = {
    "codes": ("empty", N_("其中 %(n)s 种已经发完。")),
    "batch_waiting": ("mine", N_("其中 %(n)s 个是你提的，要请别人看。")),
    "new": ("due", N_("其中 %(n)s 份已经定时。")),
    "drafts": ("due", N_("其中 %(n)s 份已经定时。")),
}
"""What is told besides where a fact of the line is more than nought."""
