"""A dealer claims, or takes its claim back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.seal import Seal
from mall.base.types import canonical
from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.actions.happened import happened
from mall.orders.actions.loading import lines_of, locked_order, parts_of
from mall.orders.actions.moving import claim_of, move
from mall.orders.models import (
    MOST_CLAIMS,
    MOST_PHOTOS,
    TURNS,
    Claim,
    ClaimKind,
    ClaimLine,
    ClaimPhoto,
    ClaimReason,
    ClaimState,
    FormReused,
    Happening,
    NothingToClaim,
    OrderLine,
    RedemptionOrder,
    TooManyClaims,
    WrongClaim,
)
from mall.orders.queries.claims import claimable
from mall.orders.rules.claims import claims_for, reasons_for
from mall.points.actions import open_book


@dataclass(frozen=True)
class Photo:
    """A picture as JPEG, with its pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the form asked for: pieces by line number, the kind, the reason, words, and photos as the mall made them."""

    pieces: dict[int, int]
    kind: ClaimKind
    reason: ClaimReason
    words: str = ""
    photos: tuple[Photo, ...] = ()

    def hash(self) -> bytes:
        """A hash of all that was asked but the photos: a phone may shrink them otherwise when it sends again."""
        return sha256(
            canonical([sorted(self.pieces.items()), self.kind, self.reason, self.words]).encode()
        ).digest()


def apply(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    key: str,
    wanted: Wanted,
    seal: Seal,
    source_address: str = "",
) -> Claim:
    """Claim pieces of an order. `key` was minted with the form: sent again it gives the earlier claim.

    Refused: a clerk; an order that is not this dealer's; pieces that are not there to be claimed, were given back or
    are in an open claim; a kind or a reason that does not fit the reward; the same form saying something else.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    open_book(session, now, dealer_id)
    earlier = session.scalars(select(Claim).where(Claim.dealer_id == dealer_id, Claim.key == key)).one_or_none()
    if earlier is not None:
        if earlier.request_hash != wanted.hash():
            raise FormReused
        return earlier
    order = locked_order(session, dealer_id, no=no)
    chosen = _chosen(session, order, wanted)
    of_order = select(func.count()).select_from(Claim).where(Claim.dealer_id == dealer_id, Claim.order_id == order.id)
    count = session.execute(of_order).scalar_one()
    if count >= MOST_CLAIMS:
        raise TooManyClaims
    claim_id, actor = new_id(now), f"member:{member_id}"
    claim = Claim(
        dealer_id=dealer_id,
        id=claim_id,
        no=f"{order.no}-{count + 1}",
        key=key,
        request_hash=wanted.hash(),
        order_id=order.id,
        order_no=order.no,
        member_id=member_id,
        kind=wanted.kind,
        reason=wanted.reason,
        words_sealed=seal.seal(wanted.words, words_place(claim_id)) if wanted.words else None,
        state=ClaimState.APPLIED,
        points=sum(line.points_each * quantity for line, quantity in chosen),
        fen=sum(line.cash_each_fen * quantity for line, quantity in chosen),
        applied_at=now,
        due_at=now + TURNS[ClaimState.APPLIED][1],
        answer="",
    )
    session.add(claim)
    session.flush()
    session.add_all(
        ClaimLine(
            dealer_id=dealer_id,
            claim_id=claim_id,
            line_no=line.line_no,
            order_id=order.id,
            quantity=quantity,
            points=line.points_each * quantity,
            fen=line.cash_each_fen * quantity,
        )
        for line, quantity in chosen
    )
    session.add_all(
        ClaimPhoto(
            dealer_id=dealer_id,
            claim_id=claim_id,
            position=at,
            image_sealed=seal.seal_bytes(photo.jpeg, photo_place(claim_id, at)),
            width=photo.width,
            height=photo.height,
        )
        for at, photo in enumerate(wanted.photos[:MOST_PHOTOS], 1)
    )
    happened(session, now, order, Happening.CLAIMED, actor=actor, detail={"claim": claim.no})
    detail = {"no": claim.no, "kind": wanted.kind.value, "points": claim.points, "fen": claim.fen}
    subject = f"claim:{claim_id}"
    note(session, now, actor=actor, act="claim.apply", subject=subject, address=source_address, detail=detail)
    session.flush()
    return claim


def words_place(claim_id: int) -> str:
    """Where the words of a claim lie sealed."""
    return f"after_sales:words:{claim_id}"


def photo_place(claim_id: int, position: int) -> str:
    """Where a photo of a claim lies sealed."""
    return f"after_sales_photo:image:{claim_id}/{position}"


def withdraw_claim(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, role: MemberRole, no: str
) -> Claim:
    """Take a claim back before anything was sent. A second press gives the same claim."""
    if not role.may_redeem:
        raise MayNotRedeem
    open_book(session, now, dealer_id)
    claim = claim_of(session, dealer_id, no=no)
    if claim.state is not ClaimState.WITHDRAWN:
        move(session, now, claim, ClaimState.WITHDRAWN, actor=f"member:{member_id}", quiet=True)
    return claim


def _chosen(session: Session, order: RedemptionOrder, wanted: Wanted) -> list[tuple[OrderLine, int]]:
    lines = {line.line_no: line for line in lines_of(session, order)}
    parts = {part.part_no: part for part in parts_of(session, order)}
    left = claimable(session, order, lines.values(), parts.values())
    if not wanted.pieces:
        raise NothingToClaim
    for line_no, quantity in wanted.pieces.items():
        if not 1 <= quantity <= left.get(line_no, 0):
            raise NothingToClaim
        line = lines[line_no]
        here = parts[line.part_no]
        if here.untouched and not line.kind.shipped and quantity != line.quantity:
            raise NothingToClaim
        if wanted.kind not in claims_for(line.kind, untouched=here.untouched):
            raise WrongClaim
    asked = [lines[line_no] for line_no in wanted.pieces]
    at_home = all(not line.kind.shipped or parts[line.part_no].waiting for line in asked)
    if wanted.reason not in reasons_for(wanted.kind, {line.kind for line in asked}, at_home=at_home):
        raise WrongClaim
    return [(lines[line_no], quantity) for line_no, quantity in sorted(wanted.pieces.items())]
