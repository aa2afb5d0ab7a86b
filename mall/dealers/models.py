"""Dealers, members, staff, sign-ins and addresses."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Forbidden, Refused
from mall.base.types import Bytes, Id, Instant, Name, Word, Words


class ChannelLevel(StrEnum):
    """How far up the channel a dealer stands."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    OUTLET = "outlet"


class Tier(StrEnum):
    """How much a dealer means to the brand: what it is shown, and at what price, may follow it."""

    STRATEGIC = "strategic"
    CORE = "core"
    POTENTIAL = "potential"
    BASE = "base"

    @property
    def name_shown(self) -> str:
        """The tier in words, to be translated when told."""
        return TIERS[self]


TIERS: dict[Tier, str] = {
    Tier.STRATEGIC: N_("战略级"),
    Tier.CORE: N_("核心级"),
    Tier.POTENTIAL: N_("潜力级"),
    Tier.BASE: N_("基础级"),
}


class MemberRole(StrEnum):
    """What a person is at the dealer."""

    OWNER = "owner"
    BUYER = "buyer"
    CLERK = "clerk"

    @property
    def may_redeem(self) -> bool:
        """Owners and buyers spend the dealer's points; a clerk looks, finds and asks."""
        return self in (MemberRole.OWNER, MemberRole.BUYER)

    @property
    def may_manage(self) -> bool:
        """The owner alone changes members and sees their sign-ins."""
        return self is MemberRole.OWNER


class StaffRole(StrEnum):
    """What a person does for the brand."""

    MERCHANDISER = "merchandiser"
    FULFILMENT = "fulfilment"
    FINANCE = "finance"
    ACCOUNT_MANAGER = "account_manager"
    ADMINISTRATOR = "administrator"


class SignInStage(StrEnum):
    """How far a person has come in: only `FULL` opens anything but the next step of signing in."""

    SECOND_FACTOR = "second_factor"
    NEW_PASSWORD = "new_password"  # noqa: S105 - a state, not a secret
    FULL = "full"


class Dealer(Base):
    """A dealer organisation (经销商). Region is a path such as 华东/浙江/杭州."""

    __tablename__ = "dealer"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_dealer_region", "region"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(64))
    name: Mapped[str] = mapped_column(Name(120))
    region: Mapped[str] = mapped_column(Name(200))
    channel_level: Mapped[ChannelLevel] = mapped_column(Word(ChannelLevel))
    tier: Mapped[Tier] = mapped_column(Word(Tier), default=Tier.BASE, server_default=Tier.BASE)
    created_at: Mapped[datetime] = mapped_column(Instant)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)


