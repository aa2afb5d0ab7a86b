#!/usr/bin/env python3
"""Verify that a stretch of a dealer's points stands in the signed history of the ledger.

    python3 verify_points.py proof.json --key KEY [--key KEY …] [--hash HASH] [--checkpoints FOLDER]

KEY is the public key that you trust: the file you were given (PEM), or its 64 hexadecimal digits. Take it from where
you got it first and never from the proof itself. HASH is what your statement prints, or its first digits. FOLDER
holds checkpoints that you keep or were sent: with it the links of all of them are verified, and that none contradicts.

This file needs Python 3.8 and nothing else: no package, no network, nothing of the mall. docs/proof.md describes every
byte, so that you can write your own. Exit status: 0 verified, 1 not, with the reason; 2 it could not be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import struct
import sys
from datetime import datetime, timedelta, timezone

FORMAT = "PL1"
BALANCES = ("pending", "available", "held", "debt")
ISSUED, PENDING, AVAILABLE, HELD, REDEEMED, EXPIRED, CLAWED, DEBT, MOVED = range(1, 10)
BUCKETS = (PENDING, AVAILABLE, HELD, DEBT)
MOVES = {12, 13, 92, 93, 23, 27, 34, 35, 36, 37, 39, 38, 45, 43, 49, 46, 53, 59, 56, 67, 87}
"""The moves there are, from bucket times ten plus to bucket."""


class NotProven(Exception):
    """The precise reason why the proof does not hold."""


def require(holds, reason):
    """Go on, or end with the reason."""
    if not holds:
        raise NotProven(reason)


# Ed25519 (RFC 8032, section 5.1). Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    """The sum of two points."""
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, z - t, z + t, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    """A point added to itself so many times."""
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def to_bytes(point):
    """A point as 32 bytes: y, and in the highest bit whether x is odd."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def from_bytes(raw):
    """The point of 32 bytes, or None where they are none."""
    value = int.from_bytes(raw, "little")
    sign, y = value >> 255, value & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = from_bytes((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed_by(public, message, signature):
    """Whether this is the Ed25519 signature of the message by the holder of the public key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, s = from_bytes(public), int.from_bytes(signature[32:], "little")
    if key is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus = (P - key[0], key[1], key[2], P - key[3])
    return to_bytes(add(times(s, BASE), times(k, minus))) == signature[:32]


# The bytes that are hashed and signed.


def netstrings(fields):
    """Fields joined so that they can be told apart again; an absent one is `-:,`."""
    out = []
    for field in fields:
        raw = field if isinstance(field, bytes) else str(field).encode()
        out.append(b"-:," if field is None else b"%d:%s," % (len(raw), raw))
    return b"".join(out)


def sha256(raw):
    """SHA-256."""
    return hashlib.sha256(raw).digest()


def entry_hash(proof, entry):
    """The hash of an entry over everything it says and the entry before it."""
    fields = [FORMAT, proof["dealer_id"], proof["account_no"], entry["seq"], unhex(entry["prev_hash"], 32)]
    fields += [entry["journal_id"], entry["source"], entry["key"], unhex(entry["request_hash"], 32), entry["kind"]]
    fields += [entry["points"], entry["ref_journal"], entry["transfer_id"], entry["effective_at"], entry["posted_at"]]
    fields += [*entry["deltas"], *entry["balances"], unhex(entry["details"], 32), len(entry["lines"])]
    for line in entry["lines"]:
        fields += line
    return sha256(netstrings(fields))


def leaf_bytes(dealer_id, account_no, seq, head):
    """A leaf of the tree: the last entry of an account when the checkpoint was taken."""
    return netstrings([FORMAT + "-leaf", dealer_id, account_no, seq, head])


def statement_bytes(checkpoint):
    """What the signature of a checkpoint is over, and what the next one's `previous` is the hash of."""
    previous = checkpoint["previous"]
    fields = [FORMAT + "-checkpoint", checkpoint["no"], checkpoint["taken_at"], checkpoint["leaves"]]
    fields += [unhex(checkpoint["root"], 32), previous if previous is None else unhex(previous, 32), checkpoint["key"]]
    return netstrings(fields)


# The Merkle tree (RFC 6962, section 2.1).


def root_from(leaf, index, size, path):
    """The root to which a leaf, its place among `size` leaves and its audit path lead; None where they lead nowhere."""
    here, last, node = index, size - 1, sha256(b"\x00" + leaf)
    for beside in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            node = sha256(b"\x01" + beside + node)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + beside)
        here, last = here >> 1, last >> 1
    return node if last == 0 else None


def root_over(leaves):
    """The root over all leaves."""
    storey = [sha256(b"\x00" + leaf) for leaf in leaves]
    while len(storey) > 1:
        pairs = [sha256(b"\x01" + storey[i] + storey[i + 1]) for i in range(0, len(storey) - 1, 2)]
        storey = pairs + storey[2 * len(pairs) :]
    return storey[0] if storey else sha256(b"")


# What is verified.


def entries_hold(proof):
    """Every hash anew, each over the one before; gives what stood before the first entry and after each, by number."""
    entries = proof["entries"]
    require(entries, "the proof shows no entry")
    first = entries[0]
    if first["seq"] == 1:
        fields = [FORMAT + "-genesis", proof["dealer_id"], proof["account_no"], proof["programme_id"]]
        require(
            unhex(first["prev_hash"], 32) == sha256(netstrings(fields)), "entry 1 does not begin the account's chain"
        )
    opening = [after - change for after, change in zip(first["balances"], first["deltas"])]  # noqa: B905 - Python 3.8
    require(first["seq"] > 1 or not any(opening), "the account does not begin with nothing")
    stood = {first["seq"] - 1: (opening, first["prev_hash"])}
    for n, entry in enumerate(entries):
        seq = first["seq"] + n
        name = f"entry {seq}"
        require(entry["seq"] == seq, f"{name} is missing: entry {entry['seq']} stands in its place")
        balances, head = stood[seq - 1]
        require(entry["prev_hash"] == head, f"{name} is not linked to the entry before it")
        require(entry_hash(proof, entry).hex() == entry["hash"], f"{name} is not what its hash was made from")
        require(
            entry["deltas"] == changes(entry["lines"], name), f"the changes of {name} are not the sums of its lines"
        )
        after = [old + change for old, change in zip(balances, entry["deltas"])]  # noqa: B905 - Python 3.8
        require(entry["balances"] == after, f"the balances after {name} are not those before it with its changes")
        require(min(after) >= 0 and not (after[1] and after[3]), f"{name} leaves balances that cannot be")
        stood[seq] = (after, entry["hash"])
    return stood


def changes(lines, name):
    """What lines do to the four balances. What leaves the bucket DEBT is owed."""
    sums = dict.fromkeys(BUCKETS, 0)
    for lot, src, dst, points in lines:
        require(points > 0 and src * 10 + dst in MOVES, f"a line of {name} makes a move that there is not")
        require((lot is None) == (src == DEBT), f"a line of {name} names no lot, or one where there is none")
        for bucket, change in ((src, -points), (dst, points)):
            if bucket in sums:
                sums[bucket] += -change if bucket == DEBT else change
    return [sums[bucket] for bucket in BUCKETS]


def statement_holds(proof, stood, wanted):
    """Opening and closing of the statement are those of the entries, and its hash is the one that is printed."""
    told = proof["statement"]
    for name, seq in (("opening", told["first_seq"] - 1), ("closing", told["last_seq"])):
        require(seq in stood, f"the proof does not show the {name} of the statement, entry {seq}")
        balances, head = stood[seq]
        said = [told[name][balance] for balance in BALANCES]
        require(said == balances, f"the {name} balances of the statement are not those of the entries")
        require(told[name]["hash"] == head, f"the {name} hash of the statement is not that of the entries")
    if wanted:
        held = told["closing"]["hash"].startswith(wanted)
        require(held, f"the statement's closing hash is {told['closing']['hash']}, not {wanted}")


def checkpoint_holds(checkpoint, keys):
    """The signature is that of a key that is trusted."""
    no, public = checkpoint["no"], keys.get(checkpoint["key"])
    require(public is not None, f"checkpoint {no} is signed with the key {checkpoint['key']}, which you do not trust")
    signature = unhex(checkpoint["signature"], 64)
    require(
        signed_by(public, statement_bytes(checkpoint), signature), f"the signature of checkpoint {no} does not hold"
    )


def leaf_holds(proof, stood):
    """The last entry shown is the account's leaf, and the leaf is in the tree of the checkpoint."""
    leaf, checkpoint, last = proof["leaf"], proof["checkpoint"], max(stood)
    require(leaf["seq"] == last, f"the leaf is entry {leaf['seq']}, the last entry shown is {last}")
    require(leaf["hash"] == stood[last][1], f"the leaf has not the hash of entry {last}")
    raw = leaf_bytes(proof["dealer_id"], proof["account_no"], leaf["seq"], unhex(leaf["hash"], 32))
    path = [unhex(node, 32) for node in leaf["path"]]
    require(0 <= leaf["index"] < checkpoint["leaves"], "the leaf has no place in the tree")
    root = root_from(raw, leaf["index"], checkpoint["leaves"], path)
    require(root is not None and root.hex() == checkpoint["root"], "the leaf does not lead to the checkpoint's root")


def folder_holds(folder, proof, stood, keys):
    """Every checkpoint of a folder is signed and linked; roots are those of the leaves; none contradicts the proof."""
    numbers = sorted(int(name) for name in os.listdir(folder) if name.isdigit() and name == f"{int(name):08d}")
    require(numbers, f"there are no checkpoints in {folder}")
    before, contained, leaves = None, False, 0
    for no in numbers:
        place = os.path.join(folder, f"{no:08d}")
        checkpoint = read_checkpoint(read_json(os.path.join(place, "checkpoint.json")), f"checkpoint {no}")
        require(checkpoint["no"] == no, f"checkpoint {no} says that it is number {checkpoint['no']}")
        checkpoint_holds(checkpoint, keys)
        if before is None:
            require(no > 1 or checkpoint["previous"] is None, "checkpoint 1 says that there was one before it")
        else:
            require(no == before["no"] + 1, f"checkpoint {before['no'] + 1} is missing")
            linked = checkpoint["previous"] == sha256(statement_bytes(before)).hex()
            require(linked, f"checkpoint {no} is not linked to the one before it")
            require(checkpoint["taken_at"] >= before["taken_at"], f"checkpoint {no} was taken before the one before it")
        if os.path.exists(os.path.join(place, "leaves.bin")):
            leaves += leaves_hold(os.path.join(place, "leaves.bin"), checkpoint, proof, stood)
        if no == proof["checkpoint"]["no"]:
            require(checkpoint == proof["checkpoint"], f"checkpoint {no} in the folder is another than the proof's")
            contained = True
        before = checkpoint
    require(contained, f"checkpoint {proof['checkpoint']['no']} of the proof is not in the folder")
    return numbers, leaves


def leaves_hold(path, checkpoint, proof, stood):
    """The leaves make the root, and what they say of this account is what the proof shows; gives how many there are."""
    no = checkpoint["no"]
    with open(path, "rb") as stream:
        raw = stream.read()
    require(len(raw) == 56 * checkpoint["leaves"], f"checkpoint {no} has not {checkpoint['leaves']} leaves")
    heads = list(struct.iter_unpack(">QQQ32s", raw))
    root = root_over(leaf_bytes(*head) for head in heads).hex()
    require(root == checkpoint["root"], f"the leaves of checkpoint {no} do not make its root")
    for dealer_id, account_no, seq, head in heads:
        if (str(dealer_id), account_no) == (proof["dealer_id"], proof["account_no"]) and seq in stood:
            require(stood[seq][1] == head.hex(), f"checkpoint {no} has another hash of entry {seq} than the proof")
    return len(heads)


# Reading. Whatever does not have the shape it must have is refused before anything is computed.

ENTRY = {
    "seq": int, "prev_hash": 32, "journal_id": "id", "source": str, "key": str, "request_hash": 32, "kind": str,
    "points": int, "ref_journal": "id?", "transfer_id": "id?", "effective_at": int, "posted_at": int, "deltas": list,
    "balances": list, "details": 32, "lines": list, "hash": 32,
}  # fmt: skip
CHECKPOINT = {
    "format": str, "no": int, "taken_at": int, "leaves": int, "root": 32, "previous": "32?", "key": str,
    "signature": 64,
}  # fmt: skip
STOOD = {"pending": int, "available": int, "held": int, "debt": int, "hash": 32}
STATEMENT = {"first_seq": int, "last_seq": int, "opening": dict, "closing": dict}
LEAF = {"seq": int, "hash": 32, "index": int, "path": list}
PROOF = {
    "format": str, "dealer_id": "id", "account_no": int, "programme_id": int, "statement": dict, "entries": list,
    "leaf": dict, "checkpoint": dict, "public_key": 32,
}  # fmt: skip


def read_proof(told):
    """A proof of the shape it must have."""
    shaped(told, PROOF, "the proof")
    require(told["format"] == FORMAT + "-proof", "the proof is of a format that this script does not know")
    shaped(told["statement"], STATEMENT, "the statement")
    for name in ("opening", "closing"):
        shaped(told["statement"][name], STOOD, f"the statement's {name}")
    for entry in told["entries"]:
        shaped(entry, ENTRY, "an entry")
        for name in ("deltas", "balances"):
            whole = len(entry[name]) == 4 and all(type(number) is int for number in entry[name])
            require(whole, f"an entry's {name} are not four whole numbers")
        for line in entry["lines"]:
            whole = isinstance(line, list) and len(line) == 4 and all(type(number) is int for number in line[1:])
            require(whole and (line[0] is None or type(line[0]) is int), "a line is not a lot, two buckets and points")
    shaped(told["leaf"], LEAF, "the leaf")
    for node in told["leaf"]["path"]:
        unhex(node, 32)
    read_checkpoint(told["checkpoint"], "the checkpoint")
    return told


def read_checkpoint(told, name):
    """A checkpoint of the shape it must have."""
    shaped(told, CHECKPOINT, name)
    require(told["format"] == FORMAT + "-checkpoint", f"{name} is of a format that this script does not know")
    return told


def shaped(told, shape, name):
    """Refuse what lacks a field, has one more, or one of another kind."""
    require(isinstance(told, dict) and set(told) == set(shape), f"{name} has not the fields it must have")
    for field, kind in shape.items():
        require(fits(told[field], kind), f"{name} has no sound {field}")


def fits(value, kind):
    """Whether a value is of a kind: a type, so many bytes in hexadecimal, or an id as digits; `?` allows null."""
    if isinstance(kind, str) and kind.endswith("?"):
        return value is None or fits(value, int(kind[:-1]) if kind[:-1].isdigit() else kind[:-1])
    if kind == "id":
        return isinstance(value, str) and value.isascii() and value.isdigit() and str(int(value)) == value
    if isinstance(kind, int):
        return isinstance(value, str) and len(value) == 2 * kind and not set(value) - set("0123456789abcdef")
    return type(value) is kind


def unhex(text, length):
    """So many bytes from small hexadecimal digits."""
    require(fits(text, length), f"{length} bytes in hexadecimal digits were expected")
    return bytes.fromhex(text)


def read_json(path):
    """The JSON of a file."""
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def read_key(text):
    """A public key from 64 hexadecimal digits, or from a file of them or of PEM; gives its id and its 32 bytes."""
    if fits(text.strip().lower(), 32):
        public = bytes.fromhex(text.strip())
    else:
        with open(text, encoding="ascii") as stream:
            content = stream.read().strip()
        if fits(content.lower(), 32):
            public = bytes.fromhex(content)
        else:
            lines = content.splitlines()
            sound = (
                len(lines) > 2 and lines[0] == "-----BEGIN PUBLIC KEY-----" and lines[-1] == "-----END PUBLIC KEY-----"
            )
            der = base64.b64decode("".join(lines[1:-1]), validate=True) if sound else b""
            # RFC 8410: twelve bytes that say Ed25519, then the key.
            if len(der) != 44 or der[:12].hex() != "302a300506032b6570032100":
                raise ValueError(f"{text} holds no Ed25519 public key")
            public = der[12:]
    return sha256(public).hex()[:32], public


def told_at(micros):
    """A moment fit to be read."""
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=micros)  # noqa: UP017 - Python 3.8
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def told_balances(stood):
    """Balances fit to be read."""
    return ", ".join(f"{name} {stood[name]:,}" for name in BALANCES)


