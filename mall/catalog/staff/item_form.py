"""What staff send about a reward: its whole document, typed; amounts in yuan, moments in the mall's own time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mall.base.rich import MOST
from mall.catalog.models import TAGS, Delivery, Document, Kind
from mall.catalog.queries.documents import Written
from mall.catalog.rules.document import (
    LANGUAGES,
    MOST_ATTRIBUTES,
    MOST_FEN,
    MOST_NAME,
    MOST_PIECES,
    MOST_SKUS,
    MOST_SUBTITLE,
    NOW,
    attribute_names,
    document,
)
from mall.catalog.rules.terms import TERMS
from mall.catalog.staff.desk import fen_typed, yuan_told
from mall.catalog.staff.pictures import PicturesForm, unknown
from mall.web.forms import trimmed, whole
from mall.web.moments import moment_shown, moment_typed
from mall.web.picture_field import PicturesField

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
DOT = re.compile(r"#[0-9A-Fa-f]{6}")
LONGEST = {"names": MOST_NAME, "subtitles": MOST_SUBTITLE, "descriptions": MOST}


@dataclass(frozen=True, kw_only=True)
class ItemForm:
    """A document as it stands in the editor: what cannot be read stays in `typed`, with a word on it in `errors`."""

    document: Document
    revision: int = 0
    version: int = 0
    draft: int = 0
    attributes: list[dict[str, str]] = field(default_factory=list)
    """What the SKUs' attributes are called, by language."""
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    note: str = ""
    pictures_form: PicturesForm | None = None

    @classmethod
    def of(cls, found: Written) -> ItemForm:
        """The form of a reward as it stands."""
        draft = found.draft.id if found.draft else 0
        names = [dict(one) for one in attribute_names(found.document)]
        return cls(
            document=found.document, revision=found.revision, version=found.version, draft=draft, attributes=names
        )

    def following(self, found: Written) -> ItemForm:
        """The same text on top of how the reward stands now: what a conflict hands back."""
        draft = found.draft.id if found.draft else 0
        return replace(self, revision=found.revision, version=found.version, draft=draft)

    @property
    def pictures(self) -> PicturesField:
        """The field of its pictures."""
        form = self.pictures_form or PicturesForm(None, pictures=self.document["pictures"])
        return form.pictures

    @property
    def shelf(self) -> str:
        """What is chosen about the shelf: off, now, or at a moment."""
        on = self.document["shelved_at"]
        return "off" if on is None else "now" if on == NOW else "at"

    def at(self, name: str) -> str:
        """A moment as its field shows it."""
        return self.typed.get(name, local(self.document[name]))

    def yuan(self, name: str, fen: Any) -> str:
        """An amount as its field shows it; nothing for none."""
        return self.typed.get(name, yuan_told(fen) if fen else "")


def item_form_from(sent: MultiDict[str, str]) -> ItemForm:
    """Read what was sent; its buttons that add, move or take out are done on the way."""
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    kind = _one_of(Kind, sent.get("kind", ""), Kind.PHYSICAL)
    attributes, skus = _skus(sent, typed, errors)
    act, _sep, which = sent.get("act", "").partition(":")
    attributes, skus = _acted(act, whole(which), attributes, skus)
    form = PicturesForm(sent)
    form.validate()
    if text := unknown([*form.pictures.data, *(sku["picture"] for sku in skus if sku.get("picture"))]):
        form.refuse("pictures", text)
    if form.pictures.errors:
        errors["pictures"] = form.pictures.errors[0]
    found: dict[str, Any] = {
        "category": trimmed(sent.get("category"))[:40],
        "kind": kind.value,
        "brand": trimmed(sent.get("brand"))[:80],
        "supplier": trimmed(sent.get("supplier"))[:40],
        "pictures": form.pictures.data,
        "tags": [tag for tag in TAGS if tag in sent.getlist("tags")],
        "list_price_fen": _fen(sent, "list_price", typed, errors),
        "limit_per_dealer": _limit(sent, typed, errors),
        "delivery": _one_of(Delivery, sent.get("delivery", ""), Delivery.TWO_DAYS).value,
        "terms": _terms(sent, kind, typed, errors),
        "personal": sent.get("personal") == "1",
        "freight_template": trimmed(sent.get("freight_template"))[:40] if kind.shipped else "",
        "skus": skus,
        "shelved_at": _shelved(sent, typed, errors),
        "off_at": moment_kept(sent, "off_at", typed, errors) if sent.get("shelf") != "off" else None,
    }
    for name, most in LONGEST.items():
        found[name] = {language: text_typed(sent, f"{name}-{language}", most, errors) for language in LANGUAGES}
    return ItemForm(
        document=document(found),
        revision=max(whole(sent.get("revision", "0")) or 0, 0),
        version=max(whole(sent.get("version", "0")) or 0, 0),
        draft=max(whole(sent.get("draft", "0")) or 0, 0),
        attributes=attributes,
        typed=typed,
        errors=errors,
        note=trimmed(sent.get("note"))[:200],
        pictures_form=form,
    )


def local(moment: str | None) -> str:
    """A moment of a document in the mall's own time, to the minute; nothing for none."""
    if not moment or moment == NOW:
        return ""
    return moment_shown(datetime.fromisoformat(moment))


