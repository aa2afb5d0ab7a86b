"""People at random: they redeem, pay at either network or on account, turn back, approve, send parcels and claim."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError

from flask.testing import FlaskClient
from sqlalchemy import select

from mall.base.refused import Refused
from mall.dealers.actions import begin_member
from mall.dealers.models import MemberRole, StaffRole
from mall.orders.actions import approve, cancel, decline, hand_over, pick, place, put_back_on_shelf, receive, ship
from mall.orders.models import OrderPart, RedemptionOrder
from mall.orders.queries.offer import Pick, basket_of
from mall.orders.rules import Asked
from mall.payments.models import GatewayName, Payment
from mall.payments.queries import payments_of
from mall.web.db import db, now, reading, transact
from tests.cast import DEVICE
from tests.orders.scene import DEALER, SEAL
from tests.payments.road import PHONE, Road
from tests.storm import shelves
from tests.storm.shelves import BUYER, BY_SKU, REWARDS

Where = tuple[int, str]
"""An order: whose, and its number."""
CLERK = {"staff_id": 1, "role": StaffRole.FULFILMENT}
OUT = (HTTPError, URLError, TimeoutError, ConnectionError)
"""The network is out, or does not take it any more."""


@dataclass
class People:
    """Everybody who has a phone or a desk, with what they know of their orders."""

    road: Road
    chance: random.Random
    dealers: int
    done: Counter[str] = field(default_factory=Counter)
    """What they did, and what they were refused."""
    orders: list[Where] = field(default_factory=list)
    _phones: dict[int, FlaskClient] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.skus, self.plans = shelves.sku_ids(), shelves.plans()

    def redeem(self) -> Where | None:
        """One to three rewards, each for points or with cash, by an owner or a buyer."""
        dealer = DEALER + self.chance.randrange(self.dealers)
        buyer = self.chance.random() < 0.4
        member, role = (dealer + BUYER, MemberRole.BUYER) if buyer else (dealer, MemberRole.OWNER)
        weights = [reward.weight for reward in REWARDS]
        chosen = {reward.sku for reward in self.chance.choices(REWARDS, weights, k=self.chance.choice([1, 1, 1, 2, 3]))}
        picks = []
        for sku in sorted(chosen):
            cash = BY_SKU[sku].with_cash is not None and self.chance.random() < 0.75
            plan, pieces = self.plans[sku, cash], self.chance.choice([1, 1, 2, 3])
            picks.append(Pick(sku_id=self.skus[sku], quantity=pieces, plan_id=plan))
        gateway = self.chance.choice([*GatewayName, GatewayName.WECHAT, GatewayName.ALIPAY])
        db.session.rollback()
        basket = basket_of(reading(), now(), dealer_id=dealer, picks=picks, address_id=dealer)
        key = f"storm-{len(self.orders)}-{self.chance.getrandbits(48):x}"
        quote = basket.quote(dealer_id=dealer, member_id=member, key=key, now=now(), address_id=dealer)
        assert quote is not None
        accounts = {at: "13800138000" for at, one in enumerate(picks, 1) if one.sku_id == self.skus[shelves.TOP_UP]}
        asked = Asked(address_id=dealer, gateway=gateway if quote.pay_fen else None, accounts=accounts)
        said: dict[str, Any] = {"dealer_id": dealer, "member_id": member, "role": role, "seal": SEAL}
        placed = self.tried("place", place, quote=quote, asked=asked, **said)
        if placed is None:
            return None
        self.orders.append((dealer, placed.no))
        return self.orders[-1]

    def tried(self, what: str, verb: Callable[..., Any], **said: Any) -> Any:
        """Do something as people do: a refusal is told, and life goes on."""
        try:
            came = transact(verb, **said)
        except Refused as refusal:
            self.done[f"{what} refused: {refusal.code}"] += 1
            return None
        self.done[what] += 1
        return came

    def press(self, where: Where, gateway: str) -> None:
        """Ask to be sent to a network, from the phone."""
        dealer, no = where
        phone = self._phones.get(dealer)
        if phone is None:
            phone = self._phones[dealer] = self.road.app.test_client()
            token = transact(begin_member, dealer_id=dealer, member_id=dealer, device=DEVICE)
            phone.set_cookie("__Host-mall", token, secure=True)
        said = phone.post(f"/orders/{no}/payment", data={"gateway": gateway}, headers={"User-Agent": PHONE})
        assert said.status_code in {303, 302, 409, 422, 502, 503}, said.status_code
        self.done[f"press {gateway}"] += 1

    def pay(self, where: Where) -> None:
        """Open a link that was given, whatever became of the order since, and pay at the network."""
        for payment in self.payments(where):
            if payment.ticket and self.chance.random() < 0.75:
                with suppress(*OUT):
                    self.road.pay(payment)
                    self.done[f"pay {payment.gateway.value}"] += 1

    def payments(self, where: Where) -> list[Payment]:
        """The order's payments."""
        order = self.order(where)
        return payments_of(reading(), order.dealer_id, order.id)

    def order(self, where: Where) -> RedemptionOrder:
        """The order as it is now."""
        db.session.expunge_all()
        db.session.rollback()
        of_dealer = (RedemptionOrder.dealer_id == where[0], RedemptionOrder.no == where[1])
        return reading().scalars(select(RedemptionOrder).where(*of_dealer)).one()

    def parts(self, where: Where) -> list[OrderPart]:
        """What fulfilment works on."""
        order = self.order(where)
        of_order = (OrderPart.dealer_id == order.dealer_id, OrderPart.order_id == order.id)
        return list(reading().scalars(select(OrderPart).where(*of_order).order_by(OrderPart.part_no)))

    def wander(self, where: Where) -> None:
        """Somebody does something about an order, whether it is time for it or not."""
        dealer, no = where
        owner: dict[str, Any] = {"dealer_id": dealer, "member_id": dealer, "role": MemberRole.OWNER, "no": no}
        acts: list[tuple[int, Callable[[], object]]] = [
            (4, lambda: self.press(where, self.chance.choice(["wechat", "alipay"]))),
            (5, lambda: self.pay(where)),
            (2, lambda: self.tried("cancel", cancel, **owner)),
            (2, lambda: self.tried("approve", approve, seal=SEAL, **owner)),
            (1, lambda: self.tried("decline", decline, reason="本月不换", **owner)),
            (3, lambda: self.tried("receive", receive, **owner)),
            (5, lambda: self.fulfil(where, hurry=False)),
        ]
        self.chance.choices([act for _, act in acts], [weight for weight, _ in acts])[0]()

    def fulfil(self, where: Where, *, hurry: bool = True) -> None:
        """Fulfilment picks, sends and hands out; in a hurry all that waits, else now and then something."""
        for part in self.parts(where):
            said: dict[str, Any] = {"dealer_code": f"D{where[0]}", "no": where[1], "part_no": part.part_no, **CLERK}
            if not hurry and self.chance.random() < 0.3:
                self.tried("pick", self.chance.choice([pick, put_back_on_shelf]), **said)
                continue
            if part.waiting and part.kind.shipped:
                self.tried("ship", ship, carrier="shunfeng", waybill=f"SF{where[1]}{part.part_no}", **said)
            elif part.waiting:
                self.tried("hand over", hand_over, **said)
