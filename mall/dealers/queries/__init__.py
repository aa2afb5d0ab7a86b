"""Reads about people, shaped for a page: who is here, who belongs to a dealer, where its goods go."""

from mall.dealers.queries.addresses import AddressShown, address, addresses
from mall.dealers.queries.codes import code_until
from mall.dealers.queries.here import Here, MemberHere, StaffHere, member_here, staff_here
from mall.dealers.queries.notices import NoticeShown, notices, unread
from mall.dealers.queries.people import (
    MemberShown,
    SignInShown,
    credential,
    member,
    member_sign_ins,
    members,
    memberships,
    staff_by_login,
    staff_sign_ins,
)
from mall.dealers.queries.powers import Powers, powers_of

__all__ = [
    "AddressShown",
    "Here",
    "MemberHere",
    "MemberShown",
    "NoticeShown",
    "Powers",
    "SignInShown",
    "StaffHere",
    "address",
    "addresses",
    "code_until",
    "credential",
    "member",
    "member_here",
    "member_sign_ins",
    "members",
    "memberships",
    "notices",
    "powers_of",
    "staff_by_login",
    "staff_here",
    "staff_sign_ins",
    "unread",
]
