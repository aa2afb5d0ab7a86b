"""Documents come late, twice, in any order, mended, for the wrong dealer: the points end as they should."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from mall.dealers.models import Dealer
from mall.earning.actions import add_partner, add_rule, deliver, keep_shift
from mall.earning.models import (
    AnotherShift,
    Document,
    DocumentState,
    Earned,
    EarningRule,
    PartnerExists,
    RuleFixed,
    UnknownDealers,
    UnknownPartner,
)
from mall.earning.queries import one
from mall.points.actions import open_book, spend, write
from mall.points.models import Entry, Journal, Kind, Lot, Programme
from mall.points.queries import balance
from mall.points.queries.proof import faults
from mall.web.db import db, now, reading, transact
from tests.conftest import Clock
from tests.earning.conftest import body, send


def dealer_id(code: str = "D-1") -> int:
    return reading().scalars(select(Dealer.id).where(Dealer.code == code)).one()


def has(code: str = "D-1") -> int:
    """What a dealer has, or owes as a negative number."""
    found = balance(reading(), dealer_id(code), now())
    assert found.available == 0 or found.debt == 0
    return found.available - found.debt


def back(external_id: str, fen: int, revision: int = 1, **more: Any) -> dict[str, Any]:
    return body(external_id, revision, fen, kind="return", **more)


def states(*external_ids: str) -> list[str]:
    reading().expire_all()
    return [reading().scalars(select(Document.state).where(Document.external_id == x)).one() for x in external_ids]


def test_the_same_document_twice_earns_once(earning: Flask) -> None:
    [first] = send(body())
    [again] = send(body())
    assert (first.points, again.points, again.repeat) == (100, 100, True)
    assert again.result == first.result
    assert has() == 100


def test_the_same_revision_with_another_body_is_a_conflict(earning: Flask) -> None:
    send(body())
    [result] = send(body(fen=99_900))
    assert (result.outcome, has()) == ("conflict", 100)


def test_a_newer_revision_posts_the_difference(earning: Flask) -> None:
    send(body())
    assert [r.points for r in send(body(revision=2, fen=15_000), body(revision=3, fen=12_000))] == [50, -30]
    assert has() == 120


def test_an_older_revision_that_comes_late_changes_nothing(earning: Flask) -> None:
    send(body(revision=3, fen=12_000))
    assert [r.outcome for r in send(body(), body(revision=2, fen=99_900))] == ["superseded", "superseded"]
    assert has() == 120


def ends(code: str = "D-1") -> dict[int, int]:
    """What a dealer can spend, by the month in which it ends."""
    lots = select(Lot.expiry_month, func.sum(Lot.available)).where(Lot.dealer_id == dealer_id(code), Lot.available > 0)
    return {month: int(points) for month, points in reading().execute(lots.group_by(Lot.expiry_month))}


@pytest.mark.parametrize("way", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (1, 3, 2)])
def test_points_live_by_the_newest_revisions_day_whichever_came_first(earning: Flask, way: tuple[int, ...]) -> None:
    on = {1: "2026-10-05T10:00:00+08:00", 2: "2024-03-05T10:00:00+08:00", 3: "2026-11-05T10:00:00+08:00"}
    send(body("OTHER", fen=5_000), back("R", 4_000, returns="INV-1"))
    for revision in way:
        send(body(revision=revision, ordered_at=on[revision]))
    assert (has(), ends()) == (110, {202811: 110})
    assert list(faults(reading())) == []


def test_a_revision_of_the_same_month_and_rule_posts_nothing(earning: Flask) -> None:
    send(body())
    [moved] = send(body(revision=2, ordered_at="2026-11-02T10:00:00+08:00"))
    assert (moved.outcome, moved.points, moved.result) == ("posted", 0, {})


def test_a_date_that_proves_long_past_takes_back_what_was_earned(earning: Flask) -> None:
    send(body(), back("L", 3_000))
    [moved] = send(body(revision=2, ordered_at="2024-03-05T10:00:00+08:00"))
    assert (moved.points, len(moved.result["entries"]), has()) == (0, 2, -30)


def test_what_was_spent_stays_spent_when_its_order_gets_another_date(earning: Flask) -> None:
    send(body(), body("OTHER", fen=5_000, ordered_at="2026-10-05T10:00:00+08:00"))

    def buy(session: Session, now: datetime) -> None:
        book = open_book(session, now, dealer_id())
        spend(book, points=120, source="mall", key="order/1", actor="member:1", why={"what": "redemption"})
        write(session, book)

    transact(buy)
    assert ends() == {202811: 30}
    send(body(revision=2, ordered_at="2026-09-05T10:00:00+08:00"))
    assert (has(), ends()) == (30, {202809: 30})
    assert list(faults(reading())) == []


def test_a_cancelled_order_gives_everything_back_and_may_come_alive_again(earning: Flask) -> None:
    send(body(), body(revision=2, cancelled=True, lines=[]))
    assert has() == 0
    send(body(revision=3))
    assert has() == 100


def test_a_full_return_takes_back_exactly_what_was_earned(earning: Flask) -> None:
    send(body(fen=10_099), body("OTHER", fen=50_000))
    [result] = send(back("R", 10_099, returns="INV-1"))
    assert (result.points, has()) == (-100, 500)
    [more] = send(back("R2", 10_099, returns="INV-1"))
    assert (more.points, has()) == (0, 500)


def test_returns_in_parts_take_back_no_more_than_one_whole(earning: Flask) -> None:
    send(body(fen=10_000))
    send(*[back(f"R{n}", 3_333, returns="INV-1") for n in range(3)])
    assert has() == 1
    send(back("R3", 1, returns="INV-1"))
    assert has() == 0


def test_custom_made_goods_that_come_back_take_back_what_they_earned(earning: Flask) -> None:
    plain = {"sku": "A", "quantity": 1, "amount_fen": 10_000}
    send(body(lines=[plain, plain | {"flags": ["custom_made"]}]))
    assert has() == 250
    send(back("R", 0, returns="INV-1", lines=[plain | {"flags": ["custom_made"]}]))
    assert has() == 100


def test_a_return_before_its_purchase_waits_and_takes_effect_by_itself(earning: Flask) -> None:
    [early] = send(back("R", 4_000, returns="INV-1"))
    assert (early.outcome, early.reason, has()) == ("waiting", "purchase_awaited", 0)
    [purchase] = send(body())
    assert (purchase.points, has()) == (100, 60)
    assert states("R") == ["posted"]
    assert one(reading(), "dms", "R", 1).points == -40


def test_a_return_may_move_to_another_purchase_or_to_none(earning: Flask) -> None:
    send(body("P1"), body("P2", fen=20_000), back("R", 5_000, returns="P1"))
    assert has() == 250
    send(back("R", 5_000, 2, returns="P2"))
    assert has() == 250
    send(body("P1", 2, cancelled=True))
    assert has() == 150
    send(back("R", 5_050, 3))
    assert has() == 150
    send(back("R", 0, 4, cancelled=True, lines=[]))
    assert has() == 200


def test_a_return_that_waits_keeps_what_its_revision_had_changed_before(earning: Flask) -> None:
    def stands() -> tuple[str, int, int]:
        kept = one(reading(), "dms", "R", 2)
        assert kept is not None
        return kept.state.value, kept.points, len(kept.result["entries"])

    send(body("A"), back("R", 4_000))
    send(back("R", 4_000, 2, returns="B"))
    assert stands() == ("waiting", 40, 1)
    send(body("B"))
    assert stands() == ("posted", 0, 2)
    send(back("R", 4_000, 3, returns="C"), back("R", 4_000, 4, returns="A"))
    assert sum(reading().scalars(select(Document.points))) == has() == 160


def test_what_is_cancelled_needs_no_rule_of_its_day(earning: Flask) -> None:
    transact(lambda session, _now: session.execute(update(EarningRule).values(until_on=date(2026, 11, 3))))
    later: dict[str, Any] = {"ordered_at": "2026-11-05T10:00:00+08:00", "cancelled": True, "lines": []}
    send(body("A"), back("R", 4_000, returns="A"), back("L", 1_000))
    assert has() == 50
    [named] = send(body("R", 2, kind="return", **later))
    [loose] = send(body("L", 2, kind="return", **later))
    assert (named.points, loose.points, has()) == (40, 10, 100)
    [order] = send(body("A", 2, **later))
    assert (order.points, has()) == (-100, 0)
    assert [r.outcome for r in send(body("NEW", **later), body("NEW-2", ordered_at=later["ordered_at"]))] == [
        "posted",
        "dead",
    ]


def test_a_return_without_a_purchase_goes_into_debt_that_later_orders_pay(earning: Flask) -> None:
    send(back("R", 12_399))
    assert has() == -123
    send(body())
    assert has() == -23
    send(body("INV-2"))
    assert has() == 77


def test_points_that_come_long_after_their_day_are_shown_and_spend_nothing(earning: Flask) -> None:
    send(back("R", 5_000))
    send(body(ordered_at="2024-03-05T10:00:00+08:00"))
    assert has() == -50
    reading().expire_all()
    lot = reading().scalars(select(Lot)).one()
    assert (lot.points, lot.expired, lot.settled) == (100, 100, 0)
    send(back("R2", 5_000, returns="INV-1"))
    assert has() == -50


def test_the_last_day_is_the_last_of_the_month_in_the_programmes_zone(earning: Flask) -> None:
    send(body(ordered_at="2026-10-31T17:00:00Z"))  # 1 November in Shanghai
    lot = reading().scalars(select(Lot)).one()
    assert lot.expires_at == datetime(2028, 11, 30, 16, tzinfo=UTC)
    assert lot.expiry_month == 202811


def test_a_lot_carries_its_rules_fund_and_unit_value(earning: Flask) -> None:
    terms = {"from_on": date(2026, 1, 1), "points_per_yuan": 10_000, "validity_months": 24}
    transact(
        add_rule, code="funded", source="dms", fund_code="channel-rebate", unit_value=12_000, actor="test", **terms
    )
    send(body())
    lot = reading().scalars(select(Lot)).one()
    assert (lot.rule_version, lot.fund_code, lot.unit_value) == ("funded/1", "channel-rebate", 12_000)


def test_every_posting_says_why(earning: Flask) -> None:
    line = {"sku": "A", "category": "wine", "flags": ["custom_made"], "quantity": 3, "unit_price_fen": 3_333}
    send(body(lines=[line]))
    why = reading().scalars(select(Journal.why).where(Journal.kind == Kind.EARN)).one()
    assert why["rule"] == "standard/1"
    assert why["groups"] == [{"category": "wine", "flags": ["custom_made"], "fen": 9_999, "coefficient": 30_000}]
    assert (why["base_fen"], why["weight"], why["total"], why["rounding"]) == (9_999, 299_970_000, 299, "floor")
    assert (why["document"], why["revision"], why["before"], why["change"]) == ("INV-1", 1, 0, 299)


def test_a_dealer_not_known_is_created_or_its_document_parked(earning: Flask) -> None:
    send(body(dealer={"code": "NEW", "name": "新商", "region": "华东/浙江"}))
    found = reading().scalars(select(Dealer).where(Dealer.code == "NEW")).one()
    assert (found.name, found.region) == ("新商", "华东/浙江")
    [parked] = send(body("P-1", dealer={"code": "NOBODY"}), source="erp")
    assert (parked.outcome, parked.reason) == ("dead", "unknown_dealer")
    send(body("X", dealer={"code": "NOBODY"}))
    [again] = send(body("P-1", dealer={"code": "NOBODY"}), source="erp")
    assert (again.outcome, has("NOBODY")) == ("posted", 200)


def test_a_document_sent_again_under_another_dealer_is_stopped(earning: Flask) -> None:
    send(body())
    [result] = send(body(revision=2, dealer={"code": "D-2"}))
    assert (result.outcome, result.reason) == ("dead", "dealer_changed")
    assert (has("D-1"), has("D-2")) == (100, 0)
    [mended] = send(body(revision=2, fen=20_000))
    assert (mended.outcome, has("D-1")) == ("posted", 200)


def test_a_document_dead_under_the_wrong_dealer_may_be_mended_to_the_right_one(earning: Flask) -> None:
    send(body(currency="USD"))
    [mended] = send(body(dealer={"code": "D-2"}))
    assert (mended.outcome, has("D-2")) == ("posted", 100)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "USD"}, "wrong_currency"),
        ({"source": "erp"}, "wrong_source"),
        ({"ordered_at": "2026-11-20T10:00:00+08:00"}, "in_future"),
        ({"ordered_at": "2023-12-31T23:59:59+08:00"}, "no_rule"),
        ({"lines": []}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 0, "amount_fen": 1}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": -1, "amount_fen": 1}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 1, "amount_fen": -1}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 1, "amount_fen": 1.0}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 1, "amount_fen": "1"}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": True, "amount_fen": 1}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 1, "amount_fen": 10**12 + 1}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 10**9, "unit_price_fen": 10**12}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 1}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 1, "amount_fen": 1, "unit_price_fen": 1}]}, "malformed"),
        ({"lines": [{"sku": "A\x00", "quantity": 1, "amount_fen": 1}]}, "malformed"),
        ({"lines": [{"sku": "A", "quantity": 1, "amount_fen": 1}] * 2001}, "malformed"),
        ({"lines": "AB"}, "malformed"),
        ({"ordered_at": "2026-11-01T10:00:00"}, "malformed"),
        ({"ordered_at": 1_761_000_000}, "malformed"),
        ({"ordered_at": "0001-01-01T00:00:00Z"}, "malformed"),
        ({"dealer": {"code": "D 1"}}, "malformed"),
        ({"dealer": None}, "malformed"),
        ({"returns": "X"}, "malformed"),
        ({"kind": "gift"}, "malformed"),
        ({"quantiy": 3}, "malformed"),
    ],
)
def test_what_cannot_be_posted_is_kept_with_its_reason_and_blocks_no_other(
    small: Flask, change: dict[str, Any], reason: str
) -> None:
    results = send(body("BEFORE"), body(**change), body("AFTER"))
    assert [(r.outcome, r.reason) for r in results] == [("posted", None), ("dead", reason), ("posted", None)]
    assert has() == 200
    [mended] = send(body())
    assert (mended.outcome, has()) == ("posted", 300)


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, {"external_id": "A"}, {"external_id": "A", "revision": 0}])
def test_what_names_no_document_is_told_and_not_kept(small: Flask, odd: Any) -> None:
    assert [r.outcome for r in send(odd, body())] == ["unreadable", "posted"]
    assert len(reading().scalars(select(Document)).all()) == 1


def test_half_a_surrogate_pair_is_told_and_not_kept(small: Flask) -> None:
    assert [r.outcome for r in send(body(dealer={"code": "D-1", "name": "\ud800"}), body())] == ["unreadable", "posted"]


def test_one_document_in_a_closed_period_is_kept_dead_and_the_others_are_posted(earning: Flask) -> None:
    closed = datetime(2026, 10, 31, 16, tzinfo=UTC)
    transact(lambda session, _now: session.execute(update(Programme).values(closed_until=closed)) and None)
    results = send(body("A"), body("B", ordered_at="2026-10-30T10:00:00+08:00"), body("C"))
    assert [(r.outcome, r.reason) for r in results] == [("posted", None), ("dead", "closed_period"), ("posted", None)]
    assert has() == 200


def test_an_order_does_not_turn_into_a_return(earning: Flask) -> None:
    send(body())
    [result] = send(back("INV-1", 10_000, 2))
    assert (result.outcome, result.reason, has()) == ("dead", "kind_changed", 100)


def test_an_unknown_source_is_refused_whole(small: Flask) -> None:
    with pytest.raises(UnknownPartner):
        send(body(), source="nobody")


@pytest.mark.parametrize("source", ["ledger", "mall"])
def test_no_partner_posts_in_the_malls_own_name(small: Flask, source: str) -> None:
    facts: dict[str, Any] = {"name": "X", "unknown_dealers": UnknownDealers.CREATE, "seal": None, "actor": "test"}
    with pytest.raises(PartnerExists):
        transact(add_partner, source=source, **facts)


def test_a_version_of_a_rule_is_never_edited(small: Flask) -> None:
    facts: dict[str, Any] = {"code": "standard", "validity_months": 24, "actor": "test", "points_per_yuan": 20_000}
    from_on = datetime(2024, 1, 1, tzinfo=UTC).date()
    with pytest.raises(RuleFixed):
        transact(add_rule, version=1, from_on=from_on, **facts)
    assert transact(add_rule, from_on=datetime(2026, 11, 1, tzinfo=UTC).date(), **facts) == "standard/2"
    send(body(), body("OLD", ordered_at="2026-10-31T23:59:59+08:00"))
    assert has() == 300


def test_a_feed_goes_on_with_the_shift_it_began_with(small: Flask) -> None:
    assert transact(keep_shift, source="dms", days=5_000) == 5_000
    assert transact(keep_shift, source="dms", days=5_001) == 5_000
    with pytest.raises(AnotherShift):
        transact(keep_shift, source="dms", days=0)


def test_a_batch_takes_a_bounded_number_of_statements(earning: Flask) -> None:
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        counts = []
        for size in (10, 200):
            seen.clear()
            bodies = [body(f"B{size}-{n}", dealer={"code": f"D-{n % 50}"}) for n in range(size)]
            returns = [back(f"R{size}-{n}", 3_000, returns=f"B{size}-{n}") for n in range(0, size, 3)]
            loose = [back(f"L{size}-{n}", 1_000, dealer={"code": f"D-{n % 50}"}) for n in range(0, size, 7)]
            for one_of in returns:
                one_of["dealer"] = {"code": f"D-{int(one_of['external_id'].split('-')[1]) % 50}"}
            send(*bodies, *returns, *loose)
            counts.append(len(seen))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert max(counts) <= 40, counts
    assert counts[1] <= counts[0] + 4, counts


_numbers = count()


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Revisions of some purchases and returns of one dealer."""
    documents = []
    day = "{}-0{}T1{}:00:00+08:00"
    months = st.sampled_from(["2026-10", "2026-11", "2024-03"])
    for purchase in range(draw(st.integers(1, 3))):
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            fen, flags = draw(st.integers(0, 50_000)), draw(st.sampled_from([[], ["custom_made"]]))
            documents.append({
                "name": f"P{purchase}", "revision": revision, "fen": fen, "flags": flags, "returns": None,
                "kind": "order", "cancelled": draw(st.integers(0, 5)) == 0,
                "at": day.format(draw(months), draw(st.integers(1, 9)), draw(st.integers(0, 9))),
            })  # fmt: skip
    for number in range(draw(st.integers(0, 4))):
        revisions = draw(st.integers(1, 3))
        documents += [
            {
                "name": f"R{number}", "revision": revision, "fen": draw(st.integers(0, 60_000)),
                "flags": draw(st.sampled_from([[], ["custom_made"]])), "kind": "return",
                "returns": draw(st.sampled_from([None, "P0", "P1", "P2"])), "cancelled": draw(st.integers(0, 5)) == 0,
                "at": day.format("2026-11", draw(st.integers(1, 9)), draw(st.integers(0, 9))),
            }
            for revision in range(1, revisions + 1)
        ]  # fmt: skip
    return documents


