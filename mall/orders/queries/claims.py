"""What can be claimed of an order, and the claims there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.types import Id, Instant
from mall.dealers.models import Member
from mall.orders.models import (
    OPEN,
    Claim,
    ClaimEvent,
    ClaimKind,
    ClaimLine,
    ClaimState,
    OrderLine,
    OrderPart,
    OrderState,
    RedemptionOrder,
    carrier_shown,
)
from mall.orders.queries.claim_queue import Piece, pieces_of
from mall.orders.queries.mine import PAGE, At
from mall.orders.rules.claims import claims_for


@dataclass(frozen=True)
class Claimable:
    """Pieces of a line that can be claimed, and as what. `whole`: all of them or none."""

    line: OrderLine
    most: int
    whole: bool
    untouched: bool
    kinds: frozenset[ClaimKind]


@dataclass(frozen=True)
class ClaimShown:
    """A claim with what it is about."""

    claim: Claim
    pieces: list[Piece]


@dataclass(frozen=True)
class StepShown:
    """A step of a claim, its application (no state before it) included. `by` names one of the dealer's own people."""

    state: ClaimState
    at: datetime
    by: str
    actor: str
    detail: dict[str, Any]

    @property
    def by_brand(self) -> bool:
        """Somebody of the brand did it, whose name is not the dealer's business."""
        return self.actor.startswith("staff:")

    @property
    def carrier(self) -> str:
        """With whom others were sent, in words to be translated when told."""
        return carrier_shown(str(self.detail.get("carrier", "")))


def claimable(
    session: Session, order: RedemptionOrder, lines: Iterable[OrderLine], parts: Iterable[OrderPart]
) -> dict[int, int]:
    """How many pieces of each line can be claimed now, by line number; lines without any are left out.

    That is what has left or arrived and is neither given back nor in an open claim; beside it what still waits of an
    order of which other parts have left. A completed order has none.
    """
    if order.undecided or order.cancelled or order.state is OrderState.COMPLETED:
        return {}
    of_part = {part.part_no: part for part in parts}
    in_claims: Counter[int] = Counter()
    rows = session.execute(
        select(ClaimLine.line_no, ClaimLine.quantity)
        .join(Claim, (Claim.dealer_id == ClaimLine.dealer_id) & (Claim.id == ClaimLine.claim_id))
        .where(ClaimLine.dealer_id == order.dealer_id, ClaimLine.order_id == order.id, Claim.state.in_(OPEN))
    )
    for row in rows:
        in_claims[row.line_no] += row.quantity
    left = {
        line.line_no: line.kept - in_claims[line.line_no]
        for line in lines
        if _reachable(order, line, of_part[line.part_no])
    }
    return {line_no: pieces for line_no, pieces in left.items() if pieces > 0}


def offered(
    session: Session, order: RedemptionOrder, lines: Iterable[OrderLine], parts: Iterable[OrderPart]
) -> list[Claimable]:
    """What a dealer may choose from when it claims, line by line."""
    of_line = {line.line_no: line for line in lines}
    of_part = {part.part_no: part for part in parts}
    left = claimable(session, order, of_line.values(), of_part.values())
    found = []
    for line_no, most in sorted(left.items()):
        line = of_line[line_no]
        untouched = of_part[line.part_no].untouched
        whole = untouched and not line.kind.shipped
        if not whole or most == line.quantity:
            kinds = claims_for(line.kind, untouched=untouched)
            found.append(Claimable(line, most, whole, untouched, kinds))
    return found


def counts(session: Session, dealer_id: int) -> tuple[int, int]:
    """How many claims of the dealer are open, and how many there are."""
    rows = session.execute(
        select(Claim.state, func.count()).where(Claim.dealer_id == dealer_id).group_by(Claim.state)
    ).all()
    return sum(many for state, many in rows if state in OPEN), sum(many for _, many in rows)


def waiting(session: Session, dealer_id: int) -> int:
    """How many claims of the dealer are open."""
    of_dealer = (Claim.dealer_id == dealer_id, Claim.state.in_(OPEN))
    return session.scalar(select(func.count()).select_from(Claim).where(*of_dealer)) or 0


def claims_of(
    session: Session, dealer_id: int, *, open_only: bool = False, before: At | None = None
) -> tuple[list[ClaimShown], At | None]:
    """A page of the dealer's claims, newest first, and the place to go on from, if there are more."""
    wanted = select(Claim).where(Claim.dealer_id == dealer_id)
    if open_only:
        wanted = wanted.where(Claim.state.in_(OPEN))
    if before:
        wanted = wanted.where(tuple_(Claim.applied_at, Claim.id) < tuple_(*before, types=[Instant(), Id]))
    newest_first = (Claim.applied_at.desc(), Claim.id.desc())
    found = session.scalars(wanted.order_by(*newest_first).limit(PAGE + 1)).all()
    page = found[:PAGE]
    pieces = pieces_of(session, page)
    shown = [ClaimShown(claim, pieces[claim.dealer_id, claim.id]) for claim in page]
    return shown, At(page[-1].applied_at, page[-1].id) if len(found) > PAGE else None


def claims_about(session: Session, order: RedemptionOrder) -> Sequence[Claim]:
    """The claims about an order, newest first."""
    of_order = (Claim.dealer_id == order.dealer_id, Claim.order_id == order.id)
    return session.scalars(select(Claim).where(*of_order).order_by(Claim.id.desc())).all()


def claim_of(session: Session, dealer_id: int, no: str) -> Claim:
    """The dealer's claim of this number; refused as not found where it is another's or nobody's."""
    claim = session.scalars(select(Claim).where(Claim.dealer_id == dealer_id, Claim.no == no)).one_or_none()
    if claim is None:
        raise NotFound
    return claim


def number_by_key(session: Session, dealer_id: int, key: str) -> str | None:
    """The number of the claim that a form made; none while it has made none."""
    return session.scalar(select(Claim.no).where(Claim.dealer_id == dealer_id, Claim.key == key))


def steps_of(session: Session, claim: Claim) -> list[StepShown]:
    """What happened to a claim, newest first, its application included, with the dealer's own people by name."""
    rows = session.execute(
        select(ClaimEvent.state, ClaimEvent.at, ClaimEvent.actor, ClaimEvent.detail)
        .where(ClaimEvent.dealer_id == claim.dealer_id, ClaimEvent.claim_id == claim.id)
        .order_by(ClaimEvent.event_no.desc())
    )
    steps = [*rows, (ClaimState.APPLIED, claim.applied_at, f"member:{claim.member_id}", {})]
    ids = {int(actor.removeprefix("member:")) for _, _, actor, _ in steps if actor.startswith("member:")}
    people = session.execute(
        select(Member.id, Member.name).where(Member.dealer_id == claim.dealer_id, Member.id.in_(ids))
    )
    names = {f"member:{row.id}": row.name for row in people}
    return [StepShown(state, at, names.get(actor, ""), actor, detail) for state, at, actor, detail in steps]


def _reachable(order: RedemptionOrder, line: OrderLine, part: OrderPart) -> bool:
    """It has left or was handed out, though other lines of its part were not; or the rest of the order has left."""
    gone = part.shipped or part.done or line.done_at is not None
    return gone or (order.state is OrderState.PARTLY_SHIPPED and part.ready)
