"""The people of the tests, all invented, and how they sign in.

    people = transact(cast, seal=app.extensions["seal"])
    client = app.test_client()
    sign_in(client, people.owner)
    client.post("/orders", data={...})          # carries the form's token by itself
    give_points(people.linan.id, 20_000)
"""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mall.base.ids import new_id
from mall.base.seal import Seal
from mall.base.time import civil_day, end_of_month
from mall.dealers.actions import Device, add_member, add_staff, begin_member, begin_staff, open_dealer
from mall.dealers.models import ChannelLevel, MemberRole, SignInStage, Staff, StaffRole
from mall.dealers.rules import password as passwords
from mall.points.actions import Part, earn, open_book, write
from mall.points.models import LotKind, Programme
from mall.web.db import db, transact
from tests.once import once

PASSWORD = "shan-gao-shui-chang"
"""Everybody's password in tests."""

DEVICE = Device("Mozilla/5.0 (test)", "192.0.2.7")


@dataclass(frozen=True)
class SomeMember:
    id: int
    dealer_id: int
    name: str
    phone: str
    role: MemberRole


@dataclass(frozen=True)
class SomeStaff:
    id: int
    login: str
    name: str
    role: StaffRole


@dataclass(frozen=True)
class SomeDealer:
    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Cast:
    """临安恒泰商贸 with its owner, buyer and clerk; 宁波海曙五金 with its owner; one staff person of each role."""

    linan: SomeDealer
    owner: SomeMember
    buyer: SomeMember
    clerk: SomeMember
    ningbo: SomeDealer
    other_owner: SomeMember
    staff: dict[StaffRole, SomeStaff]


@cache
def hashed() -> str:
    """The hash of everybody's password, made once a run."""
    return passwords.hashed(PASSWORD)


def cast(session: Session, now: datetime, seal: Seal) -> Cast:
    """Everybody, in one transaction: `transact(cast, seal=app.extensions["seal"])`."""
    if session.get(Programme, 1) is None:
        session.add(Programme(id=1, name="年轮积分", zone="Asia/Shanghai", currency="CNY", grace_days=7))
        session.flush()
    return _everybody(session, now, seal=seal)


@once
def _everybody(session: Session, now: datetime, seal: Seal) -> Cast:
    linan = _dealer(session, now, "LA0571", "华东·临安恒泰商贸", "华东/浙江/杭州")
    ningbo = _dealer(session, now, "NB0574", "华东·宁波海曙五金", "华东/浙江/宁波")

    def member(dealer: SomeDealer, name: str, phone: str, role: MemberRole) -> SomeMember:
        new = add_member(
            session, now, dealer_id=dealer.id, name=name, phone=phone, role=role, password_hash=hashed(), seal=seal,
            actor="system", issued=False,
        )
        return SomeMember(new, dealer.id, name, phone, role)

    def person(login: str, name: str, role: StaffRole) -> SomeStaff:
        new = add_staff(
            session, now, login=login, name=name, role=role, password_hash=hashed(), issued=False
        )
        return SomeStaff(new, login, name, role)

    return Cast(
        linan=linan,
        owner=member(linan, "沈立诚", "13805716207", MemberRole.OWNER),
        buyer=member(linan, "方晓棠", "13905711188", MemberRole.BUYER),
        clerk=member(linan, "何小满", "13705713399", MemberRole.CLERK),
        ningbo=ningbo,
        other_owner=member(ningbo, "乐海生", "13805742266", MemberRole.OWNER),
        staff={
            role: person(login, name, role)
            for role, login, name in (
                (StaffRole.MERCHANDISER, "xuanpin", "纪云舒"),
                (StaffRole.FULFILMENT, "lvyue", "贺长风"),
                (StaffRole.FINANCE, "caiwu", "秦知微"),
                (StaffRole.ACCOUNT_MANAGER, "kehu", "陆青禾"),
                (StaffRole.ADMINISTRATOR, "guanli", "苏望舒"),
            )
        },
    )


def _dealer(session: Session, now: datetime, code: str, name: str, region: str) -> SomeDealer:
    new = open_dealer(session, now, code=code, name=name, region=region, channel_level=ChannelLevel.COUNTY)
    return SomeDealer(new, code, name)


def sign_in(client: FlaskClient, who: SomeMember | SomeStaff) -> None:
    """Begin a real sign-in and put its cookie into the client, without the work of a password each time.

    A client may hold a member and a staff person at once: their cookies differ.
    """
    if isinstance(who, SomeMember):
        token = transact(begin_member, dealer_id=who.dealer_id, member_id=who.id, device=DEVICE)
        client.set_cookie("__Host-mall", token, secure=True)
    else:
        token = transact(begin_staff, staff_id=who.id, device=DEVICE, stage=SignInStage.FULL)
        client.set_cookie("__Host-desk", token, secure=True)


def give_points(dealer_id: int, points: int, months: int = 12) -> None:
    """Let a dealer earn points that are good to the end of the month `months` from now."""
    def grant(session: Session, now: datetime) -> None:
        zone = current_app.extensions["settings"].zone
        book = open_book(session, now, dealer_id)
        part = Part(points=points, kind=LotKind.BASE)
        earn(
            book, parts=[part], source="test", key=f"gift/{new_id(now)}", reference="",
            expires_at=end_of_month(civil_day(now, zone), months, zone), earned_at=now,
            rule_version="test/1", actor="system", why={"what": "test"},
        )
        write(session, book)

    transact(grant)


def form_token(client: FlaskClient) -> str:
    """A token for this client's forms, as a page of the mall would carry it."""
    with client.session_transaction() as session:
        seed = session.setdefault("csrf_token", "a seed for tests")
    return str(URLSafeTimedSerializer(str(client.application.secret_key), salt="wtf-csrf-token").dumps(seed))


class Visitor(FlaskClient):
    """A browser as tests use it: forms carry their token, and every request stands for itself.

    `csrf=False` leaves the token out. The tests' own application context is kept out of requests: they would share
    `g`, and with it who is signed in, the language and the form's token.
    """

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        path = str(args[0]) if args and isinstance(args[0], str) else ""
        if csrf and kwargs.get("method", "GET") not in {"GET", "HEAD", "OPTIONS"} and not path.startswith("/api/"):
            headers = dict(kwargs.pop("headers", None) or {})
            headers.setdefault("X-CSRFToken", form_token(self))
            kwargs["headers"] = headers
        kwargs.setdefault("buffered", True)  # what is streamed is read to its end, as a browser does
        answer = Context().run(super().open, *args, **kwargs)
        db.session.remove()  # what the test reads next is what the request left, not what was there before
        return answer


def colleagues(session: Session, now: datetime) -> None:
    """Three merchandisers as tests of verbs name them: staff:1 and staff:2 of the whole brand, staff:3 of 华东."""
    for number, (name, region) in enumerate((("许知远", ""), ("李静", ""), ("沈一诺", "华东")), 1):
        said = {"login": f"colleague-{number}", "role": StaffRole.MERCHANDISER, "password_hash": "", "created_at": now}
        session.add(Staff(id=number, name=name, region=region, **said))
    session.flush()


def changed(session: Session, _now: datetime, *, staff_id: int, change: dict[str, Any]) -> None:
    """One of them is somebody else by now."""
    for name, value in change.items():
        setattr(session.get_one(Staff, staff_id), name, value)
