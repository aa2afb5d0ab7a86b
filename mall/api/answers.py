"""What the API answers with. The OpenAPI description is made from these shapes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mall.earning.actions import Result
from mall.earning.models import Document, OrderDocument
from mall.points.queries import Balance
from mall.rewards.models import Voucher

Outcome = Literal["posted", "waiting", "superseded", "dead", "conflict", "unreadable"]


class EntryWitness(BaseModel):
    """An entry of the dealer's ledger: keep it, and you can prove later that history was not rewritten."""

    seq: int = Field(examples=[12])
    hash: str = Field(description="SHA-256 of the entry, linked to the entry before it.")
    kind: str = Field(examples=["earn"])


class ResultAnswer(BaseModel):
    """What became of one revision of a document."""

    external_id: str | None
    revision: int | None
    outcome: Outcome = Field(
        description="posted; waiting (a return whose purchase has not come: it takes effect by itself); superseded (a "
        "newer revision was there first); dead (kept, to be mended and posted again); conflict (this revision came "
        "before with another content); unreadable (no identity to keep it under)."
    )
    points: int = Field(0, description="By how many points this revision changed the dealer's account.")
    repeat: bool = Field(False, description="The same revision came before; this is the first answer again.")
    reason: str | None = Field(None, description="A stable code, where it was not posted.", examples=["unknown_dealer"])
    detail: dict[str, Any] = Field(default_factory=dict)
    entries: list[EntryWitness] = Field(default_factory=list)

    @classmethod
    def of(cls, result: Result) -> ResultAnswer:
        """The answer for a result."""
        return cls(
            external_id=result.external_id,
            revision=result.revision,
            outcome=result.outcome,  # type: ignore[arg-type]
            points=result.points,
            repeat=result.repeat,
            reason=result.reason,
            detail=result.detail | {k: v for k, v in result.result.items() if k != "entries"},
            entries=result.result.get("entries", []),
        )


class DocumentAnswer(ResultAnswer):
    """One revision as it stands now."""

    received_at: datetime
    posted_at: datetime | None = None

    @classmethod
    def standing(cls, document: Document) -> DocumentAnswer:
        """The answer for a kept document."""
        return cls(
            external_id=document.external_id,
            revision=document.revision,
            outcome=document.state.value,
            points=document.points,
            repeat=False,
            reason=document.reason,
            detail=document.detail | {k: v for k, v in document.result.items() if k != "entries"},
            entries=document.result.get("entries", []),
            received_at=document.received_at,
            posted_at=document.posted_at,
        )


class BatchAnswer(BaseModel):
    """A result for each document, in the order they were sent."""

    results: list[ResultAnswer]


class OrderAnswer(BaseModel):
    """All revisions of a document, newest first."""

    external_id: str
    revisions: list[DocumentAnswer]


class DocumentsAnswer(BaseModel):
    """A part of a list, newest first."""

    documents: list[DocumentAnswer]
    next: str | None = Field(None, description="Give it as `after` for the next part; null at the end.")


class BalanceAnswer(BaseModel):
    """A dealer's points at a moment."""

    dealer: str
    pending: int
    available: int
    held: int
    debt: int
    as_of: datetime

    @classmethod
    def of(cls, code: str, balance: Balance) -> BalanceAnswer:
        """The answer for a balance."""
        return cls(
            dealer=code,
            pending=balance.pending,
            available=balance.available,
            held=balance.held,
            debt=balance.debt,
            as_of=balance.as_of,
        )


Hex = Annotated[str, Field(pattern="^[0-9a-f]*$")]
"""Bytes in small hexadecimal digits."""
Line = tuple[int | None, int, int, int]
Four = tuple[int, int, int, int]


class CheckpointAnswer(BaseModel):
    """A signed checkpoint, as its file has it."""

    format: Literal["PL1-checkpoint"]
    no: int
    taken_at: int = Field(description="Microseconds since 1970 UTC, like every moment of a proof.")
    leaves: int = Field(description="How many accounts it covers.")
    root: Hex = Field(description="The Merkle root (RFC 6962) over their heads.")
    previous: Hex | None = Field(description="SHA-256 of the statement before it; null for the first.")
    key: Hex = Field(description="The id of the public key.")
    signature: Hex = Field(description="Ed25519.")


