"""The demo's people, all invented. They exist where `flask demo seed` put them, and nowhere else.

The passwords and authenticator secrets stand here in the open: `flask doctor` refuses a demo that serves real dealers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.base.seal import Seal
from mall.dealers.actions import (
    add_address,
    add_member,
    add_staff,
    hashed,
    keep_totp_secret,
    open_dealer,
    use_totp_step,
)
from mall.dealers.models import ChannelLevel, Dealer, MemberRole, Staff, StaffRole

SEEDED_BY = "演示数据"
"""Who did what nobody of the demo did, as pages say it."""
PASSWORD = "nianlun-2026"  # noqa: S105 - the demo's, printed on its sign-in page
DEALERS = {
    "LA0571": ("华东·临安恒泰商贸", "华东/浙江/杭州", ChannelLevel.COUNTY),
    "NB0574": ("华东·宁波海曙五金", "华东/浙江/宁波", ChannelLevel.CITY),
    "SX0575": ("华东·绍兴越城建材", "华东/浙江/绍兴", ChannelLevel.COUNTY),
}
MEMBER_ROLES = {MemberRole.OWNER: N_("老板"), MemberRole.BUYER: N_("采购"), MemberRole.CLERK: N_("店员")}
STAFF_ROLES = {
    StaffRole.MERCHANDISER: N_("选品运营"),
    StaffRole.FULFILMENT: N_("履约"),
    StaffRole.FINANCE: N_("财务"),
    StaffRole.ACCOUNT_MANAGER: N_("客户经理"),
    StaffRole.ADMINISTRATOR: N_("管理员"),
}


@dataclass(frozen=True)
class DemoMember:
    """A dealer's person."""

    name: str
    phone: str
    role: MemberRole
    dealer: str

    def shown(self) -> dict[str, str]:
        """What the sign-in page of a demo shows."""
        return {
            "name": self.name,
            "phone": self.phone,
            "role": MEMBER_ROLES[self.role],
            "dealer": DEALERS[self.dealer][0],
            "password": PASSWORD,
        }


@dataclass(frozen=True)
class DemoStaff:
    """A person of the brand, with the secret that their authenticator would hold."""

    name: str
    login: str
    role: StaffRole
    totp: str
    region: str = ""
    """What a merchandiser looks after; the whole brand where nothing is said."""

    def shown(self) -> dict[str, str]:
        """What the desk's sign-in page of a demo shows."""
        return {
            "name": self.name,
            "login": self.login,
            "role": STAFF_ROLES[self.role],
            "password": PASSWORD,
            "totp": self.totp,
            "region": self.region.replace("/", " "),
        }


MEMBERS = (
    DemoMember("沈立诚", "13805716207", MemberRole.OWNER, "LA0571"),
    DemoMember("方晓棠", "13905711188", MemberRole.BUYER, "LA0571"),
    DemoMember("何小满", "13705713399", MemberRole.CLERK, "LA0571"),
    DemoMember("乐海生", "13805742266", MemberRole.OWNER, "NB0574"),
    DemoMember("祝南乔", "13805753344", MemberRole.OWNER, "SX0575"),
)
STAFF = (
    DemoStaff("贺长风", "lvyue", StaffRole.FULFILMENT, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    DemoStaff("纪云舒", "xuanpin", StaffRole.MERCHANDISER, "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"),
    DemoStaff("叶知秋", "huadong", StaffRole.MERCHANDISER, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "华东/浙江"),
    DemoStaff("秦知微", "caiwu", StaffRole.FINANCE, "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"),
    DemoStaff("陆青禾", "kehu", StaffRole.ACCOUNT_MANAGER, "NNWG23TPOBYXE43UNNWG23TPOBYXE43U"),
    DemoStaff("苏望舒", "guanli", StaffRole.ADMINISTRATOR, "OV3HO6DZPIYTEMZUOV3HO6DZPIYTEMZU"),
)
ADDRESSES = {
    # Who, their phone, the street's code and its names, the rest, the outlet.
    "LA0571": (
        ("沈立诚", "13805716207", "330112006", "浙江省/杭州市/临安区/锦城街道", "长桥路 18 号恒泰商贸仓库", "总仓"),
        ("方晓棠", "13905711188", "330112008", "浙江省/杭州市/临安区/青山湖街道", "泉口街 66 号", "青山湖门店"),
    ),
    "NB0574": (("乐海生", "13805742266", "330203008", "浙江省/宁波市/海曙区/望春街道", "联丰中路 366 号", ""),),
    "SX0575": (("祝南乔", "13805753344", "330602002", "浙江省/绍兴市/越城区/府山街道", "胜利西路 208 号", ""),),
}


def seed_people(session: Session, now: datetime, *, seal: Seal) -> dict[str, int]:
    """Put everybody in place, once; gives the dealers' ids by code."""
    known = session.execute(select(Dealer.code, Dealer.id).where(Dealer.code.in_(DEALERS))).all()
    if len(known) == len(DEALERS):
        return {row.code: row.id for row in known}
    password_hash = hashed(PASSWORD)
    dealers = {}
    for code, (name, region, level) in DEALERS.items():
        dealers[code] = open_dealer(session, now, code=code, name=name, region=region, channel_level=level)
    for member in MEMBERS:
        add_member(
            session,
            now,
            dealer_id=dealers[member.dealer],
            name=member.name,
            phone=member.phone,
            role=member.role,
            password_hash=password_hash,
            seal=seal,
            actor=SEEDED_BY,
            linking=True,
            issued=False,
        )
    for code, places in ADDRESSES.items():
        for recipient, phone, division, region, street, outlet in places:
            add_address(
                session,
                now,
                dealer_id=dealers[code],
                recipient=recipient,
                phone=phone,
                region=region,
                division=division,
                street=street,
                outlet=outlet,
                seal=seal,
                actor=SEEDED_BY,
            )
    for person in STAFF:
        staff_id = add_staff(
            session,
            now,
            login=person.login,
            name=person.name,
            role=person.role,
            password_hash=password_hash,
            actor=SEEDED_BY,
            issued=False,
        )
        session.flush()
        session.get_one(Staff, staff_id).region = person.region
        keep_totp_secret(session, now, staff_id=staff_id, secret=person.totp, seal=seal)
        use_totp_step(session, now, staff_id=staff_id, step=1)
    return dealers
