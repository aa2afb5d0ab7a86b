"""After-sales at random: a dealer claims what arrived or got lost, the brand answers, pieces travel back and forth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from mall.catalog.models import Kind
from mall.dealers.models import MemberRole, StaffRole
from mall.orders.actions.after_sales import (
    Wanted,
    accept,
    agree,
    apply,
    decline_claim,
    refuse_return,
    resend,
    send_back,
    withdraw_claim,
)
from mall.orders.models import OPEN, Claim, ClaimKind, ClaimLine, ClaimReason, OrderLine
from mall.orders.queries.claims import claimable
from mall.rewards.actions import reveal_code
from mall.rewards.models import CardCode, CodeState
from mall.web.db import db, reading
from tests.orders.scene import SEAL
from tests.storm.people import People, Where

FITS = {
    Kind.PHYSICAL: (ClaimKind.REFUND_ONLY, ClaimKind.RETURN, ClaimKind.EXCHANGE),
    Kind.CARD_CODE: (ClaimKind.REISSUE, ClaimKind.REFUND_ONLY),
}
FOLK: dict[str, Any] = {"role": StaffRole.FULFILMENT, "staff_id": 1}


def claim(people: People, where: Where) -> None:
    """Claim some pieces of an order: of one line, or of all lines of a kind."""
    chance, order = people.chance, people.order(where)
    lines = list(
        reading().scalars(
            select(OrderLine).where(OrderLine.dealer_id == order.dealer_id, OrderLine.order_id == order.id)
        )
    )
    left = claimable(reading(), order, lines, people.parts(where))
    some = [line for line in lines if line.line_no in left]
    if not some:
        return
    first = chance.choice(some)
    chosen = [line for line in some if line.kind is first.kind and (line is first or chance.random() < 0.5)]
    pieces = {line.line_no: chance.randint(1, left[line.line_no]) for line in chosen}
    kind = chance.choice(FITS.get(first.kind, (ClaimKind.REFUND_ONLY,)))
    wanted = Wanted(pieces=pieces, kind=kind, reason=chance.choice(list(ClaimReason)), words="一块破了")
    owner = {"dealer_id": where[0], "member_id": where[0], "role": MemberRole.OWNER, "no": where[1]}
    key = f"claim-{chance.getrandbits(48):x}"
    people.tried(f"claim {kind.value}", apply, key=key, wanted=wanted, seal=SEAL, **owner)


def look(people: People, where: Where) -> None:
    """A dealer looks at a code it was given: from then on it cannot be given back."""
    order = people.order(where)
    codes = (CardCode.dealer_id == order.dealer_id, CardCode.order_id == order.id, CardCode.state == CodeState.ISSUED)
    for code_id in list(reading().scalars(select(CardCode.id).where(*codes))):
        whose = {"dealer_id": order.dealer_id, "order_id": order.id, "member_id": where[0], "role": MemberRole.OWNER}
        people.tried("look at a code", reveal_code, code_id=code_id, seal=SEAL, **whose)


def go_on(people: People, *, least: float = 0.0) -> int:
    """Everybody whose turn it is acts, or (by chance) lets it wait; gives how many claims are open."""
    waiting = open_claims()
    for one in waiting:
        if people.chance.random() >= least:
            _step(people, one)
    return len(waiting)


def open_claims() -> list[Claim]:
    """Claims in which somebody has yet to act."""
    db.session.expunge_all()
    db.session.rollback()
    found = list(reading().scalars(select(Claim).where(Claim.state.in_(OPEN)).order_by(Claim.dealer_id, Claim.id)))
    db.session.expunge_all()
    return found


def _step(people: People, one: Claim) -> None:
    chance = people.chance
    desk: dict[str, Any] = {"dealer_code": f"D{one.dealer_id}", "no": one.no, **FOLK}
    owner = {"dealer_id": one.dealer_id, "member_id": one.dealer_id, "role": MemberRole.OWNER, "no": one.no}
    if (one.applied or one.checking or one.return_awaited) and chance.random() < 0.1:
        people.tried("withdraw a claim", withdraw_claim, **owner)
    elif one.applied or one.checking:
        said = desk | ({"staff_id": 2} if one.checking else {})
        agreed = chance.random() < 0.8 and people.tried(
            "agree to a claim", agree, seal=SEAL, code_ids=_bad_codes(one), **said
        )
        if not agreed:
            people.tried("decline a claim", decline_claim, reason="看过了，没有问题", **said)
    elif one.return_awaited and chance.random() < 0.8:
        people.tried("send back", send_back, carrier="jd", waybill=f"JD{one.no}", **owner)
    elif one.returned:
        restock = chance.random() < 0.6
        accepted = chance.random() < 0.85 and people.tried("accept what came back", accept, restock=restock, **desk)
        if not accepted:
            people.tried("refuse what came back", refuse_return, reason="不是我们的", **desk)
    elif one.resending or one.sending_home:
        people.tried("send another", resend, carrier="ems", waybill=f"EM{one.no}", **desk)


def _bad_codes(one: Claim) -> Sequence[int]:
    """Of a reissue, as many codes of each line as the claim is about."""
    if one.kind is not ClaimKind.REISSUE:
        return ()
    db.session.rollback()
    found: list[int] = []
    for line in reading().scalars(
        select(ClaimLine).where(ClaimLine.dealer_id == one.dealer_id, ClaimLine.claim_id == one.id)
    ):
        codes = select(CardCode.id).where(
            CardCode.dealer_id == one.dealer_id,
            CardCode.order_id == one.order_id,
            CardCode.line_no == line.line_no,
            CardCode.state == CodeState.ISSUED,
        )
        found += reading().scalars(codes.order_by(CardCode.id).limit(line.quantity))
    return tuple(found)
