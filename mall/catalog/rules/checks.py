"""What is looked at before a reward is published. Pure: a document and what is known around it in, words out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mall.base.refused import N_, Phrase
from mall.base.rich import MOST
from mall.catalog.models import Admission, Delivery, Document, Kind
from mall.catalog.rules.document import LANGUAGES, MOST_NAME, MOST_PICTURES, MOST_SKUS, NOW, attribute_names
from mall.catalog.rules.terms import wrong_terms

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known around a document: the categories, suppliers and freight templates that there are, the SKU codes of
    other rewards, those of its own that everybody has a price for now, and what is live.
    """

    now: datetime
    categories: Collection[str]
    suppliers: Mapping[str, Admission]
    templates: Collection[str] = ()
    taken: Collection[str] = ()
    priced: Collection[str] = ()
    live_shelved_at: str | None = None
    live_kind: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. What is not good and does not `block` is told, and may be published all the same.

    `at` is the part of the editor where it is mended.
    """

    code: str
    good: bool
    text: str
    at: str = ""
    blocks: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fails(self) -> bool:
        """Whether it keeps the document from being published."""
        return self.blocks and not self.good

    @property
    def told(self) -> Phrase:
        """Its text with what it names; names of parts of the reward are texts themselves."""
        what = [Phrase(one) for one in self.params.get("what", ())]
        return Phrase(self.text, {**self.params, "what": what})


def checks(document: Document, facts: Facts) -> tuple[Check, ...]:
    """All checks of a document, in the order of the editor."""
    kind = Kind(document["kind"])
    return (
        *_pictures(document),
        _texts(document),
        _category(document, facts),
        *_skus(document, facts),
        _terms(document, kind, facts),
        _delivery(document, kind),
        _supplier(document, facts),
        _moments(document, facts),
        _prices(document, facts),
        _languages(document),
    )


def failing(found: tuple[Check, ...]) -> list[Check]:
    """Those that keep it from being published."""
    return [check for check in found if check.fails]


def _pictures(document: Document) -> Iterator[Check]:
    many = len(document["pictures"])
    if not many:
        yield Check("pictures", False, N_("还没有图片，至少要一张主图"), "pictures")
    elif many > MOST_PICTURES:
        yield Check("pictures", False, N_("图片最多 %(most)s 张"), "pictures", params={"most": MOST_PICTURES})
    else:
        yield Check("pictures", True, N_("有主图，共 %(n)s 张图片"), "pictures", params={"n": many})


def _texts(document: Document) -> Check:
    name = document["names"].get("zh_Hans", "")
    if not name:
        return Check("name", False, N_("还没有名称"), "basics")
    if any(len(text) > MOST_NAME for text in document["names"].values()):
        return Check("name", False, N_("名称最多 %(most)s 个字"), "basics", params={"most": MOST_NAME})
    if any(len(text) > MOST for text in document["descriptions"].values()):
        return Check("name", False, N_("说明最多 %(most)s 个字"), "description", params={"most": MOST})
    return Check("name", True, N_("名称齐全"), "basics")


def _category(document: Document, facts: Facts) -> Check:
    known = document["category"] in facts.categories
    return Check("category", known, N_("已选分类") if known else N_("还没有选分类，或者分类已被删除"), "basics")


def _skus(document: Document, facts: Facts) -> Iterator[Check]:
    skus, codes = document["skus"], [sku["code"] for sku in document["skus"]]
    if not skus:
        yield Check("skus", False, N_("至少要有一个规格"), "skus")
        return
    wrong = next((code for code in codes if not CODE.fullmatch(code)), None)
    twice = next((code for code in codes if codes.count(code) > 1), None)
    taken = next((code for code in codes if code in facts.taken), None)
    if len(skus) > MOST_SKUS:
        yield Check("skus", False, N_("规格最多 %(most)s 个"), "skus", params={"most": MOST_SKUS})
    elif wrong is not None:
        yield Check("skus", False, N_("规格货号“%(code)s”要用字母、数字和连字符"), "skus", params={"code": wrong})
    elif twice is not None:
        yield Check("skus", False, N_("规格货号 %(code)s 用了两次"), "skus", params={"code": twice})
    elif taken is not None:
        yield Check("skus", False, N_("规格货号 %(code)s 已经是别的礼品的"), "skus", params={"code": taken})
    elif not _told_apart(document):
        yield Check("skus", False, N_("每个规格都要填属性值，组合不能重复"), "skus")
    else:
        yield Check("skus", True, N_("规格齐全，共 %(n)s 个"), "skus", params={"n": len(skus)})


def _told_apart(document: Document) -> bool:
    """Whether a dealer can tell the SKUs by their attributes: the same names, a value each, no combination twice."""
    names = attribute_names(document)
    combinations = set()
    for sku in document["skus"]:
        attributes = sku["attributes"]
        if [one["name"] for one in attributes] != names or not all(one["name"].get("zh_Hans") for one in attributes):
            return False
        values = tuple(one["value"].get("zh_Hans", "") for one in attributes)
        if not all(values):
            return False
        combinations.add(values)
    return len(combinations) == len(document["skus"])


def _terms(document: Document, kind: Kind, facts: Facts) -> Check:
    if facts.live_kind not in ("", kind.value):  # its stock, codes and orders are of the kind that it is
        return Check("terms", False, N_("已有礼品的发放方式不能改"), "terms")
    wrong = wrong_terms(kind, document["terms"])
    if not wrong:
        return Check("terms", True, N_("发放方式齐全"), "terms")
    return Check("terms", False, N_("发放方式还缺：%(what)s"), "terms", params={"what": [term.label for term in wrong]})


def _delivery(document: Document, kind: Kind) -> Check:
    good = not (kind.shipped and document["delivery"] == Delivery.INSTANT.value)
    return Check("delivery", good, N_("发货承诺合适") if good else N_("实物不能承诺即时发放"), "stock")


def _supplier(document: Document, facts: Facts) -> Check:
    code = document["supplier"]
    if not code:
        return Check("supplier", False, N_("没有填供应商，自有货源可以不填"), "supplier", blocks=False)
    admission = facts.suppliers.get(code)
    if admission is None:
        return Check("supplier", False, N_("没有这个供应商"), "supplier")
    good = admission is Admission.ADMITTED
    return Check("supplier", good, N_("供应商已准入") if good else N_("供应商还没有准入，或者已被暂停"), "supplier")


def _moments(document: Document, facts: Facts) -> Check:
    on, off = document["shelved_at"], document["off_at"]
    if on is None:
        if off is not None:
            return Check("shelf", False, N_("填了下架时间，但没有选择上架"), "shelf")
        return Check("shelf", True, N_("发布后不上架，只存入礼品库"), "shelf")
    begins = facts.now if on == NOW else datetime.fromisoformat(on)
    if begins < facts.now and on != facts.live_shelved_at:
        return Check("shelf", False, N_("上架时间已经过去，请改为之后，或选“立即上架”"), "shelf")
    if off is not None and datetime.fromisoformat(off) <= max(begins, facts.now):
        return Check("shelf", False, N_("下架时间要晚于上架时间，也要晚于现在"), "shelf")
    return Check("shelf", True, N_("上下架时间合适"), "shelf")


def _prices(document: Document, facts: Facts) -> Check:
    missing = [sku["code"] for sku in document["skus"] if sku["code"] not in facts.priced]
    if not document["skus"]:
        return Check("prices", False, N_("先有规格，才能定价"), "prices", blocks=False)
    if not missing:
        return Check("prices", True, N_("每个规格都有所有人的价格"), "prices", blocks=False)
    if len(missing) == len(document["skus"]):
        text = N_("还没有价格：可以发布，定价之前经销商看不到")
        return Check("prices", False, text, "prices", blocks=False)
    text = N_("%(n)s 个规格没有所有人的价格，这些规格兑换不了：%(codes)s")
    return Check("prices", False, text, "prices", False, {"n": len(missing), "codes": missing[:5]})


def _languages(document: Document) -> Check:
    missing = [one for one in LANGUAGES if one not in document["names"]]
    text = N_("名称有三种语言") if not missing else N_("缺繁体或英文名称，那里会显示简体")
    return Check("languages", not missing, text, "basics", blocks=False)
