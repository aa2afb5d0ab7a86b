"""Who may use a route. Deny by default: a route without a mark of this module is refused.

    @orders.post("/orders")
    @guards.member_may("redeem")
    def place() -> Response:
        here = guards.member()

The marks are judged in one place, before the route runs. Members and staff carry different cookies, so that one
browser can be signed in to both, and neither opens the other's doors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.exceptions import BadRequest, HTTPException

from mall.base.refused import Forbidden, NotFound
from mall.dealers.actions import seen, token_hash
from mall.dealers.models import MayNotRedeem, OutsideScope, OwnerOnly, SignInStage, StaffRole
from mall.dealers.queries import MemberHere, StaffHere, member_here, staff_here
from mall.dealers.rules.limits import MEMBER, SEEN_EVERY
from mall.web import resume
from mall.web.db import now, reading, transact
from mall.web.pages import go

View = TypeVar("View", bound=Callable[..., Any])
Act = Literal["redeem", "manage"]


class Kind(StrEnum):
    """Whom a route is for."""

    OPEN = "open"
    MEMBER = "member"
    STAFF = "staff"
    PARTNER = "partner"


@dataclass(frozen=True)
class Audience:
    """The mark on a route. `act` is what a member's role must allow; no `roles` means any staff.

    `suppliers`: staff who look after one supplier's rewards may come in too. They may not where roles are named and it
    is not said.
    """

    kind: Kind
    act: Act | None = None
    roles: frozenset[StaffRole] = frozenset()
    suppliers: bool = False
    stage: SignInStage = SignInStage.FULL


REFUSALS: dict[Act, type[Forbidden]] = {"redeem": MayNotRedeem, "manage": OwnerOnly}


def open_to_all(view: View) -> View:
    """Anybody, signed in or not."""
    return _marked(view, Audience(Kind.OPEN))


def member_required(view: View) -> View:
    """Any member of a dealer."""
    return _marked(view, Audience(Kind.MEMBER))


def member_may(act: Act) -> Callable[[View], View]:
    """Members whose role allows an act: `redeem` (owner, buyer) or `manage` (owner)."""
    return lambda view: _marked(view, Audience(Kind.MEMBER, act=act))


def staff_required(*roles: StaffRole, suppliers: bool = False) -> Callable[[View], View]:
    """Staff of these roles, or any staff; the administrator always.

    A supplier's person is let in only where `suppliers` says that the route shows that supplier's things alone.
    """
    return lambda view: _marked(view, Audience(Kind.STAFF, roles=frozenset(roles), suppliers=suppliers))


def half_way(kind: Literal[Kind.MEMBER, Kind.STAFF], stage: SignInStage) -> Callable[[View], View]:
    """A next step of signing in, for those who stand at this stage alone."""
    return lambda view: _marked(view, Audience(kind, stage=stage))


def partner_signed(view: View) -> View:
    """The partners' API: it checks the signature itself; no cookie counts, and no form's token is asked."""
    return _marked(view, Audience(Kind.PARTNER))


def body_limit(most: int) -> Callable[[View], View]:
    """Let a route take bodies of up to `most` bytes in the place of the usual 64 KB."""

    def mark(view: View) -> View:
        view.body_limit = most  # type: ignore[attr-defined]
        return view

    return mark


def member() -> MemberHere:
    """The member who is here; for routes marked as the members' own."""
    here = who()
    if not isinstance(here, MemberHere):
        raise Forbidden
    return here


def staff() -> StaffHere:
    """The staff person who is here; for routes marked as the staff's own."""
    here = who()
    if not isinstance(here, StaffHere):
        raise Forbidden
    return here


def who() -> MemberHere | StaffHere | None:
    """Who is here and signed in all the way, on any route: under /desk the staff person, else the member."""
    here = arriving()
    return here if here is not None and here.stage is SignInStage.FULL else None


def arriving() -> MemberHere | StaffHere | None:
    """Who is here, even if only half-way through signing in."""
    here = current_user._get_current_object()
    return here if isinstance(here, MemberHere | StaffHere) else None


def token() -> str | None:
    """The token this browser came with, if any."""
    return request.cookies.get(cookie_name(desk=_at_desk()))


def cookie_name(*, desk: bool) -> str:
    """`__Host-mall` for members and `__Host-desk` for staff; without the prefix over plain http."""
    prefix = "__Host-" if current_app.extensions["settings"].https else ""
    return prefix + ("desk" if desk else "mall")


