"""Afterwards: the proofs find nothing, and what everybody outside wrote down is what the mall has, to the fen."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from mall.orders.models import OPEN, Claim, OrderState, RedemptionOrder
from mall.orders.queries.proof import Looked, order_faults
from mall.outbox.models import Message
from mall.payments.models import BillDifference, DifferenceKind, GatewayName, Payment, Refund
from mall.points.queries.proof import faults
from mall.rewards.models import CardCode, CodeState, Rebate, TopUp
from mall.web.db import db, now, reading, snapshot
from tests.payments.road import Road
from tests.storm.weather import outside

ENDED = {OrderState.COMPLETED, OrderState.CANCELLED}


def tie(road: Road) -> None:
    """Nothing is open any more, and every book says the same."""
    proofs_find_nothing(road.app)
    same(still_open(), Counter())
    networks_tie(road)
    top_ups_tie(road)
    systems_tie(road)
    nothing_forged_was_taken(road)
    codes_have_one_holder()


def still_open() -> Counter[str]:
    """What is not over yet, counted."""
    db.session.expunge_all()
    db.session.rollback()
    session, found = reading(), Counter[str]()
    for state in session.scalars(select(RedemptionOrder.state).where(RedemptionOrder.state.not_in(ENDED))):
        found[f"order {state.value}"] += 1
    for claim in session.scalars(select(Claim.state).where(Claim.state.in_(OPEN))):
        found[f"claim {claim.value}"] += 1
    for refund in session.scalars(select(Refund)):
        found[f"refund {refund.state.value}"] += not refund.done
    for payment in session.scalars(select(Payment)):
        found["payment unsure"] += payment.unsure
    for top_up in session.scalars(select(TopUp)):
        found[f"top-up {top_up.state.value}"] += top_up.told_at is None
    for message in session.scalars(select(Message)):
        found[f"message {message.state.value}"] += not message.delivered
    return +found


def same(ours: Any, theirs: Any) -> None:
    """Two books say the same; if not, only what differs is told."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        apart = {key: (ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys()}
        apart = {key: pair for key, pair in apart.items() if pair[0] != pair[1]}
        assert not apart, f"ours, theirs: {apart}"
    assert ours == theirs, f"{ours}, expected {theirs}"


def orders_tie() -> None:
    """The proof of the orders finds nothing."""
    same([fault.text for fault in order_faults(snapshot(), now(), Looked())], [])
    db.session.rollback()


def proofs_find_nothing(app: Flask) -> None:
    """As verbs, and as the commands that the night runs."""
    orders_tie()
    same(list(faults(reading())), [])
    db.session.rollback()
    for words in (["orders", "verify"], ["points", "verify"]):
        said = app.test_cli_runner().invoke(args=words)
        assert said.exit_code == 0, said.output
        assert ": 0 faults" in said.output


def networks_tie(road: Road) -> None:
    """Each payment and each refund there is one here, with the same amount; nothing is here that is not there."""
    db.session.expunge_all()
    db.session.rollback()
    outer = (GatewayName.WECHAT, GatewayName.ALIPAY)
    payments = list(reading().scalars(select(Payment).where(Payment.gateway.in_(outer))))
    by_id = {(one.dealer_id, one.id): one for one in payments}
    here = {(one.gateway.value, one.no): (one.fen, one.refunded_fen) for one in payments if one.paid}
    back = {
        (by_id[one.dealer_id, one.payment_id].no, one.no): one.fen
        for one in reading().scalars(select(Refund))
        if (one.dealer_id, one.payment_id) in by_id
    }
    there = outside(
        road,
        "SELECT gateway, no, fen, (SELECT coalesce(sum(fen), 0) FROM refund WHERE payment_id = payment.id) AS refunded"
        " FROM payment WHERE state = 'paid'",
    )
    same(here, {(row["gateway"], row["no"]): (row["fen"], row["refunded"]) for row in there})
    refunds = outside(
        road, "SELECT payment.no AS whose, refund.no, refund.fen FROM refund JOIN payment ON payment.id = payment_id"
    )
    same(back, {(row["whose"], row["no"]): row["fen"] for row in refunds})
    wrong = reading().scalars(
        select(BillDifference).where(BillDifference.resolved_at.is_(None), BillDifference.kind != DifferenceKind.NOTICE)
    )
    same([(one.kind.value, one.about, one.day, one.found_at, one.our_state) for one in wrong], [])


