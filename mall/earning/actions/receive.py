"""Documents come in: many at once, locked together, judged in memory, written in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from mall.base.bulk import FEW, by_keys_alone
from mall.earning.actions.effect import Effects, Unfit
from mall.earning.actions.inbox import RELEASE, Inbox, Slip, claim_documents, find_dealers
from mall.earning.actions.standing import Standing, Standings
from mall.earning.models import DocumentState, OrderDocument, Partner, UnknownPartner
from mall.earning.queries import PROGRAMME, rule_versions
from mall.earning.rules.judgement import grouped
from mall.earning.rules.reading import Incoming
from mall.points.actions import open_books, write
from mall.points.models import Programme

AHEAD = timedelta(days=2)
"""How far ahead of our clock an order may be dated: partners' clocks and zones differ."""
LINE = attrgetter("category", "flags", "fen")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document. `points` is by how much this very revision changed the account.

    Outcomes: posted, waiting, superseded, dead (kept, to be mended), conflict (this revision came before with
    another content; nothing is kept), unreadable (no identity to keep it under). `repeat` says that the same
    revision with the same content had come before; then all the rest is the first answer.
    """

    external_id: str | None
    revision: int | None
    outcome: str
    points: int = 0
    reason: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    repeat: bool = False


def receive(
    session: Session, now: datetime, *, source: str, documents: Sequence[Incoming], actor: str = ""
) -> list[Result]:
    """Take a batch of one partner's documents and bring the ledger to what they say.

    Gives a result for each, in the order they came. A document that is unfit is kept dead with its reason and
    hinders no other. Refused as a whole: an unknown source.
    """
    partner = session.get(Partner, source)
    if partner is None:
        raise UnknownPartner(source=source)
    if len(documents) > FEW:
        by_keys_alone(session)
    batch = Batch(session, now, partner, actor or f"partner:{source}")
    batch.open(documents)
    results = [batch.take(incoming) for incoming in documents]
    batch.save()
    return results


class Batch:
    """Everything a batch needs, read in a few statements under the locks of its dealers' accounts."""

    def __init__(self, session: Session, now: datetime, partner: Partner, actor: str) -> None:
        programme = session.get_one(Programme, PROGRAMME)
        self.session, self.now, self.partner = session, now, partner
        self.source, self.currency = partner.source, programme.currency
        self.inbox = Inbox(session, now, self.source)
        self.standings = Standings(session, self.source, programme.zone)
        self.effects = Effects(self.inbox, self.standings, actor)
        self.dealers: dict[str, int] = {}
        self.owners: dict[str, int] = {}

    def open(self, documents: Sequence[Incoming]) -> None:
        """Look without a lock for what is settled already, then lock the dealers of the rest and look again."""
        self.inbox.look({incoming.external_id for incoming in documents if incoming.external_id})
        rest = [x.document for x in documents if x.document and self._unsettled(x)]
        self.dealers = find_dealers(self.session, self.now, self.partner, rest)
        rest = [shape for shape in rest if shape.dealer.code in self.dealers]
        if not rest:
            return
        wanted = {shape.external_id: self.dealers[shape.dealer.code] for shape in rest}
        self.owners, first = claim_documents(self.session, self.source, wanted)
        dealers = {self.dealers[shape.dealer.code] for shape in rest}
        named = {shape.returns for shape in rest if shape.returns}
        again = {shape.external_id for shape in rest if shape.revision > 1}
        self.standings.books = open_books(
            self.session,
            self.now,
            dealers,
            keys=[(self.source, f"{shape.external_id}/{shape.revision}") for shape in rest],
            references=[(self.source, name) for name in sorted(named | again)],
            all_lots_of={self.dealers[shape.dealer.code] for shape in rest if shape.kind == "return"},
        )
        # Not before: what is read of purchases under the locks may have been judged by a rule that is newer than they.
        self.standings.rules = {rule.name: rule for rule in rule_versions(self.session)}
        came_before = wanted.keys() - first
        self.inbox.look(came_before)
        orders = {shape.external_id for shape in rest if shape.kind == "order"}
        self.standings.look(dealers, came_before | named, orders | named)
        if former := {row.returns for row in self.standings.rows.values() if row.returns} - wanted.keys() - named:
            self.standings.look(dealers, former, former)
        rows = self.standings.rows
        if waiting := {row.external_id for row in rows.values() if row.returns and row.purchase not in rows}:
            self.inbox.look(waiting - wanted.keys())

    def _unsettled(self, incoming: Incoming) -> bool:
        slip = self.inbox.slips.get(incoming.key)
        return slip is None or slip.dead

    def take(self, incoming: Incoming) -> Result:
        """One document: the earlier answer, or a judgement and its postings."""
        if incoming.external_id is None:
            return Result(None, None, "unreadable", reason="malformed", detail={"faults": incoming.faults})
        slip = self.inbox.slips.get(incoming.key)
        if slip and not slip.dead:
            return answer_again(incoming, slip)
        try:
            slip = self._post(incoming)
        except Unfit as unfit:
            slip = Slip(incoming.digest, DocumentState.DEAD, unfit.reason, unfit.detail, self._dealer(incoming))
        self.inbox.put(incoming, slip)
        return result_of(incoming, slip)

    def _dealer(self, incoming: Incoming) -> int | None:
        return self.dealers.get(incoming.document.dealer.code) if incoming.document else None

    def _post(self, incoming: Incoming) -> Slip:
        shape = incoming.document
        if shape is None:
            raise Unfit("malformed", faults=incoming.faults)
        dealer_id = self._whose(shape)
        if shape.ordered_at > self.now + AHEAD:
            raise Unfit("in_future", ordered_at=shape.ordered_at.isoformat())
        earlier = self.standings.rows.get((dealer_id, shape.external_id))
        if earlier and earlier.kind != shape.kind:
            raise Unfit("kind_changed", earlier=earlier.kind)
        if earlier and earlier.revision > shape.revision:
            newest = {"newest": earlier.revision}
            return Slip(incoming.digest, DocumentState.SUPERSEDED, dealer_id=dealer_id, result=newest)
        row = Standing(
            dealer_id=dealer_id,
            external_id=shape.external_id,
            kind=shape.kind,
            revision=shape.revision,
            ordered_at=shape.ordered_at,
            returns=shape.returns,
            rule=None,
            groups=() if shape.cancelled else grouped(map(LINE, shape.lines)),
            posted=earlier.posted if earlier else 0,
        )
        slip = Slip(incoming.digest, DocumentState.POSTED, dealer_id=dealer_id)
        self.effects.take(row, earlier, slip)
        return slip

    def _whose(self, shape: OrderDocument) -> int:
        if shape.source not in (None, self.source):
            raise Unfit("wrong_source", source=shape.source)
        if shape.currency not in (None, self.currency):
            raise Unfit("wrong_currency", currency=shape.currency, wanted=self.currency)
        dealer_id = self.dealers.get(shape.dealer.code)
        if dealer_id is None:
            raise Unfit("unknown_dealer", dealer=shape.dealer.code)
        owner = self.owners[shape.external_id]
        if owner != dealer_id:
            revisions = [slip for (name, _), slip in self.inbox.slips.items() if name == shape.external_id]
            if any(not slip.dead for slip in revisions):
                raise Unfit("dealer_changed", dealer=shape.dealer.code)
            # All that came of it is dead, so nothing was credited: the mended document may name its true dealer.
            self.session.execute(
                RELEASE, {"at_source": self.source, "at_id": shape.external_id, "to_dealer": dealer_id}
            )
            self.owners[shape.external_id] = dealer_id
        return dealer_id

    def save(self) -> None:
        """Write the ledger, the inbox and the standings."""
        if self.standings.books:
            write(self.session, self.standings.books.values())
        self.inbox.save()
        self.standings.save()


def result_of(incoming: Incoming, slip: Slip) -> Result:
    """What a slip tells the partner."""
    return Result(
        incoming.external_id, incoming.revision, slip.state.value, slip.points, slip.reason, slip.detail, slip.result
    )


def answer_again(incoming: Incoming, slip: Slip) -> Result:
    """What a partner is told of a revision that came before: the first answer, or that it had another content."""
    if slip.digest == incoming.digest:
        return replace(result_of(incoming, slip), repeat=True)
    return Result(incoming.external_id, incoming.revision, "conflict", reason="conflict")
