"""A draft becomes what will be written: a journal, a linked entry and lines, or a refusal that is remembered."""

from __future__ import annotations

from typing import Any

from mall.base.types import canonical, micros
from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.models import Outcome
from mall.points.rules.chain import Link, details_hash, entry_hash


def post(book: Book, draft: Draft) -> Posting:
    """Settle, then turn a draft into a journal, an entry and lines, linked to the entry before."""
    book.settle(draft)
    seq = book.last_seq + 1
    balances = (book.pending, book.available, book.held, book.debt)
    deltas = tuple(after - before for after, before in zip(balances, book.told, strict=True))
    book.told = balances
    why, effective_at, posted_at = canonical(draft.why), micros(draft.effective_at), micros(book.now)
    details = details_hash(draft.actor, draft.checker, why, canonical(draft.result), draft.births)
    digest = entry_hash(
        Link(
            dealer_id=book.dealer_id,
            account_no=book.account_no,
            seq=seq,
            prev_hash=book.head_hash,
            journal_id=draft.journal_id,
            source=draft.source,
            idem_key=draft.key,
            request_hash=draft.request_hash,
            kind=draft.kind.value,
            points=draft.points,
            ref_journal=draft.ref_journal,
            transfer_id=draft.transfer_id,
            effective_at=effective_at,
            posted_at=posted_at,
            deltas=deltas,
            balances=balances,
            details=details,
        ),
        draft.moves,
    )
    draft.result = {"seq": seq, "hash": digest.hex(), **draft.result}
    _journal(book, draft, Outcome.POSTED, None, why, effective_at, posted_at)
    key = (book.dealer_id, book.account_no, seq)
    link = (seq - 1, book.head_hash) if seq > 1 else (None, None)
    book.entries.append(
        (
            *(*key, link[0], draft.journal_id, draft.kind.value),
            *(*deltas, *balances, effective_at, posted_at, link[1], digest),
        )
    )
    book.lines.extend((*key, number, *move) for number, move in enumerate(draft.moves, 1))
    book.last_seq, book.last_posted_at, book.head_hash = seq, book.now, digest
    return _posting(book, draft, Outcome.POSTED, None)


def refuse(book: Book, draft: Draft, code: str, params: dict[str, Any]) -> Posting:
    """Remember a refusal under its key: the same request gets the same answer for ever."""
    draft.points, draft.result = 0, params
    moments = micros(draft.effective_at), micros(book.now)
    _journal(book, draft, Outcome.REFUSED, code, canonical(draft.why), *moments)
    return _posting(book, draft, Outcome.REFUSED, code)


def _posting(book: Book, draft: Draft, outcome: Outcome, code: str | None) -> Posting:
    posting = Posting(book.dealer_id, draft.journal_id, draft.kind, outcome, draft.points, False, code, draft.result)
    book.known[draft.source, draft.key] = (draft.request_hash, posting)
    return posting


def _journal(
    book: Book, draft: Draft, outcome: Outcome, code: str | None, why: str, effective_at: int, posted_at: int
) -> None:
    book.journals.append(
        (
            book.dealer_id,
            draft.journal_id,
            book.account_no,
            draft.source,
            draft.key,
            draft.request_hash,
            draft.kind.value,
            int(outcome),
            code,
            draft.points,
            draft.ref_journal,
            draft.transfer_id,
            effective_at,
            posted_at,
            draft.actor,
            draft.checker,
            why,
            canonical(draft.result),
        )
    )
