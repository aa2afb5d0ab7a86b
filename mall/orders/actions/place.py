"""Placing an order: the dealer's points for rewards, once, whatever happens on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.seal import Seal
from mall.base.types import micros
from mall.catalog.actions import take
from mall.catalog.models import Because, Reason
from mall.dealers.actions.notices import tell
from mall.dealers.models import MayNotRedeem, Member, MemberRole
from mall.dealers.queries.powers import Powers, powers_of
from mall.orders.actions.cart import remove as remove_from_cart
from mall.orders.actions.drafting import Draft, write_order
from mall.orders.actions.let_go import hand_out
from mall.orders.actions.loading import as_reward, lines_of, locked_order, parts_of
from mall.orders.models import (
    FormReused,
    OrderState,
    QuoteForged,
    RedemptionOrder,
    TooManyLines,
)
from mall.orders.models.line import MOST_LINES
from mall.orders.queries.offer import Goal, address_for, freight, offers_of
from mall.orders.queries.spent import spent_this_month
from mall.orders.rules import (
    HELD_FOR,
    Asked,
    Offer,
    Quote,
    Windows,
    first_free,
    judge_lifetime,
    judge_line,
    judge_rest,
    numbers,
    request_hash,
)
from mall.payments.actions import open_payment
from mall.points.actions import Book, Posting, hold, open_book, spend, write
from mall.rewards.actions import reserve

_order = cast(Table, RedemptionOrder.__table__)

# Built once: building a statement costs several times what running it does.
_EARLIER = select(_order.c.no, _order.c.key, _order.c.request_hash, _order.c.points, _order.c.id, _order.c.state).where(
    _order.c.dealer_id == bindparam("dealer"),
    or_(_order.c.key == bindparam("form_key"), _order.c.no.in_(bindparam("candidates", expanding=True))),
)


@dataclass(frozen=True)
class Placed:
    """The order that a form made. `repeated` says that this very form had made it before."""

    no: str
    order_id: int
    points: int
    state: OrderState
    repeated: bool = False


def place(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    quote: Quote,
    asked: Asked,
    seal: Seal,
    second_factor_at: datetime | None = None,
    windows: Windows | None = None,
    source_address: str = "",
) -> Placed:
    """Redeem what was quoted for a dealer's points, and for money where the quote says so.

    The quote's key was minted with the form: sent again with the same words it gives the earlier order, with others it
    is refused. Points are redeemed at once where nothing is left to decide, else held until it is. Refused: a clerk; a
    quote that is over, or another's; a quantity out of range; what is off the shelf or at another price than was seen;
    more than the dealer's limit, the member's cap, the stock or the points; a parcel without an address, a top-up
    without a number, money without a way to pay; a reward for personal use that the owner did not authorise; so many
    points without a second factor (`second_factor_at` is when this sign-in showed one).
    """
    if not role.may_redeem:
        raise MayNotRedeem
    if (quote.dealer_id, quote.member_id) != (dealer_id, member_id):
        raise QuoteForged
    book = open_book(session, now, dealer_id)

    order_id = new_id(now)
    candidates = numbers(order_id, now, book.zone)
    wants = {"dealer": dealer_id, "form_key": quote.key, "candidates": candidates}
    known = session.execute(_EARLIER, wants).all()
    for earlier in known:
        if earlier.key == quote.key:
            return _again(earlier, quote, asked)
    no = first_free(candidates, {row.no for row in known})

    offers, goal = _look(session, now, quote, asked)
    powers = powers_of(session, dealer_id, member_id)
    _judge(session, now, book, quote, offers, powers, second_factor_at)

    waits = powers.needs_approval(quote.points)
    draft = Draft(order_id, no, _state(quote, asked, waits=waits), _parts(offers), goal)
    actor = f"member:{member_id}"
    posting = _take_points(session, book, draft, quote, offers, actor)
    write_order(session, now, quote, asked, draft, posting, offers, seal, windows or Windows())
    note(
        session,
        now,
        actor=actor,
        act="order.place",
        subject=f"order:{order_id}",
        address=source_address,
        detail={"no": no, "points": quote.points, "fen": quote.pay_fen},
    )
    session.flush()
    if quote.from_cart:
        ordered = {line.sku_id for line in quote.lines}
        remove_from_cart(session, now, dealer_id=dealer_id, member_id=member_id, sku_ids=ordered)
    if waits:
        _ask_owner(session, now, draft, quote, windows or Windows())
    # Last, because everybody who wants these rewards waits for the same rows from here to the commit.
    wanted: Counter[int] = Counter()
    for line in quote.lines:
        wanted[line.sku_id] += line.quantity
    take(session, now, dict(wanted), because=Because(Reason.ORDER, no, actor))
    state = draft.state
    if quote.pay_fen or not all(offer.kind.shipped for offer in offers):
        state = _beyond_parcels(session, now, quote, asked, draft, actor, seal)
    return Placed(no, order_id, quote.points, state)


def _again(earlier: Any, quote: Quote, asked: Asked) -> Placed:
    if earlier.request_hash != request_hash(quote, asked):
        raise FormReused
    return Placed(earlier.no, earlier.id, earlier.points, earlier.state, repeated=True)


def _look(session: Session, now: datetime, quote: Quote, asked: Asked) -> tuple[list[Offer], Goal | None]:
    """What is true of everything quoted now: the offers, line by line, and where they would go."""
    if len(quote.lines) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    by_sku = offers_of(session, now, dealer_id=quote.dealer_id, sku_ids=[line.sku_id for line in quote.lines])
    offers = [by_sku[line.sku_id] for line in quote.lines]
    goal = None
    fen = 0
    if any(offer.kind.shipped for offer in offers):
        goal = address_for(session, quote.dealer_id, asked.address_id)
        fen = freight(session, by_sku, quote.lines, goal.region) if goal else quote.freight_fen
    pieces_of_item: Counter[int] = Counter()
    for line, offer in zip(quote.lines, offers, strict=True):
        pieces_of_item[offer.item_id] += line.quantity
    for line, offer in zip(quote.lines, offers, strict=True):
        judge_line(line, offer, quote.issued_at, wanted_of_item=pieces_of_item[offer.item_id])
    judge_rest(quote, asked, offers, has_address=goal is not None, freight_fen=fen)
    judge_lifetime(quote, now)
    return offers, goal


def _judge(
    session: Session,
    now: datetime,
    book: Book,
    quote: Quote,
    offers: list[Offer],
    powers: Powers,
    second_factor_at: datetime | None,
) -> None:
    if powers.cap is not None:
        spent = spent_this_month(session, quote.dealer_id, quote.member_id, now, book.zone)
        powers.judge_cap(spent, quote.points)
    if any(offer.personal for offer in offers):
        powers.judge_personal()
    powers.judge_second_factor(quote.points, second_factor_at, now)


def _state(quote: Quote, asked: Asked, *, waits: bool) -> OrderState:
    if waits:
        return OrderState.AWAITING_APPROVAL
    if quote.pay_fen and asked.gateway is not None and asked.gateway.outside:
        return OrderState.AWAITING_PAYMENT
    return OrderState.TO_SHIP


def _parts(offers: list[Offer]) -> dict[int, int]:
    """Lines of one kind go one way: the part of each line, by line number."""
    part_of: dict[str, int] = {}
    return {at: part_of.setdefault(offer.kind, len(part_of) + 1) for at, offer in enumerate(offers, 1)}


def _take_points(session: Session, book: Book, draft: Draft, quote: Quote, offers: list[Offer], actor: str) -> Posting:
    why = {
        "what": "redemption",
        "order": draft.no,
        "items": [
            {
                "code": offer.item_code,
                "sku": offer.sku_code,
                "names": offer.names,
                "quantity": line.quantity,
                "points": line.points,
            }
            for line, offer in zip(quote.lines, offers, strict=True)
        ],
    }
    said: dict[str, Any] = {"source": "mall", "key": f"order/{draft.order_id}", "actor": actor, "why": why}
    if draft.decided:
        posting = spend(book, points=quote.points, **said)
    else:
        posting = hold(book, points=quote.points, until=book.now + HELD_FOR, **said)
    write(session, book)
    return posting


def _ask_owner(session: Session, now: datetime, draft: Draft, quote: Quote, windows: Windows) -> None:
    name = session.scalar(select(Member.name).where(Member.dealer_id == quote.dealer_id, Member.id == quote.member_id))
    facts = {
        "name": name,
        "points": quote.points,
        "no": draft.no,
        "until_at": micros(now + windows.approve),
    }
    tell(session, now, dealer_id=quote.dealer_id, what="approval_wanted", facts=facts, href=f"/orders/{draft.no}")


def _beyond_parcels(
    session: Session, now: datetime, quote: Quote, asked: Asked, draft: Draft, actor: str, seal: Seal
) -> OrderState:
    """What money and rewards that are not parcels ask for: a charge on account, codes kept, handing out at once."""
    order = locked_order(session, quote.dealer_id, order_id=draft.order_id)
    lines = lines_of(session, order)
    reserve(session, now, [as_reward(order, line, seal) for line in lines if not line.kind.shipped], seal=seal)
    if not draft.decided:
        return draft.state
    if quote.pay_fen and asked.gateway is not None:
        payment = open_payment(
            session,
            now,
            dealer_id=order.dealer_id,
            order_id=order.id,
            order_no=order.no,
            gateway=asked.gateway,
            fen=quote.pay_fen,
            actor=actor,
        )
        order.payment_id = payment.id
        session.flush()
    hand_out(session, now, order, parts_of(session, order), lines, actor=actor, seal=seal)
    return order.state
