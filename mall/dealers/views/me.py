"""Me: who I am here, my other dealers, my password, my sign-ins."""

from __future__ import annotations

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mall.base.refused import N_, NotFound, Refused
from mall.dealers import actions, queries
from mall.dealers.forms import ChangePasswordForm
from mall.dealers.models import WrongCredentials
from mall.dealers.rules import password as passwords
from mall.dealers.views.blueprint import routes
from mall.dealers.views.new_password import chosen_password
from mall.dealers.views.sign_in import come_in
from mall.dealers.views.spent import spent_this_month
from mall.web import guards, limits
from mall.web.db import now, reading, transact
from mall.web.pages import go, page, refused


class WrongPassword(WrongCredentials):
    """The password one says one has is not it."""

    code = "wrong_password"
    text = N_("当前密码不正确。")


PER_MEMBER = limits.Limit("password", capacity=8, refill=1)


@routes.get("/me")
@guards.member_required
def me() -> Response:
    """The person, the dealer, and ways to everything that is theirs."""
    here = guards.member()
    member = queries.member(reading(), here.dealer_id, here.member_id)
    number = current_app.extensions["seal"].open(member.phone_sealed, f"member:phone:{member.id}")
    return page(
        "dealers/me.html",
        here=here,
        number=number,
        memberships=queries.memberships(reading(), member.phone_index),
        powers=queries.powers_of(reading(), here.dealer_id, here.member_id),
        spent=spent_this_month(here.dealer_id, here.member_id),
        sign_ins=len(queries.member_sign_ins(reading(), now(), here.dealer_id, here.member_id)),
    )


@routes.post("/me/dealer")
@guards.member_required
def switch() -> Response:
    """Act for another dealer of the same phone."""
    here = guards.member()
    member = queries.member(reading(), here.dealer_id, here.member_id)
    code = request.form.get("dealer", "")
    wanted = next((one for one in queries.memberships(reading(), member.phone_index) if one.dealer_code == code), None)
    if wanted is None:
        raise NotFound
    return come_in(wanted.dealer_id, wanted.member_id, to="/")


@routes.get("/me/password")
@guards.member_required
def password() -> Response:
    """Change one's password."""
    return page("dealers/password.html", form=ChangePasswordForm(formdata=None), refusal=None)


@routes.post("/me/password")
@guards.member_required
def change_password() -> Response:
    """Keep the new one; every other sign-in of this phone ends."""
    here = guards.member()
    form = ChangePasswordForm()
    if not form.validate():
        return refused("dealers/password.html", form=form)
    member = queries.member(reading(), here.dealer_id, here.member_id)
    number = current_app.extensions["seal"].open(member.phone_sealed, f"member:phone:{member.id}")
    try:
        transact(limits.take_all, of=[(PER_MEMBER, member.phone_index.hex())])
        credential = queries.credential(reading(), member.phone_index)
        if not passwords.fits(form.current.data, credential.password_hash if credential else None) or not credential:
            raise WrongPassword
        fresh = chosen_password(form, was=credential.password_hash, phone=number)
        transact(
            actions.choose_password,
            here=here,
            was=credential.password_hash,
            password_hash=fresh,
            address=limits.network(),
        )
    except Refused as refusal:
        return refused("dealers/password.html", refusal=refusal, form=form)
    return come_in(here.dealer_id, here.member_id, to=url_for("dealers.me"))


@routes.get("/me/sessions")
@guards.member_required
def sessions() -> Response:
    """Where I am signed in."""
    here = guards.member()
    sign_ins = queries.member_sign_ins(reading(), now(), here.dealer_id, here.member_id)
    return page("dealers/sessions.html", sign_ins=sign_ins, this=here.sign_in_id)


@routes.post("/me/sessions/<int:sign_in_id>/revocation")
@guards.member_required
def revoke(sign_in_id: int) -> Response:
    """End one of them."""
    transact(actions.revoke, here=guards.member(), sign_in_id=sign_in_id, address=limits.network())
    return go(url_for("dealers.sessions"), toast=_("已退出那台设备"))


@routes.post("/me/sessions/others/revocation")
@guards.member_required
def revoke_others() -> Response:
    """End all but this one."""
    ended = transact(actions.end_others, here=guards.member(), address=limits.network())
    return go(
        url_for("dealers.sessions"), toast=ngettext("已退出其他 %(num)s 台设备", "已退出其他 %(num)s 台设备", ended)
    )
