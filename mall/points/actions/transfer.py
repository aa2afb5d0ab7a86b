"""Points go from one dealer to another, both legs or none."""

from __future__ import annotations

from typing import Any

from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.lots import LotState
from mall.points.actions.posting import once, two_persons
from mall.points.actions.reading import look_ahead, read_open_lots
from mall.points.actions.spend import may_spend
from mall.points.models import Kind, LotKind, SameAccount
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import AVAILABLE, MOVED


def transfer(
    sender: Book,
    receiver: Book,
    *,
    points: int,
    source: str,
    key: str,
    actor: str,
    why: dict[str, Any],
    checker: str | None = None,
) -> tuple[Posting, Posting]:
    """Move points of the sender, earliest expiry first, to the receiver; gives what left and what arrived.

    Each lot taken becomes a lot of the receiver with the same end, worth, fund and rule; what the receiver owes is
    paid first. A later return of the purchase that earned them is the sender's: the new lots have a reference of
    their own. Both books come from one `open_books(…, together=True)`. Refused: more than is available; an account
    that may not spend; the same dealer twice; one person alone beyond the programme's limit.
    """
    whole(points)
    if sender.dealer_id == receiver.dealer_id:
        raise SameAccount
    if sender.now != receiver.now:
        raise ValueError("both legs of a transfer are posted at one moment: open the books together")
    look_ahead(sender, source, key)
    taken: list[tuple[LotState, int]] = []

    def leave(draft: Draft) -> None:
        two_persons(sender, points, actor, checker)
        may_spend(sender, points)
        draft.transfer_id = draft.journal_id
        left = points
        for lot in read_open_lots(sender, points):
            part = min(left, lot.at[AVAILABLE])
            sender.move(draft, lot, AVAILABLE, MOVED, part)
            taken.append((lot, part))
            left -= part
            if not left:
                return

    out = once(
        sender,
        Kind.TRANSFER,
        source=source,
        key=key,
        request={"to": receiver.dealer_id, "points": points, "why": why},
        points=points,
        effective_at=None,
        actor=actor,
        why=why | {"to": receiver.dealer_id},
        plan=leave,
        checker=checker,
    )

    def arrive(draft: Draft) -> None:
        draft.transfer_id = out.journal_id
        for lot, part in taken:
            receiver.like(
                draft,
                lot,
                part,
                kind=LotKind.TRANSFER,
                came_from=MOVED,
                source="transfer",
                source_ref=f"{sender.dealer_id}/{lot.lot_no}",
            )

    arrived = once(
        receiver,
        Kind.TRANSFER,
        source="transfer",
        key=f"{sender.dealer_id}/{out.journal_id}",
        request={"from": sender.dealer_id, "points": points, "why": why},
        points=points,
        effective_at=None,
        actor=actor,
        why=why | {"from": sender.dealer_id},
        plan=arrive,
        checker=checker,
    )
    return out, arrived
