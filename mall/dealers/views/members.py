"""The dealer's people, by their owner."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.dealers import actions, queries
from mall.dealers.forms import ROLES, CapForm, MemberForm, RoleForm
from mall.dealers.models import MemberRole
from mall.dealers.rules import password as passwords
from mall.dealers.views.blueprint import routes
from mall.dealers.views.spent import spent_this_month
from mall.web import guards, limits
from mall.web.db import reading, transact
from mall.web.pages import go, page, refused

PER_DEALER = limits.Limit("members", capacity=20, refill=1)


@routes.get("/me/members")
@guards.member_may("manage")
def members() -> Response:
    """Everybody who acts for the dealer."""
    here = guards.member()
    people = queries.members(reading(), current_app.extensions["seal"], here.dealer_id)
    return page("dealers/members.html", people=people, here=here)


@routes.get("/me/members/new")
@guards.member_may("manage")
def new_member() -> Response:
    """Add a person."""
    return page("dealers/member_new.html", form=_form(fresh=True), refusal=None)


@routes.post("/me/members")
@guards.member_may("manage")
def add_member() -> Response:
    """Add them, and show their first password this once."""
    here = guards.member()
    form = _form()
    if not form.validate():
        return refused("dealers/member_new.html", form=form)
    first = passwords.fresh()
    try:
        transact(limits.take_all, of=[(PER_DEALER, str(here.dealer_id))])
        transact(
            actions.add_member,
            dealer_id=here.dealer_id,
            name=form.name.data,
            phone=form.phone.data,
            role=form.role.data,
            password_hash=passwords.hashed(first),
            seal=current_app.extensions["seal"],
            actor=here.actor,
            address=limits.network(),
        )
    except Refused as refusal:
        return refused("dealers/member_new.html", refusal=refusal, form=form)
    return page("dealers/member_password.html", status=201, name=form.name.data, password=first)


@routes.get("/me/members/<int:member_id>")
@guards.member_may("manage")
def member(member_id: int) -> Response:
    """One person: role, powers, and whether they may come in."""
    return member_page(member_id)


@routes.post("/me/members/<int:member_id>/role")
@guards.member_may("manage")
def change_role(member_id: int) -> Response:
    """Give a person another role."""
    here = guards.member()
    form = RoleForm()
    if not form.validate():
        return go(url_for("dealers.member", member_id=member_id))
    transact(
        actions.change_role,
        dealer_id=here.dealer_id,
        member_id=member_id,
        role=form.role.data,
        by=here.member_id,
        address=limits.network(),
    )
    return go(url_for("dealers.members"), toast=_("角色已更改"))


@routes.post("/me/members/<int:member_id>/disabling")
@guards.member_may("manage")
def disable_member(member_id: int) -> Response:
    """Shut a person out, at once and everywhere."""
    here = guards.member()
    transact(
        actions.disable_member,
        dealer_id=here.dealer_id,
        member_id=member_id,
        by=here.member_id,
        address=limits.network(),
    )
    return go(url_for("dealers.members"), toast=_("已停用，其所有登录已失效"))


@routes.post("/me/members/<int:member_id>/enabling")
@guards.member_may("manage")
def enable_member(member_id: int) -> Response:
    """Let a person in again."""
    here = guards.member()
    transact(
        actions.enable_member,
        dealer_id=here.dealer_id,
        member_id=member_id,
        by=here.member_id,
        address=limits.network(),
    )
    return go(url_for("dealers.members"), toast=_("已恢复"))


@routes.post("/me/members/<int:member_id>/password")
@guards.member_may("manage")
def issue_password(member_id: int) -> Response:
    """A new first password for somebody who forgot theirs, shown this once."""
    here = guards.member()
    one = queries.member(reading(), here.dealer_id, member_id)
    first = passwords.fresh()
    transact(
        actions.issue_password,
        dealer_id=here.dealer_id,
        member_id=member_id,
        password_hash=passwords.hashed(first),
        by=here.member_id,
        address=limits.network(),
    )
    return page("dealers/member_password.html", name=one.name, password=first)


def member_page(member_id: int, form: CapForm | None = None, refusal: Refused | None = None) -> Response:
    """The page of one person; with a form that was not taken, that one, and why."""
    here, session = guards.member(), reading()
    queries.member(session, here.dealer_id, member_id)
    people = queries.members(session, current_app.extensions["seal"], here.dealer_id)
    one = next(person for person in people if person.id == member_id)
    wants: dict[str, Any] = {
        "one": one,
        "mine": one.id == here.member_id,
        "form": form or CapForm(formdata=None, data={"cap": one.monthly_cap}),
        "spent": spent_this_month(here.dealer_id, member_id),
    }
    if form is not None:
        return refused("dealers/member.html", refusal=refusal, **wants)
    return page("dealers/member.html", refusal=None, **wants)


def _form(*, fresh: bool = False) -> MemberForm:
    form = MemberForm(formdata=None, data={"role": MemberRole.CLERK}) if fresh else MemberForm()
    form.role.choices = [(role.value, _(name)) for role, name in ROLES.items()]
    return form
