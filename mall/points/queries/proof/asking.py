"""The invariants, asked of a slice."""
# ruff: noqa: S608 - the statements are put together from names and numbers of our own alone

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Connection, text

from mall.points.models import Scope
from mall.points.queries.proof.fault import MOST, Fault, differing
from mall.points.queries.proof.invariants import INVARIANTS, NO_ACCOUNT, REFERENCE, TOUCHED, Invariant
from mall.points.queries.proof.slices import Account, Slice

_NO_ACCOUNT = text(NO_ACCOUNT)


def invariant_faults(connection: Connection, part: Slice, scope: Scope) -> Iterator[Fault]:
    """Where the invariants do not hold in a slice."""
    accounts = {account.key: account for account in part.accounts}
    if accounts:
        for invariant in INVARIANTS:
            if scope in invariant.scopes:
                yield from _faults(connection, invariant, accounts, scope)
    if scope is Scope.FULL:
        for dealer_id, account_no in connection.execute(_NO_ACCOUNT, {"after": part.after, "upto": part.upto}):
            yield Fault("no_account", dealer_id, str(dealer_id), found=f"account {account_no}", expected="none")


def _faults(
    connection: Connection, invariant: Invariant, accounts: dict[tuple[int, int], Account], scope: Scope
) -> Iterator[Fault]:
    of = ", ".join(f"({a.dealer_id}, {a.account_no}, {a.since}, {a.since_journal})" for a in accounts.values())
    statement = _statement(invariant, scope, connection.dialect.name).replace("{accounts}", of)
    for dealer_id, account_no, seq, lot, *values in connection.exec_driver_sql(statement).all():
        pairs = {name: (values[2 * n], values[2 * n + 1]) for n, name in enumerate(invariant.pairs)}
        yield Fault(invariant.code, dealer_id, accounts[dealer_id, account_no].dealer, seq, lot, *differing(pairs))


@cache
def _statement(invariant: Invariant, scope: Scope, dialect: str) -> str:
    """The statement of an invariant, but for the accounts."""
    rows = invariant.rows.replace("{touched}", TOUCHED[scope]).replace("{reference}", REFERENCE[dialect])
    account = f"{invariant.where}.dealer_id, {invariant.where}.account_no"
    columns = [account, f"{invariant.seq} AS seq", f"{invariant.lot} AS lot"]
    wrong = []
    for number, (found, expected) in enumerate(invariant.pairs.values()):
        columns += [f"{found} AS f{number}", f"{expected} AS x{number}"]
        wrong.append(f"f{number} IS DISTINCT FROM x{number}")
    group = f"GROUP BY {account}, {invariant.group}" if invariant.group else ""
    # Materialized, so that it is planned for all of its rows and not for the first few.
    return f"""
        WITH c (dealer_id, account_no, since, since_journal) AS (VALUES {{accounts}}),
        q AS MATERIALIZED (SELECT * FROM (SELECT {", ".join(columns)} FROM {rows} {group}) p WHERE {" OR ".join(wrong)})
        SELECT * FROM q LIMIT {MOST}"""
