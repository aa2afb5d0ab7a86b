"""Corrections (更正单): what a person of the brand asks to be put right in an account, and who looked at it.

Up to the programme's threshold a correction is posted at once; above it, it waits for a second person. That the
maker is never the checker, that nothing above its threshold is posted without one, and that what is posted has its
journal is held by the database itself.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Id, Instant, Int, Name, Word
from mall.dealers.models import StaffRole

MAY_SEE = (StaffRole.FINANCE, StaffRole.ACCOUNT_MANAGER)
"""Finance, and account managers, who only look; the administrator as everywhere."""
MAY_CORRECT = (StaffRole.FINANCE, StaffRole.ADMINISTRATOR)
"""Who may ask for a correction, and who may check another person's."""


class CorrectionKind(StrEnum):
    """What is to be done: the first two are adjustments of the ledger."""

    ADD = "add"
    TAKE = "take"
    TRANSFER = "transfer"
    REINSTATE = "reinstate"

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return KINDS[self]


class CorrectionState(StrEnum):
    """Where a correction stands; all but waiting are final."""

    WAITING = "waiting"
    POSTED = "posted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return STATES[self]


class CorrectionReason(StrEnum):
    """Why. The ledger keeps the code, and the dealer reads its words."""

    GOODWILL = "goodwill"
    CORRECTION = "correction"
    CAMPAIGN = "campaign"
    OPENING = "opening"
    MERGER = "merger"
    BRANCHES = "branches"
    MISTAKEN = "mistaken"
    SETTLED = "settled"


KINDS: dict[CorrectionKind, str] = {
    CorrectionKind.ADD: N_("增加积分"),
    CorrectionKind.TAKE: N_("扣减积分"),
    CorrectionKind.TRANSFER: N_("转让积分"),
    CorrectionKind.REINSTATE: N_("恢复扣回"),
}
STATES: dict[CorrectionState, str] = {
    CorrectionState.WAITING: N_("待复核"),
    CorrectionState.POSTED: N_("已入账"),
    CorrectionState.DECLINED: N_("已驳回"),
    CorrectionState.WITHDRAWN: N_("已撤回"),
}
REASONS: dict[CorrectionKind, tuple[CorrectionReason, ...]] = {
    CorrectionKind.ADD: (
        CorrectionReason.GOODWILL,
        CorrectionReason.CORRECTION,
        CorrectionReason.CAMPAIGN,
        CorrectionReason.OPENING,
    ),
    CorrectionKind.TAKE: (CorrectionReason.CORRECTION, CorrectionReason.SETTLED),
    CorrectionKind.TRANSFER: (CorrectionReason.MERGER, CorrectionReason.BRANCHES, CorrectionReason.CORRECTION),
    CorrectionKind.REINSTATE: (CorrectionReason.MISTAKEN, CorrectionReason.SETTLED),
}
"""Which reasons fit which kind."""

_LIVING = text("state IN ('waiting', 'posted')")


