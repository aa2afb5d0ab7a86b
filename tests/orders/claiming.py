"""Orders at the dealer's, and claims about them: the verbs of after-sales at hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from mall.dealers.models import MemberRole, StaffRole
from mall.orders.actions import receive, ship
from mall.orders.actions.after_sales import Photo, Wanted, agree, apply, decline_claim
from mall.orders.models import Claim, ClaimEvent, ClaimKind, ClaimReason, OrderLine, OrderPart, RedemptionOrder
from mall.orders.queries.proof import Looked, order_faults
from mall.points.queries.proof import faults
from mall.web.db import db, now, reading, snapshot, transact
from tests.orders import scene
from tests.orders.scene import COOKER, DEALER, SEAL

OWNER: dict[str, Any] = {"dealer_id": DEALER, "member_id": DEALER, "role": MemberRole.OWNER}
STAFF: dict[str, Any] = {"dealer_code": f"D{DEALER}", "role": StaffRole.FULFILMENT}
SF = {"carrier": "shunfeng", "waybill": "SF1390442701860"}
BACK = {"carrier": "jd", "waybill": "JD0098765432100"}
PHOTO = Photo(b"\xff\xd8 a picture \xff\xd9", 640, 480)
_keys = iter(range(1, 10_000))


def arrived(code: Any = COOKER, quantity: int = 1, **said: Any) -> str:
    """The number of an order whose parcels have arrived."""
    no = sent(code, quantity, **said)
    return str(transact(receive, **OWNER, no=no).no)


def sent(code: Any = COOKER, quantity: int = 1, **said: Any) -> str:
    """One whose parcels are on the road."""
    no = scene.order(code, quantity, **said).no
    for part in parts(no):
        if part.kind.shipped:
            transact(ship, **STAFF, no=no, part_no=part.part_no, staff_id=1, **SF)
    return no


def claim(
    no: str,
    pieces: dict[int, int] | None = None,
    kind: ClaimKind = ClaimKind.REFUND_ONLY,
    reason: ClaimReason = ClaimReason.OTHER,
    *,
    key: str = "",
    **said: Any,
) -> Claim:
    """Claim one piece of the first line, unless told otherwise."""
    words = {name: said.pop(name) for name in ("words", "photos") if name in said}
    wanted = Wanted(pieces={1: 1} if pieces is None else pieces, kind=kind, reason=reason, **words)
    return transact(apply, **(OWNER | said), no=no, key=key or f"claim-{next(_keys)}", wanted=wanted, seal=SEAL)


def agreed(made: Claim, staff_id: int = 1, **said: Any) -> Claim:
    return transact(agree, **STAFF, no=made.no, staff_id=staff_id, seal=SEAL, **said)


def declined(made: Claim, reason: str = "看不出破损", staff_id: int = 1) -> Claim:
    return transact(decline_claim, **STAFF, no=made.no, staff_id=staff_id, reason=reason)


def by_staff(verb: Any, made: Claim, staff_id: int = 1, **said: Any) -> Claim:
    return transact(verb, **STAFF, no=made.no, staff_id=staff_id, **said)


def fresh(made: Claim) -> Claim:
    no = made.no  # before the session forgets it
    db.session.rollback()
    db.session.expunge_all()
    return db.session.scalars(select(Claim).where(Claim.no == no)).one()


def the_order(no: str) -> RedemptionOrder:
    db.session.rollback()
    db.session.expunge_all()
    return db.session.scalars(select(RedemptionOrder).where(RedemptionOrder.no == no)).one()


def parts(no: str) -> list[OrderPart]:
    made = the_order(no)
    return list(
        db.session.scalars(select(OrderPart).where(OrderPart.order_id == made.id).order_by(OrderPart.part_no))
    )


def lines(no: str) -> list[OrderLine]:
    made = the_order(no)
    return list(
        db.session.scalars(select(OrderLine).where(OrderLine.order_id == made.id).order_by(OrderLine.line_no))
    )


def steps(made: Claim) -> list[tuple[str, str]]:
    """Its timeline: each state with who brought it there."""
    db.session.rollback()
    asked = select(ClaimEvent).where(ClaimEvent.claim_id == made.id).order_by(ClaimEvent.event_no)
    return [(one.state.value, one.actor) for one in db.session.scalars(asked)]


def nothing_is_wrong() -> None:
    """The ledger's proof and the orders' proof are silent."""
    reading().rollback()
    assert list(faults(reading())) == []
    reading().rollback()
    found = [fault.text for fault in order_faults(snapshot(), now(), Looked())]
    reading().rollback()
    assert found == []
