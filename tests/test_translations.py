"""Whoever reads the mall in Traditional Chinese or in English reads all of it, and nothing else.

A text that is new or changed fails here until both catalogues have it; docs/pages.md says how to add it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import Environment, nodes
from opencc import OpenCC

from mall.web import locale

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "mall" / "translations"
LANGUAGES = ("en", "zh_Hant_TW")

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff09\uff0b-\uff60]")
"""Han and its punctuation; the full-width asterisk that masks a name is nobody's language."""
PLACEHOLDER = re.compile(r"%\((\w+)\)(.)|%(%)")
ELEMENT = re.compile(r"</?\w+>")

GETTEXT = {"_": (0,), "N_": (0,), "gettext": (0,), "ngettext": (0, 1), "pgettext": (1,), "npgettext": (1, 2)}
"""Which arguments of these calls are translated."""
STILL_CHINESE_ENOUGH = {"台", "准"}
"""Simplified by the book, and what everybody in Taiwan writes (核准 is not 標準)."""
MAINLAND = re.compile("賬|登錄|網絡|信息|默認|服務器|屏幕|鏈接|查詢碼|二維碼|當前|許可權|後臺|支持")
"""Traditional letters, but not the words that people in Taiwan say."""

NOT_ON_SCREEN = (
    "mall/cli/",  # operators' commands, and the demonstration's invented dealers, persons and rewards
    "mall/web/styleguide.py",  # the makers' own page
    "mall/api/docs.py",  # the partners' examples
    "mall/earning/models/shape.py",  # and one more
    "mall/base/found.py",  # which letters are Han
    "mall/dealers/rules/totp.py",  # the issuer's name, kept by the authenticator for good
    "mall/sandbox/",  # the networks, as they speak
    "mall/catalog/rules/freight.py",  # provinces, as official divisions name them
    "mall/dealers/queries/addresses.py",  # a division that is no place, left out of addresses
    "mall/dealers/rules/address_parse.py",  # what people paste
    "mall/dealers/rules/gazetteer.py",
    "mall/dealers/rules/person_names.py",
    "mall/dealers/rules/phone.py",
    "mall/orders/views/notices.py",  # what the networks answer to, and show beside a payment
    "mall/orders/views/payment.py",
    "mall/payments/gateways/alipay_bill.py",
    "mall/payments/gateways/wechat_bill.py",
    "mall/payments/models/refund.py",
    "mall/rewards/forms/rebate_terms.py",  # a comma that is typed
    "mall/rewards/rules/codes.py",  # headings of lists that are read
    "mall/catalog/rules/sheets/words.py",  # headings and words of the spreadsheet, in three languages each
    "mall/catalog/rules/sheets/price_columns.py",  # the same of the sheet of prices
    "mall/catalog/rules/sheets/price_rows.py",  # words that people write behind amounts
    "mall/catalog/rules/sheets/level_columns.py",  # the same of the sheet of stock levels
    "mall/catalog/queries/price_sheet.py",  # how people write a region's name out
    "mall/catalog/rules/sheets/cells.py",  # signs that people write moments and amounts with
    "mall/catalog/rules/sheets/heading.py",
    "mall/catalog/rules/sheets/known.py",
    "mall/base/table.py",
)
SAME_IN_EVERY_LANGUAGE = set(locale.LANGUAGES.values())


@cache
def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def said() -> Catalog:
    """Every text that Babel finds in the source, as `make setup` and pybabel do."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    for folder in ("mall", "templates"):
        for path, line, text, _comments, context in extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)],
            {pattern.removeprefix(f"{folder}/"): given for pattern, given in options.items()},
            keywords,
        ):
            found.add(text, locations=[(f"{folder}/{path}", line)], context=context)
    return found


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [""])


def marks(text: str) -> Counter[str]:
    """What a text is filled with and marked up by; how it is ordered is the language's own matter."""
    return Counter(["".join(found) for found in PLACEHOLDER.findall(text)] + ELEMENT.findall(text))


def called(name: str) -> tuple[int, ...]:
    return GETTEXT.get(name, ())


