"""Real processes on one vault: no code in two hands, none lost, no list twice in it, whoever dies on the way."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from mall.base.refused import Refused
from mall.dealers.models import MemberRole
from mall.rewards.actions import replace_code, reveal_code
from mall.rewards.actions.vault import take_in, tend, void_free
from mall.rewards.models import CodeState
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.processes import at_once, begin, kill
from tests.rewards.scene import (
    DEALER,
    OTHER,
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
    stock,
)

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


def order_and_pay(order_id: int, quantity: int) -> str:
    one = [line(order_id, quantity=quantity, dealer_id=DEALER if order_id % 2 else OTHER)]
    transact(order, lines=one)
    return str(transact(pay, lines=one)[1])


def pay_again(order_id: int) -> str:
    return str(transact(pay, lines=[line(order_id, quantity=2)])[1])


def bring(batch_id: int, good: int) -> int:
    return transact(take_in, batch_id=batch_id, good=good, zone=ZONE, seal=SEAL, actor="staff:1").taken


def void(batch_id: int) -> int:
    return transact(void_free, batch_id=batch_id, reason="召回", actor="staff:1")


def whole(codes_there: int) -> None:
    """What always holds: every code is there, has one holder at most, and stock is what is free."""
    there = codes()
    assert len(there) == codes_there
    pieces = [(code.dealer_id, code.order_id, code.line_no, code.piece_no) for code in there if code.piece_no]
    assert len(set(pieces)) == len(pieces)
    assert stock() == count(CodeState.FREE)


def test_ten_orders_for_seven_codes_give_seven_codes(rack: Flask, database_url: str) -> None:
    brought(listed(7))
    told = at_once(database_url, AT, order_and_pay, [(number, 1) for number in range(1, 11)])
    assert Counter(told) == {"done": 7, "sold_out": 3}
    assert count(CodeState.ISSUED) == 7
    whole(7)


def test_issuing_at_once_is_issuing_once(rack: Flask, database_url: str) -> None:
    brought(listed(5))
    transact(order, lines=[line(1, quantity=2)])
    assert at_once(database_url, AT, pay_again, [(1,)] * 4) == ["done"] * 4
    assert (count(CodeState.ISSUED), count(CodeState.FREE)) == (2, 3)
    whole(5)


def test_an_order_from_before_the_vault_is_served_once_however_many_issue_it(rack: Flask, database_url: str) -> None:
    brought(listed(8))
    told = at_once(database_url, AT, pay_again, [(1,)] * 4)
    assert told == ["done"] * 4
    assert count(CodeState.ISSUED) == 2
    whole(8)


def test_taking_one_batch_in_at_once_is_once(rack: Flask, database_url: str) -> None:
    batch = looked(listed(40))
    assert at_once(database_url, AT, bring, [(batch, 40)] * 4) == [40] * 4
    whole(40)


def test_two_batches_with_the_same_codes_bring_them_in_once(rack: Flask, database_url: str) -> None:
    batches = [looked(listed(30)) for _ in range(3)]
    told = at_once(database_url, AT, bring, [(batch, 30) for batch in batches])
    assert sorted(map(str, told)) == ["30", "nothing_to_take", "nothing_to_take"]
    whole(30)


def test_orders_against_a_recall_never_hold_what_was_recalled(rack: Flask, database_url: str) -> None:
    batch = brought(listed(6))
    brought(listed(2, "MORE"))
    told = at_once(database_url, AT, either, [("order", n) for n in range(1, 6)] + [("void", batch.id)])
    voided = next(answer for answer in told if isinstance(answer, int))
    assert {answer for answer in told if answer != voided} <= {"done", "sold_out"}
    assert count(CodeState.VOID) == voided
    assert count(CodeState.ISSUED) == told.count("done")
    whole(8)


def either(what: str, number: int) -> Any:
    return order_and_pay(number, 1) if what == "order" else void(number)


def see_or_return(what: str, code_id: int) -> str:
    if what == "return":
        transact(returned, one=line(1), quantity=1)
        return "returned"
    if what == "replace":
        said = {"dealer_id": DEALER, "order_id": 1, "code_id": code_id, "reason": "无效", "actor": "staff:1"}
        return f"replaced by {transact(replace_code, **said)}"
    whose = {"dealer_id": DEALER, "order_id": 1, "code_id": code_id, "member_id": 1, "role": MemberRole.OWNER}
    transact(reveal_code, seal=SEAL, **whose)
    return "seen"


@pytest.mark.parametrize("_again", range(3))
def test_a_code_is_seen_or_given_back_but_never_both(rack: Flask, database_url: str, _again: int) -> None:
    brought(listed(1))
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    code = codes()[0].id
    told = at_once(database_url, AT, see_or_return, [("see", code), ("return", code), ("see", code)])
    back = "returned" in told
    assert ("seen" in told) is not back
    assert (codes()[0].revealed_at is None) is back
    assert (stock(), count(CodeState.FREE)) == ((1, 1) if back else (0, 0))


def test_a_bad_code_is_replaced_once_however_many_press(rack: Flask, database_url: str) -> None:
    brought(listed(5))
    transact(order, lines=[line(1)])
    transact(pay, lines=[line(1)])
    bad = codes(CodeState.ISSUED)[0].id
    told = at_once(database_url, AT, see_or_return, [("replace", bad)] * 4)
    assert len(set(told)) == 1
    assert (count(CodeState.VOID), count(CodeState.ISSUED), stock()) == (1, 1, 3)
    whole(5)


def churn(seed: int) -> None:
    """Order, pay or let go, for ever."""
    number = seed * 100_000
    while True:
        number += 1
        one = [line(number)]
        try:
            transact(order, lines=one)
            transact(pay if number % 3 else give_back, lines=one)
        except Refused:
            time.sleep(0.01)


def test_processes_killed_in_the_midst_leave_every_code_whole(rack: Flask, database_url: str, clock: Clock) -> None:
    brought(listed(300))
    db.session.rollback()
    runners = [begin(database_url, churn, seed) for seed in (1, 2, 3)]
    for runner in runners:
        time.sleep(1.5)
        kill(runner)
    transact(tend)
    there = codes()
    assert count(CodeState.ISSUED) > 0
    whole(300)
    # What was killed between ordering and paying holds its code still, for whoever ends the order.
    for code in there:
        if code.state is CodeState.RESERVED:
            assert code.order_id is not None
            transact(give_back, lines=[line(code.order_id)])
    whole(300)
    assert count(CodeState.RESERVED) == 0


def import_until_killed(batch: int, good: int) -> None:
    bring(batch, good)


def test_an_import_that_is_killed_is_whole_or_not_at_all(rack: Flask, database_url: str) -> None:
    batch = looked(listed(20_000))
    db.session.rollback()
    runner = begin(database_url, import_until_killed, batch, 20_000)
    time.sleep(0.9)
    kill(runner)
    assert len(codes()) in {0, 20_000}
    assert bring(batch, 20_000) == 20_000
    whole(20_000)