class StoodAnswer(BaseModel):
    """What stood after an entry: four balances, and the hash that covers everything up to there."""

    pending: int
    available: int
    held: int
    debt: int
    hash: Hex


class StretchAnswer(BaseModel):
    """The entries that were asked for. A quiet month has none: `first_seq` is one past `last_seq`."""

    first_seq: int
    last_seq: int
    opening: StoodAnswer
    closing: StoodAnswer


class ProvenEntry(BaseModel):
    """An entry in the fields that its hash covers; of who, why and worth only the hash `details`."""

    seq: int
    prev_hash: Hex
    journal_id: str
    source: str
    key: str
    request_hash: Hex
    kind: str
    points: int
    ref_journal: str | None
    transfer_id: str | None
    effective_at: int
    posted_at: int
    deltas: Four = Field(description="By how much it changed pending, available, held and debt.")
    balances: Four = Field(description="The four after it.")
    details: Hex
    lines: list[Line] = Field(description="Moves: lot or null, from bucket, to bucket, points.")
    hash: Hex


class LeafAnswer(BaseModel):
    """The last entry shown, as a leaf of the checkpoint's tree."""

    seq: int
    hash: Hex
    index: int
    path: list[Hex] = Field(description="The audit path, from below.")


class ProofAnswer(BaseModel):
    """A proof that entries stand in the signed history; docs/proof.md tells every byte."""

    format: Literal["PL1-proof"]
    dealer_id: str
    account_no: int
    programme_id: int
    statement: StretchAnswer
    entries: list[ProvenEntry]
    leaf: LeafAnswer
    checkpoint: CheckpointAnswer
    public_key: Hex


class UseRequest(BaseModel):
    """What a voucher is used on."""

    model_config = ConfigDict(extra="forbid", strict=True)
    reference: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own order's number: a voucher has one.",
    )
    order_fen: int | None = Field(
        None, ge=0, le=10**12, description="Your order's amount in fen; a coupon asks for it."
    )


class ReturnRequest(BaseModel):
    """Why a voucher comes back unused."""

    model_config = ConfigDict(extra="forbid", strict=True)
    reason: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$", examples=["the service was given up"])


class VoucherAnswer(BaseModel):
    """A voucher as it stands now."""

    no: str
    kind: Literal["service", "coupon"]
    service: Literal["priority_production", "dedicated_logistics", "training_seat"] | None = None
    fen: int = Field(0, description="What a coupon takes off the order.")
    least_fen: int = Field(0, description="The smallest order it may be used on.")
    dealer: str = Field(description="The dealer's code.")
    order: str = Field(description="The redemption order's number in the mall.")
    state: Literal["issued", "used", "expired", "returned"]
    issued_at: datetime
    expires_at: datetime = Field(description="From this moment on it is over.")
    used_at: datetime | None = None
    reference: str | None = None
    returned_at: datetime | None = None
    repeat: bool = Field(False, description="The same was done before; this is its answer again.")
    token: str = Field(description="A JSON Web Token signed with Ed25519, which says all of it.")

    @classmethod
    def of(cls, voucher: Voucher, dealer: str, now: datetime, *, repeat: bool = False) -> VoucherAnswer:
        """The answer for a voucher."""
        return cls(
            no=voucher.no,
            kind="coupon" if voucher.is_coupon else "service",
            service=voucher.service.value if voucher.service else None,
            fen=voucher.fen,
            least_fen=voucher.least_fen,
            dealer=dealer,
            order=voucher.order_no,
            state=voucher.standing(now).value,
            issued_at=voucher.issued_at,
            expires_at=voucher.expires_at,
            used_at=voucher.used_at,
            reference=voucher.reference or None,
            returned_at=voucher.returned_at,
            repeat=repeat,
            token=voucher.token,
        )


class KeyAnswer(BaseModel):
    """The public key of vouchers, as a JSON Web Key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    alg: Literal["EdDSA"]
    use: Literal["sig"]
    kid: str
    x: str


class BatchRequest(BaseModel):
    """Up to 500 documents. One that cannot be posted hinders no other."""

    documents: list[OrderDocument] = Field(max_length=500)


class Problem(BaseModel):
    """A problem document (RFC 9457). `code` is stable; `title` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    params: dict[str, Any] | None = Field(
        None, description="Facts of the problem, and `result` where a document has one."
    )
