"""Staff come in: password, then the six digits of an authenticator; the first time they enrol it."""

from __future__ import annotations

import io
from typing import Any

import segno
from flask import Blueprint, Flask, Response, current_app, request, session, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.dealers import actions, queries
from mall.dealers.actions.staff import totp_place
from mall.dealers.forms import CodeForm, NewPasswordForm, StaffSignInForm
from mall.dealers.models import ACTS, SignInStage, Staff, StaffRole, WrongCode, WrongCredentials
from mall.dealers.rules import limits as lives
from mall.dealers.rules import password as passwords
from mall.dealers.rules import totp
from mall.dealers.views.device import device
from mall.dealers.views.new_password import chosen_password
from mall.web import guards, limits, resume
from mall.web.db import now, reading, transact
from mall.web.pages import desk_links, go, name_acts, page, refused

desk = Blueprint("desk", __name__, url_prefix="/desk")

PER_LOGIN = limits.Limit("desk-sign-in", capacity=6, refill=0.5)
PER_NETWORK = limits.Limit("desk-sign-in-from", capacity=30, refill=5)
PER_CODE = limits.Limit("desk-code", capacity=5, refill=0.5)

ROLES = {
    StaffRole.MERCHANDISER: N_("选品运营"),
    StaffRole.FULFILMENT: N_("履约"),
    StaffRole.FINANCE: N_("财务"),
    StaffRole.ACCOUNT_MANAGER: N_("客户经理"),
    StaffRole.ADMINISTRATOR: N_("管理员"),
}


def register(app: Flask) -> None:
    """Serve these pages."""
    name_acts(app, ACTS)
    app.jinja_env.globals["staff_roles"] = ROLES
    app.register_blueprint(desk)


@desk.get("")
@guards.staff_required()
def home() -> Response:
    """The first page this person's role may see."""
    first = next((link for links in desk_links().values() for link in links), None)
    return go(first.href) if first else page("desk/home.html")


@desk.get("/sign-in")
@guards.open_to_all
def sign_in() -> Response:
    """Login and password; `?as=` fills in one of the demo's people."""
    if guards.who() and "as" not in request.args:
        return go(resume.asked() or url_for("desk.home"))
    person = next((one for one in demo_staff() if one["login"] == request.args.get("as")), None)
    form = StaffSignInForm(formdata=None, data={"next": resume.asked(), "login": person["login"] if person else ""})
    return page("desk/sign_in.html", form=form, people=demo_staff(), filled=person, refusal=None)


@desk.post("/sign-in")
@guards.open_to_all
def begin() -> Response:
    """Half-way in: a first password must be changed, then the code is asked."""
    form = StaffSignInForm()
    if not form.validate():
        return refused("desk/sign_in.html", form=form, people=demo_staff(), filled=None)
    try:
        staff = _judge(form)
    except Refused as refusal:
        return refused("desk/sign_in.html", refusal=refusal, form=form, people=demo_staff(), filled=None)
    return _step(staff.id, SignInStage.NEW_PASSWORD if staff.issued_at else SignInStage.SECOND_FACTOR)


@desk.get("/sign-in/password")
@guards.half_way(guards.Kind.STAFF, SignInStage.NEW_PASSWORD)
def first_password() -> Response:
    """The password was handed out by somebody else: choose one's own."""
    form = NewPasswordForm(formdata=None, data={"next": resume.asked()})
    return page("desk/first_password.html", form=form, refusal=None)


@desk.post("/sign-in/password")
@guards.half_way(guards.Kind.STAFF, SignInStage.NEW_PASSWORD)
def choose_first_password() -> Response:
    """Keep it, and go on to the code."""
    staff = _arriving()
    form = NewPasswordForm()
    if not form.validate():
        return refused("desk/first_password.html", form=form)
    was = staff.password_hash
    try:
        fresh = chosen_password(form, was=was, login=staff.login)
    except Refused as refusal:
        return refused("desk/first_password.html", refusal=refusal, form=form)
    transact(actions.choose_staff_password, staff_id=staff.id, was=was, password_hash=fresh)
    return _step(staff.id, SignInStage.SECOND_FACTOR)


@desk.get("/sign-in/code")
@guards.half_way(guards.Kind.STAFF, SignInStage.SECOND_FACTOR)
def code() -> Response:
    """The six digits; the first time with the QR code to scan."""
    form = CodeForm(formdata=None, data={"next": resume.asked()})
    return page("desk/code.html", form=form, refusal=None, **_enrolment(_arriving()))


