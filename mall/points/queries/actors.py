"""Who moved a dealer's points: its own people by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.dealers.models import Member, MemberRole

ROLES: dict[MemberRole, str] = {
    MemberRole.OWNER: N_("老板"),
    MemberRole.BUYER: N_("采购"),
    MemberRole.CLERK: N_("店员"),
}


@dataclass(frozen=True)
class Actor:
    """A member as told beside a movement."""

    name: str
    role: MemberRole

    @property
    def role_shown(self) -> str:
        """What the person is at the dealer, to be translated when told."""
        return ROLES[self.role]


_member = cast(Table, Member.__table__)
_NAMED = select(_member.c.id, _member.c.name, _member.c.role).where(
    _member.c.dealer_id == bindparam("dealer_id"), _member.c.id.in_(bindparam("ids", expanding=True))
)


def actors(session: Session, dealer_id: int, member_ids: Iterable[int | None]) -> dict[int, Actor]:
    """The dealer's members of these numbers; who is not theirs is left out."""
    ids = sorted({number for number in member_ids if number is not None})
    if not ids:
        return {}
    rows = session.execute(_NAMED, {"dealer_id": dealer_id, "ids": ids})
    return {number: Actor(name, role) for number, name, role in rows}
