"""A year of a mall's business for bench.desk: rows as they stand in the end, written straight into their tables.

2,000 dealers with a member and an account each; the first 150 rewards are cards. Of `many` rows: orders with a line
and a part, movements of stock, entries of the audit log, documents, codes; a quarter as many payments, vouchers,
messages and top-ups; a tenth as many claims, refunds, rebates and corrections. Moments lie evenly within 400 days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.found import spelled
from mall.base.types import NEVER, Instant, Json, micros
from mall.catalog.models import Item, Kind, StockCount, StockMovement
from mall.dealers.models import Dealer, Member
from mall.earning.models import Document, Partner
from mall.media.models import Picture
from mall.orders.models import Claim, ClaimLine, OrderLine, OrderPart, RedemptionOrder
from mall.outbox.models import Message
from mall.payments.models import BillDay, BillDifference, Payment, Refund
from mall.points.models import Account, Correction, Journal, Programme
from mall.rewards.models import CardBatch, CardCode, TopUp, VaultShelf
from mall.rewards.models.rebate import Rebate, RebateTerms
from mall.rewards.models.voucher import Voucher

DEALERS, SHELVES, DAYS = 2_000, 300, 400
TOWNS = ("杭州", "宁波", "绍兴", "温州", "嘉兴", "湖州", "金华", "台州")
TRADES = ("恒泰商贸", "海曙五金", "越城建材", "鹿城电器", "南湖百货")
NO_HASH = b"\0" * 32
STATES = ("to_ship", "shipped", "received", "completed", "completed", "completed", "completed", "completed")
PARTS = {"to_ship": "ready", "shipped": "shipped", "received": "done", "completed": "done"}
ACTS = ("order.ship", "order.pick", "item.put", "plan.put", "stock.in", "voucher.use", "staff.sign_in", "order.place")


def fill(session: Session, at: datetime, many: int, skus: list[int], staff: list[int]) -> None:
    """The business. Two of staff are named by corrections."""
    year = Year(at, many, skus, staff)
    session.execute(insert(Programme), [{"id": 1, "name": "积分", "zone": "Asia/Shanghai", "currency": "CNY"}])
    session.execute(insert(Partner), [year.row(Partner, source="dms", unknown_dealers="park", channel_level="county")])
    session.execute(insert(RebateTerms), [year.row(RebateTerms, no=1, points_per_yuan=100)])
    session.execute(update(Item).where(Item.id <= SHELVES // 2).values(kind=Kind.CARD_CODE))
    for model, rows in year.tables():
        waiting: list[dict[str, Any]] = []
        for one in rows:
            waiting.append(year.row(model, **one))
            if len(waiting) == 10_000:
                session.execute(insert(model), waiting)
                waiting = []
        if waiting:
            session.execute(insert(model), waiting)


class Year:
    """What happened, table by table in the order in which they rest on each other."""

    def __init__(self, at: datetime, many: int, skus: list[int], staff: list[int]) -> None:
        self.at, self.many, self.skus, self.staff = at, many, skus, staff
        self._blank: dict[Any, dict[str, Any]] = {}

    def row(self, model: Any, **said: Any) -> dict[str, Any]:
        """A row with these values; what it needs besides is nought, empty or now."""
        if model not in self._blank:
            columns = [one for one in model.__table__.columns if one.default is None and one.server_default is None]
            self._blank[model] = {
                one.key: None if one.nullable else self._nothing(one.type) for one in columns if not one.primary_key
            }
        return self._blank[model] | said

    def _nothing(self, kind: Any) -> Any:
        if isinstance(kind, Instant):
            return self.at
        if isinstance(kind, Json):
            return {}
        return {int: 0, bytes: NO_HASH}.get(getattr(kind, "python_type", str), "")

    def when(self, n: int, of: int) -> datetime:
        """The moment of the nth of so many."""
        return self.at - timedelta(seconds=(of - n) * DAYS * 86_400 // of)

    def id(self, n: int, of: int) -> int:
        """An id of that moment."""
        return (micros(self.when(n, of)) // 1000) << 21 | n

    def tables(self) -> Iterator[tuple[Any, Iterator[dict[str, Any]]]]:
        """All of it."""
        whole, quarter, tenth = self.many, self.many // 4, self.many // 10
        yield Dealer, (self._dealer(n) for n in range(1, DEALERS + 1))
        yield Member, ({"dealer_id": n, "id": n, "name": "某人", "role": "owner"} for n in range(1, DEALERS + 1))
        yield Account, (self._account(n) for n in range(1, DEALERS + 1))
        yield Journal, (self._journal(n) for n in range(1, DEALERS + 1))
        yield RedemptionOrder, (self._order(n) for n in range(whole))
        yield OrderPart, (self._part(n) for n in range(whole))
        yield OrderLine, (self._line(n) for n in range(whole))
        yield Claim, (self._claim(n) for n in range(tenth))
        yield (
            ClaimLine,
            (
                {
                    **self._whose(10 * n),
                    "claim_id": self.id(n, tenth),
                    "order_id": self.id(10 * n, whole),
                    "line_no": 1,
                    "quantity": 1,
                }
                for n in range(tenth)
            ),
        )
        yield Payment, (self._payment(n, quarter) for n in range(quarter))
        yield Refund, (self._refund(n, tenth, quarter) for n in range(tenth))
        yield Voucher, (self._voucher(n, quarter) for n in range(quarter))
        yield TopUp, (self._top_up(n, quarter) for n in range(quarter))
        yield Rebate, (self._rebate(n, tenth) for n in range(tenth))
        yield Correction, (self._correction(n, tenth) for n in range(tenth))
        yield Message, (self._message(n, quarter) for n in range(quarter))
        yield Document, (self._document(n) for n in range(whole))
        yield AuditEntry, (self._entry(n) for n in range(whole))
        yield StockMovement, (self._movement(n) for n in range(whole))
        yield (
            StockCount,
            (
                {
                    "id": n,
                    "no": f"PD{n}",
                    "key": f"c{n}",
                    "warehouse_id": 1,
                    "state": "called_off",
                    "opened_at": self.when(n, 400),
                    "opened_by": "staff:1",
                }
                for n in range(1, 400)
            ),
        )
        yield (
            CardBatch,
            (
                {
                    "id": n + 1,
                    "sku_id": self.skus[n],
                    "name": "到货",
                    "taken_at": self.at,
                    "faults": [],
                    "actor": "staff:1",
                }
                for n in range(SHELVES)
            ),
        )
        yield VaultShelf, ({"sku_id": self.skus[n], "warn_at": 20} for n in range(SHELVES))
        yield CardCode, (self._code(n) for n in range(whole))
        yield (
            BillDay,
            (
                {"gateway": way, "day": (self.at - timedelta(days=n)).date()}
                for n in range(DAYS)
                for way in ("wechat", "alipay")
            ),
        )
        yield (
            BillDifference,
            (
                {
                    "id": n,
                    "gateway": "wechat",
                    "day": (self.at - timedelta(days=n % DAYS)).date(),
                    "kind": "amount",
                    "about": f"P{n}",
                    "line": "paid",
                    "code": "amount_differs",
                    "resolved_at": self.at if n > 50 else None,
                    "resolved_by": "staff:1" if n > 50 else None,
                }
                for n in range(2_000)
            ),
        )
        yield (
            Picture,
            (
                {
                    "key": f"{n:027d}",
                    "source": f"{n:064d}",
                    "name": f"礼品图 {n}",
                    "shape": "square",
                    "widths": [160],
                    "made_at": self.when(n, 5_000),
                }
                for n in range(5_000)
            ),
        )

    def _whose(self, n: int) -> dict[str, int]:
        return {"dealer_id": n * 7 % DEALERS + 1}

    def _dealer(self, n: int) -> dict[str, Any]:
        town, name = TOWNS[n % 8], f"华东·{TOWNS[n % 8]}{TRADES[n % 5]}第 {n} 家"
        tier = {"region": f"华东/浙江/{town}", "channel_level": "county", "tier": "base"}
        return {"id": n, "code": f"D{n:05d}", "name": name, "spelled": spelled(name), **tier}

    def _account(self, n: int) -> dict[str, Any]:
        had = {"available": n * 37 % 90_000, "pending": n % 9 * 100, "held": n % 11 * 50}
        return {"dealer_id": n, "account_no": 0, "programme_id": 1, "status": 1, "next_due_at": NEVER, **had}

    def _journal(self, n: int) -> dict[str, Any]:
        of = {"account_no": 0, "source": "bench", "idem_key": "1", "kind": "spend", "outcome": 1}
        return {"dealer_id": n, "journal_id": 1, **of}

    def _order(self, n: int) -> dict[str, Any]:
        placed, whose = self.when(n, self.many), self._whose(n)
        named = {"id": self.id(n, self.many), "no": f"26{n:010d}", "key": f"o{n}", "member_id": whose["dealer_id"]}
        return {
            **whose,
            **named,
            "state": self._state(n),
            "points": 900,
            "spend_journal": 1,
            "paid_at": placed,
            "placed_at": placed,
        }

    def _state(self, n: int) -> str:
        """Of the last days some wait; all before them are done."""
        return STATES[n % 8] if n > self.many * 0.98 else "completed"

    def _part(self, n: int) -> dict[str, Any]:
        at = self.when(n, self.many)
        state = PARTS[self._state(n)]
        moments = {"due_at": at + timedelta(days=2), "shipped_at": at, "done_at": at if state == "done" else None}
        named = {"order_id": self.id(n, self.many), "part_no": 1, "kind": "physical", "state": state}
        return {**self._whose(n), **named, **moments, "carrier": "sf", "waybill": f"SF{n:010d}"}

    def _line(self, n: int) -> dict[str, Any]:
        sku = self.skus[n % len(self.skus)]
        what = {"item_id": sku // 2, "sku_id": sku, "item_code": f"R{sku // 2:05d}", "sku_code": f"S{sku}"}
        said = {
            "names": {"zh_Hans": f"轻量保温杯 {sku // 2} 号"},
            "attributes": [],
            "delivery": "48h",
            "picture": "cooker",
        }
        paid = {"quantity": 1, "points_each": 900, "points": 900}
        return {**self._whose(n), "order_id": self.id(n, self.many), "line_no": 1, **what, **said, **paid}

    def _claim(self, n: int) -> dict[str, Any]:
        many = self.many // 10
        whose, at, open_ = self._whose(10 * n), self.when(n, many), n > many * 0.97
        of = {"order_id": self.id(10 * n, self.many), "order_no": f"26{10 * n:010d}", "member_id": whose["dealer_id"]}
        stands = {
            "state": "applied" if open_ else "done",
            "due_at": at + timedelta(days=2) if open_ else None,
            "applied_at": at,
            "ended_at": None if open_ else at,
        }
        named = {"id": self.id(n, many), "no": f"SH{n:08d}", "key": f"c{n}", "kind": "refund_only", "reason": "damaged"}
        return {**whose, **of, **stands, **named}

    def _payment(self, n: int, many: int) -> dict[str, Any]:
        of = {"order_id": self.id(4 * n, self.many), "order_no": f"26{4 * n:010d}", "fen": 900, "currency": "CNY"}
        stands = {"state": "paid", "opened_at": self.when(n, many), "paid_at": self.when(n, many)}
        return {
            **self._whose(4 * n),
            "id": self.id(n, many),
            "no": f"P{n:08d}",
            "gateway": "wechat",
            "way": "jsapi",
            **of,
            **stands,
        }

    def _refund(self, n: int, many: int, payments: int) -> dict[str, Any]:
        of = {"payment_id": self.id(n, payments), "order_id": self.id(4 * n, self.many), "order_no": f"26{4 * n:010d}"}
        stands = {"fen": 100, "state": "failed" if n % 500 == 0 else "done", "wanted_at": self.when(n, many)}
        done = {"done_at": None if n % 500 == 0 else self.at}
        return {**self._whose(4 * n), "id": self.id(n, many), "no": f"R{n:08d}", "key": f"r{n}", **of, **stands, **done}

    def _voucher(self, n: int, many: int) -> dict[str, Any]:
        at = self.when(n, many)
        of = {"order_id": self.id(4 * n, self.many), "order_no": f"26{4 * n:010d}", "line_no": 1, "piece_no": 1}
        what = {"kind": "coupon", "system": "dms", "fen": 5_000, "no": f"V{n:012d}"}
        return {
            **self._whose(4 * n),
            "id": self.id(n, many),
            **of,
            **what,
            "state": "issued",
            "issued_at": at,
            "expires_at": at + timedelta(days=90),
        }

    def _top_up(self, n: int, many: int) -> dict[str, Any]:
        of = {"order_id": self.id(4 * n, self.many), "order_no": f"26{4 * n:010d}", "line_no": 1, "no": f"T{n:08d}"}
        at, waits = self.when(n, many), n > many - 40
        stands = {"state": "sent" if waits else "done", "created_at": at, "ask_at": at if waits else None}
        done = {"ended_at": None if waits else at, "told_at": None if waits else at, "quantity": 1, "fen": 10_000}
        return {**self._whose(4 * n), "id": self.id(n, many), "account_tail": "8000", **of, **stands, **done}

    def _rebate(self, n: int, many: int) -> dict[str, Any]:
        at = self.when(n, many)
        of = {"order_id": self.id(10 * n, self.many), "line_no": 1, "quantity": 1, "points": 900, "fen": 900}
        return {
            **self._whose(10 * n),
            "id": self.id(n, many),
            **of,
            "terms_no": 1,
            "month": at.year * 100 + at.month,
            "state": "credited",
            "credited_at": at,
        }

    def _correction(self, n: int, many: int) -> dict[str, Any]:
        waits = n > many - 30
        who = {"maker_id": self.staff[0], "checker_id": None if waits else self.staff[1]}
        stands = {"state": "waiting" if waits else "posted", "settled_at": None if waits else self.at}
        what = {"kind": "take", "points": 10, "counted": 10, "reason": "correction", "note": "依据", "key": f"k{n}"}
        return {**self._whose(n), "id": self.id(n, many), **who, **stands, **what, "journal_id": None if waits else 1}

    def _message(self, n: int, many: int) -> dict[str, Any]:
        dead = n % 2_000 == 1
        at = self.when(n, many)
        stands = {"state": "dead" if dead else "delivered", "created_at": at, "delivered_at": None if dead else at}
        named = {"id": self.id(n, many), "system": "erp", "seq": n + 1, "topic": "rebate.credit", "key": f"m{n}"}
        return {**self._whose(n), **named, **stands, "tries": 1}

    def _document(self, n: int) -> dict[str, Any]:
        dead = n % 2_000 == 1
        named = {"source": "dms", "external_id": f"INV-{n:08d}", "revision": 1, "payload": '{"kind":"order"}'}
        stands = {"state": "dead" if dead else "posted", "reason": "unknown_dealer" if dead else None}
        return {**self._whose(n), **named, **stands, "received_at": self.when(n, self.many), "points": 120}

    def _entry(self, n: int) -> dict[str, Any]:
        act, at = ACTS[n % 8], self.when(n, self.many)
        what = {"act": act, "subject": f"{act.split('.')[0]}:{n}", "detail": {"no": f"26{n:010d}", "how": "按时"}}
        return {
            "id": self.id(n, self.many),
            "at": at,
            "actor": f"staff:{self.staff[n % 2]}",
            "address": "10.0.0.7",
            **what,
        }

    def _movement(self, n: int) -> dict[str, Any]:
        sku, seq = self.skus[n % len(self.skus)], n // len(self.skus) + 1
        what = {"kind": "in", "pieces": 5, "on_hand": 20, "warehouse_id": 1, "reason": "supply", "actor": "staff:1"}
        return {"sku_id": sku, "seq": seq, **what, "at": self.when(n, self.many)}

    def _code(self, n: int) -> dict[str, Any]:
        given = n % 3 != 0
        of = {"sku_id": self.skus[n % SHELVES], "batch_id": n % SHELVES + 1, "serial": f"{n:010d}", "expires_at": NEVER}
        stands: dict[str, Any] = {"state": "free"}
        if given:
            held = {**self._whose(n), "order_id": self.id(n, self.many), "order_no": f"26{n:010d}"}
            stands = {"state": "issued", **held, "line_no": 1, "piece_no": 1}
        stands |= dict.fromkeys(("reserved_at", "issued_at"), self.at if given else None)
        return {"id": n + 1, "code_index": n.to_bytes(32, "big"), **of, **stands}
