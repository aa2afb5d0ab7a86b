"""A dealer's person comes in and goes out."""

from __future__ import annotations

from flask import Response, current_app, request, session, url_for

from mall.base.refused import Refused
from mall.dealers import actions, queries
from mall.dealers.actions.members import PHONE
from mall.dealers.forms import NewPasswordForm, SignInForm
from mall.dealers.models import Credential, SignInStage, WrongCredentials
from mall.dealers.queries.people import Membership
from mall.dealers.rules import limits as lives
from mall.dealers.rules import password as passwords
from mall.dealers.rules import phone as phones
from mall.dealers.views.blueprint import routes
from mall.dealers.views.device import device
from mall.dealers.views.new_password import chosen_password
from mall.web import guards, limits, resume
from mall.web.db import now, reading, transact
from mall.web.pages import go, page, refused

PER_PHONE = limits.Limit("sign-in", capacity=8, refill=1)
PER_NETWORK = limits.Limit("sign-in-from", capacity=60, refill=20)
"""A shop's people, and sometimes a city's phones, share one address: generous, yet no use to who guesses."""


@routes.get("/sign-in")
@guards.open_to_all
def sign_in() -> Response:
    """Phone and password; `?as=` fills in one of the demo's people."""
    if guards.who() and "as" not in request.args:
        return go(resume.asked() or "/")
    person = next((one for one in demo_people() if one["phone"] == request.args.get("as")), None)
    form = SignInForm(formdata=None, data={"next": resume.asked(), "phone": person["phone"] if person else ""})
    return _shown(form, person)


@routes.post("/sign-in")
@guards.open_to_all
def begin() -> Response:
    """Let the person in, at the dealer they used last."""
    form = SignInForm()
    if not form.validate():
        return refused("dealers/sign_in.html", form=form, people=demo_people(), filled=None)
    try:
        membership, credential = _judge(form)
    except Refused as refusal:
        return refused("dealers/sign_in.html", refusal=refusal, form=form, people=demo_people(), filled=None)
    if passwords.outdated(credential.password_hash):
        transact(
            actions.renew_hash,
            phone_index=credential.phone_index,
            was=credential.password_hash,
            password_hash=passwords.hashed(form.password.data),
        )
    stage = SignInStage.NEW_PASSWORD if credential.issued_at else SignInStage.FULL
    return come_in(membership.dealer_id, membership.member_id, stage)


@routes.get("/sign-in/password")
@guards.half_way(guards.Kind.MEMBER, SignInStage.NEW_PASSWORD)
def first_password() -> Response:
    """The password was handed out by somebody else: choose one's own."""
    form = NewPasswordForm(formdata=None, data={"next": resume.asked()})
    return page("dealers/first_password.html", form=form, refusal=None)


@routes.post("/sign-in/password")
@guards.half_way(guards.Kind.MEMBER, SignInStage.NEW_PASSWORD)
def choose_first_password() -> Response:
    """Keep it, and come in."""
    here = guards.arriving()
    assert isinstance(here, queries.MemberHere)
    form = NewPasswordForm()
    member = queries.member(reading(), here.dealer_id, here.member_id)
    credential = queries.credential(reading(), member.phone_index)
    number = current_app.extensions["seal"].open(member.phone_sealed, f"member:phone:{member.id}")
    try:
        if credential is None or not form.validate():
            return refused("dealers/first_password.html", form=form)
        fresh = chosen_password(form, was=credential.password_hash, phone=number)
    except Refused as refusal:
        return refused("dealers/first_password.html", refusal=refusal, form=form)
    transact(
        actions.choose_password,
        here=here,
        was=credential.password_hash,
        password_hash=fresh,
        address=limits.network(),
    )
    return come_in(here.dealer_id, here.member_id)


@routes.post("/sign-out")
@guards.open_to_all
def sign_out() -> Response:
    """End this sign-in, if there is one."""
    here = guards.arriving()
    if here is not None:
        transact(actions.end_sign_in, here=here, address=limits.network())
    session.clear()
    return guards.let_out(go(url_for("dealers.sign_in")))


def come_in(dealer_id: int, member_id: int, stage: SignInStage = SignInStage.FULL, to: str | None = None) -> Response:
    """Begin a sign-in with a new token, in the place of the one the browser has, and go on to where it was going."""
    token = transact(
        actions.begin_member,
        dealer_id=dealer_id,
        member_id=member_id,
        device=device(),
        stage=stage,
        instead_of=guards.token(),
    )
    onward = resume.asked()
    resume.begin_anew()
    if stage is SignInStage.NEW_PASSWORD:
        return guards.let_in(go(url_for("dealers.first_password", next=onward)), token)
    return guards.let_in(go(to or onward or "/"), token)


def demo_people() -> list[dict[str, str]]:
    """Whom the demo offers to sign in as; nobody anywhere else."""
    return current_app.extensions.get("demo_people", []) if current_app.extensions["settings"].demo else []


def _shown(form: SignInForm, person: dict[str, str] | None) -> Response:
    return page("dealers/sign_in.html", form=form, people=demo_people(), filled=person, refusal=None)


def _judge(form: SignInForm) -> tuple[Membership, Credential]:
    """Find who this is. Unknown phones cost the same work and get the same answer as wrong passwords."""
    index = current_app.extensions["seal"].index(phones.normal(form.phone.data), PHONE)
    transact(limits.take_all, of=[(PER_NETWORK, limits.network()), (PER_PHONE, index.hex())])
    credential = queries.credential(reading(), index)
    usable = credential is not None and (
        credential.issued_at is None or now() - credential.issued_at < lives.ISSUED_FOR
    )
    fits = passwords.fits(form.password.data, credential.password_hash if credential and usable else None)
    known = queries.memberships(reading(), index)
    if not fits or not known or credential is None:
        raise WrongCredentials
    return known[0], credential
