"""The template of a spreadsheet: empty rows under headings with help, how it is filled in, and what may be chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.queries.sheet_rows import speaker
from mall.catalog.rules.sheets import words
from mall.catalog.rules.sheets.columns import COLUMNS, Column, Shape
from mall.catalog.rules.sheets.layout import Layout
from mall.catalog.rules.sheets.lines import Cells
from mall.catalog.rules.sheets.words import said
from mall.catalog.staff.desk import zone
from mall.web.spreadsheet import Is, Value
from mall.web.tables import Heading, Table

HOLDS = {Shape.FEN: Is.MONEY, Shape.COUNT: Is.POINTS}
RULES = (
    N_("一行一个规格；同一件礼品的几行要排在一起。整件礼品的内容每行都写，或只写在其中一行。"),
    N_("按货号对应：有这个货号就修改，没有就新建。表里没有写到的礼品和规格不会动。"),
    N_("空着的格子不改动原来的内容；写“清空”才会清掉。"),
    N_("有一格不对，这件礼品的几行都不导入，别的礼品照常。改好错误行再传一次就行，重复导入不会出错。"),
    N_("深色表头是新礼品必填的。列的顺序不限，用不到的列可以删掉。"),
    N_("上传后先试运行，逐行告诉你结果，确认之后才写入；写入后可以整批撤销。"),
)
"""How a file is read, in the words of whoever fills it in."""


def language() -> str:
    """The reader's language, as documents know languages."""
    return str(get_locale()).rpartition("_")[0] or str(get_locale())


def headings(columns: Sequence[Column] = COLUMNS, *, notes: bool = False) -> list[Heading]:
    """The columns as a file has them, with notes beside their headings where they help."""
    return [
        Heading(
            text=said(column.heading, language()),
            holds=HOLDS.get(column.shape, Is.TEXT),
            note=_(column.help) if notes else "",
            choices=_offered(column) if notes else (),
            needed=column.needed,
            width=column.width,
        )
        for column in columns
    ]


def row(cells: Cells, columns: Sequence[Column] = COLUMNS) -> list[Value]:
    """A row in the order of the columns."""
    return [cells.get(column.key) for column in columns]


def tables(layout: Layout, rules: Sequence[str], new: str, choices: Table | None) -> list[Table]:
    """The sheets of a template; the first one is read when it comes in again. `new` is what is new by a row."""
    help_ = said(words.SHEETS["help"], language())
    return [
        Table(name=said(layout.name, language()), headings=headings(layout.columns, notes=True)),
        Table(name=help_, headings=_help_headings(new), rows=_help(layout, rules), reads=True),
        *([choices] if choices else []),
    ]


def offered(columns: Sequence[tuple[words.Words, Sequence[str]]]) -> Table:
    """The sheet of what may be chosen: columns, each with what stands in it."""
    return Table(
        name=said(words.SHEETS["choices"], language()),
        headings=[Heading(text=said(name, language()), width=28) for name, _found in columns],
        rows=[[cell or "" for cell in across] for across in zip_longest(*(found for _name, found in columns))],
    )


def _offered(column: Column) -> list[str]:
    if column.choices is None or column.shape is Shape.TAGS:
        return []
    return [said(word, language()) for word in column.choices.values()]


def _help_headings(new: str) -> list[Heading]:
    example = _("例子")
    return [
        Heading(text=_("列"), width=22),
        Heading(text=_(new), width=10),
        Heading(text=_("怎么填"), width=64),
        *(Heading(text=f"{example} {nth}", width=24) for nth in (1, 2, 3)),
    ]


def _help(layout: Layout, rules: Sequence[str]) -> Iterator[list[Value]]:
    for rule in rules:
        yield ["", "", _(rule), "", "", ""]
    for column in layout.columns:
        needed = _("必填") if column.needed else _("可不填")
        yield [said(column.heading, language()), needed, _(column.help), *layout.samples.get(column.key, ("", "", ""))]


def choices_of_rewards(session: Session) -> Table:
    """What may be written where a name is asked for: it is as it is now."""
    called: Mapping[str, Mapping[str, str]] = speaker(session, language=language(), zone=zone()).called
    lists = [sorted(called[key].items(), key=lambda one: one[1]) for key in ("category", "supplier", "freight")]
    names = [said(words.HEADINGS[key], language()) for key in ("category", "supplier", "freight")]
    return Table(
        name=said(words.SHEETS["choices"], language()),
        headings=[
            each
            for name in names
            for each in (Heading(text=name, width=28), Heading(text=_("%(name)s编号", name=name), width=16))
        ],
        rows=[
            [cell for one in across for cell in ((one[1], one[0]) if one else ("", ""))]
            for across in zip_longest(*lists)
        ],
    )
