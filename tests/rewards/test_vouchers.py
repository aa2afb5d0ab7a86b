"""Vouchers: signed, used at most once, over at their hour, given back only unused; each step told to its system."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mall.base.refused import Refused
from mall.base.seal import Seal
from mall.catalog.models import Kind
from mall.dealers.models import Notice
from mall.jobs.tasks import vouchers as vouchers_task
from mall.outbox.models import System
from mall.rewards.actions import handed_out
from mall.rewards.actions.vouchers import Used, expire_vouchers, use
from mall.rewards.models import Issued, NotReturnable, VoucherState
from mall.rewards.models.voucher import (
    NoSuchVoucher,
    OrderTooSmall,
    TermsMissing,
    TooManyPieces,
    VoucherExpired,
    VoucherReturned,
    VoucherUsed,
)
from mall.rewards.rules.token import PURPOSE, jwk, opened, signed
from mall.rewards.rules.voucher import DIGITS, coupon_terms, ends, number, plain_number, service_terms
from mall.web.db import reading, transact
from tests.cast import Cast, cast
from tests.conftest import Clock
from tests.processes import at_once
from tests.rewards.vouching import COUPON, RUSH, SEAL, TRUCK, bought, come_back, line, ordered, paid, told, vouchers

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
KEY = SEAL.signer(PURPOSE).public_key()
ALL = frozenset(System)


@pytest.fixture
def here(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


def used(no: str, reference: str = "DMS-1", order_fen: int | None = None, systems: frozenset[System] = ALL) -> Used:
    return transact(use, no=no, systems=systems, reference=reference, order_fen=order_fen, actor="partner:dms")


def test_each_piece_gets_a_voucher_that_its_system_can_believe(here: Cast) -> None:
    rush = line(here.linan.id, 1, Kind.SERVICE, quantity=2, terms=RUSH)
    assert bought(rush) == {1: Issued.DONE}
    assert transact(paid, lines=[rush]) == {1: Issued.DONE}
    first, second = vouchers()
    assert first.no != second.no
    assert first.expires_at == datetime(2026, 12, 12, 16, 0, tzinfo=UTC), "to the end of the thirtieth day in Shanghai"
    assert opened(first.token, KEY) == {
        "iss": "mall", "jti": first.no, "sub": "LA0571", "aud": "dms", "iat": int(AT.timestamp()),
        "exp": int(first.expires_at.timestamp()), "kind": "service", "service": "priority_production",
    }  # fmt: skip
    messages = told("voucher.issued")
    assert [(message.system, message.body["no"]) for message in messages] == [("dms", first.no), ("dms", second.no)]
    assert messages[0].body["token"] == first.token
    things = handed_out(reading(), here.linan.id, 1, [Kind.SERVICE])[1].things
    assert [thing.text for thing in things] == [first.number_shown, second.number_shown]
    assert handed_out(reading(), here.ningbo.id, 1) == {}


def test_a_coupon_is_for_the_dms_and_says_what_it_takes_off(here: Cast) -> None:
    bought(line(here.linan.id, 1, Kind.COUPON, terms=COUPON))
    [coupon] = vouchers()
    claims = opened(coupon.token, KEY)
    assert claims is not None
    assert (claims["aud"], claims["fen"], claims["least_fen"]) == ("dms", 5_000, 100_000)
    with pytest.raises(OrderTooSmall):
        used(coupon.no, order_fen=99_999)
    with pytest.raises(OrderTooSmall):
        used(coupon.no)
    assert not used(coupon.no, order_fen=100_000).repeat


def test_a_token_signed_by_anybody_else_or_altered_is_not_believed() -> None:
    token = signed({"jti": "1", "fen": 100}, SEAL.signer(PURPOSE))
    assert opened(token, KEY) == {"jti": "1", "fen": 100}
    assert opened(signed({"jti": "1"}, Seal("another").signer(PURPOSE)), KEY) is None
    assert opened(signed({"jti": "1"}, SEAL.signer("something else")), KEY) is None
    head, body, signature = token.split(".")
    other = signed({"jti": "1", "fen": 999}, SEAL.signer(PURPOSE)).split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.", body, "", "a.b.c", f"{head}.{body}.é"):
        assert opened(forged, KEY) is None
    assert jwk(KEY)["kty"] == "OKP"


def test_the_same_use_again_is_the_same_use_and_another_is_refused(here: Cast) -> None:
    bought(line(here.linan.id, 1, Kind.SERVICE, terms=RUSH))
    [voucher] = vouchers()
    assert not used(voucher.no).repeat
    assert used(voucher.no).repeat
    with pytest.raises(VoucherUsed):
        used(voucher.no, reference="DMS-2")
    with pytest.raises(NotReturnable):
        transact(come_back, one=line(here.linan.id, 1, Kind.SERVICE, terms=RUSH), quantity=1)


def test_only_the_system_it_was_issued_to_finds_it(here: Cast) -> None:
    bought(line(here.linan.id, 1, Kind.SERVICE, terms=TRUCK))
    [voucher] = vouchers()
    with pytest.raises(NoSuchVoucher):
        used(voucher.no, systems=frozenset({System.DMS}))
    with pytest.raises(NoSuchVoucher):
        used("0" * 16)
    assert used(voucher.no, systems=frozenset({System.TMS})).voucher.used


def test_it_is_over_at_its_hour_whether_the_worker_has_said_so_or_not(here: Cast, clock: Clock) -> None:
    truck = line(here.linan.id, 1, Kind.SERVICE, quantity=3, terms=TRUCK)
    bought(truck)
    bought(line(here.ningbo.id, 2, Kind.SERVICE, terms=TRUCK))
    first, second, *_ = vouchers()
    clock.at = first.expires_at - timedelta(microseconds=1)
    used(first.no)
    assert transact(expire_vouchers, limit=2) == 0
    clock.at = first.expires_at
    with pytest.raises(VoucherExpired):
        used(second.no)
    assert second.over(clock.at)
    with pytest.raises(NotReturnable):
        transact(come_back, one=truck, quantity=1)
    assert used(first.no).repeat, "what was used before stays used"
    swept = [transact(expire_vouchers, limit=2) for _ in range(3)]
    assert sorted(swept) == [0, 1, 2]
    assert [one.state for one in vouchers()].count(VoucherState.EXPIRED) == 3
    assert len(told("voucher.expired")) == 3
    with pytest.raises(VoucherExpired):
        used(second.no)


def test_a_dealer_is_told_once_of_vouchers_that_end_within_three_days(here: Cast, clock: Clock) -> None:
    bought(line(here.linan.id, 1, Kind.COUPON, quantity=2, terms=COUPON))
    bought(line(here.ningbo.id, 2, Kind.COUPON, terms=COUPON | {"days": 1}))
    assert vouchers_task.run() == 0, "one that was issued just now says so itself"
    clock.at = vouchers()[0].expires_at - timedelta(days=3)
    used(next(one.no for one in vouchers() if one.piece_no == 2), order_fen=200_000)
    assert vouchers_task.run() == 2, "one reminded of, one over"
    assert vouchers_task.run() == 0
    [notice] = reading().scalars(select(Notice).where(Notice.what == "vouchers_ending"))
    assert (notice.dealer_id, notice.facts) == (here.linan.id, {"count": 1, "until_on": "2027-01-11"})


def test_unused_ones_are_given_back_and_never_honoured_again(here: Cast) -> None:
    three = line(here.linan.id, 1, Kind.COUPON, quantity=3, terms=COUPON)
    bought(three)
    first, _, third = vouchers()
    used(first.no, order_fen=100_000)
    with pytest.raises(NotReturnable):
        transact(come_back, one=three, quantity=3)
    transact(come_back, one=three, quantity=1, actor="member:1")
    assert [one.state for one in vouchers()] == [VoucherState.USED, VoucherState.ISSUED, VoucherState.RETURNED]
    assert [message.body["no"] for message in told("voucher.returned")] == [third.no]
    with pytest.raises(VoucherReturned):
        used(third.no, order_fen=100_000)
    transact(come_back, one=three, quantity=1)
    with pytest.raises(NotReturnable):
        transact(come_back, one=three, quantity=1)


def test_nothing_is_ordered_that_cannot_be_issued_and_old_benefits_are_left_to_people(here: Cast) -> None:
    magic = {"service": "magic", "system": "dms", "days": 1}
    for kind, terms in ((Kind.COUPON, {}), (Kind.COUPON, {"fen": 5_000}), (Kind.SERVICE, magic)):
        with pytest.raises(TermsMissing):
            transact(ordered, lines=[line(here.linan.id, 1, kind, terms=terms)])
    with pytest.raises(TooManyPieces):
        transact(ordered, lines=[line(here.linan.id, 1, Kind.COUPON, quantity=101, terms=COUPON)])
    by_people = line(here.linan.id, 1, Kind.SERVICE)
    assert bought(by_people) == {1: Issued.BY_HAND}
    transact(come_back, one=by_people, quantity=1)
    assert vouchers() == []


@pytest.mark.parametrize("days", [0, -1, True, "30", 3661, None, 1.5])
def test_terms_that_make_no_sense_are_no_terms(days: object) -> None:
    assert service_terms(RUSH | {"days": days}) is None
    assert coupon_terms(COUPON | {"days": days}) is None
    assert service_terms(RUSH | {"system": "erp"}) is None
    assert coupon_terms(COUPON | {"fen": 0}) is None


def test_the_last_day_is_whole() -> None:
    assert ends(date(2026, 11, 12), 1, "Asia/Shanghai") == datetime(2026, 11, 13, 16, 0, tzinfo=UTC)


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_number_reads_out_and_in_again(dealer: int, voucher: int) -> None:
    no = number(dealer, voucher)
    assert len(no) == 16
    assert set(no) <= set(DIGITS)
    groups = " ".join(no[at : at + 4] for at in range(0, 16, 4)).lower().replace("0", "o").replace("1", "l")
    assert plain_number(groups) == no
    assert plain_number(no + "0") == plain_number("") == plain_number("U" * 16) == ""


def use_it(no: str, reference: str) -> str:
    return "again" if used(no, reference, order_fen=200_000).repeat else "used"


def give_it_back(dealer_id: int) -> str:
    transact(come_back, one=line(dealer_id, 1, Kind.COUPON, terms=COUPON), quantity=1)
    return "returned"


def test_a_voucher_is_used_at_most_once_by_many_at_once(here: Cast, database_url: str) -> None:
    bought(line(here.linan.id, 1, Kind.COUPON, terms=COUPON))
    [coupon] = vouchers()
    answers = at_once(database_url, AT, use_it, [(coupon.no, f"DMS-{number % 3}") for number in range(6)])
    # Three orders, each sent twice: one of them has it, its second sending is the same use.
    assert sorted(answers) == ["again", "used", *["voucher_used"] * 4]


def either(what: str, dealer_id: int, no: str) -> str:
    try:
        return use_it(no, "DMS-1") if what == "use" else give_it_back(dealer_id)
    except Refused as refusal:
        return refusal.code


def test_used_or_given_back_and_never_both(here: Cast, database_url: str) -> None:
    bought(line(here.linan.id, 1, Kind.COUPON, terms=COUPON))
    [coupon] = vouchers()
    acts = [(what, here.linan.id, coupon.no) for what in ("use", "back", "use", "back")]
    answers = at_once(database_url, AT, either, acts)
    end = vouchers()[0]
    if end.used:
        assert sorted(answers) == ["again", "not_returnable", "not_returnable", "used"]
        assert told("voucher.returned") == []
    else:
        assert sorted(answers) == ["not_returnable", "returned", "voucher_returned", "voucher_returned"]
        assert len(told("voucher.returned")) == 1


def sweep() -> int:
    total = 0
    while done := transact(expire_vouchers, limit=2):
        total += done
    return total


def test_two_workers_expire_each_voucher_once(here: Cast, database_url: str, clock: Clock) -> None:
    bought(line(here.linan.id, 1, Kind.SERVICE, quantity=5, terms=TRUCK))
    late = vouchers()[0].expires_at
    assert sum(at_once(database_url, late, sweep, [(), ()])) == 5
    assert len(told("voucher.expired")) == 5
