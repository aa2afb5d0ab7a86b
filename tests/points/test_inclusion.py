"""Proofs for outsiders: the stand-alone script verifies what is so, and says why of what is not."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from mall.points.actions.checkpoint import publish
from mall.points.models import NotYetCheckpointed, ProofTooLong
from mall.points.queries.inclusion import proof_file
from mall.points.queries.statement import statement
from mall.points.rules.chain import FORMAT, netstrings
from mall.points.rules.checkpoint import Unreadable, read_signed
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.points.checkpointing import Keeper, write_key
from tests.points.ledger import EAST, NORTH, Ledger, found_programme

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_points.py"
OTHER = "ab" * 32


@pytest.fixture
def keeper(app: Flask) -> Keeper:
    transact(found_programme)
    return Keeper()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_points", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verify(path: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    """The script, as an outsider runs it: a Python that sees no package and nothing of the mall."""
    given = [str(each) for each in (path, *more)]
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *given], capture_output=True, text=True, check=False, cwd=path.parent
    )


@pytest.fixture
def history(keeper: Keeper, clock: Clock, tmp_path: Path) -> Path:
    """Three months of an account with every kind of movement, and the proof of the one in the middle."""
    clock.at = datetime(2026, 9, 3, 2, 0, tzinfo=UTC)
    east, north = Ledger(EAST), Ledger(NORTH)
    east.earn(300, days=90)
    north.earn(40, days=90)
    clock.at = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)
    spent = east.spend(120)
    east.refund(spent, 20)
    east.earn(80, days=90, active_in=3, bonus=5)
    clock.tick(days=4)
    east.claw_back(400)
    east.earn(150, days=90)
    keeper.take()
    clock.at = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    east.earn(10)
    keeper.take()
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(month(keeper, date(2026, 10, 1)), ensure_ascii=False))
    return path


def month(keeper: Keeper, first: date) -> dict[str, Any]:
    told = statement(db.session, EAST, first, now())
    proof = proof_file(db.session, keeper.folder, EAST, told.first_seq, told.last_seq)
    assert proof["statement"]["closing"]["hash"] == told.head.hex()
    return proof


def key_of(keeper: Keeper) -> Path:
    [file] = (keeper.folder.path / "keys").glob("*.pub")
    return file


def test_a_month_is_verified_by_the_script_alone(keeper: Keeper, history: Path) -> None:
    proof = json.loads(history.read_text())
    closing = proof["statement"]["closing"]
    assert (proof["statement"]["first_seq"], proof["statement"]["last_seq"]) == (2, 7)
    told = verify(history, "--key", key_of(keeper), "--hash", closing["hash"][:16].upper())
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[-1] == "VERIFIED"
    assert "statement: entries 2 to 7, posted from 2026-10-05 02:00:00 UTC to 2026-10-09 02:00:00 UTC" in lines
    assert "opening:   pending 0, available 300, held 0, debt 0" in lines
    assert f"closing:   pending 0, available {closing['available']}, held 0, debt {closing['debt']}" in lines
    assert f"hash:      {closing['hash']}, as on your statement" in lines
    assert "entry 7 is leaf 1 of 2 of checkpoint 1," in lines


def test_the_key_may_be_given_in_hexadecimal_digits_too(keeper: Keeper, history: Path, tmp_path: Path) -> None:
    public = json.loads(history.read_text())["public_key"]
    assert verify(history, "--key", public).returncode == 0
    (tmp_path / "key.txt").write_text(public + "\n")
    assert verify(history, "--key", tmp_path / "key.txt").returncode == 0


def test_every_part_of_an_account_can_be_proven(keeper: Keeper, history: Path) -> None:
    stretches = [(first, last) for first in range(1, 9) for last in range(first - 1, 9)]
    for first, last in stretches:
        history.write_text(json.dumps(proof_file(db.session, keeper.folder, EAST, first, last)))
        if (last - first) % 3 == 0:
            assert verify(history, "--key", key_of(keeper)).stderr == ""


def test_a_quiet_month_is_proven_by_the_entry_before_it(keeper: Keeper, clock: Clock, history: Path) -> None:
    clock.at = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
    proof = month(keeper, date(2026, 12, 1))
    assert proof["statement"]["opening"] == proof["statement"]["closing"]
    history.write_text(json.dumps(proof))
    told = verify(history, "--key", key_of(keeper))
    assert told.returncode == 0
    assert "statement: no entry; entry 8 is the last one before it" in told.stdout


def test_the_folder_of_checkpoints_is_verified_with_it(keeper: Keeper, history: Path) -> None:
    told = verify(history, "--key", key_of(keeper), "--checkpoints", keeper.folder.path)
    assert told.returncode == 0
    assert "checkpoints 1 to 2 of the folder are signed and linked;" in told.stdout


def test_what_no_checkpoint_covers_yet_has_no_proof(keeper: Keeper, history: Path) -> None:
    Ledger(EAST).earn(1, key="more")
    with pytest.raises(NotYetCheckpointed):
        proof_file(db.session, keeper.folder, EAST, 8, 9)
    with pytest.raises(NotYetCheckpointed):
        proof_file(db.session, keeper.folder, 999, 1, 1)
    db.session.rollback()
    keeper.take()
    assert proof_file(db.session, keeper.folder, EAST, 8, 9)["leaf"]["seq"] == 9


def test_a_damaged_tree_is_computed_anew_and_damaged_leaves_are_told(keeper: Keeper, history: Path) -> None:
    sound = json.loads(history.read_text())
    nodes, leaves = (keeper.folder.place(1) / name for name in ("nodes.bin", "leaves.bin"))
    for damage in (lambda: nodes.write_bytes(bytes(96)), lambda: nodes.write_bytes(b""), nodes.unlink):
        if nodes.exists():
            nodes.chmod(0o644)
        damage()
        assert proof_file(db.session, keeper.folder, EAST, 2, 7) == sound
    leaves.chmod(0o644)
    whole = leaves.read_bytes()
    for wrong in (whole[56:], whole[:40], bytes(112), whole[:56] + bytes(56)):
        leaves.write_bytes(wrong)
        with pytest.raises(Unreadable):
            proof_file(db.session, keeper.folder, EAST, 2, 7)


def test_the_example_of_the_guide_is_verified() -> None:
    guide = (SCRIPT.parent / "proof.md").read_text()
    example = SCRIPT.parent / "proof_example.json"
    public = json.loads(example.read_text())["public_key"]
    assert public in guide
    told = verify(example, "--key", public, "--hash", "73ea57692ffb7b22")
    assert told.returncode == 0
    assert told.stdout in guide


def test_a_proof_has_a_bound(keeper: Keeper, history: Path) -> None:
    with pytest.raises(ProofTooLong):
        proof_file(db.session, keeper.folder, EAST, 1, 7, most=6)
    assert len(proof_file(db.session, keeper.folder, EAST, 1, 7, most=7)["entries"]) == 7


def test_a_proof_shows_neither_reasons_nor_what_a_point_is_worth(keeper: Keeper, history: Path) -> None:
    assert not any(word in history.read_text() for word in ("partner:dms", "rule/1", "unit_value", "why", "member:1"))


def set_to(*steps: Any) -> Callable[[dict[str, Any]], None]:
    """Put the last of `steps` where the others lead."""

    def change(proof: dict[str, Any]) -> None:
        *road, last, value = steps
        place: Any = proof
        for step in road:
            place = place[step]
        place[last] = value(place[last]) if callable(value) else value

    return change


def without(n: int) -> Callable[[dict[str, Any]], None]:
    return lambda proof: proof["entries"].pop(n)


def more(value: int) -> int:
    return value + 1


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "an entry's number": (set_to("entries", 1, "seq", 9), "entry 3 is missing: entry 9 stands in its place"),
    "an entry's link": (set_to("entries", 1, "prev_hash", OTHER), "entry 3 is not linked to the entry before it"),
    "an entry's journal": (set_to("entries", 1, "journal_id", "7"), "entry 3 is not what its hash was made from"),
    "an entry's source": (set_to("entries", 1, "source", "erp"), "entry 3 is not what its hash was made from"),
    "an entry's key": (set_to("entries", 1, "key", "k99"), "entry 3 is not what its hash was made from"),
    "an entry's request": (set_to("entries", 1, "request_hash", OTHER), "entry 3 is not what its hash was made from"),
    "an entry's kind": (set_to("entries", 1, "kind", "earn"), "entry 3 is not what its hash was made from"),
    "an entry's points": (set_to("entries", 1, "points", more), "entry 3 is not what its hash was made from"),
    "what an entry refers to": (
        set_to("entries", 1, "ref_journal", None),
        "entry 3 is not what its hash was made from",
    ),
    "an entry's transfer": (set_to("entries", 1, "transfer_id", "5"), "entry 3 is not what its hash was made from"),
    "an entry's moment": (set_to("entries", 1, "posted_at", more), "entry 3 is not what its hash was made from"),
    "an entry's day": (set_to("entries", 1, "effective_at", more), "entry 3 is not what its hash was made from"),
    "an entry's changes": (set_to("entries", 1, "deltas", 1, more), "entry 3 is not what its hash was made from"),
    "an entry's balances": (set_to("entries", 1, "balances", 1, more), "entry 3 is not what its hash was made from"),
    "an entry's details": (set_to("entries", 1, "details", OTHER), "entry 3 is not what its hash was made from"),
    "an entry's line": (set_to("entries", 1, "lines", 0, 3, more), "entry 3 is not what its hash was made from"),
    "an entry's hash": (set_to("entries", 1, "hash", OTHER), "entry 3 is not what its hash was made from"),
    "an entry left out": (without(2), "entry 4 is missing: entry 5 stands in its place"),
    "the first left out": (without(0), "the proof does not show the opening of the statement, entry 1"),
    "the last left out": (without(-1), "the proof does not show the closing of the statement, entry 7"),
    "no entry": (set_to("entries", []), "the proof shows no entry"),
    "another dealer": (set_to("dealer_id", "502"), "entry 2 is not what its hash was made from"),
    "another account": (set_to("account_no", 1), "entry 2 is not what its hash was made from"),
    "the opening balance": (
        set_to("statement", "opening", "available", more),
        "the opening balances of the statement are not those of the entries",
    ),
    "the opening hash": (
        set_to("statement", "opening", "hash", OTHER),
        "the opening hash of the statement is not that of the entries",
    ),
    "the closing balance": (
        set_to("statement", "closing", "available", more),
        "the closing balances of the statement are not those of the entries",
    ),
    "the closing hash": (
        set_to("statement", "closing", "hash", OTHER),
        "the closing hash of the statement is not that of the entries",
    ),
    "where the statement ends": (
        set_to("statement", "last_seq", 6),
        "the closing balances of the statement are not those of the entries",
    ),
    "the leaf's number": (set_to("leaf", "seq", 6), "the leaf is entry 6, the last entry shown is 7"),
    "the leaf's hash": (set_to("leaf", "hash", OTHER), "the leaf has not the hash of entry 7"),
    "the leaf's place": (set_to("leaf", "index", 1), "the leaf does not lead to the checkpoint's root"),
    "the leaf's place beyond": (set_to("leaf", "index", 2), "the leaf has no place in the tree"),
    "the path": (set_to("leaf", "path", 0, OTHER), "the leaf does not lead to the checkpoint's root"),
    "the path cut": (set_to("leaf", "path", []), "the leaf does not lead to the checkpoint's root"),
    "the path longer": (
        set_to("leaf", "path", lambda p: [*p, OTHER]),
        "the leaf does not lead to the checkpoint's root",
    ),
    "the root": (set_to("checkpoint", "root", OTHER), "the leaf does not lead to the checkpoint's root"),
    "the checkpoint's number": (set_to("checkpoint", "no", 2), "the signature of checkpoint 2 does not hold"),
    "the checkpoint's moment": (set_to("checkpoint", "taken_at", more), "the signature of checkpoint 1 does not hold"),
    "the checkpoint's link": (set_to("checkpoint", "previous", OTHER), "the signature of checkpoint 1 does not hold"),
    "the signature": (set_to("checkpoint", "signature", OTHER * 2), "the signature of checkpoint 1 does not hold"),
    "the signing key": (set_to("checkpoint", "key", "ab" * 16), "which you do not trust"),
    "the public key": (set_to("public_key", OTHER), "the proof names another public key than the one that signed"),
    "a number as text": (set_to("entries", 1, "points", "20"), "an entry has no sound points"),
    "a number that is a truth": (set_to("entries", 1, "points", True), "an entry has no sound points"),
    "a fraction": (set_to("entries", 1, "deltas", [0.0, 0, 0, 0]), "an entry's deltas are not four whole numbers"),
    "a hash too short": (set_to("leaf", "hash", "ab"), "the leaf has no sound hash"),
    "a line that is none": (set_to("entries", 1, "lines", [[1, 2]]), "a line is not a lot, two buckets and points"),
    "a field too many": (set_to("more", 1), "the proof has not the fields it must have"),
    "another format": (set_to("format", "PL2-proof"), "the proof is of a format that this script does not know"),
}


def test_whatever_is_tampered_with_is_told(keeper: Keeper, history: Path) -> None:
    sound = json.loads(history.read_text())
    for name, (tamper, reason) in TAMPERED.items():
        proof = deepcopy(sound)
        try:
            tamper(proof)
        except KeyError:
            proof["more"] = 1
        history.write_text(json.dumps(proof))
        told = verify(history, "--key", key_of(keeper))
        assert (told.returncode, told.stdout) == (1, ""), name
        assert told.stderr.startswith("NOT PROVEN: "), name
        assert told.stderr.strip().endswith(reason), f"{name}: {told.stderr}"


def rehash(proof: dict[str, Any], script: ModuleType) -> None:
    """Compute every hash of a proof anew, and sign nothing: what a forger without the key can do."""
    head = proof["entries"][0]["prev_hash"]
    for entry in proof["entries"]:
        entry["prev_hash"] = head
        head = entry["hash"] = script.entry_hash(proof, entry).hex()
    proof["leaf"]["hash"] = head


FORGED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "changes": (set_to("entries", 1, "deltas", 1, more), "the changes of entry 3 are not the sums of its lines"),
    "balances": (
        set_to("entries", 1, "balances", 1, more),
        "the balances after entry 3 are not those before it with its changes",
    ),
    "a move": (set_to("entries", 1, "lines", 0, 1, 1), "the closing hash of the statement is not that of the entries"),
    "no such move": (set_to("entries", 1, "lines", 0, 2, 1), "a line of entry 3 makes a move that there is not"),
    "a line of nothing": (set_to("entries", 1, "lines", 0, 3, 0), "a line of entry 3 makes a move that there is not"),
    "a lot": (set_to("entries", 1, "lines", 0, 0, None), "a line of entry 3 names no lot, or one where there is none"),
    "a reason": (
        set_to("entries", 1, "details", OTHER),
        "the closing hash of the statement is not that of the entries",
    ),
}


def test_hashes_computed_anew_do_not_help_a_forger(keeper: Keeper, history: Path, script: ModuleType) -> None:
    sound = json.loads(history.read_text())
    for name, (tamper, reason) in FORGED.items():
        proof = deepcopy(sound)
        tamper(proof)
        rehash(proof, script)
        history.write_text(json.dumps(proof))
        told = verify(history, "--key", key_of(keeper))
        assert told.stderr == f"NOT PROVEN: {reason}\n", name
    proof["statement"]["closing"]["hash"] = proof["leaf"]["hash"]
    history.write_text(json.dumps(proof))
    assert "does not lead to the checkpoint's root" in verify(history, "--key", key_of(keeper)).stderr


def test_an_account_begins_with_nothing(keeper: Keeper, history: Path, script: ModuleType) -> None:
    sound = proof_file(db.session, keeper.folder, EAST, 1, 1)
    assert sound["statement"]["opening"]["available"] == 0
    for tamper, reason in (
        (set_to("entries", 0, "prev_hash", OTHER), "entry 1 does not begin the account's chain"),
        (set_to("programme_id", 2), "entry 1 does not begin the account's chain"),
        (set_to("entries", 0, "balances", [0, 301, 0, 0]), "the account does not begin with nothing"),
    ):
        proof = deepcopy(sound)
        tamper(proof)
        if "nothing" in reason:
            rehash(proof, script)
        history.write_text(json.dumps(proof))
        assert verify(history, "--key", key_of(keeper)).stderr == f"NOT PROVEN: {reason}\n"


def test_another_key_and_another_hash_are_told(keeper: Keeper, history: Path, tmp_path: Path) -> None:
    other = Keeper(tmp_path / "elsewhere", write_key(tmp_path / "other.pem"))
    Ledger(NORTH).earn(1, key="more")
    other.folder.path.mkdir()
    pair = load_pem_private_key(other.key.read_bytes(), None)
    assert isinstance(pair, Ed25519PrivateKey)
    publish(other.folder, pair)
    told = verify(history, "--key", key_of(other))
    assert (told.returncode, "which you do not trust" in told.stderr) == (1, True)
    told = verify(history, "--key", key_of(keeper), "--hash", "beef")
    assert told.returncode == 1
    assert "the statement's closing hash is " in told.stderr
    for wrong in ("nothing.pub", "zz" * 32, str(history)):
        told = verify(history, "--key", wrong)
        assert (told.returncode, told.stderr.startswith("UNREADABLE: ")) == (2, True)
    history.write_text("{")
    assert verify(history, "--key", key_of(keeper)).returncode == 2


def test_a_folder_that_does_not_hold_is_told(keeper: Keeper, history: Path, tmp_path: Path) -> None:
    first, second = (keeper.folder.place(no) / "checkpoint.json" for no in (1, 2))
    leaves = keeper.folder.place(1) / "leaves.bin"
    whole = {file: file.read_bytes() for file in (first, second, leaves)}
    signed = json.loads(whole[second])

    def told() -> str:
        answer = verify(history, "--key", key_of(keeper), "--checkpoints", keeper.folder.path)
        for file, content in whole.items():
            file.parent.mkdir(exist_ok=True)
            file.unlink(missing_ok=True)
            file.write_bytes(content)
        assert answer.returncode == 1
        return answer.stderr.removeprefix("NOT PROVEN: ").strip()

    second.chmod(0o644)
    second.write_text(json.dumps(signed | {"previous": OTHER}))
    assert told() == "the signature of checkpoint 2 does not hold"
    second.write_text(json.dumps(signed | {"no": 3}))
    assert told() == "checkpoint 2 says that it is number 3"
    leaves.chmod(0o644)
    leaves.write_bytes(whole[leaves][:-56])
    assert told() == "checkpoint 1 has not 2 leaves"
    leaves.write_bytes(whole[leaves][:-1] + b"\x00")
    assert told() == "the leaves of checkpoint 1 do not make its root"
    shutil.rmtree(first.parent)
    assert told() == "checkpoint 1 of the proof is not in the folder"
    keeper.folder.place(2).rename(keeper.folder.place(3))
    answer = verify(history, "--key", key_of(keeper), "--checkpoints", keeper.folder.path)
    assert "checkpoint 3 says that it is number 2" in answer.stderr


def test_the_script_makes_the_bytes_that_the_mall_makes(keeper: Keeper, history: Path, script: ModuleType) -> None:
    fields = (FORMAT, 0, -5, None, b"\x00,", "积分", 2**63 - 1, b"")
    assert script.netstrings(fields) == netstrings(fields)
    signed = read_signed((keeper.folder.place(2) / "checkpoint.json").read_bytes())
    assert script.statement_bytes(signed.told()) == signed.stated.signed_bytes()


# Ed25519, written for the script from RFC 8032

VECTORS = """
secret    9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60
public    d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
message
signature e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25b
          f5f0595bbe24655141438e7a100b

