"""What writing a book consists of, as SQL: rows added to five tables, rows changed in three.

Raw SQL and rows as the driver takes them, because every posting goes through here: a statement built from columns and
types at each call costs more than the database needs to run it.
"""
# ruff: noqa: S608 - the statements are put together from names in this file alone

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]
INT, TEXT, BYTES = "bigint", "text", "bytea"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that are added to a table, or (`key` is not 0) whose first `key` columns find the row to change.

    A `guard` is a column that must still have the value given last, or the row is not changed.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    key: int = 0
    guard: str = ""

    def names(self) -> list[str]:
        """The columns, quoted: some are words of SQL."""
        return [f'"{name}"' for name, _ in self.columns]

    @property
    def kinds(self) -> list[str]:
        """PostgreSQL's types of a row's values, the guard's with them."""
        return [kind for _, kind in self.columns] + ([INT] if self.guard else [])

    def one_by_one(self, mark: str) -> str:
        """The statement for one row, with a driver's mark for a value; a change takes its key last."""
        names = self.names()
        if not self.key:
            return f"INSERT INTO {self.table} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"
        changes = ", ".join(f"{name} = {mark}" for name in names[self.key :])
        where = [*names[: self.key], *([f'"{self.guard}"'] if self.guard else [])]
        return f"UPDATE {self.table} SET {changes} WHERE {' AND '.join(f'{name} = {mark}' for name in where)}"

    def in_order(self, row: Row) -> Row:
        """A row's values in the order in which `one_by_one` takes them."""
        if not self.key:
            return row
        values = len(self.columns)
        return (*row[self.key : values], *row[: self.key], *row[values:])


def _columns(text: str) -> tuple[tuple[str, str], ...]:
    """`name` is an integer, `name:t` a text, `name:b` bytes."""
    kinds = {"": INT, "t": TEXT, "b": BYTES}
    return tuple((name, kinds[kind]) for name, _, kind in (word.partition(":") for word in text.split()))


COUNTERS = "pending available held redeemed expired clawed settled moved reversed is_open"
PARTS = (
    Part(
        "points_journal",
        _columns(
            "dealer_id journal_id account_no source:t idem_key:t request_hash:b kind:t outcome reason:t points "
            "ref_journal transfer_id effective_at posted_at actor:t checker:t why:t result:t"
        ),
    ),
    Part(
        "points_lot",
        _columns(
            "dealer_id account_no journal_id lot_no kind:t origin_lot source:t source_ref:t fund_code:t "
            f"rule_version:t multiplier_bps unit_value points earned_at active_at expires_at expiry_month {COUNTERS}"
        ),
    ),
    Part(
        "points_entry",
        _columns(
            "dealer_id account_no seq prev_seq journal_id kind:t d_pending d_available d_held d_debt "
            "pending available held debt effective_at posted_at prev_hash:b hash:b"
        ),
    ),
    Part("points_line", _columns("dealer_id account_no seq line_no lot_no src dst points")),
    Part(
        "points_allocation",
        _columns("dealer_id journal_id ord account_no lot_no points open redeemed voided refunded held_until"),
    ),
    Part("points_lot", _columns(f"dealer_id account_no lot_no {COUNTERS}"), key=3),
    Part("points_allocation", _columns("dealer_id journal_id ord open redeemed voided refunded"), key=3),
    Part(
        "points_account",
        _columns(
            "dealer_id account_no pending available held debt last_seq last_lot last_posted_at next_due_at head_hash:b"
        ),
        key=2,
        guard="last_seq",
    ),
)
"""In the order in which foreign keys need them. The last one closes the accounts."""