def text_typed(sent: MultiDict[str, str], name: str, most: int, errors: dict[str, str]) -> str:
    """A text as its field sends it: one line, unless it is a description; a word at the field where it is too long."""
    text = (sent.get(name) or "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > most:
        errors[name] = _("最多 %(most)s 个字", most=most)
    return text if "\n" in text or "descriptions" in name else trimmed(text)


def _fen(sent: MultiDict[str, str], name: str, typed: dict[str, str], errors: dict[str, str]) -> int:
    text = trimmed(sent.get(name))[:20]
    fen = fen_typed(text or "0")
    if fen is None or fen > MOST_FEN:
        typed[name], errors[name] = text, _("请填写金额，最多两位小数")
    return fen or 0


def _limit(sent: MultiDict[str, str], typed: dict[str, str], errors: dict[str, str]) -> int | None:
    text = trimmed(sent.get("limit"))[:10]
    if not text:
        return None
    many = whole(text)
    if many is None or not 1 <= many <= MOST_PIECES:
        typed["limit"], errors["limit"] = text, _("1 至 %(most)s 的整数，不填是不限", most=f"{MOST_PIECES:,}")
        return None
    return many


def _terms(sent: MultiDict[str, str], kind: Kind, typed: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for term in TERMS[kind]:
        name = f"term-{term.name}"
        text = trimmed(sent.get(name))[:60]
        if not text:
            continue
        value = fen_typed(text) if term.shape == "fen" else whole(text) if term.shape == "days" else text
        if not term.sound(value):
            typed[name], errors[name] = text, _(term.hint)
        else:
            found[term.name] = value
    return found


def _skus(
    sent: MultiDict[str, str], typed: dict[str, str], errors: dict[str, str]
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    across = min(max(whole(sent.get("attributes", "0")) or 0, 0), MOST_ATTRIBUTES)
    down = min(max(whole(sent.get("skus", "0")) or 0, 0), MOST_SKUS)
    names = [{one: trimmed(sent.get(f"attribute-{at}-{one}"))[:20] for one in LANGUAGES} for at in range(across)]
    skus = []
    for row in range(down):
        key = f"sku-{row}"
        values = [{one: trimmed(sent.get(f"{key}-{at}-{one}"))[:40] for one in LANGUAGES} for at in range(across)]
        dots = [trimmed(sent.get(f"{key}-{at}-dot"))[:7] for at in range(across)]
        picture = trimmed(sent.get(f"{key}-picture"))
        skus.append(
            {
                "code": trimmed(sent.get(f"{key}-code"))[:40],
                "cost_fen": _fen(sent, f"{key}-cost", typed, errors),
                "picture": picture if KEY.fullmatch(picture) else "",
                "attributes": [
                    {"name": name, "value": value, "dot": dot if DOT.fullmatch(dot) else ""}
                    for name, value, dot in zip(names, values, dots, strict=True)
                ],
            }
        )
    return names, skus


def _acted(
    act: str, which: int | None, names: list[dict[str, str]], skus: list[dict[str, Any]]
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """What the table's own buttons do to it: a SKU or an attribute more, or one less."""
    if act == "add-sku" and len(skus) < MOST_SKUS:
        fresh = [{"name": name, "value": {}, "dot": ""} for name in names]
        skus = [*skus, {"code": "", "cost_fen": skus[-1]["cost_fen"] if skus else 0, "attributes": fresh}]
    elif act == "out-sku" and which is not None:
        skus = [sku for at, sku in enumerate(skus) if at != which]
    elif act == "add-attribute" and len(names) < MOST_ATTRIBUTES:
        names = [*names, {}]
        skus = [sku | {"attributes": [*sku["attributes"], {"name": {}, "value": {}, "dot": ""}]} for sku in skus]
    elif act == "out-attribute" and which is not None:
        names = [name for at, name in enumerate(names) if at != which]
        skus = [sku | {"attributes": [a for at, a in enumerate(sku["attributes"]) if at != which]} for sku in skus]
    return names, skus


def _shelved(sent: MultiDict[str, str], typed: dict[str, str], errors: dict[str, str]) -> str | None:
    if sent.get("shelf") == "now":
        return NOW
    if sent.get("shelf") != "at":
        return None
    found = moment_kept(sent, "shelved_at", typed, errors)
    if found is None and "shelved_at" not in errors:
        errors["shelved_at"] = _("请填写上架时间")
    return found


def moment_kept(sent: MultiDict[str, str], name: str, typed: dict[str, str], errors: dict[str, str]) -> str | None:
    """A moment of the document. One that was not touched keeps its seconds, which the field does not show."""
    text, was = trimmed(sent.get(name))[:16], trimmed(sent.get(f"{name}-was"))
    if not text:
        return None
    try:
        if was and datetime.fromisoformat(was).tzinfo is not None and local(was) == text:
            return was
    except (ValueError, OverflowError):
        was = ""
    found = moment_typed(text)
    if found is None:
        typed[name], errors[name] = text, _("请填写日期和时间")
        return None
    return found.isoformat()


def _one_of(words: Any, text: str, otherwise: Any) -> Any:
    return words(text) if text in set(words) else otherwise
