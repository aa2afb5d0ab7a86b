"""The second factor of a member: a code by SMS, or the password once more where no SMS can be sent.

Checkout includes `dealers/_second_factor.html` with `proof = second_factor("redemption", onward)`; without script its
forms lead over a page of its own and back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.base.seal import Seal
from mall.dealers import actions, queries
from mall.dealers.forms import ProofForm
from mall.dealers.models import CodePurpose, Member, WrongSmsCode
from mall.dealers.rules import codes, powers
from mall.dealers.rules import password as passwords
from mall.dealers.views import sms
from mall.dealers.views.blueprint import routes
from mall.dealers.views.me import PER_MEMBER, WrongPassword
from mall.web import guards, htmx, limits, resume
from mall.web.db import now, reading, transact
from mall.web.pages import go, page, refused, told

SEND_PHONE = limits.Limit("code-phone", capacity=3, refill=0.2)
SEND_DAY = limits.Limit("code-day", capacity=10, refill=10 / (24 * 60))
SEND_DEALER = limits.Limit("code-dealer", capacity=20, refill=1)
SEND_NETWORK = limits.Limit("code-from", capacity=30, refill=2)
CHECK = limits.Limit("code-check", capacity=10, refill=1)
"""Twenty codes of five tries on the first day, ten a day after: who guesses hits one of a million in 10,000 tries."""


@dataclass(frozen=True)
class Proof:
    """What the fragment shows: to whose phone, whether by SMS, a code that waits, or that all is proven."""

    purpose: CodePurpose
    onward: str
    phone: str
    by_sms: bool
    proven: bool
    until: datetime | None
    sandbox: str = ""
    """Where a demo shows the messages that never leave this machine."""
    trouble: str = ""


def proof(purpose: str, onward: str = "") -> Proof:
    """How the member who is here stands with the second factor for a purpose; `onward` is where it leads back to."""
    here, wanted = guards.member(), CodePurpose(purpose)
    settings = current_app.extensions["settings"]
    provider = sms.provider(settings)
    return Proof(
        purpose=wanted,
        onward=onward,
        phone=_seal().open(_member().phone_sealed, f"member:phone:{here.member_id}"),
        by_sms=provider is not None,
        sandbox=provider.sandbox if provider is not None and settings.demo else "",
        proven=powers.proven(here.second_factor_at, now()),
        until=queries.code_until(
            reading(), now(), dealer_id=here.dealer_id, member_id=here.member_id, purpose=wanted
        ),
    )


@routes.get("/me/second-factor")
@guards.member_required
def second_factor() -> Response:
    """The page of its own, for phones without script and for what asks afterwards."""
    purpose = request.args.get("purpose", "")
    known = purpose in set(CodePurpose)
    shown = proof(purpose if known else CodePurpose.REDEMPTION, resume.asked() or "")
    return page("dealers/second_factor.html", "dealers/_second_factor.html", proof=shown)


@routes.post("/me/second-factor/code")
@guards.member_required
def send_code() -> Response:
    """Send a code to the member's own phone."""
    here, form = guards.member(), ProofForm()
    shown = proof(form.wanted, resume.asked() or "")
    provider = sms.provider(current_app.extensions["settings"])
    if shown.proven or provider is None:
        return _again(shown)
    phone = _member().phone_index.hex()
    try:
        transact(
            limits.take_all,
            of=[
                (SEND_NETWORK, limits.network()),
                (SEND_DEALER, str(here.dealer_id)),
                (SEND_PHONE, phone),
                (SEND_DAY, phone),
            ],
        )
        sent = transact(
            actions.send_code, dealer_id=here.dealer_id, member_id=here.member_id, purpose=form.wanted, seal=_seal()
        )
        minutes = codes.GOOD_FOR.total_seconds() / 60
        provider.send(now(), no=sent.no, phone=sent.phone, params={"code": sent.code, "minutes": f"{minutes:.0f}"})
    except Refused as refusal:
        return _refused(shown, refusal)
    return _again(proof(form.wanted, shown.onward), _("验证码已发送"))


@routes.post("/me/second-factor")
@guards.member_required
def show_second_factor() -> Response:
    """Judge what was entered: from then on, for ten minutes, this sign-in is proven."""
    form = ProofForm()
    shown = proof(form.wanted, resume.asked() or "")
    if shown.proven:
        return _onward(shown)
    try:
        if shown.by_sms:
            _judge_code(form)
        else:
            _judge_password(form)
    except Refused as refusal:
        return _refused(shown, refusal)
    return _onward(replace(shown, proven=True))


def _judge_code(form: ProofForm) -> None:
    transact(limits.take_all, of=[(CHECK, _member().phone_index.hex())])
    fits = transact(
        actions.check_code,
        here=guards.member(),
        purpose=form.wanted,
        code=form.code.data or "",
        seal=_seal(),
        address=limits.network(),
    )
    if not fits:
        raise WrongSmsCode


def _judge_password(form: ProofForm) -> None:
    index = _member().phone_index
    transact(limits.take_all, of=[(PER_MEMBER, index.hex())])
    credential = queries.credential(reading(), index)
    fits = passwords.fits(form.password.data or "", credential.password_hash if credential else None)
    if not form.validate() or not fits or credential is None:
        raise WrongPassword
    transact(
        actions.show_password, here=guards.member(), was=credential.password_hash, address=limits.network()
    )


def _onward(shown: Proof) -> Response:
    alone = urlsplit(htmx.current_url() or "").path == url_for("dealers.second_factor")
    if alone or not htmx.wants_fragment():
        return go(shown.onward or url_for("dealers.me"), toast=_("验证通过"))
    return page("dealers/second_factor.html", "dealers/_second_factor.html", proof=shown)


def _again(shown: Proof, toast: str | None = None) -> Response:
    if not htmx.wants_fragment():
        return go(
            url_for("dealers.second_factor", purpose=shown.purpose, next=shown.onward or None), toast=toast
        )
    return page("dealers/second_factor.html", "dealers/_second_factor.html", proof=shown)


def _refused(shown: Proof, refusal: Refused) -> Response:
    fresh = replace(proof(shown.purpose, shown.onward), trouble=told(refusal))
    return refused("dealers/second_factor.html", "dealers/_second_factor.html", refusal=refusal, proof=fresh)


def _member() -> Member:
    here = guards.member()
    return queries.member(reading(), here.dealer_id, here.member_id)


def _seal() -> Seal:
    seal: Seal = current_app.extensions["seal"]
    return seal
