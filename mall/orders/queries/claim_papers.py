"""One claim with all that who answers it asks about it, and what each answer would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.catalog.models import Kind, Stock
from mall.dealers.models import Dealer, Member
from mall.dealers.queries.people import staff_names
from mall.orders.models import (
    MOST_PHOTOS,
    Claim,
    ClaimEvent,
    ClaimKind,
    ClaimPhoto,
    ClaimReason,
    ClaimState,
    OrderLine,
    OrderPart,
    RedemptionOrder,
)
from mall.orders.queries.claim_queue import Piece, pieces_of
from mall.orders.queries.mine import lines_of, parts_of
from mall.orders.queries.papers import PostingShown
from mall.orders.rules.giving_up import freight_back
from mall.payments.models import Refund
from mall.payments.queries import refunds_of
from mall.points.models import Entry, Journal
from mall.rewards.actions import handed_out
from mall.rewards.models import Thing

GIVEN = frozenset({
    ClaimState.RETURN_AWAITED,
    ClaimState.RETURNED,
    ClaimState.RESENDING,
    ClaimState.REFUNDING,
    ClaimState.DONE,
    ClaimState.LAPSED,
})
"""Where a claim that travels has been agreed to: its answer says where to send it."""


@dataclass(frozen=True)
class Papers:
    """A claim, whose it is, who claims, and the order it is about."""

    claim: Claim
    dealer: Dealer
    member: Member
    order: RedemptionOrder


@dataclass(frozen=True)
class PieceShown:
    """Pieces of a line that a claim is about, the part they left with, and how many more of the SKU are there."""

    piece: Piece
    part: OrderPart
    on_hand: int

    @property
    def line(self) -> OrderLine:
        """The line of the order."""
        return self.piece.line

    @property
    def quantity(self) -> int:
        """How many pieces of it."""
        return self.piece.claimed.quantity

    @property
    def short(self) -> bool:
        """Too few are left to send others instead."""
        return self.on_hand < self.quantity

    @property
    def lost(self) -> bool:
        """Given back without travelling it is written off: it has left, and nobody sends it back."""
        return self.line.kind.shipped and not self.part.waiting


@dataclass(frozen=True)
class Back:
    """What would go back: points into the lots they came from, fen the way they came, freight among them."""

    points: int
    fen: int
    freight_fen: int


@dataclass(frozen=True)
class EventShown:
    """A step of a claim, and who took it: a person by name, or nobody where time or a gateway did."""

    at: datetime
    state: ClaimState
    by: str
    by_dealer: bool


def claim_papers(session: Session, *, dealer_code: str, no: str) -> Papers:
    """The claim of this number at this dealer; refused as not found where there is none."""
    row = session.execute(
        select(Claim, Dealer, Member, RedemptionOrder)
        .join(Dealer, Dealer.id == Claim.dealer_id)
        .join(Member, and_(Member.dealer_id == Claim.dealer_id, Member.id == Claim.member_id))
        .join(
            RedemptionOrder,
            and_(RedemptionOrder.dealer_id == Claim.dealer_id, RedemptionOrder.id == Claim.order_id),
        )
        .where(Dealer.code == dealer_code, Claim.no == no)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Papers(*row)


def claims_of(session: Session, order: RedemptionOrder) -> list[Claim]:
    """The claims about an order, newest first."""
    of_order = (Claim.dealer_id == order.dealer_id, Claim.order_id == order.id)
    return list(session.scalars(select(Claim).where(*of_order).order_by(Claim.id.desc())))


def pieces_shown(session: Session, claim: Claim, order: RedemptionOrder) -> list[PieceShown]:
    """What a claim is about, with part and stock."""
    pieces = pieces_of(session, [claim])[claim.dealer_id, claim.id]
    parts = {part.part_no: part for part in parts_of(session, [order])[order.dealer_id, order.id]}
    of_lines = select(Stock.sku_id, Stock.on_hand).where(Stock.sku_id.in_({piece.line.sku_id for piece in pieces}))
    left = {row.sku_id: row.on_hand for row in session.execute(of_lines)}
    return [PieceShown(piece, parts[piece.line.part_no], left.get(piece.line.sku_id, 0)) for piece in pieces]


def would_go_back(session: Session, claim: Claim, order: RedemptionOrder, pieces: Iterable[PieceShown]) -> Back:
    """What agreeing, or accepting what came back, would give back now: as `refund_pieces` does it."""
    claimed = {shown.line.line_no: shown.quantity for shown in pieces}
    lines = lines_of(session, [order])[order.dealer_id, order.id]
    fen = sum(shown.line.cash_each_fen * shown.quantity for shown in pieces)
    earned = claim.kind is ClaimKind.RETURN and claim.reason is ClaimReason.NOT_WANTED
    freight = 0 if earned else freight_back(order, lines, claimed)
    return Back(sum(shown.line.points_each * shown.quantity for shown in pieces), fen + freight, freight)


def codes_held(session: Session, claim: Claim, pieces: Iterable[PieceShown]) -> dict[int, tuple[Thing, ...]]:
    """The codes that the dealer holds of the claim's lines, masked, by line number; none where it has no such line."""
    numbers = {shown.line.line_no for shown in pieces if shown.line.kind is Kind.CARD_CODE}
    if not numbers:
        return {}
    held = handed_out(session, claim.dealer_id, claim.order_id, {Kind.CARD_CODE})
    return {line_no: held[line_no].things for line_no in sorted(numbers & held.keys())}