secret    4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb
public    3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
message   72
signature 92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b
          2eaeb4302aeeb00d291612bb0c00

secret    c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7
public    fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025
message   af82
signature 6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c
          15e9716ed28dc027beceea1ec40a

secret    833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42
public    ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf
message   ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d
          4423643ce80e2a9ac94fa54ca49f
signature dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca
          179c138ac17ad9bef1177331a704
"""
"""RFC 8032, section 7.1."""


def vectors() -> list[tuple[bytes, ...]]:
    """Secret, public key, message and signature of each."""
    read: list[list[str]] = []
    for line in VECTORS.splitlines():
        if line.startswith("secret"):
            read.append([])
        if line[:1].isalpha():
            read[-1].append("")
        if line:
            read[-1][-1] += line[10:].strip()
    return [tuple(bytes.fromhex(text) for text in vector) for vector in read]


def library_says(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("vector", vectors(), ids=["1", "2", "3", "sha(abc)"])
def test_signatures_are_verified_as_rfc_8032_says(script: ModuleType, vector: tuple[bytes, ...]) -> None:
    secret, public, message, signature = vector
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) == public
    assert key.sign(message) == signature
    assert script.signed_by(public, message, signature)
    for n in range(0, 64, 7):
        wrong = signature[:n] + bytes([signature[n] ^ 1]) + signature[n + 1 :]
        assert not script.signed_by(public, message, wrong)
        assert not library_says(public, message, wrong)
    assert not script.signed_by(public, message + b"x", signature)
    larger = (int.from_bytes(signature[32:], "little") + script.ORDER).to_bytes(32, "little")
    assert not script.signed_by(public, message, signature[:32] + larger), "one signature, one form"
    assert not library_says(public, message, signature[:32] + larger)
    assert not script.signed_by(public[:-1], message, signature)
    assert not script.signed_by(public, message, signature[:-1])


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 1023))
def test_script_and_library_agree(script: ModuleType, secret: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(message)
    assert script.signed_by(public, message, signature)
    raw = bytearray(public + signature + message)
    raw[bit % (8 * 96) // 8] ^= 1 << bit % 8
    changed = bytes(raw)
    said = script.signed_by(changed[:32], changed[96:], changed[32:96])
    assert said == library_says(changed[:32], changed[96:], changed[32:96])


# The command


def test_the_command_writes_what_the_script_verifies(app: Flask, keeper: Keeper, history: Path) -> None:
    run = app.test_cli_runner()
    for asked in (["--month", "2026-10"], ["--seq", "3"], ["--seq", "8"]):
        history.unlink()
        told = run.invoke(args=["points", "inclusion", "D501", *asked, "--output", str(history)])
        assert told.exit_code == 0, told.output
        assert verify(history, "--key", key_of(keeper), "--checkpoints", keeper.folder.path).stderr == ""
    assert json.loads(run.invoke(args=["points", "inclusion", "D501", "--seq", "1"]).output)["format"] == "PL1-proof"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["D501", "--seq", "9"], "NotYetCheckpointed"),
        (["D501", "--month", "2025-01"], "NoStatement"),
        (["D999", "--seq", "1"], "no dealer has the code D999"),
        (["D501"], "give either --month or --seq"),
    ],
)
def test_the_command_says_what_it_cannot_prove(
    app: Flask, keeper: Keeper, history: Path, asked: list[str], told: str
) -> None:
    refused = app.test_cli_runner().invoke(args=["points", "inclusion", *asked])
    assert refused.exit_code != 0
    assert told in refused.output
