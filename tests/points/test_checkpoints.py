"""Checkpoints: signed heads outside the database, that find a history rewritten as a whole."""

from __future__ import annotations

import json
import shutil
import signal
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from mall.jobs import queue
from mall.points.actions.checkpoint import FolderApart
from mall.points.models import Account, Checkpoint, CheckpointLeaf
from mall.points.queries.checkpoints import Folder
from mall.points.queries.inclusion import stretch
from mall.points.rules.chain import entry_hash
from mall.points.rules.checkpoint import Head, tree
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.points.checkpointing import Keeper, blob, die_at, forge, write_key
from tests.points.ledger import EAST, NORTH, Ledger, found_programme
from tests.processes import LIMIT, at_once, begin


@pytest.fixture
def keeper(app: Flask) -> Keeper:
    transact(found_programme)
    return Keeper()


@pytest.fixture
def url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


def three(keeper: Keeper, clock: Clock) -> tuple[Ledger, Ledger]:
    """Three checkpoints: both dealers, the east, the north."""
    east, north = Ledger(EAST), Ledger(NORTH)
    east.earn(300)
    north.earn(50)
    assert keeper.no() == 1
    clock.tick(hours=1)
    east.refund(east.spend(100), 40)
    assert keeper.no() == 2
    clock.tick(hours=1)
    north.earn(5)
    assert keeper.no() == 3
    assert keeper.faults() == []
    return east, north


def test_a_checkpoint_covers_what_changed_since_the_last_one(keeper: Keeper, clock: Clock) -> None:
    assert keeper.no() is None
    three(keeper, clock)
    assert [len(keeper.folder.heads(no)) for no in (1, 2, 3)] == [2, 1, 1]
    first, second = keeper.folder.signed(1).stated, keeper.folder.signed(2).stated
    assert (first.previous, second.previous) == (None, first.hash())
    heads = keeper.folder.heads(2)
    account = db.session.get_one(Account, (EAST, 0))
    assert heads == [Head(EAST, 0, 3, account.head_hash)]
    assert second.root == tree(heads).root == sha256(b"\x00" + heads[0].leaf()).digest()
    assert [row.no for row in db.session.scalars(select(Checkpoint).order_by(Checkpoint.no))] == [1, 2, 3]
    assert keeper.no() is None, "nothing changed: no checkpoint"


def test_a_first_checkpoint_passes_over_accounts_that_have_no_entry(keeper: Keeper) -> None:
    Ledger(NORTH).balances()
    transact(lambda session, _now: session.execute(text("UPDATE points_account SET status = 1")))
    Ledger(EAST).earn(1)
    keeper.take()
    assert [head.dealer_id for head in keeper.folder.heads(1)] == [EAST]


def test_the_worker_takes_one_an_hour(app: Flask, keeper: Keeper) -> None:
    Ledger().earn(10)
    assert queue.run(app, "checkpoint") == 1
    assert queue.run(app, "checkpoint") == 0
    assert keeper.faults() == []