def verify(proof, keys, wanted="", folder=None):
    """Verify all of it; gives what was verified, in plain words."""
    stood = entries_hold(proof)
    statement_holds(proof, stood, wanted)
    leaf_holds(proof, stood)
    checkpoint = proof["checkpoint"]
    no, key, leaf = checkpoint["no"], checkpoint["key"], proof["leaf"]
    checkpoint_holds(checkpoint, keys)
    named = keys[key].hex() == proof["public_key"]
    require(named, "the proof names another public key than the one that signed")
    lines = told_statement(proof, wanted)
    entries = proof["entries"]
    lines += [
        f"entries {entries[0]['seq']} to {entries[-1]['seq']}: every hash computed anew, each over the one before;",
        "  the changes follow from the lines, the balances from the changes",
        f"entry {entries[-1]['seq']} is leaf {leaf['index'] + 1} of {checkpoint['leaves']:,} of checkpoint {no},",
        f"  taken {told_at(checkpoint['taken_at'])}, signed with the key {key}, which you trust",
    ]
    if folder:
        numbers, leaves = folder_holds(folder, proof, stood, keys)
        lines += [
            f"checkpoints {numbers[0]} to {numbers[-1]} of the folder are signed and linked;",
            f"  {leaves:,} leaves make their roots, and none contradicts the proof",
        ]
    return lines