class Member(Base):
    """A person acting for a dealer. One phone may act for several dealers; its password is in Credential."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("dealer_id", "phone_index"),
        ForeignKeyConstraint(["dealer_id"], ["dealer.id"]),
        Index("ix_member_phone_index", "phone_index"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name(60))
    role: Mapped[MemberRole] = mapped_column(Word(MemberRole))
    phone_sealed: Mapped[bytes] = mapped_column(Bytes)
    phone_index: Mapped[bytes] = mapped_column(Bytes)
    created_at: Mapped[datetime] = mapped_column(Instant)
    signed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class Credential(Base):
    """What a dealer's person signs in with: a phone (by its blind index) and an argon2id hash.

    `issued_at` is set while the password is one that somebody else handed out: it is good for a few days, and the
    person chooses their own before anything else.
    """

    __tablename__ = "credential"
    __table_args__ = (strict(),)
    phone_index: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    password_hash: Mapped[str] = mapped_column(Words)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)


class Staff(Base):
    """A person working for the brand. TOTP is enrolled at the first sign-in and asked ever after."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("login"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    login: Mapped[str] = mapped_column(Name(60))
    name: Mapped[str] = mapped_column(Name(60))
    role: Mapped[StaffRole] = mapped_column(Word(StaffRole))
    password_hash: Mapped[str] = mapped_column(Words)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    totp_enrolled_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_last_step: Mapped[int] = mapped_column(Id, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class SignIn(Base):
    """A session: the SHA-256 of the cookie's 256-bit token, and whose it is. Member or staff, never both."""

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint("(member_id IS NULL) <> (staff_id IS NULL)", name="one_principal"),
        CheckConstraint("(member_id IS NULL) = (dealer_id IS NULL)", name="member_of_dealer"),
        Index("ix_sign_in_dealer_id_member_id", "dealer_id", "member_id"),
        Index("ix_sign_in_staff_id", "staff_id"),
        Index("ix_sign_in_expires_at", "expires_at"),
        UniqueConstraint("public_id"),
        strict(),
    )
    token_hash: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    public_id: Mapped[int] = mapped_column(Id)
    dealer_id: Mapped[int | None] = mapped_column(Id)
    member_id: Mapped[int | None] = mapped_column(Id)
    staff_id: Mapped[int | None] = mapped_column(Id)
    stage: Mapped[SignInStage] = mapped_column(Word(SignInStage))
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    device: Mapped[str] = mapped_column(Name(200))
    address: Mapped[str] = mapped_column(Name(64))
    second_factor_at: Mapped[datetime | None] = mapped_column(Instant)


class Address(Base):
    """Where a dealer's goods go. Person, phone and street are sealed for `address:<column>:<id>`."""

    __tablename__ = "address"
    __table_args__ = (ForeignKeyConstraint(["dealer_id"], ["dealer.id"]), strict())
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    recipient_sealed: Mapped[bytes] = mapped_column(Bytes)
    phone_sealed: Mapped[bytes] = mapped_column(Bytes)
    region: Mapped[str] = mapped_column(Name(200))
    street_sealed: Mapped[bytes] = mapped_column(Bytes)
    created_at: Mapped[datetime] = mapped_column(Instant)
    preferred_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class WrongCredentials(Refused):
    """Phone or login and password do not fit; which of the two is not told."""

    code = "wrong_credentials"
    status = 422
    text = N_("账号或密码不正确。")


class WrongCode(Refused):
    """The six digits are wrong, too old, or were used before."""

    code = "wrong_code"
    status = 422
    text = N_("验证码不正确或已使用过，请等下一组数字再试。")


class WeakPassword(Refused):
    """The chosen password is too easy."""

    code = "weak_password"
    status = 422
    text = N_("密码太容易被猜到：至少 10 个字符，不能全是数字或同一个字符，也不能含手机号。")


class WrongPhone(Refused):
    """What was given is not a mobile number."""

    code = "wrong_phone"
    status = 422
    text = N_("请填写 11 位手机号。")


class MayNotRedeem(Forbidden):
    """A clerk looks and finds; owners and buyers spend the dealer's points."""

    code = "may_not_redeem"
    text = N_("店员可以查看，兑换请联系贵店的老板或采购。")


class OwnerOnly(Forbidden):
    """Members are the owner's business."""

    code = "owner_only"
    text = N_("这里只有老板可以操作。")


class PhoneTaken(Refused):
    """The phone is a member here already, or belongs to a person of another dealer."""

    code = "phone_taken"
    text = N_("这个手机号已经登记过了。如果是同一个人，请联系客户经理添加。")


class SharedPhone(Refused):
    """The person also acts for another dealer, so an owner has no say over their password."""

    code = "shared_phone"
    text = N_("这个人同时为其他经销商办事，密码请本人修改，或联系客户经理。")


class LastOwner(Refused):
    """A dealer keeps at least one owner who can sign in, and no one takes away their own rights."""

    code = "last_owner"
    text = N_("不能停用自己，也不能改自己的角色；每家经销商至少保留一位老板。")


class LoginTaken(Refused):
    """A staff login is used once."""

    code = "login_taken"
    text = N_("这个登录名已经有人用了。")
