"""After-sales gives back what it says, once, whoever presses what again: points, money and pieces."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.base.refused import Forbidden, NotFound
from mall.catalog.actions import withdraw
from mall.catalog.models import Because, Reason, SoldOut
from mall.dealers.models import MayNotRedeem, MemberRole, Notice, StaffRole
from mall.jobs.tasks import arrive, claims
from mall.orders.actions import hand_over, pick, receive, ship
from mall.orders.actions.after_sales import (
    accept,
    agree,
    refuse_return,
    resend,
    send_back,
    withdraw_claim,
)
from mall.orders.models import (
    Claim,
    ClaimKind,
    ClaimMoved,
    ClaimOpen,
    ClaimReason,
    ClaimState,
    FormReused,
    NothingToClaim,
    OrderState,
    PartState,
    SecondPersonNeeded,
    TooManyClaims,
    Turn,
    WrongClaim,
)
from mall.payments.models import GatewayName, Refund, RefundState
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.claiming import (
    BACK,
    OWNER,
    PHOTO,
    SF,
    STAFF,
    agreed,
    arrived,
    by_staff,
    claim,
    declined,
    fresh,
    lines,
    nothing_is_wrong,
    parts,
    sent,
    steps,
    the_order,
)
from tests.orders.scene import CARD, COOKER, DEALER, PRICES, RICE, SEAL, everything, points_of, stock_of

RETURN, EXCHANGE, REFUND = ClaimKind.RETURN, ClaimKind.EXCHANGE, ClaimKind.REFUND_ONLY


@pytest.fixture
def priced(set_up: Flask) -> Flask:
    """The cooker costs 18,800 points, or 2,000 points and ¥99."""
    scene.priced_with_cash()
    return set_up


def come_back(made: Claim, **said: object) -> Claim:
    return transact(send_back, **(OWNER | said), no=made.no, **BACK)


def claim_numbered(no: str) -> Claim:
    db.session.rollback()
    return db.session.scalars(select(Claim).where(Claim.no == no)).one()


def refunds() -> list[tuple[int, RefundState]]:
    db.session.rollback()
    return [(one.fen, one.state) for one in db.session.scalars(select(Refund).order_by(Refund.id))]


def notices() -> list[str]:
    db.session.rollback()
    return [one.what for one in db.session.scalars(select(Notice).order_by(Notice.id)) if "claim" in one.what]


def test_one_damaged_piece_of_two_is_paid_back_in_points_and_money(priced: Flask) -> None:
    no = arrived(COOKER, 2, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    assert (points_of(), stock_of()) == (96_000, 48)
    made = claim(no, photos=(PHOTO,), words="外壳裂了")
    assert (made.state, made.turn, made.points, made.fen) == (ClaimState.APPLIED, Turn.BRAND, 2_000, 9_900)
    assert points_of() == 96_000, "nothing goes back before the brand has agreed"
    for _ in range(2):
        assert agreed(made).state is ClaimState.DONE
    assert (points_of(), stock_of(), refunds()) == (98_000, 48, [(9_900, RefundState.DONE)])
    assert [(one.kept, one.returned_quantity) for one in lines(no)] == [(1, 1)]
    assert the_order(no).state is OrderState.RECEIVED
    assert steps(made) == [("done", "staff:1")]
    assert notices() == ["claim_done"]
    nothing_is_wrong()


def test_what_is_returned_goes_back_into_stock_and_then_its_points_come(priced: Flask) -> None:
    no = arrived(COOKER, 3)
    made = claim(no, {1: 2}, RETURN, ClaimReason.QUALITY)
    assert agreed(made, answer="杭州市临安区钱王街 1 号，售后收").state is ClaimState.RETURN_AWAITED
    assert fresh(made).turn is Turn.DEALER
    before = points_of()
    for _ in range(2):
        assert come_back(made).state is ClaimState.RETURNED
    assert points_of() == before
    for _ in range(2):
        assert by_staff(accept, made, restock=True).state is ClaimState.DONE
    assert (points_of(), stock_of()) == (before + 2 * PRICES[COOKER], 49)
    assert [state for state, _ in steps(made)] == ["return_awaited", "returned", "done"]
    nothing_is_wrong()


def test_what_came_back_broken_is_written_off(set_up: Flask) -> None:
    made = claim(arrived(COOKER), None, RETURN)
    agreed(made)
    come_back(made)
    by_staff(accept, made, restock=False)
    assert (points_of(), stock_of()) == (100_000, 49)
    nothing_is_wrong()


def test_an_exchange_sends_another_and_gives_nothing_back(set_up: Flask) -> None:
    no = arrived(COOKER)
    made = claim(no, None, EXCHANGE)
    agreed(made)
    come_back(made)
    assert by_staff(accept, made, restock=False).state is ClaimState.RESENDING
    assert stock_of() == 48, "another was taken out for it, the broken one is gone"
    for _ in range(2):
        assert by_staff(resend, made, **SF).state is ClaimState.DONE
    assert points_of() == 100_000 - PRICES[COOKER]
    nothing_is_wrong()


def test_an_exchange_of_which_none_is_left_is_paid_back_instead(set_up: Flask) -> None:
    made = claim(arrived(COOKER), None, EXCHANGE)
    agreed(made)
    come_back(made)
    scene.order(COOKER, 4)
    because = Because(Reason.DAMAGED, "", "test")
    transact(withdraw, quantities={scene.sku_id(COOKER): stock_of()}, because=because)
    before = everything()
    with pytest.raises(SoldOut):
        by_staff(accept, made, restock=False)
    assert everything() == before
    assert by_staff(accept, made, restock=False, instead=True).state is ClaimState.DONE
    assert points_of() == 100_000 - 4 * PRICES[COOKER]
    nothing_is_wrong()


def test_money_through_a_gateway_is_awaited_and_then_the_claim_is_done(priced: Flask, clock: Clock) -> None:
    no = arrived(COOKER, 1, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    made = claim(no)
    agreed(made)
    # As if the money were on its way through a network that has not answered yet.
    db.session.execute(update(Refund).values(state=RefundState.SENT, done_at=None))
    db.session.execute(update(Claim).values(state=ClaimState.REFUNDING, ended_at=None, due_at=clock()))
    db.session.commit()
    assert claims.run() == 0
    assert fresh(made).turn is Turn.GATEWAY
    db.session.execute(update(Refund).values(state=RefundState.DONE, done_at=clock()))
    db.session.commit()
    assert claims.run() == 1
    assert fresh(made).done


def test_the_freight_goes_back_with_the_last_piece_unless_the_dealer_changed_its_mind(priced: Flask) -> None:
    for kind, reason, fen in ((REFUND, ClaimReason.DAMAGED, 9_900 + 1_200), (RETURN, ClaimReason.NOT_WANTED, 9_900)):
        no = arrived(COOKER, 1, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
        db.session.execute(db.text("UPDATE redemption_order SET freight_fen = 1200 WHERE no = :no"), {"no": no})
        db.session.execute(db.text("UPDATE payment SET fen = 11100 WHERE order_no = :no"), {"no": no})
        db.session.commit()
        made = claim(no, None, kind, reason)
        agreed(made)
        if kind is RETURN:
            come_back(made)
            by_staff(accept, made, restock=True)
        assert fresh(made).fen == fen


def test_the_freight_goes_back_once_with_the_last_that_was_to_travel(priced: Flask) -> None:
    no = scene.order([(COOKER, 2), (CARD, 1)], plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT).no
    db.session.execute(db.text("UPDATE redemption_order SET freight_fen = 1200 WHERE no = :no"), {"no": no})
    db.session.execute(db.text("UPDATE payment SET fen = fen + 1200 WHERE order_no = :no"), {"no": no})
    db.session.commit()
    parcel = next(one.part_no for one in parts(no) if one.kind.shipped)
    by_staff_part(hand_over, no, 3 - parcel)
    transact_ship(no, parcel)
    by_kind = {one.sku_code: one.line_no for one in lines(no)}
    in_turn = (by_kind[COOKER], by_kind[COOKER], by_kind[CARD])
    back = [fresh(agreed(claim(no, {line: 1}, REFUND, ClaimReason.LATE))).fen for line in in_turn]
    assert back == [9_900, 9_900 + 1_200, 0]


def test_a_parcel_that_never_came_ends_the_order(set_up: Flask) -> None:
    no = sent(COOKER)
    made = claim(no, None, REFUND, ClaimReason.LATE)
    agreed(made)
    assert (the_order(no).state, [one.state for one in parts(no)]) == (OrderState.CANCELLED, [PartState.CANCELLED])
    assert (points_of(), stock_of()) == (100_000, 49)
    nothing_is_wrong()


def test_what_still_waits_of_an_order_of_which_the_rest_has_left_can_be_given_up(set_up: Flask) -> None:
    no = scene.order([(COOKER, 1), (CARD, 1)]).no
    with pytest.raises(NothingToClaim):
        claim(no)
    parcel = next(one for one in parts(no) if one.kind.shipped)
    transact_ship(no, parcel.part_no)
    card = next(one for one in lines(no) if one.part_no != parcel.part_no)
    made = claim(no, {card.line_no: 1}, REFUND, ClaimReason.NOT_WANTED)
    for verb in (pick, hand_over):
        with pytest.raises(ClaimOpen):
            by_staff_part(verb, no, card.part_no)
    agreed(made)
    assert [one.state.value for one in parts(no)] in (["shipped", "cancelled"], ["cancelled", "shipped"])
    assert (the_order(no).state, stock_of(CARD)) == (OrderState.SHIPPED, 50)
    nothing_is_wrong()


def transact_ship(no: str, part_no: int) -> None:
    by_staff_part(ship, no, part_no, **SF)


def by_staff_part(verb: Any, no: str, part_no: int, **said: str) -> None:
    transact(verb, **STAFF, no=no, part_no=part_no, staff_id=1, **said)


def test_a_parcel_given_up_before_it_left_is_in_stock_again_and_ends(set_up: Flask) -> None:
    no = scene.order([(COOKER, 1), (CARD, 1)]).no
    parcel, card = sorted(parts(no), key=lambda part: not part.kind.shipped)
    by_staff_part(hand_over, no, card.part_no)
    line = next(one for one in lines(no) if one.part_no == parcel.part_no)
    made = claim(no, {line.line_no: 1}, REFUND, ClaimReason.NOT_WANTED)
    with pytest.raises(ClaimOpen):
        by_staff_part(ship, no, parcel.part_no, **SF)
    agreed(made)
    assert (stock_of(), the_order(no).state) == (50, OrderState.RECEIVED)
    nothing_is_wrong()


def test_nobody_keeps_a_delivered_card_and_is_paid_back_beside_a_parcel_that_waits(set_up: Flask) -> None:
    no = arrived(COOKER)
    before = everything()
    with pytest.raises(WrongClaim):
        claim(no, None, REFUND, ClaimReason.NOT_WANTED)
    assert everything() == before


def test_what_people_handed_out_is_written_off_and_not_on_the_shelf_again(set_up: Flask) -> None:
    no = scene.order(CARD).no
    by_staff_part(hand_over, no, 1)
    agreed(claim(no, None, REFUND, ClaimReason.LATE))
    assert (points_of(), stock_of(CARD)) == (100_000, 49)
    nothing_is_wrong()


def test_cancelling_the_rest_ends_the_claims_about_it(set_up: Flask) -> None:
    no = scene.order([(COOKER, 1), (CARD, 1)]).no

    parcel_part = next(one.part_no for one in parts(no) if one.kind.shipped)
    transact_ship(no, parcel_part)
    by_part = {one.part_no: one.line_no for one in lines(no)}
    card_line, parcel_line = by_part[3 - parcel_part], by_part[parcel_part]
    open_claim = claim(no, {card_line: 1}, REFUND, ClaimReason.NOT_WANTED)
    agreed(claim(no, {parcel_line: 1}, REFUND, ClaimReason.LATE))
    assert the_order(no).state is OrderState.TO_SHIP, "the parcel got lost, the card still waits"
    scene.take_back(no)
    assert fresh(open_claim).state is ClaimState.WITHDRAWN
    assert "claim_overtaken" in notices()
    assert (points_of(), stock_of(), stock_of(CARD)) == (100_000, 49, 50)
    nothing_is_wrong()


def test_much_money_needs_two_people(priced: Flask) -> None:
    no = arrived(COOKER, 6, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    made = claim(no, {1: 6})
    assert agreed(made, 1).state is ClaimState.CHECKING
    with pytest.raises(SecondPersonNeeded):
        agreed(made, 1)
    assert refunds() == []
    for _ in range(2):
        assert agreed(made, 2).state is ClaimState.DONE
    assert (fresh(made).decided_by, fresh(made).checked_by) == (1, 2)
    assert sum(fen for fen, _ in refunds()) == 6 * 9_900
    nothing_is_wrong()


def _give_more(session: Session, at: datetime) -> None:
    scene.give(session, at, DEALER, 100_000, days=300)


def test_many_points_need_two_people(set_up: Flask) -> None:
    transact(_give_more)
    made = claim(arrived(COOKER, 6), {1: 6})
    assert agreed(made, 1).state is ClaimState.CHECKING
    assert declined(made, staff_id=1).state is ClaimState.DECLINED, "whoever agreed may think again"


def test_a_declined_claim_says_why_and_another_may_follow(set_up: Flask) -> None:
    no = arrived(COOKER)
    made = claim(no)
    for _ in range(2):
        assert declined(made, "照片里看不出破损").state is ClaimState.DECLINED
    with pytest.raises(ClaimMoved):
        agreed(made)
    assert (fresh(made).answer, notices()) == ("照片里看不出破损", ["claim_declined"])
    assert claim(no).no == f"{no}-2"


def test_what_came_back_otherwise_than_it_was_said_is_refused(set_up: Flask) -> None:
    made = claim(arrived(COOKER), None, RETURN)
    agreed(made)
    with pytest.raises(ClaimMoved):
        by_staff(refuse_return, made, reason="箱子是空的")
    come_back(made)
    for _ in range(2):
        assert by_staff(refuse_return, made, reason="箱子是空的").state is ClaimState.SENDING_HOME
    assert fresh(made).turn is Turn.BRAND, "what is refused goes home first"
    for _ in range(2):
        assert by_staff(resend, made, **SF).state is ClaimState.DECLINED
    assert (points_of(), stock_of()) == (100_000 - PRICES[COOKER], 49)
    assert notices() == ["claim_return_awaited", "claim_sending_home", "claim_declined"]
    nothing_is_wrong()


def test_the_dealer_may_take_a_claim_back_until_something_travels(set_up: Flask) -> None:
    made = claim(arrived(COOKER), None, RETURN)
    agreed(made)
    for _ in range(2):
        assert transact(withdraw_claim, **OWNER, no=made.no).state is ClaimState.WITHDRAWN
    with pytest.raises(ClaimMoved):
        come_back(made)


def test_what_is_not_sent_back_in_time_lapses(set_up: Flask, clock: Clock) -> None:
    made = claim(arrived(COOKER), None, RETURN)
    agreed(made)
    clock.tick(days=4)
    assert claims.run() == 0
    clock.tick(days=1)
    assert [claims.run(), claims.run()] == [1, 0], "reminded once"
    clock.tick(days=2)
    assert claims.run() == 1
    assert fresh(made).state is ClaimState.LAPSED
    assert notices() == ["claim_return_awaited", "claim_ending", "claim_lapsed"]


def test_what_was_sent_back_too_late_is_looked_at_all_the_same(set_up: Flask, clock: Clock) -> None:
    made = claim(arrived(COOKER), None, RETURN)
    agreed(made)
    clock.tick(days=8)
    claims.run()
    clock.tick(days=8)
    arrive.run()
    assert come_back(made).state is ClaimState.RETURNED, "the order waits as long again for a late parcel"
    by_staff(accept, made, restock=True)
    assert points_of() == 100_000
    nothing_is_wrong()


def test_once_the_order_is_completed_or_the_pieces_are_in_another_claim_it_is_too_late(
    set_up: Flask, clock: Clock
) -> None:
    one, two = arrived(COOKER), arrived(COOKER)
    made, other = claim(one, None, RETURN), claim(two, None, RETURN)
    agreed(made)
    agreed(other)
    clock.tick(days=8)
    claims.run()
    claim(two)
    with pytest.raises(ClaimMoved):
        come_back(claim_numbered(f"{two}-1"))
    clock.tick(days=16)
    arrive.run()
    assert the_order(one).state is OrderState.COMPLETED
    with pytest.raises(ClaimMoved):
        come_back(claim_numbered(f"{one}-1"))


def test_an_order_is_not_completed_while_something_of_it_is_claimed(set_up: Flask, clock: Clock) -> None:
    no = arrived(COOKER)
    made = claim(no, None, EXCHANGE)
    clock.tick(days=20)
    arrive.run()
    assert the_order(no).state is OrderState.RECEIVED
    agreed(made)
    come_back(made)
    by_staff(accept, made, restock=True)
    by_staff(resend, made, **SF)
    arrive.run()
    assert the_order(no).state is OrderState.RECEIVED, "what was sent instead may be broken too"
    clock.tick(days=16)
    arrive.run()
    assert the_order(no).state is OrderState.COMPLETED
    with pytest.raises(NothingToClaim):
        claim(no)


def test_the_same_form_again_gives_the_same_claim(set_up: Flask) -> None:
    no = arrived(COOKER, 2)
    first = claim(no, key="form-1", words="裂了")
    assert claim(no, key="form-1", words="裂了", photos=(PHOTO,)).id == first.id
    with pytest.raises(FormReused):
        claim(no, {1: 2}, key="form-1", words="裂了")


@pytest.mark.parametrize("pieces", [{}, {1: 0}, {1: -1}, {1: 3}, {2: 1}, {1: 1, 9: 1}])
def test_pieces_that_are_not_there_cannot_be_claimed(set_up: Flask, pieces: dict[int, int]) -> None:
    no = arrived(COOKER, 2)
    before = everything()
    with pytest.raises(NothingToClaim):
        claim(no, pieces)
    assert everything() == before


def test_what_is_in_a_claim_or_given_back_cannot_be_claimed_again(set_up: Flask) -> None:
    no = arrived(COOKER, 2)
    made = claim(no)
    with pytest.raises(NothingToClaim):
        claim(no, {1: 2})
    agreed(made)
    with pytest.raises(NothingToClaim):
        claim(no, {1: 2})
    assert claim(no).no == f"{no}-2"


def test_a_kind_that_does_not_fit_the_reward_is_refused(set_up: Flask) -> None:
    no = arrived(RICE)
    with pytest.raises(WrongClaim):
        claim(no, None, ClaimKind.REISSUE, ClaimReason.CODE_INVALID)


def test_an_order_has_so_many_claims_and_no_more(set_up: Flask) -> None:
    no = arrived(COOKER)
    for _ in range(20):
        transact(withdraw_claim, **OWNER, no=claim(no).no)
    with pytest.raises(TooManyClaims):
        claim(no)


def test_who_may_not_redeem_may_not_claim_and_another_dealers_order_is_not_there(set_up: Flask) -> None:
    no = arrived(COOKER)
    made = claim(no, None, RETURN)
    for said, refusal in (
        ({"role": MemberRole.CLERK}, MayNotRedeem),
        ({"dealer_id": DEALER + 1, "member_id": DEALER + 1}, NotFound),
    ):
        with pytest.raises(refusal):
            claim(no, **said)
        with pytest.raises(refusal):
            transact(withdraw_claim, **(OWNER | said), no=made.no)
        with pytest.raises(refusal):
            come_back(made, **said)
    for role, code, refusal in (
        (StaffRole.MERCHANDISER, f"D{DEALER}", Forbidden),
        (StaffRole.FULFILMENT, f"D{DEALER + 1}", NotFound),
        (StaffRole.FULFILMENT, "nobody", NotFound),
    ):
        with pytest.raises(refusal):
            transact(agree, dealer_code=code, role=role, no=made.no, staff_id=1, seal=SEAL)


def test_the_words_and_the_photos_lie_sealed(set_up: Flask) -> None:
    made = claim(arrived(COOKER), words="请打 13900001234", photos=(PHOTO,))
    kept = db.session.execute(db.text("SELECT words_sealed FROM after_sales")).scalar_one()
    picture = db.session.execute(db.text("SELECT image_sealed FROM after_sales_photo")).scalar_one()
    assert b"13900001234" not in kept
    assert PHOTO.jpeg not in picture
    assert SEAL.open_bytes(picture, f"after_sales_photo:image:{made.id}/1") == PHOTO.jpeg


def test_the_dealer_confirms_what_is_left_after_a_piece_was_refunded_on_the_road(set_up: Flask) -> None:
    no = sent(COOKER, 2)
    agreed(claim(no, None, REFUND, ClaimReason.MISSING))
    transact(receive, **OWNER, no=no)
    assert (the_order(no).state, lines(no)[0].kept) == (OrderState.RECEIVED, 1)
    nothing_is_wrong()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE after_sales SET points = points + 1", "claim_points"),
        ("UPDATE after_sales SET fen = fen + 1", "claim_cash"),
        ("UPDATE after_sales SET state = 'declined'", "claim_cash"),
        ("UPDATE after_sales_line SET quantity = 2", "claim_pieces"),
    ],
)
def test_the_proof_names_a_claim_that_does_not_tie(priced: Flask, change: str, code: str) -> None:
    from mall.orders.queries.proof import Looked, order_faults
    from mall.web.db import now, reading, snapshot

    no = arrived(COOKER, 2, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    agreed(claim(no))
    nothing_is_wrong()
    db.session.execute(db.text(change))
    db.session.commit()
    found = {fault.code for fault in order_faults(snapshot(), now(), Looked())}
    reading().rollback()
    assert found == {code}
