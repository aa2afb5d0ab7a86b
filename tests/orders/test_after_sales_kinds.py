"""Claims about what came in no parcel: codes, vouchers. What was used does not go back; a bad code is replaced."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions import ItemToPut, SkuToPut, put_item
from mall.catalog.models import Delivery, Kind, SoldOut
from mall.dealers.models import MemberRole
from mall.orders.actions.voucher_back import voucher_back
from mall.orders.models import ClaimKind, ClaimReason, ClaimState, NothingToClaim, OrderState, WrongClaim
from mall.outbox.models import System
from mall.payments.models import GatewayName
from mall.rewards.actions import reveal_code
from mall.rewards.actions.vault import look, take_in
from mall.rewards.models import CardCode, CodeState, NotReturnable, Voucher
from mall.web.db import db, transact
from tests.orders import scene
from tests.orders.claiming import agreed, claim, fresh, lines, nothing_is_wrong, the_order
from tests.orders.scene import CARD, DEALER, SEAL, everything, points_of, stock_of
from tests.orders.test_voucher_back import SEAT, on_the_shelf, priced

REISSUE, REFUND = ClaimKind.REISSUE, ClaimKind.REFUND_ONLY
INVALID = ClaimReason.CODE_INVALID
CODES = 4


def stock_vault(session: Session, at: Any, prefix: str = "CLAIM") -> None:
    said: dict[str, Any] = {"zone": "Asia/Shanghai", "seal": SEAL, "actor": "staff:1"}
    codes = "\n".join(f"{prefix}-{n}" for n in range(CODES))
    batch_id = look(session, at, sku_code=CARD, name="四张", text=codes, expires_on=None, **said)
    take_in(session, at, batch_id=batch_id, good=CODES, **said)


def stock_vault_again(session: Session, at: Any) -> None:
    stock_vault(session, at, prefix="MORE")


def scene_card_by_hand(session: Session, at: Any) -> None:
    put_item(
        session,
        at,
        ItemToPut(
            code="BY-HAND",
            category="home",
            kind=Kind.CARD_CODE,
            brand="年轮",
            names=scene.spoken("景区门票", "Ticket"),
            pictures=["cooker"],
            delivery=Delivery.INSTANT,
            shelved_at=at,
            skus=[SkuToPut(code="BY-HAND-1", points=3_000, on_hand=9)],
        ),
    )


@pytest.fixture
def vault(app: Flask) -> Flask:
    """Fuel cards whose codes lie in the vault, four of them, and dealers with points for them."""
    transact(scene.set_up, points=300_000, stock=0)
    transact(stock_vault)
    return app


@pytest.fixture
def seats(app: Flask) -> Flask:
    """Seats in a training, at 4,000 points, or 1,000 points and ¥50."""
    transact(scene.set_up)
    transact(on_the_shelf)
    transact(priced)
    return app


def codes(state: CodeState = CodeState.ISSUED) -> list[CardCode]:
    db.session.rollback()
    return list(db.session.scalars(select(CardCode).where(CardCode.state == state).order_by(CardCode.id)))


def revealed(code_id: int) -> str:
    order_id = codes()[0].order_id
    whose = {"dealer_id": DEALER, "order_id": order_id, "code_id": code_id, "member_id": DEALER}
    return str(transact(reveal_code, role=MemberRole.OWNER, seal=SEAL, **whose).code)


def test_a_bad_code_is_replaced_once_and_never_comes_back(vault: Flask) -> None:
    no = scene.order(CARD, 2).no
    bad, good = (code.id for code in codes())
    old = revealed(bad)
    made = claim(no, {1: 1}, REISSUE, INVALID, words="提示卡密无效")
    for _ in range(2):
        assert agreed(made, code_ids=(bad,)).state is ClaimState.DONE
    assert [code.id for code in codes(CodeState.VOID)] == [bad]
    now_held = {code.id for code in codes()}
    assert good in now_held
    assert len(now_held) == 2
    assert revealed((now_held - {good}).pop()) != old
    assert (points_of(), stock_of(CARD), lines(no)[0].kept) == (200_000, 1, 2)
    nothing_is_wrong()


@pytest.mark.parametrize("which", ["none", "both of one piece", "another order's"])
def test_only_codes_that_the_claim_is_about_are_replaced(vault: Flask, which: str) -> None:
    no = scene.order(CARD, 2).no
    held = [code.id for code in codes()]
    scene.order(CARD, dealer_id=DEALER + 1)
    others = [code.id for code in codes() if code.id not in held]
    made = claim(no, {1: 1}, REISSUE, INVALID)
    before = everything()
    asked = {"none": (), "both of one piece": tuple(held), "another order's": tuple(others)}[which]
    with pytest.raises((NothingToClaim, WrongClaim)):
        agreed(made, code_ids=asked)
    assert everything() == before


def test_no_code_is_left_to_replace_a_bad_one(vault: Flask) -> None:
    no = scene.order(CARD, 4).no
    made = claim(no, {1: 1}, REISSUE, INVALID)
    before = everything()
    with pytest.raises(SoldOut):
        agreed(made, code_ids=(codes()[0].id,))
    assert everything() == before
    assert fresh(made).applied


def test_a_bad_code_is_paid_back_where_no_other_is_left_and_never_comes_back(vault: Flask) -> None:
    no = scene.order(CARD, 4).no
    bad = codes()[0].id
    revealed(bad)
    made = claim(no, {1: 1}, REFUND, INVALID)
    before = everything()
    for ticked in ((), tuple(code.id for code in codes()[:2])):
        with pytest.raises((NothingToClaim, WrongClaim)):
            agreed(made, code_ids=ticked)
    assert everything() == before
    for _ in range(2):
        assert agreed(made, code_ids=(bad,)).state is ClaimState.DONE
    assert ([code.id for code in codes(CodeState.VOID)], len(codes()), len(codes(CodeState.FREE))) == ([bad], 3, 0)
    assert (points_of(), stock_of(CARD), lines(no)[0].kept) == (150_000, 0, 3)
    nothing_is_wrong()


def test_so_many_codes_are_replaced_by_two_people_only(vault: Flask) -> None:
    no = scene.order(CARD, 3).no
    transact(stock_vault_again)
    made = claim(no, {1: 3}, REISSUE, INVALID)
    bad = tuple(code.id for code in codes())
    assert agreed(made, 1, code_ids=bad).state is ClaimState.CHECKING
    assert codes(CodeState.VOID) == []
    assert agreed(made, 2, code_ids=bad).state is ClaimState.DONE
    assert len(codes(CodeState.VOID)) == 3


def test_what_is_out_can_be_claimed_though_its_neighbour_still_waits_for_people(vault: Flask) -> None:
    transact(scene_card_by_hand)
    no = scene.order([(CARD, 1), ("BY-HAND-1", 1)]).no
    out = next(one for one in lines(no) if one.sku_code == CARD)
    agreed(claim(no, {out.line_no: 1}, REISSUE, INVALID), code_ids=(codes()[0].id,))
    assert len(codes(CodeState.VOID)) == 1
    nothing_is_wrong()


def test_two_claims_are_judged_together_when_a_system_hands_one_voucher_back(seats: Flask) -> None:
    no = scene.order(SEAT, 4).no
    first, second = claim(no, {1: 2}), claim(no, {1: 2})
    voucher = db.session.scalars(select(Voucher.no)).first()
    transact(voucher_back, no=voucher, systems=tuple(System), reason="停办", actor="partner:dms")
    assert (fresh(first).state, fresh(second).state) == (ClaimState.APPLIED, ClaimState.WITHDRAWN)
    nothing_is_wrong()


def test_a_code_that_nobody_saw_goes_back_into_the_vault_and_one_that_was_seen_does_not(vault: Flask) -> None:
    no = scene.order(CARD, 2).no
    revealed(codes()[0].id)
    agreed(claim(no, {1: 1}, REFUND, ClaimReason.NOT_WANTED))
    assert (len(codes(CodeState.FREE)), stock_of(CARD), points_of()) == (3, 3, 250_000)
    nothing_is_wrong()
    seen = claim(no, {1: 1}, REFUND, ClaimReason.NOT_WANTED)
    before = everything()
    with pytest.raises(NotReturnable):
        agreed(seen)
    assert everything() == before


@pytest.mark.parametrize("kind", [ClaimKind.RETURN, ClaimKind.EXCHANGE])
def test_a_code_is_not_sent_back(vault: Flask, kind: ClaimKind) -> None:
    no = scene.order(CARD).no
    with pytest.raises(WrongClaim):
        claim(no, None, kind)


def test_an_unused_voucher_is_given_up_for_what_it_cost(seats: Flask) -> None:
    no = scene.order(SEAT, 2, plan_id=scene.cash_plan(SEAT), gateway=GatewayName.ON_ACCOUNT).no
    made = agreed(claim(no, {1: 2}, REFUND, ClaimReason.NOT_WANTED))
    assert (made.points, made.fen, points_of(), stock_of(SEAT)) == (2_000, 10_000, 100_000, 9)
    assert the_order(no).state is OrderState.RECEIVED
    nothing_is_wrong()


def test_a_voucher_that_its_system_hands_back_ends_the_claim_about_it(seats: Flask) -> None:
    no = scene.order(SEAT).no
    made = claim(no)
    voucher = db.session.scalars(select(Voucher.no)).one()
    transact(voucher_back, no=voucher, systems=tuple(System), reason="停办", actor="partner:dms")
    assert fresh(made).state is ClaimState.WITHDRAWN
    assert points_of() == 100_000
    nothing_is_wrong()