def expected(documents: list[dict[str, Any]]) -> tuple[int, int, dict[int, int]]:
    """By the newest revision of each alone, reckoned anew: what is there or owed, what was posted, what ends when."""
    newest: dict[str, dict[str, Any]] = {}
    for document in sorted(documents, key=lambda d: d["revision"]):
        newest[document["name"]] = document
    worth = {n: 0 if d["cancelled"] else d["fen"] * (15 if d["flags"] else 10) for n, d in newest.items()}
    total = posted = 0
    by_month: dict[int, int] = {}
    for name, document in newest.items():
        if document["kind"] == "order":
            points = worth[name] // 1000
            came_back = sum(worth[n] for n, d in newest.items() if d["returns"] == name)
            kept = points - (points * min(came_back, worth[name]) // worth[name] if points else 0)
            assert 0 <= kept <= points
            posted += kept
            if document["at"] > "2026":
                month = int(document["at"][:7].replace("-", "")) + 200
                by_month[month] = by_month.get(month, 0) + kept
        elif document["returns"] is None:
            total -= worth[name] // 1000
    return total + sum(by_month.values()), total + posted, {month: kept for month, kept in by_month.items() if kept}


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories(), st.randoms(use_true_random=False), st.integers(1, 7))
def test_any_order_any_repetition_ends_the_same(
    small: Flask, documents: list[dict[str, Any]], chance: random.Random, size: int
) -> None:
    prefix, (wanted, posted, by_month) = f"H{next(_numbers)}", expected(documents)
    loose = any(d["kind"] == "return" and d["returns"] is None for d in documents)
    for way in ("in order", "shuffled"):
        code = f"{prefix}-{way[:2]}"
        bodies = [
            body(
                f"{code}-{d['name']}",
                d["revision"],
                kind=d["kind"],
                dealer={"code": code},
                cancelled=d["cancelled"],
                ordered_at=d["at"],
                lines=[{"sku": "A", "quantity": 1, "amount_fen": d["fen"], "flags": d["flags"]}],
                **({"returns": f"{code}-{d['returns']}"} if d["returns"] else {}),
            )
            for d in documents
        ]
        if way == "shuffled":
            bodies += chance.choices(bodies, k=len(bodies) // 2)
            chance.shuffle(bodies)
        for start in range(0, len(bodies), size):
            results = deliver(transact, source="dms", bodies=bodies[start : start + size])
            assert {r.outcome for r in results} <= {"posted", "waiting", "superseded"}
        assert has(code) == wanted, way
        ledger = reading().scalars(select(Earned.posted).where(Earned.dealer_id == dealer_id(code)))
        assert sum(ledger) == posted
        told = reading().scalars(select(Document.points).where(Document.dealer_id == dealer_id(code)))
        assert sum(told) == posted
        assert loose or ends(code) == by_month, way


def test_after_a_storm_of_documents_the_ledger_proves_itself(earning: Flask, clock: Clock) -> None:
    chance = random.Random(7)
    for _ in range(30):
        name, revision = chance.choice("ABCDEF"), chance.randint(1, 4)
        fen = int(f"{ord(name)}{revision}00")
        kind = chance.choice(["order", "return"]) if name in "EF" else "order"
        more = {"returns": chance.choice("ABCD")} if kind == "return" else {}
        send(body(name + kind[0], revision, fen, kind=kind, **{k: f"{v}o" for k, v in more.items()}))
        clock.tick(days=chance.randint(0, 40))
    assert reading().scalars(select(Entry.seq)).all()
    assert list(faults(reading())) == []
    assert DocumentState.DEAD not in set(reading().scalars(select(Document.state)))