def told_statement(proof, wanted):
    """The statement in plain words."""
    told = proof["statement"]
    mine = [entry for entry in proof["entries"] if told["first_seq"] <= entry["seq"] <= told["last_seq"]]
    if mine:
        span = f"posted from {told_at(mine[0]['posted_at'])} to {told_at(mine[-1]['posted_at'])}"
        said = f"entries {told['first_seq']} to {told['last_seq']}, {span}"
    else:
        said = f"no entry; entry {told['last_seq']} is the last one before it"
    return [
        f"dealer {proof['dealer_id']}, account {proof['account_no']}",
        f"statement: {said}",
        f"opening:   {told_balances(told['opening'])}",
        f"closing:   {told_balances(told['closing'])}",
        f"hash:      {told['closing']['hash']}{', as on your statement' if wanted else ''}",
    ]


def main():
    """Read, verify, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proof", help="the proof, a JSON file")
    parser.add_argument("--key", action="append", required=True, help="a public key that you trust: a file or hex")
    parser.add_argument("--hash", default="", help="the hash that your statement prints, or its first digits")
    parser.add_argument("--checkpoints", metavar="FOLDER", help="a folder of checkpoints, to verify their links")
    given = parser.parse_args()
    try:
        keys, told = dict(read_key(key) for key in given.key), read_json(given.proof)
    except (OSError, ValueError, binascii.Error) as error:
        print(f"UNREADABLE: {error}", file=sys.stderr)
        return 2
    try:
        lines = verify(read_proof(told), keys, given.hash.strip().lower(), given.checkpoints)
    except NotProven as reason:
        print(f"NOT PROVEN: {reason}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"UNREADABLE: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    print("VERIFIED")
    return 0


if __name__ == "__main__":
    sys.exit(main())