def texts_of_python(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Every text of a module that is no docstring: its line, itself, whether it is marked for translation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marked: set[ast.AST] = set()
    told: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            told.add(node.value)
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            marked.update(node.args[at] for at in called(name) if at < len(node.args))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.lineno, node.value, node in marked


def texts_of_template(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Every text of a template but its comments, in the same three parts."""
    environment = Environment(extensions=["jinja2.ext.i18n"])
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    tree = environment.parse(path.read_text(encoding="utf-8"))
    marked: set[int] = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name):
            marked.update(id(call.args[at]) for at in called(call.node.name) if at < len(call.args))
    for data in tree.find_all(nodes.TemplateData):
        yield data.lineno, data.data, False
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str):
            yield const.lineno, const.value, id(const) in marked


def sources() -> list[Path]:
    python = [path for path in (ROOT / "mall").rglob("*.py") if not where(path).startswith(NOT_ON_SCREEN)]
    ours = {"styleguide", "sandbox"}  # the makers' own page, and the networks'
    templates = [path for path in (ROOT / "templates").rglob("*.html") if not ours & set(path.parts)]
    return sorted([*python, *templates])


def texts(path: Path) -> Iterator[tuple[int, str, bool]]:
    return texts_of_python(path) if path.suffix == ".py" else texts_of_template(path)


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_a_translation(language: str) -> None:
    """Add what is missing: pybabel extract and update, as docs/pages.md says."""
    kept = catalogue(language)
    missing = []
    for message in said():
        if not message.id:
            continue
        found = kept.get(forms(message.id)[0], context=message.context)
        if found is None or not all(forms(found.string)) or found.pluralizable != message.pluralizable:
            missing.append(f"{message.locations[0][0]}:{message.locations[0][1]} {message.id}")
    assert not missing, f"{language} lacks {len(missing)} texts:\n" + "\n".join(missing)


def test_every_marked_text_is_found_by_babel() -> None:
    """Babel reads no mark within another mark or an f-string: give such a text a name of its own first."""
    known = {form for message in said() if message.id for form in forms(message.id)}
    unseen = [
        f"{where(path)}:{line} {text}"
        for path in sources()
        for line, text, is_marked in texts(path)
        if is_marked and path.suffix == ".py" and text and text not in known
    ]
    assert not unseen, "\n".join(unseen)


def test_nobody_is_shown_chinese_that_is_not_marked() -> None:
    """Write {{ _("…") }} or N_("…") round it."""
    bare = [
        f"{where(path)}:{line} {text.strip()[:60]!r}"
        for path in sources()
        for line, text, is_marked in texts(path)
        if HAN.search(text) and not is_marked and text not in SAME_IN_EVERY_LANGUAGE
    ]
    assert not bare, "\n".join(bare)


def test_the_search_for_unmarked_chinese_finds_it(tmp_path: Path) -> None:
    """The tests above are worth what they see."""
    template = tmp_path / "page.html"
    template.write_text(
        '{# 注释 #}<p title="提示">{{ _("好") }}{% trans n=1 %}剩 {{ n }}{% endtrans %}{{ row("行", _("值")) }}</p>'
    )
    assert [text for _line, text, ok in texts(template) if HAN.search(text) and not ok] == ['<p title="提示">', "行"]
    module = tmp_path / "page.py"
    module.write_text('"""说明"""\nA = N_("好")\nB = "坏"\nC = ngettext("一", "二", 3)\n')
    assert [text for _line, text, ok in texts(module) if HAN.search(text) and not ok] == ["坏"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    """A fuzzy entry is what pybabel guessed: read it, mend it, take the mark away."""
    assert not [message.id for message in catalogue(language) if message.fuzzy and message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_filled_with_the_same_facts(language: str) -> None:
    """Same placeholders and elements, as often, in every plural form."""
    wrong = [
        f"{message.id} -> {form}"
        for message in messages(language)
        for form in forms(message.string)
        if marks(form) != marks(forms(message.id)[0])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_can_be_filled(language: str) -> None:
    """A stray per cent sign would break the page that says it."""
    for message in messages(language):
        for form in forms(message.string):
            facts = {name: 1 for name, _kind, _percent in PLACEHOLDER.findall(form) if name}
            if facts or "python-format" in message.flags:
                assert form % facts, message.id


def test_english_is_english() -> None:
    wrong = [form for message in messages("en") for form in forms(message.string) if HAN.search(form)]
    assert not wrong, "\n".join(wrong)
    # In Chinese fonts the curly ones are as wide as a letter.
    curly = [form for message in messages("en") for form in forms(message.string) if re.search("[‘’“”]", form)]
    assert not curly, "\n".join(curly)


def test_traditional_chinese_has_no_simplified_letters() -> None:
    letters, wrong = OpenCC("s2tw"), []
    for message in messages("zh_Hant_TW"):
        for form in forms(message.string):
            simplified = [one for one in form if letters.convert(one) != one and one not in STILL_CHINESE_ENOUGH]
            if simplified or MAINLAND.search(form):
                wrong.append(f"{form} {''.join(simplified)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("asked", "heading", "tag"),
    [("en", "Points mall", "en"), ("zh-HK", "積分商城", "zh-Hant-TW"), ("zh-CN", "积分商城", "zh-Hans-CN")],
)
def test_a_visitor_is_met_in_their_own_language(mall: Flask, asked: str, heading: str, tag: str) -> None:
    """Compiled catalogues are at work: `make setup` compiles them."""
    page = mall.test_client().get("/sign-in", headers={"Accept-Language": asked}).get_data(as_text=True)
    assert f'<html lang="{tag}"' in page
    assert heading in page
    assert asked != "en" or not HAN.search(page), "Chinese on the English page"
