"""The ledger's model: every point is a token of its own, which lies in a lot and is in one place at a time.

It knows no counters and shares no arithmetic with the ledger: what an account has is counted, token by token. The
rules are those of docs/ledger.md in the fewest words that can be run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mall.base.time import civil_day, start_of_day

ZONE = "Asia/Shanghai"
GRACE_DAYS = 7
Reference = tuple[str, str]
"""(source, reference): what a later return names."""


@dataclass(eq=False)
class Lot:
    """What its tokens have in common."""

    number: int
    reference: Reference
    active_at: datetime
    expires_at: datetime
    size: int
    grace: bool = False
    """It holds points that another lot had: a return counts them there."""


@dataclass(eq=False)
class Token:
    """One point: the lot it lies in, the place where it is, and by which taking it got there."""

    lot: Lot
    at: str
    taking: int = 0


@dataclass
class Account:
    """A dealer's tokens and what is owed."""

    tokens: list[Token] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    charged: Counter[Reference] = field(default_factory=Counter)
    """By purchase: how much returns have been charged to it."""
    takings: Counter[int] = field(default_factory=Counter)
    """Holds that are not resolved, with how many tokens each set aside."""
    clawed: dict[int, list[tuple[Lot | None, str, int]]] = field(default_factory=dict)
    """Of each clawback: what it took of which lot and from where (no lot: it became a debt)."""
    owner: dict[int, Reference] = field(default_factory=dict)

    def count(self, at: str) -> int:
        return sum(token.at == at for token in self.tokens)

    @property
    def balances(self) -> tuple[int, int, int, int]:
        return (self.count("pending"), self.count("available"), self.count("held"), self.debt)

    def counters(self) -> dict[int, Counter[str]]:
        """By lot: how many of its tokens are where."""
        found: dict[int, Counter[str]] = {lot.number: Counter() for lot in self.lots}
        for token in self.tokens:
            found[token.lot.number][token.at] += 1
        return found

    def of(self, lot: Lot, at: str) -> list[Token]:
        return [token for token in self.tokens if token.lot is lot and token.at == at]

    def in_turn(self) -> list[Token]:
        """What can be spent, in the order in which it is."""
        usable = [token for token in self.tokens if token.at == "available"]
        return sorted(usable, key=lambda token: (token.lot.expires_at, token.lot.number))

    def new_lot(
        self,
        points: int,
        at: str,
        active_at: datetime,
        expires_at: datetime,
        reference: Reference,
        *,
        grace: bool = False,
    ) -> Lot:
        lot = Lot(len(self.lots) + 1, reference, active_at, expires_at, points, grace)
        self.lots.append(lot)
        self.tokens += [Token(lot, at) for _ in range(points)]
        return lot

    def settle(self) -> None:
        for token in self.in_turn()[: self.debt]:
            token.at = "settled"
            self.debt -= 1

    def sweep(self, now: datetime) -> None:
        """What is due happens, one instant after the other; what starts at an instant starts before what ends."""
        while True:
            starts = [t.lot.active_at for t in self.tokens if t.at == "pending" and t.lot.active_at <= now]
            ends = [t.lot.expires_at for t in self.tokens if t.at == "available" and t.lot.expires_at <= now]
            if not starts and not ends:
                return
            instant = min(starts + ends)
            for token in self.tokens:
                if token.at == "pending" and token.lot.active_at == instant:
                    token.at = "available"
            self.settle()
            for token in self.tokens:
                if token.at == "available" and token.lot.expires_at == instant:
                    token.at = "expired"

    def take(self, points: int, to: str, taking: int) -> None:
        for token in self.in_turn()[:points]:
            token.at, token.taking = to, taking

    def taken(self, taking: int, at: str) -> list[Token]:
        """What a spend or hold took and is still there, in the order in which it was taken."""
        return sorted(
            (token for token in self.tokens if token.taking == taking and token.at == at),
            key=lambda token: (token.lot.expires_at, token.lot.number),
        )

    def give_back(self, tokens: list[Token], now: datetime) -> None:
        """Into their lots while these live, else into a grace lot for each."""
        graces: dict[int, Lot] = {}
        for token in tokens:
            token.taking = 0
            if token.lot.expires_at > now:
                token.at = "available"
                continue
            token.at = "moved"
            if token.lot.number not in graces:
                graces[token.lot.number] = self.new_lot(0, "", now, grace_end(now), token.lot.reference, grace=True)
            grace = graces[token.lot.number]
            grace.size += 1
            self.tokens.append(Token(grace, "available"))
        self.settle()

    def liable(self, reference: Reference) -> int:
        """How much returns may still be charged to a purchase."""
        return sum(x.size for x in self.lots if x.reference == reference and not x.grace) - self.charged[reference]

    def claw_back(self, points: int, reference: Reference | None, clawback: int) -> None:
        took: list[tuple[Lot | None, str, int]] = []
        left = points

        def claw(tokens: list[Token]) -> None:
            nonlocal left
            for token in tokens[:left]:
                if took and took[-1][:2] == (token.lot, token.at):
                    took[-1] = (token.lot, token.at, took[-1][2] + 1)
                else:
                    took.append((token.lot, token.at, 1))
                token.at = "clawed"
                left -= 1

        if reference is not None:
            self.charged[reference] += points
            for lot in sorted((x for x in self.lots if x.reference == reference), key=lambda x: -x.number):
                for at in ("pending", "available", "expired"):
                    claw(self.of(lot, at))
        claw(self.in_turn())
        if left:
            took.append((None, "debt", left))
            self.debt += left
        self.clawed[clawback] = took
        self.owner[clawback] = reference or ("reinstate", str(clawback))

    def reinstate(self, clawback: int, now: datetime) -> None:
        owner = self.owner[clawback]
        for lot, was, points in self.clawed.pop(clawback):
            if lot is None:
                terms = [x for x in self.lots if x.reference == owner and not x.grace]
                ends_at = max(terms[-1].expires_at if terms else now, grace_end(now))
                self.new_lot(points, "available", now, ends_at, owner)
            elif was == "expired":
                self.new_lot(points, "expired", lot.active_at, lot.expires_at, owner)
            elif lot.expires_at <= now:
                self.new_lot(points, "available", now, grace_end(now), owner)
            else:
                at = "pending" if lot.active_at > now else "available"
                self.new_lot(points, at, lot.active_at, lot.expires_at, owner)
        self.settle()

    def hand_over(self, points: int, receiver: Account, sender: int) -> None:
        """The tokens leave, and as many arrive in lots like those they left."""
        leaving = self.in_turn()[:points]
        arriving: dict[int, Lot] = {}
        for token in leaving:
            lot = token.lot
            if lot.number not in arriving:
                arriving[lot.number] = receiver.new_lot(
                    0, "", lot.active_at, lot.expires_at, ("transfer", f"{sender}/{lot.number}")
                )
            token.at = "moved"
            arriving[lot.number].size += 1
            receiver.tokens.append(Token(arriving[lot.number], "available"))
        receiver.settle()


def grace_end(now: datetime) -> datetime:
    """The end of the last grace day."""
    return start_of_day(civil_day(now, ZONE) + timedelta(days=GRACE_DAYS + 1), ZONE)
