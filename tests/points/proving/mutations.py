"""The mutation gate: each safeguard is taken out of a copy of the source, and a test must miss it.

Nets overlap on purpose: where one is gone and another still holds, the gate says which test noticed (`caught_by`) and
by what (`seen`), and which promises must still be kept without it (`held_by`). A text that is no longer found breaks
the gate, so that it moves on with the code.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LIMIT = 300
COPIED = ("mall", "tests")
LINKED = ("static", "templates", "migrations", "node_modules", "wsgi.py", "pyproject.toml", "docs")
ACTIONS = "mall/points/actions"
POINTS = "tests/points"

Change = tuple[str, str, str]
"""(file, the text that must stand there, what takes its place)"""


@dataclass(frozen=True)
class Mutation:
    """A safeguard taken away, and who notices."""

    name: str
    changes: tuple[Change, ...]
    caught_by: tuple[str, ...]
    seen: str
    """What must stand in the failure: it failed for this reason and not for another."""
    held_by: tuple[str, ...] = ()
    engine: str = "sqlite"


_UNLOCKED: Change = (f"{ACTIONS}/opening.py", "    .with_for_update(of=account)\n", "")
# The guard compares with what stands there now instead of with what was read under the lock.
_UNGUARDED: Change = (
    f"{ACTIONS}/writing.py",
    "        book.seen_seq,\n    )",
    (
        "        book.connection.exec_driver_sql(\n"
        "            f'SELECT last_seq FROM points_account WHERE dealer_id = {book.dealer_id}'\n"
        "        ).scalar_one(),\n    )"
    ),
)
_EXACT = f"{POINTS}/test_races.py::test_whatever_happens_at_once_what_is_told_is_what_is_gone"

MUTATIONS = (
    Mutation(
        "the account's row is not locked",
        (_UNLOCKED,),
        (f"{POINTS}/test_races.py::test_under_the_lock_no_posting_meets_another",),
        r"met pk_points_(entry|line)|LostUpdate",
        held_by=(_EXACT,),
        engine="postgresql",
    ),
    Mutation(
        "neither lock nor sequence guard: the keys of the entries still refuse",
        (_UNLOCKED, _UNGUARDED),
        (f"{POINTS}/test_races.py::test_under_the_lock_no_posting_meets_another",),
        r"met pk_points_(entry|line)",
        held_by=(_EXACT,),
        engine="postgresql",
    ),
    Mutation(
        "the sequence guard",
        (_UNGUARDED,),
        (f"{POINTS}/test_races.py::test_an_account_that_moved_under_our_lock_is_not_overwritten",),
        r"DID NOT RAISE.*LostUpdate",
    ),
    Mutation(
        "the sequence guard, on PostgreSQL",
        (_UNGUARDED,),
        (f"{POINTS}/test_races.py::test_an_account_that_moved_under_our_lock_is_not_overwritten",),
        r"DID NOT RAISE.*LostUpdate",
        engine="postgresql",
    ),
    Mutation(
        "the key is not looked for again under the lock",
        ((f"{ACTIONS}/posting.py", "if earlier := known(book, source, key):", "if earlier := None:"),),
        (
            f"{POINTS}/test_ledger.py::test_the_same_key_posts_once_and_gets_the_same_answer",
            f"{POINTS}/test_races.py::test_a_storm_of_the_same_documents_posts_each_once",
        ),
        r"UNIQUE constraint failed: points_journal\.dealer_id, points_journal\.source",
    ),
    Mutation(
        "nothing is swept when a book is opened",
        ((f"{ACTIONS}/opening.py", "        sweep(book)\n", ""),),
        (f"{POINTS}/test_ledger.py::test_a_lot_is_unspendable_from_the_instant_of_its_expiry_with_no_job_run",),
        r"assert 100 == 0|DID NOT RAISE",
    ),
    Mutation(
        "an account is not told when its new lots are due",
        ((f"{ACTIONS}/book.py", "self.next_due_at = min(self.next_due_at, lot.expires_at)", "pass"),),
        (f"{POINTS}/test_ledger.py::test_a_lot_is_unspendable_from_the_instant_of_its_expiry_with_no_job_run",),
        r"assert 100 == 0|DID NOT RAISE",
    ),
    Mutation(
        "lots are spent in the order in which they came",
        ((f"{ACTIONS}/lots.py", "return (self.expires_at, self.lot_no)", "return (self.earned_at, self.lot_no)"),),
        (f"{POINTS}/test_ledger.py::test_points_are_spent_earliest_expiry_first_whatever_the_order_they_came_in",),
        r"'late': 100.*'soon': 0|'soon'",
    ),
    Mutation(
        "what is owed is not paid from what comes in",
        ((f"{ACTIONS}/recording.py", "    book.settle(draft)\n", ""),),
        (f"{POINTS}/test_ledger.py::test_what_is_owed_is_paid_by_the_next_earning_before_anything_else",),
        r"CHECK constraint failed: ck_points_\w+_debt_first",
    ),
    Mutation(
        "points go back into the lots taken first",
        ((f"{ACTIONS}/refund.py", "for part in reversed(taken):", "for part in taken:"),),
        (
            f"{POINTS}/test_ledger.py::test_a_refund_goes_back_into_the_lots_it_came_from_last_taken_first",
            f"{POINTS}/test_metamorphic.py::test_giving_back_part_of_a_spend_is_having_spent_less",
        ),
        r"'soon'",
    ),
    Mutation(
        "a hold is resolved again",
        ((f"{ACTIONS}/hold.py", "if not left or wanted > left:", "if wanted > left:"),),
        (f"{POINTS}/test_movements.py::test_a_hold_is_resolved_once",),
        r"DID NOT RAISE.*NotHeld",
    ),
    Mutation(
        "a hold that is captured stays open: its allocation does not add up",
        ((f"{ACTIONS}/hold.py", "        part.open, part.changed = 0, True\n", "        part.changed = True\n"),),
        (f"{POINTS}/test_movements.py::test_a_hold_is_resolved_once",),
        r"CHECK constraint failed: ck_points_allocation_resolved_once",
    ),
    Mutation(
        "who asks may be who agrees",
        (
            (
                f"{ACTIONS}/posting.py",
                "    if checker is not None and checker == actor:\n        raise SamePerson\n",
                "",
            ),
        ),
        (f"{POINTS}/test_movements.py::test_a_large_correction_needs_a_second_person",),
        r"CHECK constraint failed: ck_points_journal_two_persons",
    ),
    Mutation(
        "one person alone may correct any amount",
        (
            (
                f"{ACTIONS}/posting.py",
                "if checker is None and points > book.approval_points:",
                "if checker is None and points > 10**12:",
            ),
        ),
        (f"{POINTS}/test_movements.py::test_a_large_correction_needs_a_second_person",),
        r"DID NOT RAISE.*NeedsSecondPerson",
    ),
    Mutation(
        "a transfer leaves and does not arrive",
        ((f"{ACTIONS}/transfer.py", "        for lot, part in taken:\n", "        for lot, part in taken[:0]:\n"),),
        (f"{POINTS}/test_metamorphic.py::test_points_that_go_and_come_back_expire_when_they_would_have",),
        r"assert \(0, 0, 0, 0\) ==",
    ),
    Mutation(
        "a clawback is given back twice",
        (
            (
                f"{ACTIONS}/reinstate.py",
                "if rows[0].reinstated is not None and not known(book, source, key):",
                "if False:",
            ),
        ),
        (f"{POINTS}/test_movements.py::test_a_clawback_is_reinstated_once",),
        r"UNIQUE constraint failed: points_journal\.dealer_id, points_journal\.ref_journal",
    ),
    Mutation(
        "a closed period takes postings",
        (
            (
                f"{ACTIONS}/posting.py",
                "if book.closed_until and draft.effective_at < book.closed_until:",
                "if False:",
            ),
        ),
        (f"{POINTS}/test_ledger.py::test_nothing_takes_effect_in_a_closed_period",),
        r"DID NOT RAISE.*ClosedPeriod",
    ),
    Mutation(
        "SQLite answers before it is on the disk",
        (("mall/web/db.py", '"synchronous": 2,', '"synchronous": 1,'),),
        (f"{POINTS}/test_crash.py::test_sqlite_answers_when_it_is_on_the_disk",),
        r"assert 1 == 2",
    ),
    Mutation(
        "SQLite's writers neither queue nor begin as writers",
        (
            ("mall/web/db.py", '"BEGIN IMMEDIATE" if writer else "BEGIN"', '"BEGIN"'),
            ("mall/web/db.py", "        fcntl.flock(handle, fcntl.LOCK_EX)\n", ""),
        ),
        (f"{POINTS}/test_races.py::test_under_the_lock_no_posting_meets_another",),
        r"met database is locked",
        held_by=(_EXACT,),
    ),
    Mutation(
        "what was posted may be changed",
        (("mall/points/models/append_only.py", "    _guard(_truth.__table__)", "    (_truth.__table__)"),),
        (f"{POINTS}/test_the_database_refuses.py::test_the_database_refuses",),
        r"DID NOT RAISE",
    ),
)


class Copy:
    """A copy of the source in which things can be taken out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "art"))
        for name in LINKED:
            if (ROOT / name).exists():
                (folder / name).symlink_to(ROOT / name)

    def without(self, mutation: Mutation) -> str:
        """What is wrong with the gate for this mutation; nothing if a test notices, for its reason."""
        kept = {file: (self.folder / file).read_text() for file, *_ in mutation.changes}
        try:
            for file, old, new in mutation.changes:
                source = (self.folder / file).read_text()
                if source.count(old) != 1:
                    return f"{file} does not say once: {old.strip()}"
                (self.folder / file).write_text(source.replace(old, new))
            code, said = self.run(mutation.caught_by, mutation.engine, stop=False)
            if code != 1:
                return f"no test noticed (pytest ended with {code}): {said[-1500:]}"
            if not re.search(mutation.seen, said):
                return f"noticed, but not by {mutation.seen}: {said[-3000:]}"
            if mutation.held_by:
                code, said = self.run(mutation.held_by, mutation.engine)
                if code:
                    return f"without it, something else no longer holds: {said[-3000:]}"
            return ""
        finally:
            for file, source in kept.items():
                (self.folder / file).write_text(source)

    def run(self, tests: tuple[str, ...], engine: str, *, stop: bool = True) -> tuple[int, str]:
        """Run tests in the copy; gives pytest's exit code and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(["-x"] if stop else []), *tests],
            cwd=self.folder,
            env={k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "MALL_", "COV"))}
            | {"MALL_TEST_ENGINES": engine, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


def control(copy: Copy, mutations: tuple[Mutation, ...]) -> str:
    """What is wrong with the untouched copy: all that notices and all that holds must pass in it."""
    wrong = []
    for engine in sorted({mutation.engine for mutation in mutations}):
        tests = {test for m in mutations if m.engine == engine for test in (*m.caught_by, *m.held_by)}
        code, said = copy.run(tuple(sorted(tests)), engine)
        if code:
            wrong.append(f"{engine}: {said[-3000:]}")
    return "\n".join(wrong)
