"""The proof for outsiders: that a stretch of a dealer's entries stands in the signed history.

It shows every entry from the first asked for up to the next head that a checkpoint covers, in the fields that are
hashed; of the details (who, why, what a point is worth) only their hash. Whoever has it, the public key and
docs/verify_points.py needs nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import Table, and_, select
from sqlalchemy.orm import Session

from mall.base.types import canonical, micros
from mall.points.models import Account, CheckpointLeaf, Entry, Journal, Line, Lot, NotYetCheckpointed, ProofTooLong
from mall.points.queries.checkpoints import Folder
from mall.points.rules.chain import FORMAT, Birth, Link, Move, details_hash, entry_hash, genesis
from mall.points.rules.checkpoint import Unreadable

MOST = 20_000
"""Entries of one answer."""
BALANCES = ("pending", "available", "held", "debt")

_account = cast(Table, Account.__table__)
_entry = cast(Table, Entry.__table__)
_journal = cast(Table, Journal.__table__)
_leaf = cast(Table, CheckpointLeaf.__table__)
_line = cast(Table, Line.__table__)
_lot = cast(Table, Lot.__table__)


def proof_file(
    session: Session,
    folder: Folder,
    dealer_id: int,
    first_seq: int,
    last_seq: int,
    *,
    account_no: int = 0,
    most: int | None = MOST,
) -> dict[str, Any]:
    """The proof (as JSON) of the entries from `first_seq` to `last_seq`; a quiet month has first = last + 1.

    Refused: NotYetCheckpointed while no checkpoint covers the last of them, ProofTooLong beyond `most` entries,
    Unreadable where the folder has not what it should have.
    """
    if not 1 <= first_seq <= last_seq + 1:
        raise ValueError(f"no stretch of entries: {first_seq} to {last_seq}")
    covering = session.execute(
        select(_leaf.c.seq, _leaf.c.checkpoint_no)
        .where(_leaf.c.dealer_id == dealer_id, _leaf.c.account_no == account_no, _leaf.c.seq >= max(last_seq, 1))
        .order_by(_leaf.c.seq)
        .limit(1)
    ).one_or_none()
    if covering is None:
        raise NotYetCheckpointed
    head_seq, checkpoint_no = covering
    begin = max(1, min(first_seq, last_seq))
    if most is not None and head_seq - begin >= most:
        raise ProofTooLong(most=most)
    links = list(stretch(session, dealer_id, account_no, begin, head_seq))
    stood = _stood(links)
    return {
        "format": FORMAT + "-proof",
        # 63-bit numbers as text: JavaScript and its kin would round them.
        "dealer_id": str(dealer_id),
        "account_no": account_no,
        "programme_id": _programme(session, dealer_id, account_no),
        "statement": {
            "first_seq": first_seq,
            "last_seq": last_seq,
            "opening": stood[first_seq - 1],
            "closing": stood[last_seq],
        },
        "entries": [_told(link, moves) for link, moves in links],
        **_inclusion(folder, checkpoint_no, links[-1][0], bytes.fromhex(stood[head_seq]["hash"])),
    }


def _inclusion(folder: Folder, checkpoint_no: int, link: Link, head: bytes) -> dict[str, Any]:
    """The leaf of this last entry with its audit path, the signed checkpoint, and the public key.

    Refused with Unreadable: a folder that has not what the index promised.
    """
    signed = folder.signed(checkpoint_no)
    place, there = folder.find(checkpoint_no, link.dealer_id, link.account_no)
    public = folder.keys().get(signed.stated.key_id)
    if (there.seq, there.hash) != (link.seq, head) or public is None:
        raise Unreadable(f"checkpoint {checkpoint_no} does not cover entry {link.seq}, or its public key is missing")
    path = [node.hex() for node in folder.audit_path(checkpoint_no, place, there)]
    return {
        "leaf": {"seq": link.seq, "hash": head.hex(), "index": place, "path": path},
        "checkpoint": signed.told(),
        "public_key": public.hex(),
    }


def _stood(links: list[tuple[Link, list[Move]]]) -> dict[int, dict[str, Any]]:
    """The balances and the head of the chain before the first of these entries and after each, by sequence."""
    first = links[0][0]
    before = [after - change for after, change in zip(first.balances, first.deltas, strict=True)]
    stood: dict[int, dict[str, Any]] = {
        first.seq - 1: {**dict(zip(BALANCES, before, strict=True)), "hash": first.prev_hash.hex()}
    }
    for link, moves in links:
        balances = dict(zip(BALANCES, link.balances, strict=True))
        stood[link.seq] = {**balances, "hash": entry_hash(link, moves).hex()}
    return stood


def _told(link: Link, moves: list[Move]) -> dict[str, Any]:
    return {
        "seq": link.seq,
        "prev_hash": link.prev_hash.hex(),
        "journal_id": str(link.journal_id),
        "source": link.source,
        "key": link.idem_key,
        "request_hash": link.request_hash.hex(),
        "kind": link.kind,
        "points": link.points,
        "ref_journal": None if link.ref_journal is None else str(link.ref_journal),
        "transfer_id": None if link.transfer_id is None else str(link.transfer_id),
        "effective_at": link.effective_at,
        "posted_at": link.posted_at,
        "deltas": list(link.deltas),
        "balances": list(link.balances),
        "details": link.details.hex(),
        "lines": [list(move) for move in moves],
        "hash": entry_hash(link, moves).hex(),
    }


def stretch(
    session: Session, dealer_id: int, account_no: int, first: int, last: int
) -> Iterator[tuple[Link, list[Move]]]:
    """The entries of a stretch as the chain hashes them, each with its lines."""
    begins = genesis(dealer_id, account_no, _programme(session, dealer_id, account_no))

    def within(table: Table) -> Any:
        return and_(
            table.c.dealer_id == dealer_id,
            table.c.account_no == account_no,
            table.c.seq >= first,
            table.c.seq <= last,
        )

    moves: dict[int, list[Move]] = {}
    lines = select(_line.c.seq, _line.c.lot_no, _line.c.src, _line.c.dst, _line.c.points)
    for seq, *move in session.execute(lines.where(within(_line)).order_by(_line.c.seq, _line.c.line_no)):
        moves.setdefault(seq, []).append(tuple(move))
    births: dict[int, list[Birth]] = {}
    of_entries = and_(
        _lot.c.dealer_id == _entry.c.dealer_id,
        _lot.c.account_no == _entry.c.account_no,
        _lot.c.journal_id == _entry.c.journal_id,
    )
    lots = select(_lot).join_from(_entry, _lot, of_entries).where(within(_entry)).order_by(_lot.c.lot_no)
    for lot in session.execute(lots):
        births.setdefault(lot.journal_id, []).append(_birth(lot))
    journal = and_(_journal.c.dealer_id == _entry.c.dealer_id, _journal.c.journal_id == _entry.c.journal_id)
    entries = select(_entry, _journal).join_from(_entry, _journal, journal).where(within(_entry))
    for row in session.execute(entries.order_by(_entry.c.seq)):
        column = row._mapping
        result = {name: value for name, value in column[_journal.c.result].items() if name not in ("seq", "hash")}
        yield (
            Link(
                dealer_id=dealer_id,
                account_no=account_no,
                seq=column[_entry.c.seq],
                prev_hash=column[_entry.c.prev_hash] or begins,
                journal_id=column[_entry.c.journal_id],
                source=column[_journal.c.source],
                idem_key=column[_journal.c.idem_key],
                request_hash=column[_journal.c.request_hash],
                kind=column[_journal.c.kind].value,
                points=column[_journal.c.points],
                ref_journal=column[_journal.c.ref_journal],
                transfer_id=column[_journal.c.transfer_id],
                effective_at=micros(column[_entry.c.effective_at]),
                posted_at=micros(column[_entry.c.posted_at]),
                deltas=tuple(column[_entry.c[f"d_{name}"]] for name in BALANCES),
                balances=tuple(column[_entry.c[name]] for name in BALANCES),
                details=details_hash(
                    column[_journal.c.actor],
                    column[_journal.c.checker],
                    canonical(column[_journal.c.why]),
                    canonical(result),
                    births.get(column[_entry.c.journal_id], []),
                ),
            ),
            moves.get(column[_entry.c.seq], []),
        )


def _programme(session: Session, dealer_id: int, account_no: int) -> int:
    mine = (_account.c.dealer_id == dealer_id, _account.c.account_no == account_no)
    return int(session.execute(select(_account.c.programme_id).where(*mine)).scalar_one())


def _birth(lot: Any) -> Birth:
    return Birth(
        lot_no=lot.lot_no,
        kind=lot.kind.value,
        origin_lot=lot.origin_lot,
        source=lot.source,
        source_ref=lot.source_ref,
        fund_code=lot.fund_code,
        rule_version=lot.rule_version,
        multiplier_bps=lot.multiplier_bps,
        unit_value=lot.unit_value,
        points=lot.points,
        earned_at=micros(lot.earned_at),
        active_at=micros(lot.active_at),
        expires_at=micros(lot.expires_at),
        expiry_month=lot.expiry_month,
    )
