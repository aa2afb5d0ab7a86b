"""How a person of the demo redeems: through the checkout's own quote and verb, once for each key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.dealers.models import Dealer, Member, MemberRole
from mall.dealers.queries import addresses
from mall.orders.actions import Asked, place
from mall.orders.models import RedemptionOrder
from mall.orders.queries.offer import Pick, basket_of, offers_of, sku_id_by_code
from mall.payments.models import GatewayName


def person(session: Session, dealer_code: str, role: MemberRole) -> Member:
    """The dealer's person of that role."""
    of_dealer = select(Member).join(Dealer, Dealer.id == Member.dealer_id).where(Dealer.code == dealer_code)
    return session.scalars(of_dealer.where(Member.role == role)).one()


def order_by_key(session: Session, dealer_id: int, key: str) -> RedemptionOrder | None:
    """What was redeemed under a key, if it was."""
    of_dealer = (RedemptionOrder.dealer_id == dealer_id, RedemptionOrder.key == key)
    return session.scalars(select(RedemptionOrder).where(*of_dealer)).one_or_none()


def redeem(
    session: Session,
    at: datetime,
    *,
    dealer: str,
    role: MemberRole,
    key: str,
    sku: str,
    quantity: int,
    seal: Seal,
    cash_step: int = 0,
    remark: str = "",
    account: str = "",
) -> str | None:
    """Redeem at a moment, for points or at a step with cash, which goes on the dealer's account with the brand.

    Gives the order's number; nothing where it was redeemed before. `account` is the phone that a top-up goes to.
    """
    member = person(session, dealer, role)
    if order_by_key(session, member.dealer_id, key):
        return None
    sku_id = sku_id_by_code(session, sku)
    offer = offers_of(session, at, dealer_id=member.dealer_id, sku_ids=[sku_id])[sku_id]
    plan_id = next(plan.id for plan in offer.plans if plan.step == cash_step) if cash_step else None
    places = addresses(session, seal, member.dealer_id)
    address_id = places[0].id if places else None
    pick = Pick(sku_id=sku_id, quantity=quantity, plan_id=plan_id)
    basket = basket_of(session, at, dealer_id=member.dealer_id, picks=[pick], address_id=address_id)
    quote = basket.quote(dealer_id=member.dealer_id, member_id=member.id, key=key, now=at, address_id=address_id)
    assert quote is not None, sku
    asked = Asked(
        address_id=address_id,
        remark=remark,
        gateway=GatewayName.ON_ACCOUNT if quote.pay_fen else None,
        accounts={1: account} if account else {},
    )
    who = {"dealer_id": member.dealer_id, "member_id": member.id, "role": member.role}
    return place(session, at, quote=quote, asked=asked, seal=seal, **who).no  # type: ignore[arg-type]
