"""What was posted stays posted: journals, entries and lines can be added and read, never changed or removed.

SQLite and a single PostgreSQL hold it by triggers (SQLite needs `recursive_triggers` besides, or INSERT OR REPLACE
would rewrite a row unseen). On Citus, which takes no triggers, the application's role has no right to UPDATE,
DELETE or TRUNCATE them (docs/operations.md); nothing else in the ledger relies on a trigger.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from mall.points.models.journal import Entry, Journal, Line

TRUTH = ("points_journal", "points_entry", "points_line")

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION points_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
END $$
"""


def sqlite_triggers(table: str) -> list[str]:
    """The statements that make a table append-only on SQLite."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {act} on {table} refused'); END"
    return [
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {refuse.format(act=act, table=table)}"
        for act in ("UPDATE", "DELETE")
    ]


def postgresql_triggers(table: str) -> list[str]:
    """The statements that make a table append-only on PostgreSQL."""
    execute = "EXECUTE FUNCTION points_append_only()"
    return [
        POSTGRESQL_FUNCTION,
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {execute}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {execute}",
    ]


def _guard(table: Table) -> None:
    for dialect, statements in (("sqlite", sqlite_triggers), ("postgresql", postgresql_triggers)):
        for statement in statements(table.name):
            # DDL() formats with %, which PostgreSQL's RAISE also uses.
            guard = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", guard.execute_if(dialect=dialect))


for _truth in (Journal, Entry, Line):
    _guard(_truth.__table__)  # type: ignore[arg-type]