def events_of(session: Session, claim: Claim) -> list[EventShown]:
    """What happened to a claim after its application, newest first, people by name."""
    of_claim = (ClaimEvent.dealer_id == claim.dealer_id, ClaimEvent.claim_id == claim.id)
    events = session.scalars(select(ClaimEvent).where(*of_claim).order_by(ClaimEvent.event_no.desc())).all()
    names = names_of(session, claim.dealer_id, [one.actor for one in events])
    return [
        EventShown(one.at, one.state, names.get(one.actor, ""), one.actor.startswith("member:")) for one in events
    ]


def names_of(session: Session, dealer_id: int, actors: Sequence[str]) -> dict[str, str]:
    """The names of staff and of the dealer's people, by how events name them."""
    ids = {int(actor[7:]) for actor in actors if actor.startswith("member:")}
    names = staff_names(session, actors)
    if ids:
        rows = session.execute(select(Member.id, Member.name).where(Member.dealer_id == dealer_id, Member.id.in_(ids)))
        names |= {f"member:{row.id}": row.name for row in rows}
    return names


def photos_of(session: Session, claim: Claim) -> Sequence[ClaimPhoto]:
    """The pictures that came with a claim, still sealed and not read."""
    of_claim = (ClaimPhoto.dealer_id == claim.dealer_id, ClaimPhoto.claim_id == claim.id)
    return session.scalars(select(ClaimPhoto).where(*of_claim).order_by(ClaimPhoto.position)).all()


def photo_sealed(session: Session, claim: Claim, position: int) -> bytes:
    """One picture, sealed; refused as not found where there is none."""
    if position > MOST_PHOTOS:  # the column is a small one
        raise NotFound
    asked = select(ClaimPhoto.image_sealed).where(
        ClaimPhoto.dealer_id == claim.dealer_id, ClaimPhoto.claim_id == claim.id, ClaimPhoto.position == position
    )
    sealed = session.scalar(asked)
    if sealed is None:
        raise NotFound
    return sealed


def money_of(session: Session, claim: Claim) -> list[Refund]:
    """The refunds of money that a claim made."""
    return [one for one in refunds_of(session, claim.dealer_id, claim.order_id) if one.key == f"claim/{claim.id}"]


def postings_of(session: Session, claim: Claim) -> list[PostingShown]:
    """What the ledger posted for a claim."""
    rows = session.execute(
        select(Journal, Entry)
        .join(Entry, and_(Entry.dealer_id == Journal.dealer_id, Entry.journal_id == Journal.journal_id))
        .where(
            Journal.dealer_id == claim.dealer_id,
            Journal.source == "mall",
            Journal.idem_key == f"claim/{claim.id}",
            Entry.kind == Journal.kind,
        )
        .order_by(Entry.seq)
    )
    return [PostingShown(*row) for row in rows]


def return_place(session: Session) -> str:
    """Where a return was last asked to be sent, by anybody; nothing while none has been."""
    asked = select(Claim.answer).where(
        Claim.kind.in_((ClaimKind.RETURN, ClaimKind.EXCHANGE)), Claim.state.in_(GIVEN), Claim.answer != ""
    )
    return session.scalar(asked.order_by(Claim.applied_at.desc()).limit(1)) or ""
