"""The inbox: what has come under which identity, read for a whole batch and written in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, select, update
from sqlalchemy.orm import Session

from mall.base.bulk import add, add_new, among
from mall.base.ids import new_id
from mall.dealers.models import Dealer
from mall.earning.models import Claim, Document, DocumentState, OrderDocument, Partner, UnknownDealers
from mall.earning.rules.reading import Incoming

document = cast(Table, Document.__table__)
claim = cast(Table, Claim.__table__)
dealer = cast(Table, Dealer.__table__)

BY_IDENTITY = select(
    document.c.external_id,
    document.c.revision,
    document.c.payload_hash,
    document.c.state,
    document.c.reason,
    document.c.detail,
    document.c.dealer_id,
    document.c.points,
    document.c.result,
).where(document.c.source == bindparam("source"), among(document.c.external_id, "ids"))
BY_CODE = select(dealer.c.code, dealer.c.id).where(among(dealer.c.code, "codes"))
CLAIMED = (
    select(claim.c.external_id, claim.c.dealer_id)
    .where(claim.c.source == bindparam("source"), among(claim.c.external_id, "ids"))
    .order_by(claim.c.external_id)
    .with_for_update()  # a dead document may be released to another dealer; meanwhile nobody credits this one
)
MEND = (
    update(document)
    .where(
        document.c.source == bindparam("at_source"),
        document.c.external_id == bindparam("at_id"),
        document.c.revision == bindparam("at_revision"),
        document.c.state == DocumentState.DEAD,  # somebody else may have brought it to life meanwhile
    )
    .values(
        {
            name: bindparam(name)
            for name in (
                "dealer_id",
                "payload",
                "payload_hash",
                "state",
                "reason",
                "detail",
                "posted_at",
                "points",
                "result",
            )
        }
    )
)
SETTLE = (
    update(document)
    .where(
        document.c.source == bindparam("at_source"),
        document.c.external_id == bindparam("at_id"),
        document.c.revision == bindparam("at_revision"),
        document.c.state == DocumentState.WAITING,
    )
    .values({name: bindparam(name) for name in ("state", "reason", "detail", "posted_at", "points", "result")})
)
RELEASE = (
    update(claim)
    .where(claim.c.source == bindparam("at_source"), claim.c.external_id == bindparam("at_id"))
    .values(dealer_id=bindparam("to_dealer"))
)


@dataclass(slots=True)
class Slip:
    """What is known of one revision of a document."""

    digest: bytes
    state: DocumentState
    reason: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    dealer_id: int | None = None
    points: int = 0
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def dead(self) -> bool:
        """It could not be posted."""
        return self.state is DocumentState.DEAD


@dataclass
class Inbox:
    """The slips of a batch by (external id, revision), and what is to be written of them."""

    session: Session
    now: datetime
    source: str
    slips: dict[tuple[str, int], Slip] = field(default_factory=dict)
    kept: set[tuple[str, int]] = field(default_factory=set)
    """Identities that have a row in the database."""
    fresh: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    mended: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    settled: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def look(self, ids: Collection[str]) -> None:
        """Read the slips of all revisions of these documents."""
        if not ids:
            return
        for row in self.session.execute(BY_IDENTITY, {"source": self.source, "ids": ids}):
            key = (row.external_id, row.revision)
            self.kept.add(key)
            self.slips[key] = Slip(
                row.payload_hash, row.state, row.reason, row.detail, row.dealer_id, row.points, row.result
            )

    def put(self, incoming: Incoming, slip: Slip) -> None:
        """Keep a document that came, or one that came again mended."""
        key = incoming.key
        self.slips[key] = slip
        facts = self._facts(slip) | {
            "dealer_id": slip.dealer_id,
            "payload": incoming.text,
            "payload_hash": incoming.digest,
        }
        if key in self.kept:
            self.mended[key] = facts
        else:
            self.fresh[key] = facts | {
                "source": self.source,
                "external_id": key[0],
                "revision": key[1],
                "received_at": self.now,
            }

    def settle(
        self, key: tuple[str, int], state: DocumentState, *, points: int = 0, result: dict[str, Any] | None = None
    ) -> None:
        """A return that waited takes effect, because its purchase has come; or a newer revision took its place.

        What it changed while it waited (it left another purchase, say) stays with it.
        """
        slip = self.slips[key]
        before, now = slip.result.get("entries", []), result or {}
        entries = [*before, *now.get("entries", [])]
        slip.state, slip.reason, slip.detail, slip.points = state, None, {}, slip.points + points
        slip.result = now | ({"entries": entries} if entries else {})
        facts = self._facts(slip)
        for pile in (self.fresh, self.mended):
            if key in pile:
                pile[key] |= facts
                return
        self.settled[key] = facts

    def _facts(self, slip: Slip) -> dict[str, Any]:
        return {
            "state": slip.state,
            "reason": slip.reason,
            "detail": slip.detail,
            "posted_at": self.now if slip.state.done else None,
            "points": slip.points,
            "result": slip.result,
        }

    def save(self) -> None:
        """Write what has changed: at most three statements."""
        if self.fresh:
            add(self.session, document, list(self.fresh.values()))
        for statement, pile in ((MEND, self.mended), (SETTLE, self.settled)):
            if pile:
                rows = [
                    {"at_source": self.source, "at_id": key[0], "at_revision": key[1], **facts}
                    for key, facts in pile.items()
                ]
                self.session.execute(statement, rows)


def find_dealers(
    session: Session, now: datetime, partner: Partner, documents: Iterable[OrderDocument]
) -> dict[str, int]:
    """The dealers named by documents, by code; those not known are created where the partner's setting says so."""
    named = {document.dealer.code: document.dealer for document in documents}
    codes = sorted(named)
    known = _pairs(session, BY_CODE, {"codes": codes}) if codes else {}
    missing = [code for code in codes if code not in known]
    if missing and partner.unknown_dealers is UnknownDealers.CREATE:
        fresh = {code: new_id(now) for code in missing}
        rows = [
            {
                "id": number,
                "code": code,
                "name": named[code].name or code,
                "region": named[code].region or partner.region,
                "channel_level": partner.channel_level,
                "created_at": now,
                "suspended_at": None,
            }
            for code, number in fresh.items()
        ]
        # Two batches may meet the same new dealer: the second waits here, then reads the first's.
        if add_new(session, dealer, rows) == len(rows):
            known |= fresh
        else:
            known |= _pairs(session, BY_CODE, {"codes": missing})
    return known


def claim_documents(session: Session, source: str, wanted: dict[str, int]) -> tuple[dict[str, int], set[str]]:
    """Settle whose each document is: the dealer of the first revision that came.

    Gives the dealer by external id, and the ids that nobody had claimed before: of those nothing can be posted yet.
    """
    if not wanted:
        return {}, set()
    ids = sorted(wanted)
    claimed = _pairs(session, CLAIMED, {"source": source, "ids": ids})
    missing = [name for name in ids if name not in claimed]
    rows = [{"source": source, "external_id": name, "dealer_id": wanted[name]} for name in missing]
    if add_new(session, claim, rows) == len(rows):
        return claimed | {name: wanted[name] for name in missing}, set(missing)
    return claimed | _pairs(session, CLAIMED, {"source": source, "ids": missing}), set()


def _pairs(session: Session, statement: Select[Any], wants: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in session.execute(statement, wants)}  # noqa: C416 - a result is no mapping