def top_ups_tie(road: Road) -> None:
    """What the supplier filled is what dealers got, under the same number and once."""
    db.session.rollback()
    here = {one.no: (one.state.value, one.fen) for one in reading().scalars(select(TopUp)) if one.done}
    there = outside(road, "SELECT no, outcome, fen, ends_at FROM top_up")
    filled = {row["no"]: ("done", row["fen"]) for row in there if row["outcome"] == "done" and row["ends_at"]}
    same(here, filled)


def systems_tie(road: Road) -> None:
    """ERP, DMS and TMS have each message once and in its words, and the statement is what dealers owe and are owed."""
    db.session.expunge_all()
    db.session.rollback()
    told = outside(road, "SELECT partner, mark, body FROM parcel ORDER BY id")
    parcels = {(row["partner"], row["mark"]): json.loads(row["body"]) for row in told}
    messages = {(one.system.value, str(one.id)): one for one in reading().scalars(select(Message)) if one.delivered}
    same({key: told["body"] for key, told in parcels.items()}, {key: one.body for key, one in messages.items()})
    order: dict[tuple[str, str], int] = {}
    for row in told:
        body = json.loads(row["body"])
        line = (row["partner"], body["dealer"])
        assert body["seq"] == order.get(line, 0) + 1, f"{line} was told {body['seq']} after {order.get(line, 0)}"
        order[line] = body["seq"]
    sums: Counter[str] = Counter()
    for (partner, _), body in parcels.items():
        if partner == "erp":
            sums[body["topic"]] += body["body"]["fen"]
    same(sums["statement.charge"] - sums["statement.credit"], _on_account())
    same((sums["rebate.credit"], sums["rebate.debit"]), _rebates())


def _on_account() -> int:
    owed = select(func.coalesce(func.sum(Payment.fen - Payment.refunded_fen), 0))
    return int(reading().scalar(owed.where(Payment.gateway == GatewayName.ON_ACCOUNT)) or 0)


def _rebates() -> tuple[int, int]:
    sums = select(func.coalesce(func.sum(Rebate.fen), 0), func.coalesce(func.sum(Rebate.returned_fen), 0))
    row = reading().execute(sums.where(Rebate.credited_at.is_not(None))).one()
    return int(row[0]), int(row[1])


def nothing_forged_was_taken(road: Road) -> None:
    same(outside(road, "SELECT no, trick FROM letter WHERE state = 'swallowed'"), [])


def codes_have_one_holder() -> None:
    """Each code is free, void, or one order's for one piece of it."""
    held = select(CardCode.dealer_id, CardCode.order_id, CardCode.line_no, CardCode.piece_no)
    rows = reading().execute(held.where(CardCode.state.in_((CodeState.RESERVED, CodeState.ISSUED)))).all()
    assert len(rows) == len(set(rows))


def told(road: Road) -> dict[str, Any]:
    """Figures for people: how the orders ended, what was paid and given back, and through whom."""
    db.session.expunge_all()
    db.session.rollback()
    session = reading()
    orders = list(session.scalars(select(RedemptionOrder)))
    payments = list(session.scalars(select(Payment)))
    refunds = list(session.scalars(select(Refund)))
    letters = outside(road, "SELECT state, count(*) AS many FROM letter GROUP BY state")
    return {
        "orders": len(orders),
        "ends": dict(Counter(one.ended.value if one.ended else one.state.value for one in orders)),
        "payments": dict(Counter(f"{one.gateway.value} {one.state.value}" for one in payments)),
        "paid_fen": sum(one.fen for one in payments if one.paid),
        "refunds": dict(Counter(one.reason for one in refunds)),
        "refunded_fen": sum(one.fen for one in refunds),
        "claims": dict(Counter(f"{one.kind.value} {one.state.value}" for one in session.scalars(select(Claim)))),
        "top_ups": dict(Counter(one.state.value for one in session.scalars(select(TopUp)))),
        "messages": dict(Counter(one.topic for one in session.scalars(select(Message)))),
        "letters": {row["state"]: row["many"] for row in letters},
    }
