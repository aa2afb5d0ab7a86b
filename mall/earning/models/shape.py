"""The shape of a partner's document: what JSON is taken, with its bounds. Strict: no text for a number, no extras."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MOST = 10**12
"""The largest amount or number of points taken anywhere: beyond it a figure is a mistake."""

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
IDENTITY = r"^[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)*$"
"""No signs that an address or a line of a log would take for something else."""


def _writable(text: str) -> str:
    """Refuse what no database keeps as text: NUL and other controls, halves of surrogate pairs."""
    if not text.isprintable() and any(
        ord(sign) < 32 or ord(sign) == 127 or 0xD800 <= ord(sign) < 0xE000 for sign in text
    ):
        raise ValueError("control characters are not taken")
    return text


def _moment(value: Any) -> Any:
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise ValueError("an RFC 3339 moment with its zone is needed, such as 2026-11-12T20:03:00+08:00")
    return value


def _of_our_time(value: datetime) -> datetime:
    if not 1990 <= value.year <= 2200:
        raise ValueError("the year is not of our time")
    return value


def _listed(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError("a list is needed")  # noqa: TRY004 - pydantic tells ValueErrors
    return tuple(value)


Identity = Annotated[str, Field(min_length=1, max_length=100, pattern=IDENTITY)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=CODE)]
Word = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_writable)]
Short = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_writable)]
Title = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_writable)]
Path = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_writable)]
Note = Annotated[str, Field(max_length=300), AfterValidator(_writable)]
Amount = Annotated[int, Field(ge=0, le=MOST)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_moment), AfterValidator(_of_our_time)]
Flags = Annotated[tuple[Word, ...], Field(max_length=8), BeforeValidator(_listed)]


class Shape(BaseModel):
    """Common to all shapes: strict types, nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class DealerShape(Shape):
    """The dealer who bought. Name and region are used when the dealer is created; without a name, the code."""

    code: Code = Field(examples=["D-1024"])
    name: Title | None = None
    region: Path | None = Field(None, examples=["华东/浙江/杭州"])


class LineShape(Shape):
    """A line of an order. Its money is either `unit_price_fen` (of one) or `amount_fen` (of the line), in fen."""

    sku: Short = Field(examples=["RV-300"])
    quantity: int = Field(ge=1, le=10**9, examples=[2])
    unit_price_fen: Amount | None = Field(None, description="The price of one, in fen.")
    amount_fen: Amount | None = Field(None, description="The whole line, net of discounts, in fen.", examples=[128000])
    category: Word | None = Field(None, description="The product's category, for the rule's coefficients.")
    flags: Flags = Field((), description="Flags of the product such as `custom_made`.")
    line: Short | None = None
    description: Note | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> LineShape:
        if (self.unit_price_fen is None) == (self.amount_fen is None):
            raise ValueError("give either unit_price_fen or amount_fen")
        return self

    @property
    def fen(self) -> int:
        """The line's amount in fen."""
        return self.quantity * self.unit_price_fen if self.unit_price_fen is not None else self.amount_fen or 0


class OrderDocument(Shape):
    """An order, or a return of goods. A later revision replaces an earlier one whole."""

    external_id: Identity = Field(
        description="The document's own number in the partner's system.", examples=["INV-2026-000187"]
    )
    revision: int = Field(ge=1, le=10**9, description="Rises with every change; the highest counts.", examples=[1])
    kind: Literal["order", "return"]
    dealer: DealerShape
    ordered_at: Moment = Field(examples=["2026-11-12T20:03:00+08:00"])
    lines: Annotated[tuple[LineShape, ...], Field(max_length=2000), BeforeValidator(_listed)] = ()
    returns: Identity | None = Field(
        None, description="Of a return: the `external_id` of the order whose goods come back."
    )
    cancelled: bool = Field(False, description="The document counts for nothing any more; lines may be left out.")
    currency: Currency | None = Field(None, description="ISO 4217; must be the programme's.")
    source: Short | None = Field(None, description="May repeat the partner's own source; never chooses another.")

    @model_validator(mode="after")
    def _whole(self) -> OrderDocument:
        if not self.lines and not self.cancelled:
            raise ValueError("lines are needed, unless the document is cancelled")
        if self.returns is not None and self.kind != "return":
            raise ValueError("only a return names the order that it returns")
        if self.returns == self.external_id:
            raise ValueError("a return cannot return itself")
        if self.fen > MOST:
            raise ValueError("the amount is beyond all bounds")
        return self

    @cached_property
    def fen(self) -> int:
        """The whole amount in fen."""
        return sum(line.fen for line in self.lines)
