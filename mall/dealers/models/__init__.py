"""Dealers, members, staff, sign-ins, addresses, one-time codes and notices: tables, state words and refusals."""

from mall.base.scope import WHOLE, OutsideScope, Scope, beneath
from mall.dealers.models.acts import ACTS
from mall.dealers.models.address import Address
from mall.dealers.models.code import Code, CodePurpose
from mall.dealers.models.dealer import TIERS, ChannelLevel, Dealer, Tier
from mall.dealers.models.division import Division, Level
from mall.dealers.models.member import Credential, Member, MemberRole
from mall.dealers.models.notice import NOTICES, Notice, NoticeRead, Saying
from mall.dealers.models.refusals import (
    LastOwner,
    LoginTaken,
    MayNotRedeem,
    NoLongerTheirs,
    NotReachable,
    OverCap,
    OwnerOnly,
    PersonalUse,
    PhoneTaken,
    ScopeMoved,
    SecondFactorNeeded,
    SharedPhone,
    WeakPassword,
    WorksForAll,
    WrongCode,
    WrongCredentials,
    WrongPhone,
    WrongSmsCode,
)
from mall.dealers.models.saved_view import MOST_VIEWS, ListColumns, SavedView, TooManyViews
from mall.dealers.models.sign_in import SignIn, SignInStage
from mall.dealers.models.staff import SCOPED, Staff, StaffRole

__all__ = [
    "ACTS",
    "MOST_VIEWS",
    "NOTICES",
    "SCOPED",
    "TIERS",
    "WHOLE",
    "Address",
    "ChannelLevel",
    "Code",
    "CodePurpose",
    "Credential",
    "Dealer",
    "Division",
    "LastOwner",
    "Level",
    "ListColumns",
    "LoginTaken",
    "MayNotRedeem",
    "Member",
    "MemberRole",
    "NoLongerTheirs",
    "NotReachable",
    "Notice",
    "NoticeRead",
    "OutsideScope",
    "OverCap",
    "OwnerOnly",
    "PersonalUse",
    "PhoneTaken",
    "SavedView",
    "Saying",
    "Scope",
    "ScopeMoved",
    "SecondFactorNeeded",
    "SharedPhone",
    "SignIn",
    "SignInStage",
    "Staff",
    "StaffRole",
    "Tier",
    "TooManyViews",
    "WeakPassword",
    "WorksForAll",
    "WrongCode",
    "WrongCredentials",
    "WrongPhone",
    "WrongSmsCode",
    "beneath",
]
