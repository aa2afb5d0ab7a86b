"""The template of the spreadsheet: empty rows under headings with help, how it is filled in, and what may be chosen."""

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
            text=said(words.HEADINGS[column.key], language()),
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


def tables(session: Session) -> list[Table]:
    """The sheets of the template; the first one is read when it comes in again."""
    return [
        Table(name=said(words.SHEETS["items"], language()), headings=headings(notes=True)),
        Table(name=said(words.SHEETS["help"], language()), headings=_help_headings(), rows=_help(), reads=True),
        _choices(session),
    ]


def _offered(column: Column) -> list[str]:
    if column.choices is None or column.shape is Shape.TAGS:
        return []
    return [said(word, language()) for word in column.choices.values()]


def _help_headings() -> list[Heading]:
    example = _("例子")
    return [
        Heading(text=_("列"), width=22),
        Heading(text=_("新礼品"), width=10),
        Heading(text=_("怎么填"), width=64),
        *(Heading(text=f"{example} {nth}", width=24) for nth in (1, 2, 3)),
    ]


def _help() -> Iterator[list[Value]]:
    for rule in RULES:
        yield ["", "", _(rule), "", "", ""]
    for column in COLUMNS:
        needed = _("必填") if column.needed else _("可不填")
        sample = words.SAMPLES.get(column.key, ("", "", ""))
        yield [said(words.HEADINGS[column.key], language()), needed, _(column.help), *sample]


def _choices(session: Session) -> Table:
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