@desk.get("/sign-in/qr.svg")
@guards.half_way(guards.Kind.STAFF, SignInStage.SECOND_FACTOR)
def qr() -> Response:
    """The secret as a QR code, until it is confirmed and never after."""
    staff = _arriving()
    if staff.totp_enrolled_at is not None or staff.totp_sealed is None:
        raise NotFound
    picture = io.BytesIO()
    code_of = segno.make(totp.uri(_secret(staff), staff.login), error="m")
    code_of.save(picture, kind="svg", scale=6, border=3, light="#fff")
    return Response(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@desk.post("/sign-in/code")
@guards.half_way(guards.Kind.STAFF, SignInStage.SECOND_FACTOR)
def finish() -> Response:
    """All the way in, with a new token. Each code opens once."""
    staff = _arriving()
    staff_id, form = staff.id, CodeForm()
    if not form.validate():
        return refused("desk/code.html", form=form, **_enrolment(staff))
    try:
        transact(limits.take_all, of=[(PER_CODE, str(staff_id))])
        staff = _arriving()
        step = totp.step_of(_secret(staff), form.code.data.replace(" ", ""), now(), staff.totp_last_step)
        if step is None:
            raise WrongCode
        transact(actions.use_totp_step, staff_id=staff_id, step=step)
    except Refused as refusal:
        return refused("desk/code.html", refusal=refusal, form=form, **_enrolment(_arriving()))
    return _step(staff_id, SignInStage.FULL)


@desk.post("/sign-out")
@guards.open_to_all
def sign_out() -> Response:
    """End this sign-in, if there is one."""
    here = guards.arriving()
    if here is not None:
        transact(actions.end_sign_in, here=here, address=limits.network())
    session.clear()
    return guards.let_out(go(url_for("desk.sign_in")))


@desk.get("/sessions")
@guards.staff_required()
def sessions() -> Response:
    """Where I am signed in."""
    here = guards.staff()
    return page(
        "desk/sessions.html",
        sign_ins=queries.staff_sign_ins(reading(), now(), here.staff_id),
        this=here.sign_in_id,
        person=here,
    )


@desk.post("/sessions/<int:sign_in_id>/revocation")
@guards.staff_required()
def revoke(sign_in_id: int) -> Response:
    """End one of my sign-ins."""
    transact(actions.revoke, here=guards.staff(), sign_in_id=sign_in_id, address=limits.network())
    return go(url_for("desk.sessions"), toast=_("已退出那台设备"))


def _step(staff_id: int, stage: SignInStage) -> Response:
    """The next stage, with a new token in the place of the one the browser has."""
    if stage is SignInStage.SECOND_FACTOR:
        staff = reading().get_one(Staff, staff_id)
        if staff.totp_enrolled_at is None:
            transact(
                actions.keep_totp_secret, staff_id=staff_id, secret=totp.fresh(), seal=current_app.extensions["seal"]
            )
    token = transact(
        actions.begin_staff, staff_id=staff_id, device=device(), stage=stage, instead_of=guards.token()
    )
    onward = resume.asked()
    session.clear()
    target = {SignInStage.NEW_PASSWORD: "desk.first_password", SignInStage.SECOND_FACTOR: "desk.code"}.get(stage)
    url = url_for(target, next=onward) if target else onward or url_for("desk.home")
    return guards.let_in(go(url), token)


def _judge(form: StaffSignInForm) -> Staff:
    """Find who this is. Unknown logins cost the same work and get the same answer as wrong passwords."""
    login = form.login.data.casefold()
    transact(limits.take_all, of=[(PER_NETWORK, limits.network()), (PER_LOGIN, login)])
    staff = queries.staff_by_login(reading(), login)
    usable = staff is not None and (staff.issued_at is None or now() - staff.issued_at < lives.ISSUED_FOR)
    fits = passwords.fits(form.password.data, staff.password_hash if staff and usable else None)
    if not fits or staff is None:
        raise WrongCredentials
    return staff


def _arriving() -> Staff:
    here = guards.arriving()
    assert isinstance(here, queries.StaffHere)
    return reading().get_one(Staff, here.staff_id)


def _secret(staff: Staff) -> str:
    if staff.totp_sealed is None:
        raise WrongCode
    return str(current_app.extensions["seal"].open(staff.totp_sealed, totp_place(staff.id)))


def _enrolment(staff: Staff) -> dict[str, Any]:
    """What the code page shows beside the form: the secret while it is not confirmed; the demo's own code."""
    enrolled = staff.totp_enrolled_at is not None
    secret = "" if enrolled else _secret(staff)
    demo = next((one for one in demo_staff() if one["login"] == staff.login), None)
    return {
        "enrolled": enrolled,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "demo_code": totp.code_at(demo["totp"], now()) if demo else "",
    }


def demo_staff() -> list[dict[str, str]]:
    """Whom the demo offers to sign in as; nobody anywhere else."""
    return current_app.extensions.get("demo_staff", []) if current_app.extensions["settings"].demo else []