def test_nothing_of_a_checkpoint_is_ever_overwritten(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    kept = {file: file.read_bytes() for file in keeper.folder.path.rglob("*") if file.is_file()}
    forge("DELETE FROM points_checkpoint_leaf", "DELETE FROM points_checkpoint")
    Ledger().earn(1, key="more")
    assert keeper.no() == 4, "what was placed is taken up, and the next follows it"
    assert {file: file.read_bytes() for file in kept} == kept
    assert all(file.stat().st_mode & 0o222 == 0 for file in kept)
    assert keeper.faults() == []


def test_a_new_key_goes_on_where_the_old_one_ended(keeper: Keeper, clock: Clock, tmp_path: Path) -> None:
    three(keeper, clock)
    later = Keeper(keeper.folder.path, write_key(tmp_path / "next.pem"))
    Ledger().earn(1, key="more")
    assert later.no() == 4
    assert len(keeper.folder.keys()) == 2
    assert later.faults() == []
    old = keeper.folder.signed(1).stated.key_id
    only_old = {old: keeper.folder.keys()[old]}
    [fault] = later.faults(keys=only_old)
    assert fault.startswith("checkpoint 4: the checkpoint was signed with a key that is not known: ")


# Several at once


def take_one(path: str, key: str) -> int | None:
    return Keeper(Path(path), Path(key)).no()


def post_and_take(path: str, key: str, name: str) -> int:
    keeper, ledger = Keeper(Path(path), Path(key)), Ledger(EAST if name in "ab" else NORTH)
    for n in range(4):
        ledger.earn(10, key=f"{name}/{n}")
        keeper.take()
    return 0


def test_of_several_at_once_one_takes_the_checkpoint(keeper: Keeper, url: str, clock: Clock) -> None:
    for dealer in (EAST, NORTH):
        Ledger(dealer).earn(10)
    told = at_once(url, clock.at, take_one, [(str(keeper.folder.path), str(keeper.key))] * 5)
    assert sorted(told, key=str) == [1, None, None, None, None]
    assert keeper.faults() == []
    assert [file.name for file in keeper.folder.path.glob(".*")] == [], "the others leave no trace"


def test_checkpoints_taken_while_points_are_posted_hold(keeper: Keeper, url: str, clock: Clock) -> None:
    folder = (str(keeper.folder.path), str(keeper.key))
    at_once(url, clock.at, post_and_take, [(*folder, name) for name in "abcd"])
    keeper.take()
    numbers = keeper.folder.numbers()
    assert numbers == list(range(1, len(numbers) + 1))
    assert keeper.faults() == []
    covered = {head.dealer_id: head.seq for no in numbers for head in keeper.folder.heads(no)}
    assert covered == {EAST: 8, NORTH: 8}


# Ended in the middle


@pytest.mark.parametrize("step", [*map(str, range(1, 10)), "commit"])
def test_a_run_killed_anywhere_leaves_nothing_or_what_the_next_takes_up(
    keeper: Keeper, url: str, tmp_path: Path, step: str
) -> None:
    Ledger(EAST).earn(10)
    db.session.remove()
    died = begin(url, die_at, step, str(keeper.folder.path), str(keeper.key))
    died.join(LIMIT)
    assert died.exitcode == -signal.SIGKILL, f"step {step} was never reached"
    assert keeper.faults() == []
    Ledger(NORTH).earn(10)
    keeper.take()
    assert keeper.no() is None
    assert {head.dealer_id for no in keeper.folder.numbers() for head in keeper.folder.heads(no)} == {EAST, NORTH}
    assert keeper.folder.numbers() == [1, 2] if step in ("9", "commit") else [1]
    indexed = db.session.scalars(select(CheckpointLeaf.checkpoint_no).order_by(CheckpointLeaf.dealer_id)).all()
    assert len(indexed) == 2
    assert keeper.faults() == []
    Ledger(EAST).earn(1, key="more")
    keeper.take()
    assert [file.name for file in keeper.folder.path.glob(".*")] == [], "what was left half made is gone"


def test_a_run_that_is_killed_never_reaches_a_tenth_write(keeper: Keeper, url: str) -> None:
    """The steps above are all there are."""
    Ledger(EAST).earn(10)
    db.session.remove()
    lived = begin(url, die_at, "10", str(keeper.folder.path), str(keeper.key))
    lived.join(LIMIT)
    assert lived.exitcode == 0
    assert keeper.folder.numbers() == [1]


# Folder and database that do not belong together


def test_the_folder_of_another_mall_is_not_taken_up(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    forge(
        *(f"DELETE FROM points_{table}" for table in ("checkpoint_leaf", "checkpoint", "allocation", "line", "lot")),
        *(f"DELETE FROM points_{table}" for table in ("entry", "journal", "account")),
    )
    Ledger(EAST).earn(7)
    with pytest.raises(FolderApart, match="MALL_CHECKPOINTS"):
        keeper.take()
    assert db.session.scalars(select(Checkpoint)).all() == []
    assert keeper.folder.numbers() == [1, 2, 3]


def test_after_a_restore_the_operator_may_go_on_and_the_loss_stays_told(keeper: Keeper, clock: Clock) -> None:
    east, _north = three(keeper, clock)
    forge(
        "DELETE FROM points_checkpoint_leaf WHERE checkpoint_no > 1",
        "DELETE FROM points_checkpoint WHERE no > 1",
        *_cut(EAST, 1),
        *_cut(NORTH, 1),
    )
    with pytest.raises(FolderApart, match="--adopt"):
        keeper.take()
    keeper.take(adopt=True)
    for _ in range(4):
        east.earn(3)
    assert keeper.no() == 4
    told = keeper.faults()
    assert [fault.rpartition("[")[2] for fault in told] == ["checkpoint_hash]", "checkpoint_cut]"]


def test_a_folder_that_lost_what_the_database_knows_is_not_gone_on_with(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    Ledger().earn(1, key="more")
    shutil.rmtree(keeper.folder.place(3))
    with pytest.raises(FolderApart, match="checkpoint 3"):
        keeper.take()
    assert keeper.faults() == ["checkpoint 3: the checkpoint is missing in its folder [checkpoint_missing]"]


# Forgeries


def _cut(dealer: int, seq: int) -> list[str]:
    """Cut an account's tail after an entry, and set its head back to it."""
    where = f"dealer_id = {dealer}"
    posted = f"SELECT journal_id FROM points_entry WHERE {where}"
    head = f"SELECT {{0}} FROM points_entry WHERE {where} AND seq = {seq}"
    return [
        f"DELETE FROM points_allocation WHERE {where}",
        f"DELETE FROM points_line WHERE {where} AND seq > {seq}",
        f"DELETE FROM points_entry WHERE {where} AND seq > {seq}",
        f"DELETE FROM points_journal WHERE {where} AND journal_id NOT IN ({posted})",
        f"DELETE FROM points_lot WHERE {where} AND journal_id NOT IN ({posted})",
        f"UPDATE points_lot SET available = points, redeemed = 0, reversed = 0, is_open = 1 WHERE {where}",
        f"UPDATE points_account SET last_seq = {seq}, "
        + ", ".join(f"{name} = ({head.format(name)})" for name in ("pending", "available", "held", "debt"))
        + f", head_hash = ({head.format('hash')}), last_posted_at = ({head.format('posted_at')}), "
        f"last_lot = (SELECT MAX(lot_no) FROM points_lot WHERE {where}) WHERE {where}",
    ]


def _forge_chain(dealer: int, change: str) -> None:
    """Change a document, and compute every hash after it anew, as somebody with the code and the password would."""
    forge(change)
    last = db.session.get_one(Account, (dealer, 0)).last_seq
    head, statements = None, []
    for link, moves in stretch(db.session, dealer, 0, 1, last):
        forged = replace(link, prev_hash=head or link.prev_hash)
        head = entry_hash(forged, moves)
        where = f"dealer_id = {dealer} AND seq = {link.seq}"
        before = "" if link.seq == 1 else f", prev_hash = {blob(forged.prev_hash)}"
        statements.append(f"UPDATE points_entry SET hash = {blob(head)}{before} WHERE {where}")
        result = db.session.execute(
            text("SELECT result FROM points_journal WHERE dealer_id = :d AND journal_id = :j"),
            {"d": dealer, "j": link.journal_id},
        ).scalar_one()
        told = json.dumps(json.loads(result) | {"hash": head.hex()}, sort_keys=True, separators=(",", ":"))
        statements.append(
            f"UPDATE points_journal SET result = '{told}' WHERE dealer_id = {dealer} AND journal_id = {link.journal_id}"
        )
    assert head is not None
    forge(*statements, f"UPDATE points_account SET head_hash = {blob(head)} WHERE dealer_id = {dealer}")


def test_a_tail_that_was_cut_is_found(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    forge(*_cut(EAST, 1))
    assert Ledger().faults() == [], "the ledger by itself is sound"
    [fault] = keeper.faults()
    assert fault.startswith("D501, entry 3: the account ends before the entry that a checkpoint covers: 1 is its last")


def test_a_document_changed_with_all_hashes_computed_anew_is_found(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    _forge_chain(EAST, """UPDATE points_journal SET why = '{"points":1}' WHERE kind = 'spend'""")
    assert Ledger().faults() == [], "the chain by itself is sound"
    [fault] = keeper.faults()
    assert fault.startswith("D501, entry 3: the entry is not the one that a checkpoint covers: ")


def test_an_entry_taken_out_with_the_account_gone_on_is_found(keeper: Keeper, clock: Clock) -> None:
    east, _north = three(keeper, clock)
    forge(*_cut(EAST, 1))
    for _ in range(3):
        east.earn(1)
    assert Ledger().faults() == []
    [fault] = keeper.faults()
    assert fault.startswith("D501, entry 3: the entry is not the one that a checkpoint covers: ")


def _edit(keeper: Keeper, number: int, /, **fields: Any) -> None:
    file = keeper.folder.place(number) / "checkpoint.json"
    file.chmod(0o644)
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


OTHER = "ab" * 32
EDITS = {
    "a root": ({"root": OTHER}, ["signature", "index", "root", "link"]),
    "a moment": ({"taken_at": 1}, ["signature", "time", "index", "link"]),
    "a link": ({"previous": OTHER}, ["signature", "link", "index", "link"]),
    "a count": ({"leaves": 2}, ["signature", "index", "root", "link"]),
    "a signature": ({"signature": OTHER * 2}, ["signature", "index"]),
    "a key": ({"key": "ab" * 16}, ["key", "index", "link"]),
    "a number": ({"no": 9}, ["unreadable"]),
    "a number that is none": ({"no": True}, ["unreadable"]),
    "a field too many": ({"more": 1}, ["unreadable"]),
    "a format": ({"format": "PL2-checkpoint"}, ["unreadable"]),
}


@pytest.mark.parametrize(("fields", "found"), EDITS.values(), ids=EDITS.keys())
def test_a_checkpoints_file_that_was_changed_is_found(
    keeper: Keeper, clock: Clock, fields: dict[str, Any], found: list[str]
) -> None:
    three(keeper, clock)
    _edit(keeper, 2, **fields)
    assert [fault.rpartition("checkpoint_")[2].rstrip("]") for fault in keeper.faults()] == found


def test_a_file_of_leaves_that_was_changed_is_found(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    file = keeper.folder.place(1) / "leaves.bin"
    whole = file.read_bytes()
    for changed, found in (
        (whole[:-1], ["unreadable"]),
        (whole[56:] + whole[:56], ["unreadable"]),
        (whole[:56], ["root", "index"]),
        (whole[:20] + b"\x00\x00\x00\x02" + whole[24:], ["root", "hash", "index"]),
    ):
        file.chmod(0o644)
        file.write_bytes(changed)
        assert [fault.rpartition("checkpoint_")[2].rstrip("]") for fault in keeper.faults()][: len(found)] == found


def test_a_checkpoint_left_out_is_found(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    shutil.rmtree(keeper.folder.place(2))
    assert keeper.faults() == ["checkpoint 2: the checkpoint is missing in its folder [checkpoint_missing]"]
    keeper.folder.place(3).rename(keeper.folder.place(2))
    assert "checkpoint 2: the checkpoint's file cannot be read: it says that it is number 3" in keeper.faults()[0]
    _edit(keeper, 2, no=2)
    told = keeper.faults()
    assert any("checkpoint_signature" in fault for fault in told)
    assert any("checkpoint_link" in fault for fault in told)


def test_what_else_lies_in_the_folder_stays_and_is_no_checkpoint(keeper: Keeper, clock: Clock) -> None:
    keeper.folder.path.mkdir()
    others = [
        keeper.folder.path / name for name in (".1-mine", "2026", "00000000", "000000012", "notes", ".00000001-x")
    ]
    for other in others:
        other.mkdir()
    three(keeper, clock)
    assert keeper.no() is None
    assert keeper.folder.numbers() == [1, 2, 3]
    assert all(other.is_dir() for other in others)


def test_a_folder_that_is_not_there_is_one_fault(keeper: Keeper, clock: Clock, tmp_path: Path) -> None:
    three(keeper, clock)
    [fault] = Keeper(tmp_path / "elsewhere").faults()
    assert fault.startswith("checkpoints 1 to 3: the checkpoint is missing in its folder: no folder ")


def test_a_checkpoint_signed_anew_by_somebody_else_is_found(keeper: Keeper, clock: Clock, tmp_path: Path) -> None:
    """Whoever can write to the folder too can put a key of their own there: who keeps the key elsewhere finds it."""
    three(keeper, clock)
    mine = keeper.folder.keys()
    shutil.rmtree(keeper.folder.path)
    forge("DELETE FROM points_checkpoint_leaf", "DELETE FROM points_checkpoint", *_cut(EAST, 1))
    forger = Keeper(keeper.folder.path, write_key(tmp_path / "forged.pem"))
    assert forger.no() == 1
    assert forger.faults() == []
    [fault] = forger.faults(keys=mine)
    assert "signed with a key that is not known" in fault


def test_an_index_that_differs_from_the_files_is_found(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    extra = """INSERT INTO points_checkpoint_leaf SELECT dealer_id, account_no, 99, checkpoint_no, head_hash
               FROM points_checkpoint_leaf WHERE checkpoint_no = 1 AND dealer_id = 501"""
    for statement, found in (
        ("UPDATE points_checkpoint SET taken_at = taken_at + 1 WHERE no = 2", "checkpoint 2: the database tells"),
        ("UPDATE points_checkpoint_leaf SET seq = 9 WHERE checkpoint_no = 3", "D502, entry 2: the database tells"),
        (f"UPDATE points_checkpoint_leaf SET head_hash = {blob(bytes(32))} WHERE checkpoint_no = 2", "D501, entry 3"),
        (extra, "checkpoint 1: the database tells"),
        ("DELETE FROM points_checkpoint_leaf WHERE checkpoint_no = 2", "D501, entry 3: the database tells"),
    ):  # fmt: skip
        before = keeper.faults()
        forge(statement)
        fresh = set(keeper.faults()) - set(before)
        assert any(fault.startswith(found) for fault in fresh), fresh


def test_only_what_is_new_is_held_against_the_ledger_if_that_is_wanted(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    _forge_chain(EAST, """UPDATE points_journal SET why = '{"points":1}' WHERE kind = 'spend'""")
    assert keeper.faults(after=2) == []
    assert len(keeper.faults(after=1)) == 1


def test_verify_holds_the_ledger_against_its_checkpoints(app: Flask, keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    run = app.test_cli_runner()
    sound = run.invoke(args=["points", "verify"])
    assert (sound.exit_code, "3 checkpoints" in sound.output) == (0, True), sound.output
    forge(*_cut(EAST, 1))
    for more in ([], ["--checkpoints", str(keeper.folder.path)]):
        found = run.invoke(args=["points", "verify", *more])
        assert found.exit_code == 1
        assert "NO  D501, entry 3: the account ends before the entry that a checkpoint covers" in found.output
    [mine] = (keeper.folder.path / "keys").glob("*.pub")
    assert "checkpoint_key" not in run.invoke(args=["points", "verify", "--key", str(mine)]).output
    wrong = run.invoke(args=["points", "verify", "--key", str(keeper.key)])
    assert (wrong.exit_code, "not an Ed25519 public key" in wrong.output) == (2, True)


def test_the_command_takes_one_and_says_where_it_lies(app: Flask, keeper: Keeper) -> None:
    run = app.test_cli_runner()
    assert "nothing has changed" in run.invoke(args=["points", "checkpoint"]).output
    Ledger().earn(10)
    told = run.invoke(args=["points", "checkpoint"])
    assert told.exit_code == 0
    assert "checkpoint 1: 1 accounts, root" in told.output
    shutil.rmtree(keeper.folder.place(1))
    Ledger().earn(10, key="more")
    refused = run.invoke(args=["points", "checkpoint"])
    assert refused.exit_code == 1
    assert "checkpoint 1, which the database knows" in refused.output


def test_whoever_only_reads_needs_no_private_key(keeper: Keeper, clock: Clock) -> None:
    three(keeper, clock)
    keeper.key.unlink()
    assert keeper.faults() == []
    assert Folder(keeper.folder.path).numbers() == [1, 2, 3]