class Correction(Base):
    """One request. `dealer_id` is whose account it is (of a transfer, who gives), `to_dealer_id` who receives.

    `counted` are the points that were held against `threshold`: its own, and those that its maker had already posted
    alone for one of these dealers shortly before, so that a large correction cannot be cut into small ones.
    """

    __tablename__ = "points_correction"
    __table_args__ = (
        UniqueConstraint("dealer_id", "key"),
        ForeignKeyConstraint(["dealer_id"], ["dealer.id"]),
        ForeignKeyConstraint(
            ["dealer_id", "clawback_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_points_correction_clawback_journal",
        ),
        ForeignKeyConstraint(
            ["dealer_id", "journal_id"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_points_correction_journal_id",
        ),
        CheckConstraint("points > 0 AND counted >= points AND threshold >= 0 AND unit_value >= 0", name="amounts"),
        CheckConstraint("checker_id IS NULL OR checker_id <> maker_id", name="two_persons"),
        CheckConstraint("state <> 'posted' OR counted <= threshold OR checker_id IS NOT NULL", name="second_person"),
        CheckConstraint("(state = 'posted') = (journal_id IS NOT NULL)", name="posted"),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("state <> 'declined' OR checker_id IS NOT NULL", name="declined"),
        CheckConstraint("state NOT IN ('waiting', 'withdrawn') OR checker_id IS NULL", name="unchecked"),
        CheckConstraint("(kind = 'transfer') = (to_dealer_id IS NOT NULL)", name="receiver"),
        CheckConstraint("to_dealer_id IS NULL OR to_dealer_id <> dealer_id", name="two_dealers"),
        CheckConstraint("(kind = 'reinstate') = (clawback_journal IS NOT NULL)", name="clawback"),
        CheckConstraint("(kind = 'add') = (expires_at IS NOT NULL)", name="expiry"),
        CheckConstraint("kind <> 'add' OR fund_code <> ''", name="fund"),
        Index(
            "uq_points_correction_reinstate_once",
            "dealer_id",
            "clawback_journal",
            unique=True,
            sqlite_where=_LIVING,
            postgresql_where=_LIVING,
        ),
        Index("ix_points_correction_id", "id"),
        Index("ix_points_correction_state_id", "state", "id"),
        Index("ix_points_correction_maker_id_id", "maker_id", "id"),
        Index("ix_points_correction_to_dealer_id_id", "to_dealer_id", "id"),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    kind: Mapped[CorrectionKind] = mapped_column(Word(CorrectionKind))
    state: Mapped[CorrectionState] = mapped_column(Word(CorrectionState))
    to_dealer_id: Mapped[int | None] = mapped_column(Id, ForeignKey("dealer.id"))
    clawback_journal: Mapped[int | None] = mapped_column(Id)
    points: Mapped[int] = mapped_column(Int)
    reason: Mapped[CorrectionReason] = mapped_column(Word(CorrectionReason))
    note: Mapped[str] = mapped_column(Name(120))
    """For colleagues, without personal data: which document, which conversation."""
    fund_code: Mapped[str] = mapped_column(Name(40))
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    unit_value: Mapped[int] = mapped_column(Int)
    """What an added point is worth, in millionths of the currency's unit."""
    threshold: Mapped[int] = mapped_column(Int)
    """The programme's `approval_points` as it stood when this was asked for."""
    counted: Mapped[int] = mapped_column(Int)
    key: Mapped[str] = mapped_column(Name(64))
    """Minted with the form: the same form sent twice is one correction."""
    maker_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    checker_id: Mapped[int | None] = mapped_column(Id, ForeignKey("staff.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(Name(120), default="")
    """Why it was declined."""
    journal_id: Mapped[int | None] = mapped_column(Id)
    """What the ledger posted (of a transfer, at the giver)."""

    @property
    def dealers(self) -> list[int]:
        """Whose accounts it touches."""
        return [self.dealer_id] if self.to_dealer_id is None else [self.dealer_id, self.to_dealer_id]

    @property
    def waiting(self) -> bool:
        """It has not been decided."""
        return self.state is CorrectionState.WAITING

    @property
    def posted(self) -> bool:
        """It is in the ledger."""
        return self.state is CorrectionState.POSTED

    @property
    def declined(self) -> bool:
        """A second person would not have it."""
        return self.state is CorrectionState.DECLINED

    @property
    def alone(self) -> bool:
        """It needs no second person."""
        return self.counted <= self.threshold

    @property
    def posting_key(self) -> str:
        """Under what it is posted: once, however often it is approved."""
        return f"correction/{self.id}"

    @property
    def change(self) -> int:
        """What the account of `dealer_id` gains or loses."""
        gains = self.kind in (CorrectionKind.ADD, CorrectionKind.REINSTATE)
        return self.points if gains else -self.points


class AlreadySettled(Refused):
    """A correction is decided once."""

    code = "already_settled"
    text = N_("这张更正单已经处理过了，请刷新后查看结果。")


class NotTheMaker(Refused):
    """Only who asked for a correction takes it back."""

    code = "not_the_maker"
    status = 403
    text = N_("只有申请人可以撤回这张更正单。")


class ReinstatedBefore(Refused):
    """A clawback is reinstated at most once."""

    code = "reinstated_before"
    text = N_("这笔扣回已经恢复过，或正在等待复核。")


class ExpiryPassed(Refused):
    """The expiry that was asked for has passed by the time of posting."""

    code = "expiry_passed"
    text = N_("申请的到期日已经过去，不能入账。请驳回或撤回后按新的到期日重新申请。")


class PersonalData(Refused):
    """A remark that holds what looks like a phone, an identity or a mailbox."""

    code = "personal_data"
    status = 422
    text = N_("说明里不要写手机号、身份证号、邮箱等个人信息。")


class NoSuchReason(Refused):
    """The reason does not fit this kind of correction."""

    code = "no_such_reason"
    status = 422
    text = N_("请选择适用的原因。")