def let_in(response: Response, fresh_token: str) -> Response:
    """Hand the browser the token of a sign-in just begun."""
    desk = _at_desk()
    response.set_cookie(
        cookie_name(desk=desk),
        fresh_token,
        max_age=None if desk else int(MEMBER.absolute.total_seconds()),
        secure=current_app.extensions["settings"].https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def let_out(response: Response) -> Response:
    """Take the token from the browser."""
    https = current_app.extensions["settings"].https
    response.delete_cookie(cookie_name(desk=_at_desk()), secure=https, httponly=True, samesite="Lax", path="/")
    return response


def register(app: Flask) -> None:
    """Judge every request by its route's mark, before anything else looks at it."""
    login = LoginManager()
    login.session_protection = None  # the signed session says nothing about who is here
    # No context processor: `who` below is the same person without a second look-up.
    login.init_app(app, add_context_processor=False)
    login.request_loader(_load)
    app.before_request(_readable)
    app.before_request(_judge)
    app.jinja_env.globals["who"] = who
    app.extensions["may_open"] = _may_open
    open_to_all(app.view_functions["static"])


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """The mark of a route, none if nobody set one."""
    return cast("Audience | None", getattr(app.view_functions[endpoint], "audience", None))


def _marked(view: View, audience: Audience) -> View:
    view.audience = audience  # type: ignore[attr-defined]
    return view


def _at_desk() -> bool:
    return request.path == "/desk" or request.path.startswith("/desk/")


def _load(_request: Any) -> MemberHere | StaffHere | None:
    came_with = token()
    if not came_with:
        return None
    load = staff_here if _at_desk() else member_here
    here: MemberHere | StaffHere | None = load(reading(), now(), token_hash(came_with))
    if here is not None and now() - here.seen_at >= SEEN_EVERY:
        transact(seen, token_hash=here.token_hash)
    return here


def _readable() -> None:
    """What no column of ours can hold is nobody's address, before anything asks: a NUL, a number beyond 63 bits."""
    if "\x00" in request.path:
        raise NotFound
    if any(isinstance(value, int) and value >= 2**63 for value in (request.view_args or {}).values()):
        raise NotFound
    if any("\x00" in value for value in request.args.values()):
        raise BadRequest


def _judge() -> Response | None:
    if request.endpoint is None:
        return None  # no such route, or not by this method: told as 404 or 405
    view = current_app.view_functions[request.endpoint]
    if (most := getattr(view, "body_limit", None)) is not None:
        request.max_content_length = request.max_form_memory_size = most
    audience = audience_of(current_app, request.endpoint)
    if audience is None:
        if current_app.testing:
            raise AssertionError(f"mark the route {request.endpoint!r} with a guard of mall.web.guards")
        raise Forbidden
    if audience.kind in {Kind.OPEN, Kind.PARTNER}:
        return None
    return _judge_person(audience, arriving())


def _judge_person(audience: Audience, here: MemberHere | StaffHere | None) -> Response | None:
    expected = StaffHere if audience.kind is Kind.STAFF else MemberHere
    if not isinstance(here, expected) or here.stage is not audience.stage:
        return _to_next_step(audience.kind, here)
    if isinstance(here, StaffHere) and not _lets_in(audience, here):
        raise Forbidden if not here.is_one_of(*audience.roles) else OutsideScope
    if isinstance(here, MemberHere) and audience.act and not getattr(here, f"may_{audience.act}"):
        raise REFUSALS[audience.act]
    return None


def _lets_in(audience: Audience, here: StaffHere) -> bool:
    """Whether a route is for somebody of this role and scope."""
    theirs = here.supplier_id is None or audience.suppliers or not audience.roles
    return here.is_one_of(*audience.roles) and theirs


def _may_open(path: str) -> bool:
    """Whether the desk's page at a path would let in who is here: the side shows no door that stays shut."""
    here = who()
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(urlsplit(path).path)
    except HTTPException:
        return False
    audience = audience_of(current_app, endpoint)
    return isinstance(here, StaffHere) and audience is not None and _lets_in(audience, here)


def _to_next_step(kind: Kind, here: MemberHere | StaffHere | None) -> Response:
    """Send to where one signs in or goes on signing in, with the way back to this very step."""
    steps = {None: "sign_in", SignInStage.SECOND_FACTOR: "code", SignInStage.NEW_PASSWORD: "first_password"}
    blueprint = "desk" if kind is Kind.STAFF else "dealers"
    step = steps.get(here.stage if here else None)
    if step is None:  # signed in all the way and back at a step of signing in
        return go(resume.asked() or url_for("desk.home" if kind is Kind.STAFF else "dealers.me"))
    resume.lay_aside()
    return go(url_for(f"{blueprint}.{step}", next=resume.here()))
