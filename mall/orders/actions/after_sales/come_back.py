"""Pieces travel back, are looked at, and are paid back or replaced."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy.orm import Session

from mall.catalog.actions import put_back, send_out, take, write_off
from mall.catalog.models import Because, Reason
from mall.dealers.models import MayNotRedeem, MemberRole, StaffRole
from mall.orders.actions.after_sales.pay_back import pay_back
from mall.orders.actions.happened import happened
from mall.orders.actions.loading import lines_of, locked_order, parts_of
from mall.orders.actions.moving import claim_of, for_staff, lines_of_claim, move
from mall.orders.models import Claim, ClaimKind, ClaimMoved, ClaimState, Happening
from mall.orders.queries.claims import claimable
from mall.points.actions import open_book


def send_back(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    carrier: str,
    waybill: str,
) -> Claim:
    """The dealer has sent the pieces back under a waybill number. Sent again with the same it changes nothing.

    Told after the claim has lapsed it goes on, while the order is not completed. Refused: a claim that stands
    elsewhere; pieces that are in another claim by now.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    open_book(session, now, dealer_id)
    claim = claim_of(session, dealer_id, no=no)
    if claim.returned and (claim.carrier, claim.waybill) == (carrier, waybill):
        return claim
    if not claim.open:
        order = locked_order(session, dealer_id, order_id=claim.order_id)
        left = claimable(session, order, lines_of(session, order), parts_of(session, order))
        if any(one.quantity > left.get(one.line_no, 0) for one in lines_of_claim(session, claim)):
            raise ClaimMoved
    move(session, now, claim, ClaimState.RETURNED, actor=f"member:{member_id}", quiet=True)
    claim.carrier, claim.waybill = carrier, waybill
    session.flush()
    return claim


def accept(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    staff_id: int,
    role: StaffRole,
    restock: bool,
    instead: bool = False,
    source_address: str = "",
) -> Claim:
    """What came back is as it was said: it goes into stock or is written off; points and money go back, or others
    are taken out of stock to be sent in its place. A second press of the same claim changes nothing.

    `instead` pays back what was to be exchanged, where no other is left to send.

    Refused: staff who do not answer claims; a claim that stands elsewhere; SoldOut where nothing is left to send.
    """
    book, claim, order = for_staff(session, now, dealer_code=dealer_code, no=no, role=role)
    actor = f"staff:{staff_id}"
    if claim.accepted:
        return claim
    if not claim.returned:
        raise ClaimMoved
    claimed = lines_of_claim(session, claim)
    if claim.kind is ClaimKind.EXCHANGE and not instead:
        move(session, now, claim, ClaimState.RESENDING, actor=actor, source_address=source_address)
        pieces = {line.line_no: line.sku_id for line in lines_of(session, order)}
        for one in sorted(claimed, key=lambda each: pieces[each.line_no]):  # stock is locked in this order
            one.restocked = int(restock)
            quantities = {pieces[one.line_no]: one.quantity}
            because = Because(Reason.EXCHANGE, order.no, actor, claim.no)
            take(session, now, quantities, because=because)
            if restock:
                put_back(session, now, quantities, because=because, arrived=True)
            else:
                write_off(session, now, quantities, because=because)
        session.flush()
        return claim
    waits = pay_back(session, now, book, claim, order, claimed, actor=actor, restock=restock)
    state = ClaimState.REFUNDING if waits else ClaimState.DONE
    move(session, now, claim, state, actor=actor, source_address=source_address)
    return claim


def refuse_return(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    staff_id: int,
    role: StaffRole,
    reason: str,
    source_address: str = "",
) -> Claim:
    """What came back is not as it was said: no points go back, the pieces go home, and the reason is told.

    Safe to repeat.
    """
    _, claim, _ = for_staff(session, now, dealer_code=dealer_code, no=no, role=role)
    if claim.sending_home:
        return claim
    if not claim.returned:
        raise ClaimMoved
    claim.answer = reason
    move(session, now, claim, ClaimState.SENDING_HOME, actor=f"staff:{staff_id}", source_address=source_address)
    return claim


def resend(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    staff_id: int,
    role: StaffRole,
    carrier: str,
    waybill: str,
    source_address: str = "",
) -> Claim:
    """Others have left in place of what came back, or what was refused has left for home.

    Sent again with the same waybill it changes nothing. Refused: a claim that stands elsewhere.
    """
    _, claim, order = for_staff(session, now, dealer_code=dealer_code, no=no, role=role)
    if not claim.open and (claim.resent_carrier, claim.resent_waybill) == (carrier, waybill):
        return claim
    if not (claim.resending or claim.sending_home):
        raise ClaimMoved
    actor, ends = f"staff:{staff_id}", ClaimState.DONE if claim.resending else ClaimState.DECLINED
    claim.resent_carrier, claim.resent_waybill = carrier, waybill
    if claim.resending:  # what was refused was never in stock: it goes home as it came
        pieces = {line.line_no: line.sku_id for line in lines_of(session, order)}
        going: Counter[int] = Counter()
        for one in lines_of_claim(session, claim):
            going[pieces[one.line_no]] += one.quantity
        send_out(session, now, going, because=Because(Reason.EXCHANGE, order.no, actor, claim.no))
    detail = {"claim": claim.no, "carrier": carrier, "waybill": waybill}
    move(session, now, claim, ends, actor=actor, detail=detail, source_address=source_address)
    if ends is ClaimState.DECLINED:
        return claim
    happened(session, now, order, Happening.REISSUED, actor=actor, act="order.resend", detail=detail)
    return claim
