"""Column types that mean the same on SQLite (STRICT tables), PostgreSQL and Citus.

SQLite's STRICT tables refuse a text in a number's place, but know five type names only;
so every table of the mall is built from the types of this module.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The expiry of what does not expire."""

Id = BigInteger().with_variant(Integer(), "sqlite")
Int = BigInteger().with_variant(Integer(), "sqlite")
Small = SmallInteger().with_variant(Integer(), "sqlite")
Bytes = LargeBinary()
Words = Text()
"""Free text of any length."""


def Name(length: int) -> TypeEngine[str]:  # noqa: N802 - reads as a type in a column's definition
    """A text of at most `length` characters (PostgreSQL holds the length, SQLite takes any)."""
    return String(length).with_variant(Text(), "sqlite")


def Key(length: int) -> TypeEngine[str]:  # noqa: N802 - reads as a type in a column's definition
    """A text compared byte by byte on every engine, so that "all that begin with" is one range of an index."""
    return String(length, collation="C").with_variant(Text(), "sqlite")


def micros(moment: datetime) -> int:
    """An aware moment as microseconds since 1970 UTC: the same order and the same bytes everywhere."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(value: int) -> datetime:
    """The aware UTC moment of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC moment, kept as BIGINT microseconds."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(int(value))


class Day(TypeDecorator[date]):
    """A civil day, kept as ISO text (2026-11-30): sorts and reads the same everywhere."""

    impl = String(10)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else String(10))

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A small document, kept as canonical JSON text (sorted keys, no spaces) so that equal means equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Word(TypeDecorator[StrEnum]):
    """A state word: one of the members of a StrEnum, kept as its text."""

    impl = String(24)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else String(24))

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value, fit to be hashed and compared."""
    return CANONICAL.encode(value)
