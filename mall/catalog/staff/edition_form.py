"""What staff send about a region's edition of a reward: the parts that are its own, and its prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mall.catalog.models import SAID, Edition, Said
from mall.catalog.queries.beside import Beside, library
from mall.catalog.queries.edition_prices import Priced
from mall.catalog.rules.differences import differences
from mall.catalog.rules.document import LANGUAGES
from mall.catalog.rules.editions import LONGEST, WORDS, edition, faults, mark
from mall.catalog.staff.desk import fen_typed, yuan_told
from mall.catalog.staff.item_form import local, moment_kept, text_typed
from mall.catalog.staff.parts import Part, part_named
from mall.catalog.staff.pictures import PicturesForm, unknown
from mall.web.forms import trimmed, whole

MOST_SEEN = 16_000
"""Signs of what a form of prices showed: twenty for each, of sixty SKUs in all their steps."""


@dataclass(frozen=True, kw_only=True)
class EditionForm:
    """An edition as it stands in its form: `own` are the parts that are ticked, `texts` what stands in all of them."""

    own: frozenset[Said]
    texts: Edition
    pictures: PicturesForm
    off: Mapping[str, str]
    revision: int
    library: int
    """The version of the library that stood beside it when it was opened."""
    said: Edition = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Beside) -> EditionForm:
        """The form of an edition as it is; a part that is not its own shows what the region follows."""
        said = found.said
        texts = found.followed | {name: value for name, value in said.items() if name in found.followed}
        own = {part for part in WORDS if part in said} | ({Said.SHELF} if said.get("off_from") else set())
        return cls(
            own=frozenset(own),
            texts=texts,
            pictures=PicturesForm(None, pictures=texts["pictures"]),
            off={name: local(said.get(name)) for name in ("off_from", "off_until")},
            revision=found.revision,
            library=found.item.version,
            said=said,
        )

    @property
    def asked(self) -> bool:
        """Whether a button of the pictures was pressed: the form is shown again and nothing saved."""
        return bool(self.pictures.pictures.asked)


@dataclass(frozen=True, kw_only=True)
class Left:
    """A part that the library has changed since the region wrote its own: both texts, and what changed in words."""

    part: Said
    word: str
    says: Any
    own: Any
    changed: list[Part]
    mark: str
    """What a form sends back of what was shown."""


def left_behind(found: Beside) -> list[Left]:
    """The parts of an edition that the library has left behind, in their order."""
    says = library(found.item)
    return [
        Left(
            part=part,
            word=_(SAID[part]),
            says=says[part],
            own=found.said[part],
            changed=[part_named(one) for one in differences({part.value: was}, {part.value: says[part]})],
            mark=mark(says[part]),
        )
        for part in WORDS
        if (was := found.behind.get(part)) is not None
    ]


def edition_from(sent: MultiDict[str, str], found: Beside, at: datetime) -> EditionForm:
    """Read what was sent. A part that was not the region's own and was written into becomes its own, tick or no tick:
    what somebody has typed is not thrown away.
    """
    errors: dict[str, str] = {}
    beside = whole(sent.get("library", ""))
    pictures = PicturesForm(sent)
    texts: Edition = {
        part.value: {one: text_typed(sent, f"{part.value}-{one}", most, errors) for one in LANGUAGES}
        for part, most in LONGEST.items()
    }
    texts["pictures"] = list(pictures.pictures.data or [])
    before, shown = found.said, edition(found.followed)
    ticked = {Said(one) for one in sent.getlist("own") if one in set(Said)}
    typed = edition(texts)
    came = {part for part in WORDS if any(name == part or name.startswith(f"{part.value}-") for name in sent)}
    own = {part for part in WORDS if part in ticked or (part in came - set(before) and typed[part] != shown[part])}
    chosen = {part.value: texts[part] for part in WORDS if part in own}
    typed_off: dict[str, str] = {}
    if Said.SHELF in ticked:
        own.add(Said.SHELF)
        since = moment_kept(sent, "off_from", typed_off, errors)
        chosen |= {"off_from": since or at.isoformat(), "off_until": moment_kept(sent, "off_until", typed_off, errors)}
    said = edition(chosen)
    for name, words, params in faults(said):
        errors.setdefault(name, _(words, **params))
    if not pictures.validate() and Said.PICTURES in own:
        errors.setdefault("pictures", "")
    if Said.PICTURES in own and (text := unknown(texts["pictures"])):
        errors.setdefault("pictures", text)
    if errors.get("pictures"):
        pictures.refuse("pictures", errors["pictures"])
    return EditionForm(
        own=frozenset(own),
        texts=typed,
        pictures=pictures,
        off={name: trimmed(sent.get(name))[:16] for name in ("off_from", "off_until")},
        revision=max(whole(sent.get("revision", "0")) or 0, 0),
        library=found.item.version if beside is None else beside,
        said=said,
        errors=errors,
    )


@dataclass(frozen=True, kw_only=True)
class PricesForm:
    """A region's prices as they stand in their form, by SKU and step; what cannot be stays in `typed`."""

    typed: dict[tuple[str, int], tuple[str, str]]
    prices: dict[tuple[str, int], tuple[int, int] | None] = field(default_factory=dict)
    errors: dict[tuple[str, int], str] = field(default_factory=dict)
    seen: str = ""

    @classmethod
    def of(cls, there: Sequence[Priced], seen: str) -> PricesForm:
        """The form of prices as they are."""
        own = {(one.sku, one.step): one.mine for one in there}
        typed = {at: (str(row.points), yuan_told(row.cash_fen)) if row else ("", "") for at, row in own.items()}
        return cls(typed=typed, seen=seen)


def prices_from(sent: MultiDict[str, str], there: Sequence[Priced]) -> PricesForm:
    """Read the prices that were sent, and hold each against the brand's bounds."""
    form = PricesForm(typed={}, seen=trimmed(sent.get("seen"))[:MOST_SEEN])
    for one in there:
        at = (one.sku, one.step)
        points = trimmed(sent.get(f"points-{one.sku}-{one.step}"))[:20]
        cash = trimmed(sent.get(f"cash-{one.sku}-{one.step}"))[:20]
        form.typed[at] = (points, cash)
        if not points and not cash:
            form.prices[at] = None
            continue
        many, fen = whole(points.replace(",", "")), fen_typed(cash) if cash else one.brand.cash_fen
        if many is None or many <= 0:
            form.errors[at] = _("请填写大于 0 的整数，不填是跟随品牌")
        elif fen is None:
            form.errors[at] = _("请填写金额，最多两位小数")
        elif wrong := _outside(one, many, fen):
            form.errors[at] = wrong
        else:
            form.prices[at] = (many, fen)
    return form


def _outside(one: Priced, points: int, fen: int) -> str:
    """Why a price may not be, in words; nothing where it may."""
    if not one.bounds.allow(points, one.brand.points):
        least, most = one.points
        return str(_("超出品牌给的范围，要在 %(least)s 到 %(most)s 积分之间", least=f"{least:,}", most=f"{most:,}"))
    if not one.bounds.allow(fen, one.brand.cash_fen):
        least, most = one.cash
        told: dict[str, Any] = {"least": yuan_told(least), "most": yuan_told(most)}
        return str(_("超出品牌给的范围，现金要在 %(least)s 到 %(most)s 元之间", **told))
    return ""
