"""The vault: a code is sealed, once there, with one holder; what a dry run says is what is taken in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from mall.audit.models import AuditEntry
from mall.base.refused import Forbidden, NotFound
from mall.catalog.models import SoldOut
from mall.dealers.models import MayNotRedeem, MemberRole, StaffRole
from mall.rewards.actions import handed_out, release, replace_code, reserve, reveal_code, reveal_to_staff
from mall.rewards.actions.vault import drop, take_in, tend, void_free, warn_at
from mall.rewards.models import (
    BatchChanged,
    CardBatch,
    CardCode,
    CodeState,
    Issued,
    NotACardSku,
    NotHeld,
    NothingToTake,
    NotReturnable,
    VaultShelf,
)
from mall.rewards.rules.codes import Fault
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.rewards.scene import (
    CARD,
    DEALER,
    DINNER,
    OTHER,
    PHONE,
    SEAL,
    ZONE,
    brought,
    codes,
    count,
    give_back,
    line,
    listed,
    looked,
    order,
    pay,
    returned,
    sku_id,
    stock,
    tried,
)

MIXED = """卡号,卡密,有效期
1,GOOD-1,2027-12-31
2,GOOD-2,
3,GOOD-1,
4,,
5,1.2E+18,
6,GOOD-3,2026-11-13
7,OLD-000000,
"""


def reveal(code_id: int, *, order_id: int = 1, dealer_id: int = DEALER, role: MemberRole = MemberRole.OWNER) -> str:
    return transact(
        reveal_code, dealer_id=dealer_id, order_id=order_id, code_id=code_id, member_id=1, role=role, seal=SEAL
    ).code


def test_a_dry_run_tells_every_row_and_brings_in_nothing(rack: Flask) -> None:
    brought(listed(1, "OLD"))
    batch_id = looked(MIXED)
    found = tried(batch_id)
    assert [(row.no, row.fault) for row in found.rows] == [
        (2, None), (3, None), (4, Fault.TWICE), (5, Fault.NO_CODE), (6, Fault.SPOILT), (7, Fault.TOO_SOON),
        (8, Fault.IN_VAULT),
    ]  # fmt: skip
    assert len(codes()) == 1
    assert stock() == 1


def test_what_the_dry_run_showed_is_what_is_taken_in(rack: Flask) -> None:
    brought(listed(1, "OLD"))
    batch_id = looked(MIXED)
    found = tried(batch_id)
    batch = transact(take_in, batch_id=batch_id, good=len(found.good), zone=ZONE, seal=SEAL, actor="staff:1")
    kept = {(row["row"], row["fault"], row["first"]) for row in batch.faults}
    assert kept == {(row.no, row.fault, row.first) for row in found.faults}
    assert batch.taken == 2
    inside = {SEAL.open(code.code_sealed, f"card_code:code:{code.id}") for code in codes()}
    assert inside == {"OLD-000000", *(row.code for row in found.good)}
    assert stock() == 3


def test_taking_in_twice_is_taking_in_once(rack: Flask) -> None:
    batch_id = looked(listed(5))
    for _ in range(2):
        transact(take_in, batch_id=batch_id, good=5, zone=ZONE, seal=SEAL, actor="staff:1")
    assert (len(codes()), stock()) == (5, 5)


def test_a_vault_that_changed_meanwhile_is_told_before_anything_comes_in(rack: Flask) -> None:
    first, second = looked(listed(5)), looked(listed(8))
    transact(take_in, batch_id=first, good=5, zone=ZONE, seal=SEAL, actor="staff:1")
    with pytest.raises(BatchChanged, match="3"):
        transact(take_in, batch_id=second, good=8, zone=ZONE, seal=SEAL, actor="staff:1")
    assert stock() == 5
    transact(take_in, batch_id=second, good=3, zone=ZONE, seal=SEAL, actor="staff:1")
    assert stock() == 8


def test_a_batch_without_a_good_row_is_refused(rack: Flask) -> None:
    with pytest.raises(NothingToTake):
        transact(take_in, batch_id=looked("AB"), good=0, zone=ZONE, seal=SEAL, actor="staff:1")


def test_a_code_of_one_sku_is_known_to_all_others(rack: Flask) -> None:
    brought(listed(3))
    assert [row.fault for row in tried(looked(listed(3), sku=DINNER)).rows] == [Fault.IN_VAULT] * 3


def test_only_a_card_sku_takes_codes(rack_here: Flask) -> None:
    for sku in (PHONE, "NO-SUCH-SKU"):
        with pytest.raises(NotACardSku):
            looked(listed(1), sku=sku)


def test_a_source_is_sealed_and_forgotten_once_taken_in(rack: Flask) -> None:
    batch = brought(listed(3))
    assert batch.source_sealed is None
    waiting = db.session.get(CardBatch, looked(listed(3, "MORE")))
    assert waiting is not None
    assert waiting.source_sealed is not None
    assert b"MORE-000001" not in waiting.source_sealed
    transact(drop, batch_id=waiting.id, actor="staff:1")
    assert db.session.get(CardBatch, waiting.id) is None


def test_no_code_stands_in_the_clear_anywhere(rack_here: Flask) -> None:
    brought("卡密\nSECRET-4711")
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    reveal(codes()[0].id)
    db.session.rollback()
    for table in db.metadata.sorted_tables:
        assert "SECRET-4711" not in str(db.session.execute(select(table)).all()), table.name


def test_the_first_batch_makes_stock_what_is_in_the_vault(rack: Flask) -> None:
    db.session.rollback()
    transact(lambda session, _at: session.execute(text("UPDATE stock SET on_hand = 40")))
    brought(listed(3))
    assert stock() == 3
    brought(listed(2, "MORE"))
    assert stock() == 5


def test_codes_are_reserved_issued_and_seen_by_one_holder(rack: Flask) -> None:
    brought(listed(5))
    lines = [line(1, quantity=2)]
    transact(order, lines=lines)
    assert (count(CodeState.RESERVED), count(CodeState.FREE), stock()) == (2, 3, 3)
    assert transact(pay, lines=lines) == {1: Issued.DONE}
    held = codes(CodeState.ISSUED)
    assert [(code.dealer_id, code.order_id, code.line_no, code.piece_no) for code in held] == [
        (DEALER, 1, 1, 1), (DEALER, 1, 1, 2),
    ]  # fmt: skip
    things = handed_out(db.session(), DEALER, 1)[1].things
    assert [thing.id for thing in things] == [code.id for code in held]
    assert all(thing.secret and thing.revealed_at is None for thing in things)
    assert reveal(held[0].id).startswith("CODE-")


def test_reserving_and_issuing_twice_is_once(rack: Flask) -> None:
    brought(listed(5))
    lines = [line(1, quantity=2)]
    transact(order, lines=lines)
    transact(reserve, lines=lines, seal=SEAL)
    assert count(CodeState.RESERVED) == 2
    for _ in range(2):
        assert transact(pay, lines=lines) == {1: Issued.DONE}
    assert (count(CodeState.ISSUED), count(CodeState.FREE)) == (2, 3)


def test_an_order_that_ends_before_it_is_paid_gives_its_codes_back(rack: Flask) -> None:
    brought(listed(3))
    lines = [line(1, quantity=2)]
    transact(order, lines=lines)
    for _ in range(2):
        transact(release, lines=lines)
    transact(give_back, lines=lines)
    assert (count(CodeState.FREE), stock()) == (3, 3)


def test_too_few_codes_refuse_the_order_whole(rack: Flask) -> None:
    brought(listed(1))
    brought(listed(5, "DINNER"), sku=DINNER)
    with pytest.raises(SoldOut):
        transact(order, lines=[line(1, sku=DINNER), line(1, line_no=2, quantity=2)])
    assert (stock(), stock(DINNER)) == (1, 5)
    assert count(CodeState.RESERVED, sku=DINNER) == 0


def test_those_that_end_first_go_first_and_none_that_ends_within_a_week(rack: Flask, clock: Clock) -> None:
    brought("卡密,有效期\nLATE-1,2027-12-31\nSOON-1,2026-12-01\nEVER-1,")
    transact(order, lines=[line(1)])
    assert codes(CodeState.RESERVED)[0].expires_at.date() == date(2026, 12, 1)
    transact(give_back, lines=[line(1)])
    clock.at += timedelta(days=15)  # four days of it are left
    transact(order, lines=[line(2)])
    assert codes(CodeState.RESERVED)[0].expires_at.date() == date(2027, 12, 31)


def test_what_is_over_soon_is_voided_and_leaves_stock(rack: Flask, clock: Clock) -> None:
    brought("卡密,有效期\nSOON-1,2026-12-01\nSOON-2,2026-12-01\nEVER-1,")
    transact(order, lines=[line(1)])
    clock.at += timedelta(days=15)
    assert transact(tend) == 1, "the one that is reserved stays with its order"
    assert transact(tend) == 0
    assert (count(CodeState.VOID), count(CodeState.FREE), stock()) == (1, 1, 1)


def test_stock_follows_the_codes_where_they_parted(rack: Flask) -> None:
    brought(listed(3))
    transact(lambda session, _at: session.execute(text("UPDATE stock SET on_hand = on_hand + 2")))
    transact(tend)
    assert stock() == 3
    transact(lambda session, _at: session.execute(text("UPDATE stock SET on_hand = 1 WHERE on_hand = 3")))
    transact(tend)
    assert stock() == 3


def test_what_is_no_reward_of_codes_any_more_is_not_tended(rack: Flask) -> None:
    brought(listed(3))
    transact(lambda session, _at: session.execute(text("UPDATE item SET kind = 'physical'")))
    transact(lambda session, _at: session.execute(text("UPDATE stock SET on_hand = on_hand + 2")))
    transact(tend)
    assert stock() == 5


def test_a_default_expiry_holds_for_rows_that_name_none(rack: Flask) -> None:
    brought("卡密,有效期\nONE-1,2027-12-31\nTWO-2,", expires_on=date(2027, 6, 30))
    zone = {code.expires_at.date() for code in codes()}
    assert zone == {date(2027, 12, 31), date(2027, 6, 30)}, "midnight in Shanghai is 16:00 of the day before in UTC"
    assert [row.fault for row in tried(looked("THREE-3", expires_on=date(2026, 11, 13))).rows] == [Fault.TOO_SOON]


def test_a_clerk_another_dealer_and_another_order_see_nothing(rack: Flask) -> None:
    brought(listed(2))
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    code = codes(CodeState.ISSUED)[0]
    with pytest.raises(MayNotRedeem):
        reveal(code.id, role=MemberRole.CLERK)
    for elsewhere in ({"dealer_id": OTHER}, {"order_id": 2}):
        with pytest.raises(NotFound):
            reveal(code.id, **elsewhere)
    assert codes(CodeState.ISSUED)[0].revealed_at is None


def test_a_code_that_is_not_paid_is_not_shown(rack: Flask) -> None:
    brought(listed(2))
    transact(order, lines=[line(1)])
    with pytest.raises(NotHeld):
        reveal(codes(CodeState.RESERVED)[0].id)


def test_every_look_is_written_down_and_the_first_one_kept(rack: Flask, clock: Clock) -> None:
    brought(listed(1))
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    code = codes()[0]
    first = clock.at
    reveal(code.id)
    clock.tick(hours=1)
    reveal(code.id, role=MemberRole.BUYER)
    assert codes()[0].revealed_at == first
    seen = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "card_code.reveal")).all()
    assert [entry.subject for entry in seen] == [f"card_code:{code.id}"] * 2


def test_staff_see_only_what_was_issued_and_only_fulfilment(rack: Flask) -> None:
    brought(listed(2))
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    issued, free = codes(CodeState.ISSUED)[0], codes(CodeState.FREE)[0]
    with pytest.raises(Forbidden):
        transact(reveal_to_staff, code_id=issued.id, staff_id=1, role=StaffRole.FINANCE, seal=SEAL)
    with pytest.raises(NotHeld):
        transact(reveal_to_staff, code_id=free.id, staff_id=1, role=StaffRole.FULFILMENT, seal=SEAL)
    transact(reveal_to_staff, code_id=issued.id, staff_id=1, role=StaffRole.FULFILMENT, seal=SEAL)
    assert codes(CodeState.ISSUED)[0].revealed_by == "staff:1"


def test_an_unseen_code_comes_back_and_a_seen_one_does_not(rack: Flask) -> None:
    brought(listed(3))
    two = line(1, quantity=2)
    transact(order, lines=[two])
    transact(pay, lines=[two])
    reveal(codes(CodeState.ISSUED)[0].id)
    with pytest.raises(NotReturnable):
        transact(returned, one=two, quantity=2)
    transact(returned, one=two, quantity=1)
    assert (count(CodeState.FREE), count(CodeState.ISSUED), stock()) == (2, 1, 2)
    with pytest.raises(NotReturnable):
        transact(returned, one=two, quantity=1)


def test_a_bad_code_is_replaced_once_and_never_given_out_again(rack: Flask) -> None:
    brought(listed(3))
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    bad = codes(CodeState.ISSUED)[0]
    said = {"dealer_id": DEALER, "order_id": 1, "code_id": bad.id, "reason": "已被使用", "actor": "staff:1"}
    fresh = transact(replace_code, **said)
    assert transact(replace_code, **said) == fresh
    assert [code.id for code in codes(CodeState.ISSUED)] == [fresh]
    assert codes(CodeState.VOID)[0].void_reason == "已被使用"
    assert stock() == 1
    with pytest.raises(NotHeld):
        reveal(bad.id)
    assert reveal(fresh) != ""
    assert [thing.id for thing in handed_out(db.session(), DEALER, 1)[1].things] == [fresh]
    transact(order, lines=[line(2)])
    with pytest.raises(SoldOut):
        transact(order, lines=[line(3)])


def test_without_another_code_the_bad_one_stays(rack: Flask) -> None:
    brought(listed(1))
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    bad = codes()[0]
    with pytest.raises(SoldOut):
        transact(replace_code, dealer_id=DEALER, order_id=1, code_id=bad.id, reason="无效", actor="staff:1")
    assert codes()[0].issued


def test_voiding_a_batch_leaves_what_dealers_hold(rack: Flask) -> None:
    batch = brought(listed(4))
    brought(listed(2, "MORE"))
    transact(order, lines=[line(1, quantity=2)])
    said = {"batch_id": batch.id, "reason": "供应商召回", "actor": "staff:1"}
    assert transact(void_free, **said) == 2
    assert transact(void_free, **said) == 0
    assert (count(CodeState.RESERVED), count(CodeState.VOID), count(CodeState.FREE), stock()) == (2, 2, 2, 2)
    assert [row.fault for row in tried(looked(listed(4))).rows] == [Fault.IN_VAULT] * 4, "void is for ever"


def test_a_sku_without_a_shelf_is_left_to_people(rack: Flask) -> None:
    transact(lambda session, _at: session.execute(text("UPDATE stock SET on_hand = 9")))
    transact(order, lines=[line(1)])
    assert transact(pay, lines=[line(1)]) == {1: Issued.BY_HAND}
    assert handed_out(db.session(), DEALER, 1) == {}


def test_an_order_from_before_the_vault_gets_its_code_once_there_are_some(rack: Flask) -> None:
    transact(lambda session, _at: session.execute(text("UPDATE stock SET on_hand = 9")))
    transact(order, lines=[line(1)])
    brought(listed(2))
    assert transact(pay, lines=[line(1)]) == {1: Issued.DONE}
    assert (stock(), count(CodeState.FREE)) == (1, 1)
    transact(order, lines=[line(2)])
    three = [line(3, quantity=3)]
    assert transact(pay, lines=three) == {1: Issued.BY_HAND}


def test_the_number_that_is_an_alarm_can_be_set(rack: Flask) -> None:
    brought(listed(2))
    transact(warn_at, sku_id=sku_id(CARD), number=3, actor="staff:1")
    shelf = db.session.get(VaultShelf, sku_id(CARD))
    assert shelf is not None
    assert shelf.warn_at == 3
    with pytest.raises(NotFound):
        transact(warn_at, sku_id=sku_id(DINNER), number=3, actor="staff:1")


@pytest.mark.parametrize(
    "change",
    [
        {"state": CodeState.FREE},
        {"state": CodeState.VOID},
        {"piece_no": None},
        {"dealer_id": None},
        {"issued_at": None, "revealed_at": None, "state": CodeState.ISSUED},
        {"piece_no": 1, "line_no": 1},
    ],
)
def test_the_database_refuses_a_code_in_two_hands_or_in_none(rack: Flask, change: dict[str, object]) -> None:
    brought(listed(2))
    transact(order, lines=[line(1, quantity=2)])
    transact(pay, lines=[line(1, quantity=2)])
    second = codes(CodeState.ISSUED)[1].id
    with pytest.raises(IntegrityError):
        transact(lambda session, _at: session.execute(update(CardCode).where(CardCode.id == second).values(change)))


def test_a_code_cannot_be_put_in_twice_past_the_verb(rack: Flask) -> None:
    brought(listed(1))
    code = codes()[0]
    twin = {name: getattr(code, name) for name in ("sku_id", "batch_id", "code_sealed", "code_index", "serial")}
    with pytest.raises(IntegrityError):
        transact(
            lambda session, _at: (
                session.add(CardCode(id=1, expires_at=now(), state=CodeState.FREE, **twin)),
                session.flush(),
            )
        )
