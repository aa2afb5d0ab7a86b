"""Every route, asked by everybody, for what is theirs and for what is another dealer's.

A new route fails here until it stands in ROUTES below: write its endpoint and method, for whom it is, an address for
something of 临安恒泰商贸 (`own`), and where there is such a thing one for something of 宁波海曙五金 (`other`), which
must not be found.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mall import create_app
from mall.base.seal import Seal
from mall.catalog.actions import PlanToPut, put_freight_template, rules_from
from mall.catalog.actions.below_cost import ask_below_cost
from mall.catalog.actions.fruitless import found_nothing
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission, Kind, PricePlan, Sku, Supplier
from mall.catalog.rules.pricing import Costs
from mall.config import Settings
from mall.dealers.actions import (
    add_address,
    add_staff,
    begin_member,
    begin_staff,
    keep_totp_secret,
    set_scope,
    tell,
)
from mall.dealers.models import WHOLE, Dealer, MemberRole, Notice, Scope, SignIn, SignInStage, StaffRole
from mall.media.actions import keep
from mall.orders.actions import place, receive, ship
from mall.orders.actions.after_sales import Photo, Wanted, apply
from mall.orders.models import ClaimKind, ClaimReason
from mall.orders.queries.offer import Pick, basket_of
from mall.orders.rules import Asked, Quote, QuotedLine, signed
from mall.outbox.models import Message, MessageState
from mall.points.actions.correct import request
from mall.points.actions.drawing_up import Ask
from mall.points.models import CorrectionKind, CorrectionReason
from mall.rewards.models import Voucher
from mall.web.db import db, transact
from mall.web.guards import audience_of
from tests.api.conftest import Partner, body, join
from tests.cast import DEVICE, PASSWORD, Cast, cast, give_points, hashed
from tests.catalog.batching import begin as begin_batch
from tests.catalog.stocktaking import begin as begin_count
from tests.catalog.stocktaking import houses
from tests.conftest import SECRET, Clock, Databases, running
from tests.divisions import LINAN, load_some
from tests.face.matrix import Dressed, dress
from tests.media.photos import photo
from tests.orders.scene import CARD, COOKER, PRICES, sku_id, stock_up
from tests.rewards.matrix import Handed, hand_out
from tests.rewards.vouching import RUSH, bought, line

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
NEW = "yue-luo-wu-ti-2026"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PLACE = {
    "recipient": "沈立诚", "phone": "13805716207", "street": "长桥路 18 号",
    **dict(zip(("province", "city", "district", "town"), LINAN, strict=True)),
}  # fmt: skip


@dataclass
class Scene:
    """What there is to be asked for."""

    people: Cast
    partner: Partner
    tokens: dict[str, str] = field(default_factory=dict)
    spare: dict[str, int] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    arrived: dict[str, str] = field(default_factory=dict)
    """Orders that have come, of which one piece is claimed and another could be."""
    claims: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)
    proposal: int = 0
    """A price below cost that waits for a second person."""
    plan: int = 0
    """The one price of a reward."""
    notices: dict[str, int] = field(default_factory=dict)
    vouchers: dict[str, str] = field(default_factory=dict)
    who: str = ""
    """Who is asking now."""
    message: int = 0
    """One that could not be delivered."""
    handed: Handed = field(default_factory=Handed)
    count: str = ""
    """A count of a warehouse, open."""
    picture: str = ""
    """One of the library."""
    batch: str = ""
    own_batch: str = ""
    """The merchandiser's."""
    """One that was looked at and changes something."""
    corrections: dict[str, int] = field(default_factory=dict)
    """A waiting one by each role that may ask for one."""
    dressed: Dressed = field(default_factory=lambda: Dressed({}, 0))


MEMBERS = ("owner", "buyer", "clerk")
STAFF = tuple(role.value for role in StaffRole)
HALF_WAY = {
    "member with a first password": "/sign-in",
    "staff with a first password": "/desk/sign-in",
    "staff without the code": "/desk/sign-in",
}
REGIONAL, SUPPLYING = "a merchandiser of another region", "the supplier's person"
"""Asked by tests/test_scopes.py: no dealer of the scene is in that region, no reward is that supplier's."""
EVERYBODY = ("anonymous", *MEMBERS, *STAFF, "partner", *HALF_WAY)


@dataclass(frozen=True)
class For:
    """For whom a route is: their names, and where everybody else is sent (or 401 for the API)."""

    allowed: frozenset[str]
    door: str = ""
    refused: frozenset[str] = frozenset()
    onward: frozenset[str] = frozenset()


def staff_of(*roles: StaffRole) -> For:
    """Staff of these roles and the administrator; none named means all."""
    allowed = frozenset({role.value for role in roles} | {"administrator"} if roles else STAFF)
    return For(allowed, "/desk/sign-in", refused=frozenset(STAFF) - allowed)


ALL = For(frozenset(EVERYBODY))
MEMBER = For(frozenset(MEMBERS), "/sign-in")
REDEEMER = For(frozenset({"owner", "buyer"}), "/sign-in", refused=frozenset({"clerk"}))
OWNER = For(frozenset({"owner"}), "/sign-in", refused=frozenset({"buyer", "clerk"}))
ANY_STAFF = staff_of()
ORDER_STAFF = staff_of(StaffRole.FULFILMENT, StaffRole.FINANCE, StaffRole.ACCOUNT_MANAGER)
ACCOUNT_STAFF = staff_of(StaffRole.FINANCE, StaffRole.ACCOUNT_MANAGER)
DOCUMENT_STAFF = staff_of(StaffRole.ACCOUNT_MANAGER)
FINANCE = staff_of(StaffRole.FINANCE)
KEEPER = staff_of(StaffRole.FULFILMENT)
MERCHANDISER = staff_of(StaffRole.MERCHANDISER)
ADMINISTRATOR = staff_of(StaffRole.ADMINISTRATOR)
SECOND = staff_of(StaffRole.MERCHANDISER, StaffRole.FULFILMENT, StaffRole.FINANCE)
STOCK_STAFF = staff_of(StaffRole.MERCHANDISER, StaffRole.FULFILMENT)
PARTNER = For(frozenset({"partner"}))
GATEWAY = For(frozenset())
"""Payment gateways, which prove themselves by their own signatures: whoever else comes has none."""
NEW_MEMBER = For(frozenset({"member with a first password"}), "/sign-in", onward=frozenset(MEMBERS))
NEW_STAFF = For(frozenset({"staff with a first password"}), "/desk/sign-in", onward=frozenset(STAFF))
NO_CODE = For(frozenset({"staff without the code"}), "/desk/sign-in", onward=frozenset(STAFF))

Address = str | Callable[[Scene, str], str]


@dataclass(frozen=True)
class Route:
    """A line of the table. `answers` is what those allowed may get."""

    audience: For
    own: Address
    other: Address | None = None
    data: Callable[[Scene], dict[str, Any]] | dict[str, Any] = field(default_factory=dict)
    answers: frozenset[int] = frozenset({200, 303})


def order_of(code: str, rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/orders/{scene.orders[code]}{rest}"


def arrived_of(code: str, rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/orders/{scene.arrived[code]}{rest}"


def claim_of(code: str, rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/after-sales/{scene.claims[code]}{rest}"


def desk_order(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/orders/LA0571/{scene.orders['LA0571']}{rest}"


def desk_claim(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/after-sales/LA0571/{scene.claims['LA0571']}{rest}"


def correction_of(whose: str, rest: str = "") -> Callable[[Scene, str], str]:
    """A correction that waits: the asker's own, somebody else's, or that of a role."""
    makers = {"finance": "administrator", "administrator": "finance"}

    def address(scene: Scene, who: str) -> str:
        role = {"own": who, "other": makers.get(who, "")}.get(whose, whose)
        return f"/desk/points/corrections/{scene.corrections.get(role, scene.corrections['finance'])}{rest}"

    return address


def counted(rest: str = "") -> Callable[[Scene, str], str]:
    """The open count of the warehouse."""
    return lambda scene, who: f"/desk/stock/counts/{scene.count}{rest}"


def batch_of(rest: str = "", whose: str = "batch") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/batches/{getattr(scene, whose)}{rest}"


def price_of(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/prices/{COOKER}/plans/{scene.plan}{rest}"


def address_of(code: str, rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/me/addresses/{scene.addresses[code]}{rest}"


def notice_of(code: str, rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/me/notices/{scene.notices[code]}{rest}"


def voucher_of(code: str, rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/rewards/{scene.vouchers[code]}{rest}"


def code_of(code: str) -> Callable[[Scene, str], str]:
    return lambda scene, _who: "/rewards/{}/codes/{}".format(*scene.handed.codes[code])


def vault_of(what: str, rest: str = "") -> Callable[[Scene, str], str]:
    """Something of the vault, by where the scene keeps its id; a code that is held where `what` is a dealer's code."""

    def address(scene: Scene, _who: str) -> str:
        if what in {"batch", "draft"}:
            return f"/desk/vault/batches/{getattr(scene.handed, what)}{rest}"
        return f"/desk/vault/codes/{scene.handed.free if what == 'free' else scene.handed.codes[what][1]}{rest}"

    return address


def top_up_of(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/top-ups/LA0571/{scene.handed.top_up}{rest}"


def picture_of(rest: str = "", of: str = "/desk/pictures") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"{of}/{scene.picture}{rest}"


def message_of(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/outbox/LA0571/{scene.message}{rest}"


def member_of(name: str, rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/me/members/{getattr(scene.people, name).id}{rest}"


def spare(prefix: str, whose: str = "") -> Callable[[Scene, str], str]:
    """A second sign-in of the asker (or of `whose`)."""
    return lambda scene, who: f"{prefix}/sessions/{scene.spare.get(whose or who, 1)}/revocation"


def announced(code: str, start: str = "/announcements", rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"{start}/{scene.dressed.announcements[code]}{rest}"


def proposed(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/waiting/{scene.proposal}{rest}"


def person_of(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/people/{scene.people.staff[StaffRole.MERCHANDISER].id}{rest}"


def guide_of(rest: str = "") -> Callable[[Scene, str], str]:
    return lambda scene, _who: f"/desk/guides/{scene.dressed.guide}{rest}"


def redemption(scene: Scene) -> dict[str, Any]:
    """What the checkout's form sends: a quote signed for the one who asks."""
    goes_to = scene.addresses["LA0571"]
    asker = scene.people.buyer if scene.who == "buyer" else scene.people.owner
    line = QuotedLine(
        sku_id=sku_id(COOKER), plan_id=scene.plan, quantity=1, points_each=PRICES[COOKER], cash_each_fen=0
    )
    quote = Quote(
        dealer_id=scene.people.linan.id, member_id=asker.id, key="matrix-key-0123456789", issued_at=AT, lines=(line,),
        address_id=goes_to,
    )  # fmt: skip
    return {"quote": signed(quote, Seal(SECRET)), "address": str(goes_to), "remark": ""}


ADDITION = {
    "kind": "add", "dealer": "LA0571", "points": "100", "until": "2027-11-30", "fund": "brand", "worth": "0.01",
    "reason": "goodwill", "note": "依据 DD-0241", "key": "matrix-key-0123456789",
}  # fmt: skip
CREATED = frozenset({201})
ONWARD = frozenset({303})
NOT_FOUND = frozenset({404})
OR_NOT_THEIRS = frozenset({200, 303, 404})
BOTH_NEW = {"password": NEW, "again": NEW}
DEAD = "/desk/documents/erp/1/DEAD-1"
LINAN = "/desk/points/dealers/LA0571"

ROUTES: dict[tuple[str, str], Route] = {
    ("static", "GET"): Route(ALL, "/static/art/mark.svg"),
    ("preferences.choose_language", "POST"): Route(ALL, "/locale", data={"lang": "en"}),
    ("preferences.choose_theme", "POST"): Route(ALL, "/theme", data={"theme": "dark"}),
    ("health.healthz", "GET"): Route(ALL, "/healthz", answers=frozenset({200, 503})),
    ("api_docs.openapi", "GET"): Route(ALL, "/api/v1/openapi.json"),
    ("api_docs.docs", "GET"): Route(ALL, "/api/v1/docs"),
    # signing in and out
    ("dealers.sign_in", "GET"): Route(ALL, "/sign-in"),
    ("dealers.begin", "POST"): Route(ALL, "/sign-in", data={"phone": "13805716207", "password": PASSWORD}),
    ("dealers.sign_out", "POST"): Route(ALL, "/sign-out"),
    ("dealers.first_password", "GET"): Route(NEW_MEMBER, "/sign-in/password"),
    ("dealers.choose_first_password", "POST"): Route(NEW_MEMBER, "/sign-in/password", data=BOTH_NEW),
    ("desk.sign_in", "GET"): Route(ALL, "/desk/sign-in"),
    ("desk.begin", "POST"): Route(ALL, "/desk/sign-in", data={"login": "caiwu", "password": PASSWORD}),
    ("desk.sign_out", "POST"): Route(ALL, "/desk/sign-out"),
    ("desk.first_password", "GET"): Route(NEW_STAFF, "/desk/sign-in/password"),
    ("desk.choose_first_password", "POST"): Route(NEW_STAFF, "/desk/sign-in/password", data=BOTH_NEW),
    ("desk.code", "GET"): Route(NO_CODE, "/desk/sign-in/code"),
    ("desk.qr", "GET"): Route(NO_CODE, "/desk/sign-in/qr.svg"),
    ("desk.finish", "POST"): Route(NO_CODE, "/desk/sign-in/code", data={"code": "000000"}, answers=frozenset({422})),
    # me
    ("dealers.me", "GET"): Route(MEMBER, "/me"),
    ("dealers.switch", "POST"): Route(MEMBER, "/me/dealer", data={"dealer": "LA0571"}),
    ("dealers.password", "GET"): Route(MEMBER, "/me/password"),
    ("dealers.change_password", "POST"): Route(MEMBER, "/me/password", data={"current": PASSWORD, **BOTH_NEW}),
    ("dealers.sessions", "GET"): Route(MEMBER, "/me/sessions"),
    ("dealers.revoke", "POST"): Route(MEMBER, spare("/me"), other=spare("/me", "other owner")),
    ("dealers.revoke_others", "POST"): Route(MEMBER, "/me/sessions/others/revocation"),
    ("dealers.notices", "GET"): Route(MEMBER, "/me/notices"),
    ("dealers.read_notice", "POST"): Route(
        MEMBER, notice_of("LA0571", "/reading"), other=notice_of("NB0574", "/reading")
    ),
    ("dealers.read_notices", "POST"): Route(MEMBER, "/me/notices/reading"),
    ("dealers.second_factor", "GET"): Route(MEMBER, "/me/second-factor"),
    ("dealers.send_code", "POST"): Route(MEMBER, "/me/second-factor/code", data={"purpose": "redemption"}),
    ("dealers.show_second_factor", "POST"): Route(MEMBER, "/me/second-factor", data={"password": PASSWORD}),
    ("dealers.powers", "GET"): Route(OWNER, "/me/powers"),
    ("dealers.set_limits", "POST"): Route(OWNER, "/me/powers", data={"approval_over": "5000"}),
    ("dealers.set_cap", "POST"): Route(
        OWNER, member_of("buyer", "/cap"), other=member_of("other_owner", "/cap"), data={"cap": "20000"}
    ),
    ("dealers.authorise_personal", "POST"): Route(
        OWNER, member_of("buyer", "/personal"), other=member_of("other_owner", "/personal"), data={"allowed": "1"}
    ),
    ("dealers.addresses", "GET"): Route(MEMBER, "/me/addresses"),
    ("dealers.new_address", "GET"): Route(REDEEMER, "/me/addresses/new"),
    ("dealers.add_address", "POST"): Route(REDEEMER, "/me/addresses", data=PLACE),
    ("dealers.divisions", "GET"): Route(REDEEMER, "/me/addresses/divisions?province=33"),
    ("dealers.draft_address", "POST"): Route(REDEEMER, "/me/addresses/new", data={**PLACE, "act": "choose"}),
    ("dealers.address", "GET"): Route(REDEEMER, address_of("LA0571"), other=address_of("NB0574")),
    ("dealers.change_address", "POST"): Route(REDEEMER, address_of("LA0571"), other=address_of("NB0574"), data=PLACE),
    ("dealers.prefer_address", "POST"): Route(
        REDEEMER, address_of("LA0571", "/preference"), other=address_of("NB0574", "/preference")
    ),
    ("dealers.address_removal", "GET"): Route(
        REDEEMER, address_of("LA0571", "/removal"), other=address_of("NB0574", "/removal")
    ),
    ("dealers.remove_address", "POST"): Route(
        REDEEMER, address_of("LA0571", "/removal"), other=address_of("NB0574", "/removal")
    ),
    ("dealers.members", "GET"): Route(OWNER, "/me/members"),
    ("dealers.new_member", "GET"): Route(OWNER, "/me/members/new"),
    ("dealers.add_member", "POST"): Route(
        OWNER, "/me/members", data={"name": "陶然", "phone": "13605710001", "role": "clerk"}, answers=CREATED
    ),
    ("dealers.member", "GET"): Route(OWNER, member_of("buyer"), other=member_of("other_owner")),
    ("dealers.change_role", "POST"): Route(
        OWNER, member_of("buyer", "/role"), other=member_of("other_owner", "/role"), data={"role": "clerk"}
    ),
    ("dealers.disable_member", "POST"): Route(
        OWNER, member_of("buyer", "/disabling"), other=member_of("other_owner", "/disabling")
    ),
    ("dealers.enable_member", "POST"): Route(
        OWNER, member_of("buyer", "/enabling"), other=member_of("other_owner", "/enabling")
    ),
    ("dealers.issue_password", "POST"): Route(
        OWNER, member_of("buyer", "/password"), other=member_of("other_owner", "/password")
    ),
    # catalogue and points
    ("face.home_page", "GET"): Route(MEMBER, "/"),
    ("catalog.activities", "GET"): Route(MEMBER, "/activities"),
    ("face.balance_card", "GET"): Route(MEMBER, "/balance"),
    ("catalog.items", "GET"): Route(MEMBER, "/catalog"),
    ("catalog.item", "GET"): Route(MEMBER, "/catalog/CK-5L"),
    ("catalog.choice", "GET"): Route(MEMBER, f"/catalog/CK-5L/choice?sku={COOKER}&quantity=1"),
    ("points.account", "GET"): Route(MEMBER, "/points"),
    ("points.balance_card", "GET"): Route(MEMBER, "/points/balance"),
    ("points.movement", "GET"): Route(MEMBER, "/points/movements/1", other="/points/movements/9"),
    ("points.lots", "GET"): Route(MEMBER, "/points/lots"),
    ("points.statements", "GET"): Route(MEMBER, "/points/statements"),
    ("points.statement", "GET"): Route(MEMBER, "/points/statements/2026-11"),
    ("points.statement_csv", "GET"): Route(MEMBER, "/points/statements/2026-11.csv"),
    # Nothing has been checkpointed yet: refused in words.
    ("points.statement_proof", "GET"): Route(MEMBER, "/points/statements/2026-11/proof.json", answers=frozenset({409})),
    ("earning.rules", "GET"): Route(MEMBER, "/points/rules"),
    # rewards
    ("rewards.reveal", "POST"): Route(REDEEMER, code_of("LA0571"), other=code_of("NB0574")),
    # No supplier is set up: whoever comes is not it.
    ("orders.top_up_told", "POST"): Route(PARTNER, "/top-ups/notifications", answers=frozenset({401})),
    ("desk_rewards.vault", "GET"): Route(KEEPER, "/desk/vault"),
    ("desk_rewards.find_code", "POST"): Route(KEEPER, "/desk/vault/search", data={"q": "MATRIX-0001"}),
    ("desk_rewards.shelf", "GET"): Route(KEEPER, f"/desk/vault/skus/{CARD}"),
    ("desk_rewards.set_alarm", "POST"): Route(KEEPER, f"/desk/vault/skus/{CARD}/alarm", data={"warn_at": "5"}),
    ("desk_rewards.new_batch", "GET"): Route(KEEPER, "/desk/vault/batches/new"),
    ("desk_rewards.look_at_batch", "POST"): Route(
        KEEPER, "/desk/vault/batches", data={"sku": CARD, "text": "MATRIX-7777"}
    ),
    ("desk_rewards.batch", "GET"): Route(KEEPER, vault_of("batch")),
    ("desk_rewards.batch_faults", "GET"): Route(KEEPER, vault_of("draft", "/faults.csv")),
    ("desk_rewards.take_batch", "POST"): Route(KEEPER, vault_of("draft", "/taking"), data={"good": "1"}),
    ("desk_rewards.drop_batch", "POST"): Route(KEEPER, vault_of("draft", "/dropping")),
    ("desk_rewards.void_batch", "POST"): Route(KEEPER, vault_of("batch", "/voiding"), data={"reason": "召回"}),
    ("desk_rewards.code", "GET"): Route(KEEPER, vault_of("LA0571")),
    ("desk_rewards.show_code", "POST"): Route(KEEPER, vault_of("LA0571", "/reveal")),
    ("desk_rewards.replace_code", "POST"): Route(KEEPER, vault_of("LA0571", "/replacement"), data={"reason": "无效"}),
    ("desk_rewards.void_code", "POST"): Route(KEEPER, vault_of("free", "/voiding"), data={"reason": "无效"}),
    ("desk_rewards.top_ups", "GET"): Route(KEEPER, "/desk/top-ups"),
    ("desk_rewards.top_up", "GET"): Route(KEEPER, top_up_of()),
    ("desk_rewards.ask_top_up", "POST"): Route(KEEPER, top_up_of("/asking")),
    ("desk_rewards.settle_top_up", "POST"): Route(
        KEEPER, top_up_of("/settlement"), data={"ended": "failed", "reason": "电话核实"}
    ),
    ("rewards.vouchers", "GET"): Route(MEMBER, "/rewards"),
    ("rewards.voucher", "GET"): Route(MEMBER, voucher_of("LA0571"), other=voucher_of("NB0574")),
    ("rewards.voucher_qr", "GET"): Route(
        MEMBER, voucher_of("LA0571", "/qr.svg"), other=voucher_of("NB0574", "/qr.svg")
    ),
    ("desk_rewards.vouchers", "GET"): Route(
        staff_of(StaffRole.FULFILMENT, StaffRole.ACCOUNT_MANAGER), "/desk/vouchers?q=LA0571"
    ),
    ("desk_rewards.rebates", "GET"): Route(FINANCE, "/desk/rebates"),
    ("desk_rewards.set_terms", "POST"): Route(
        FINANCE, "/desk/rebates/terms", data={"from_on": "2026-12-01", "ratio": "100", "note": "年度政策"}
    ),
    ("desk_insight.work_list", "GET"): Route(STOCK_STAFF, "/desk/today"),
    ("desk_insight.trail", "GET"): Route(ANY_STAFF, "/desk/trail?of=order:1", answers=OR_NOT_THEIRS),
    # what needs a second person; who works for the brand
    ("desk_waiting.waiting", "GET"): Route(SECOND, "/desk/waiting"),
    ("desk_waiting.proposal", "GET"): Route(SECOND, proposed(), answers=OR_NOT_THEIRS),
    ("desk_waiting.agree_to", "POST"): Route(SECOND, proposed("/agreement"), answers=OR_NOT_THEIRS),
    ("desk_waiting.decline_it", "POST"): Route(
        SECOND, proposed("/declining"), data={"answer": "不清库存了"}, answers=OR_NOT_THEIRS
    ),
    # It is somebody else's.
    ("desk_waiting.take_back", "POST"): Route(SECOND, proposed("/withdrawal"), answers=NOT_FOUND),
    ("desk_point_value.show", "GET"): Route(FINANCE, "/desk/points/value"),
    ("desk_point_value.ask", "POST"): Route(
        FINANCE,
        "/desk/points/value",
        data={"key": "matrix-value-01", "worth": "0.012", "from_on": "2026-12-01", "note": "年度测算"},
        answers=ONWARD,
    ),
    ("desk_catalog.people", "GET"): Route(ADMINISTRATOR, "/desk/people"),
    ("desk_catalog.person", "GET"): Route(ADMINISTRATOR, person_of()),
    ("desk_catalog.give_scope", "POST"): Route(
        ADMINISTRATOR, person_of("/scope"), data={"seen": "", "scope": "region:华东/浙江"}, answers=ONWARD
    ),
    ("desk_insight.audit", "GET"): Route(FINANCE, "/desk/audit"),
    ("desk_insight.audit_sheet", "GET"): Route(FINANCE, "/desk/audit.xlsx"),
    ("desk_outbox.messages", "GET"): Route(FINANCE, "/desk/outbox"),
    ("desk_outbox.message", "GET"): Route(FINANCE, message_of()),
    ("desk_outbox.resend", "POST"): Route(FINANCE, message_of("/resending")),
    ("desk_outbox.resend_all", "POST"): Route(FINANCE, "/desk/outbox/dms/resending"),
    ("desk_outbox.set_aside", "POST"): Route(FINANCE, message_of("/setting-aside"), data={"reason": "DMS 已手工登记"}),
    # orders
    ("orders.new", "GET"): Route(REDEEMER, f"/orders/new?sku={COOKER}&quantity=1"),
    ("orders.new", "POST"): Route(
        REDEEMER, f"/orders/new?sku={COOKER}&quantity=1", data={"quantity": "2", "remark": "放门卫"}
    ),
    ("orders.cart", "GET"): Route(MEMBER, "/cart"),
    ("orders.put_in_cart", "POST"): Route(MEMBER, "/cart", data={"sku": COOKER, "quantity": "1"}),
    ("orders.change_cart", "POST"): Route(MEMBER, "/cart/lines", data={"remove": "1"}),
    ("orders.wishes", "GET"): Route(MEMBER, "/wishes"),
    ("orders.change_wish", "POST"): Route(MEMBER, "/wishes/CK-5L", data={"wanted": "1"}),
    ("orders.await_stock", "POST"): Route(MEMBER, "/restock-alerts", data={"sku": COOKER}),
    ("orders.place", "POST"): Route(REDEEMER, "/orders", data=redemption),
    ("orders.approvals", "GET"): Route(OWNER, "/orders/approvals"),
    ("orders.approve", "POST"): Route(OWNER, order_of("LA0571", "/approval"), other=order_of("NB0574", "/approval")),
    ("orders.decline", "POST"): Route(
        OWNER, order_of("LA0571", "/refusal"), other=order_of("NB0574", "/refusal"), data={"reason": "本月预算已用完"}
    ),
    ("orders.by_key", "GET"): Route(MEMBER, "/orders/by-key/LA0571", other="/orders/by-key/NB0574"),
    ("orders.mine", "GET"): Route(MEMBER, "/orders"),
    ("orders.order", "GET"): Route(MEMBER, order_of("LA0571"), other=order_of("NB0574")),
    ("orders.cancellation", "GET"): Route(
        REDEEMER, order_of("LA0571", "/cancellation"), other=order_of("NB0574", "/cancellation")
    ),
    ("orders.readdress", "GET"): Route(REDEEMER, order_of("LA0571", "/address"), other=order_of("NB0574", "/address")),
    ("orders.send_elsewhere", "POST"): Route(
        REDEEMER,
        order_of("LA0571", "/address"),
        other=order_of("NB0574", "/address"),
        data=lambda scene: {"address": str(scene.addresses["LA0571"])},
    ),
    ("orders.cancel", "POST"): Route(
        REDEEMER, order_of("LA0571", "/cancellation"), other=order_of("NB0574", "/cancellation")
    ),
    ("orders.nudge", "POST"): Route(MEMBER, order_of("LA0571", "/nudge"), other=order_of("NB0574", "/nudge")),
    # Nothing is on the road yet: whoever may is told so.
    ("orders.receive", "POST"): Route(
        REDEEMER, order_of("LA0571", "/arrival"), other=order_of("NB0574", "/arrival"), answers=frozenset({409})
    ),
    ("orders.again", "POST"): Route(MEMBER, order_of("LA0571", "/repetition"), other=order_of("NB0574", "/repetition")),
    ("orders.receipt", "GET"): Route(MEMBER, order_of("LA0571", "/receipt"), other=order_of("NB0574", "/receipt")),
    # after-sales
    ("orders.new_claim", "GET"): Route(
        REDEEMER, arrived_of("LA0571", "/after-sales/new"), other=arrived_of("NB0574", "/after-sales/new")
    ),
    ("orders.apply_claim", "POST"): Route(
        REDEEMER,
        arrived_of("LA0571", "/after-sales"),
        other=arrived_of("NB0574", "/after-sales"),
        data={"key": "matrix-claim-0123", "pieces-1": "1", "kind": "exchange", "reason": "quality"},
        answers=ONWARD,
    ),
    ("orders.claims", "GET"): Route(MEMBER, "/after-sales"),
    ("orders.claim", "GET"): Route(MEMBER, claim_of("LA0571"), other=claim_of("NB0574")),
    ("orders.claim_photo", "GET"): Route(
        MEMBER, claim_of("LA0571", "/photos/1"), other=claim_of("NB0574", "/photos/1")
    ),
    ("orders.withdraw_claim", "POST"): Route(
        REDEEMER, claim_of("LA0571", "/withdrawal"), other=claim_of("NB0574", "/withdrawal"), answers=ONWARD
    ),
    # Nobody has asked for it to be sent back yet: whoever may is told so.
    ("orders.send_back", "POST"): Route(
        REDEEMER,
        claim_of("LA0571", "/parcel"),
        other=claim_of("NB0574", "/parcel"),
        data={"carrier": "shunfeng", "waybill": "SF1390442701860"},
        answers=ONWARD,
    ),
    # the back office
    ("desk.home", "GET"): Route(ANY_STAFF, "/desk"),
    ("desk.sessions", "GET"): Route(ANY_STAFF, "/desk/sessions"),
    ("desk.revoke", "POST"): Route(ANY_STAFF, spare("/desk"), other=spare("/desk", "other owner")),
    ("desk_orders.queue", "GET"): Route(ORDER_STAFF, "/desk/orders"),
    ("desk_orders.search", "GET"): Route(ORDER_STAFF, "/desk/search?q=LA0571"),
    ("desk_orders.order", "GET"): Route(ORDER_STAFF, desk_order()),
    ("desk_orders.show_address", "POST"): Route(staff_of(StaffRole.FULFILMENT), desk_order("/address")),
    ("desk_orders.pick", "POST"): Route(KEEPER, desk_order("/parts/1/picking")),
    ("desk_orders.put_back", "POST"): Route(KEEPER, desk_order("/parts/1/shelf")),
    ("desk_orders.ship", "POST"): Route(
        KEEPER, desk_order("/parts/1/shipment"), data={"carrier": "shunfeng", "waybill": "SF1390442701860"}
    ),
    # It travels in a parcel.
    ("desk_orders.hand_over", "POST"): Route(KEEPER, desk_order("/parts/1/handover"), answers=frozenset({409})),
    ("desk_orders.give_up", "POST"): Route(
        KEEPER, desk_order("/lines/1/failure"), data={"restock": "1", "reason": "仓库里没有"}
    ),
    ("desk_orders.call_off", "POST"): Route(KEEPER, desk_order("/cancellation"), data={"reason": "这批礼品召回"}),
    ("desk_orders.after_sales", "GET"): Route(ORDER_STAFF, "/desk/after-sales"),
    ("desk_orders.claim", "GET"): Route(ORDER_STAFF, desk_claim()),
    ("desk_orders.look_at_claim", "POST"): Route(KEEPER, desk_claim("/photos"), answers=ONWARD),
    # Nobody has asked for the pictures yet: who may is led to where one does.
    ("desk_orders.claim_photo", "GET"): Route(KEEPER, desk_claim("/photos/1"), answers=ONWARD),
    ("desk_orders.agree_to_claim", "POST"): Route(
        KEEPER, desk_claim("/agreement"), data={"answer": "退货组 收，0571-8800 6200，杭州市余杭区"}, answers=ONWARD
    ),
    ("desk_orders.refuse_claim", "POST"): Route(
        KEEPER, desk_claim("/refusal"), data={"reason": "看不出破损"}, answers=ONWARD
    ),
    # Nothing has come back yet: whoever may is told so.
    ("desk_orders.accept_return", "POST"): Route(
        KEEPER, desk_claim("/acceptance"), data={"restock": "1"}, answers=frozenset({409})
    ),
    ("desk_orders.resend_claim", "POST"): Route(
        KEEPER,
        desk_claim("/resending"),
        data={"carrier": "shunfeng", "waybill": "SF1390442701860"},
        answers=frozenset({409}),
    ),
    ("desk_documents.documents", "GET"): Route(DOCUMENT_STAFF, "/desk/documents"),
    ("desk_documents.document", "GET"): Route(DOCUMENT_STAFF, DEAD),
    ("desk_documents.mending", "POST"): Route(
        DOCUMENT_STAFF, f"{DEAD}/mending", data={"body": json.dumps(body("DEAD-1", dealer={"code": "LA0571"}))}
    ),
    # rewards, categories, suppliers
    ("desk_catalog.items", "GET"): Route(MERCHANDISER, "/desk/items"),
    ("desk_catalog.new_item", "GET"): Route(MERCHANDISER, "/desk/items/new"),
    ("desk_catalog.bulk_again", "GET"): Route(MERCHANDISER, "/desk/items/bulk"),
    ("desk_catalog.bulk", "POST"): Route(MERCHANDISER, "/desk/items/bulk", data={"codes": "CK-5L"}),
    ("desk_catalog.bulk_changes", "POST"): Route(
        MERCHANDISER, "/desk/items/bulk/changes", data={"key": "matrix", "codes": "CK-5L", "set-brand": "临泉"}
    ),
    ("desk_catalog.bulk_prices", "POST"): Route(
        MERCHANDISER, "/desk/items/bulk/prices", data={"key": "matrix", "codes": "CK-5L", "set-amount": "5"}
    ),
    ("desk_catalog.batches", "GET"): Route(MERCHANDISER, "/desk/batches"),
    ("desk_catalog.limit_batches", "POST"): Route(
        ADMINISTRATOR, "/desk/batches/limit", data={"weight": "300", "seen": "500"}
    ),
    ("desk_catalog.batch", "GET"): Route(MERCHANDISER, batch_of()),
    ("desk_catalog.batch_result", "GET"): Route(MERCHANDISER, batch_of("/result.xlsx")),
    ("desk_catalog.confirm_batch", "POST"): Route(MERCHANDISER, batch_of("/confirmation")),
    # It does not wait, and nothing of it is written: whoever may ask is told so.
    ("desk_catalog.agree_batch", "POST"): Route(MERCHANDISER, batch_of("/agreement"), answers=frozenset({409})),
    ("desk_catalog.undo_batch", "POST"): Route(MERCHANDISER, batch_of("/undoing"), answers=frozenset({409})),
    ("desk_catalog.drop_batch", "POST"): Route(MERCHANDISER, batch_of("/dropping", whose="own_batch")),
    ("desk_catalog.sheet", "GET"): Route(MERCHANDISER, "/desk/items/import"),
    ("desk_catalog.bring_sheet", "POST"): Route(MERCHANDISER, "/desk/items/import", answers=frozenset({422})),
    ("desk_catalog.sheet_template", "GET"): Route(MERCHANDISER, "/desk/items/import/template.xlsx"),
    ("desk_catalog.sheet_export", "GET"): Route(MERCHANDISER, "/desk/items/export.csv"),
    ("desk_catalog.export_chosen", "POST"): Route(MERCHANDISER, "/desk/items/export.csv", data={"codes": "CK-5L"}),
    ("desk_catalog.sheet_failed", "GET"): Route(MERCHANDISER, "/desk/batches/PC0/failed.csv", answers=NOT_FOUND),
    ("desk_catalog.price_sheet", "GET"): Route(MERCHANDISER, "/desk/prices/import"),
    ("desk_catalog.bring_prices", "POST"): Route(MERCHANDISER, "/desk/prices/import", answers=frozenset({422})),
    ("desk_catalog.price_template", "GET"): Route(MERCHANDISER, "/desk/prices/import/template.xlsx"),
    ("desk_catalog.export_prices", "GET"): Route(MERCHANDISER, "/desk/prices/export.csv"),
    ("desk_stock.level_sheet", "GET"): Route(MERCHANDISER, "/desk/stock/import"),
    ("desk_stock.bring_levels", "POST"): Route(MERCHANDISER, "/desk/stock/import", answers=frozenset({422})),
    ("desk_stock.level_template", "GET"): Route(MERCHANDISER, "/desk/stock/import/template.xlsx"),
    ("desk_stock.export_levels", "GET"): Route(STOCK_STAFF, "/desk/stock/export.csv"),
    ("desk_catalog.start_item", "POST"): Route(
        MERCHANDISER,
        "/desk/items",
        data={"code": "KT-1", "name": "电水壶", "category": "home", "kind": "physical"},
        answers=frozenset({303, 409}),
    ),
    ("desk_catalog.item", "GET"): Route(MERCHANDISER, "/desk/items/CK-5L"),
    ("desk_catalog.save_item", "POST"): Route(MERCHANDISER, "/desk/items/CK-5L", data={"act": "add-sku"}),
    ("desk_catalog.publish_item", "POST"): Route(
        MERCHANDISER, "/desk/items/CK-5L/publication", answers=frozenset({409, 422})
    ),
    ("desk_catalog.set_item_due", "POST"): Route(MERCHANDISER, "/desk/items/CK-5L/due", answers=frozenset({409, 422})),
    ("desk_catalog.cancel_item_due", "POST"): Route(MERCHANDISER, "/desk/items/CK-5L/due/cancellation"),
    ("desk_catalog.catch_up_item", "POST"): Route(MERCHANDISER, "/desk/items/CK-5L/catching-up", answers=NOT_FOUND),
    ("desk_catalog.discard_item", "POST"): Route(MERCHANDISER, "/desk/items/CK-5L/discarding"),
    ("desk_catalog.shelve_item", "POST"): Route(MERCHANDISER, "/desk/items/CK-5L/shelf"),
    ("desk_catalog.take_item_off", "POST"): Route(
        MERCHANDISER, "/desk/items/CK-5L/removal", data={"version": "0"}, answers=frozenset({303, 409})
    ),
    # regional libraries
    ("desk_catalog.editions", "GET"): Route(MERCHANDISER, "/desk/editions"),
    ("desk_catalog.edition", "GET"): Route(MERCHANDISER, "/desk/editions/CK-5L"),
    ("desk_catalog.write_edition", "POST"): Route(MERCHANDISER, "/desk/editions/CK-5L"),
    ("desk_catalog.give_up_edition", "POST"): Route(MERCHANDISER, "/desk/editions/CK-5L/giving-up"),
    ("desk_catalog.price_edition", "POST"): Route(MERCHANDISER, "/desk/editions/CK-5L/prices"),
    ("desk_catalog.preview_edition", "GET"): Route(MERCHANDISER, "/desk/editions/CK-5L/preview"),
    ("desk_catalog.preview_edition", "POST"): Route(MERCHANDISER, "/desk/editions/CK-5L/preview"),
    ("desk_catalog.edition_history", "GET"): Route(MERCHANDISER, "/desk/editions/CK-5L/history"),
    ("desk_catalog.answer_library", "POST"): Route(
        MERCHANDISER, "/desk/editions/CK-5L/library/names", data={"act": "follow"}
    ),
    ("desk_catalog.restore_edition", "POST"): Route(
        MERCHANDISER, "/desk/editions/CK-5L/history/9/restoring", answers=NOT_FOUND
    ),
    ("desk_catalog.edition_bounds", "GET"): Route(MERCHANDISER, "/desk/edition-bounds"),
    ("desk_catalog.put_edition_bounds", "POST"): Route(
        MERCHANDISER, "/desk/edition-bounds", answers=frozenset({422})
    ),
    ("desk_catalog.preview", "GET"): Route(MERCHANDISER, "/desk/items/CK-5L/preview"),
    ("desk_catalog.preview", "POST"): Route(MERCHANDISER, "/desk/items/CK-5L/preview"),
    ("desk_catalog.item_history", "GET"): Route(MERCHANDISER, "/desk/items/CK-5L/history"),
    ("desk_catalog.restore_item", "POST"): Route(
        MERCHANDISER, "/desk/items/CK-5L/history/9/restoring", answers=NOT_FOUND
    ),
    ("desk_catalog.categories", "GET"): Route(MERCHANDISER, "/desk/categories"),
    ("desk_catalog.place", "POST"): Route(MERCHANDISER, "/desk/categories/placing", data={"code": "home"}),
    ("desk_catalog.new_category", "GET"): Route(MERCHANDISER, "/desk/categories/new"),
    ("desk_catalog.category", "GET"): Route(MERCHANDISER, "/desk/categories/home"),
    ("desk_catalog.put_category", "POST"): Route(
        MERCHANDISER, "/desk/categories", data={"new": "1", "code": "cups", "icon": "gift", "zh_Hans": "杯壶"}
    ),
    ("desk_catalog.remove", "POST"): Route(MERCHANDISER, "/desk/categories/home/removal", answers=frozenset({409})),
    ("desk_catalog.searches", "GET"): Route(MERCHANDISER, "/desk/searches"),
    ("desk_catalog.search_seen_to", "POST"): Route(MERCHANDISER, "/desk/searches/seen-to", data={"words": "投影仪"}),
    ("desk_catalog.suppliers", "GET"): Route(MERCHANDISER, "/desk/suppliers"),
    ("desk_catalog.new_supplier", "GET"): Route(MERCHANDISER, "/desk/suppliers/new"),
    ("desk_catalog.supplier", "GET"): Route(MERCHANDISER, "/desk/suppliers/SUP-1"),
    ("desk_catalog.write_supplier", "POST"): Route(
        MERCHANDISER, "/desk/suppliers", data={"code": "SUP-2", "name": "某厂", "admission": "candidate"}
    ),
    ("desk_catalog.add_file", "POST"): Route(MERCHANDISER, "/desk/suppliers/SUP-1/files", answers=frozenset({422})),
    ("desk_catalog.look_at_file", "POST"): Route(MERCHANDISER, "/desk/suppliers/SUP-1/files/1", answers=NOT_FOUND),
    ("desk_catalog.take_file_out", "POST"): Route(
        MERCHANDISER, "/desk/suppliers/SUP-1/files/1/removal", answers=NOT_FOUND
    ),
    # prices and freight
    ("media.file", "GET"): Route(ALL, picture_of("/240.webp", "/media")),
    # views and columns that people keep of lists: of those that they may open
    ("desk_lists.save", "POST"): Route(
        ANY_STAFF, "/desk/lists/items/views", data={"name": "在架", "asked": "state=on"}, answers=OR_NOT_THEIRS
    ),
    ("desk_lists.drop", "POST"): Route(ANY_STAFF, "/desk/lists/items/views/1/removal", answers=OR_NOT_THEIRS),
    ("desk_lists.columns", "POST"): Route(
        ANY_STAFF, "/desk/lists/items/columns", data={"columns": "brand"}, answers=OR_NOT_THEIRS
    ),
    ("desk_media.library", "GET"): Route(MERCHANDISER, "/desk/pictures"),
    ("desk_media.choice", "GET"): Route(MERCHANDISER, "/desk/pictures/choice?for=pictures"),
    # Without a file: whoever may is told so.
    ("desk_media.upload", "POST"): Route(MERCHANDISER, "/desk/pictures", answers=frozenset({422})),
    ("desk_media.picture", "GET"): Route(MERCHANDISER, picture_of()),
    ("desk_media.whole", "GET"): Route(MERCHANDISER, picture_of("/whole")),
    ("desk_media.crop", "POST"): Route(MERCHANDISER, picture_of("/crop"), data={"anchor": "left"}),
    ("desk_media.put_away", "POST"): Route(MERCHANDISER, picture_of("/putting-away")),
    ("desk_media.take_out", "POST"): Route(MERCHANDISER, picture_of("/taking-out")),
    ("desk_catalog.prices", "GET"): Route(MERCHANDISER, "/desk/prices"),
    ("desk_catalog.price", "GET"): Route(MERCHANDISER, f"/desk/prices/{COOKER}"),
    ("desk_catalog.add_price", "POST"): Route(
        MERCHANDISER, f"/desk/prices/{COOKER}/plans", data={"step": "1", "points": "9800", "cash": "99"}
    ),
    # Its last price stays: refused in words.
    ("desk_catalog.withdraw_price", "POST"): Route(MERCHANDISER, price_of("/withdrawal"), answers=frozenset({409})),
    ("desk_catalog.change_cost", "POST"): Route(MERCHANDISER, f"/desk/prices/{COOKER}/cost", data={"cost": "88"}),
    ("desk_catalog.templates", "GET"): Route(MERCHANDISER, "/desk/freight"),
    ("desk_catalog.new_template", "GET"): Route(MERCHANDISER, "/desk/freight/new"),
    ("desk_catalog.template", "GET"): Route(MERCHANDISER, "/desk/freight/remote"),
    ("desk_catalog.put_template", "POST"): Route(
        MERCHANDISER, "/desk/freight", data={"code": "near", "name": "就近", "rest-first": "1", "rest-further": "1"}
    ),
    # stock
    ("desk_stock.stock", "GET"): Route(STOCK_STAFF, "/desk/stock"),
    ("desk_stock.sku", "GET"): Route(STOCK_STAFF, f"/desk/stock/{COOKER}"),
    ("desk_stock.supply", "POST"): Route(
        MERCHANDISER,
        f"/desk/stock/{COOKER}/supply",
        data={"key": "matrix-supply-01", "pieces": "6", "warehouse": "HZ-1"},
        answers=ONWARD,
    ),
    ("desk_stock.adjust", "POST"): Route(
        KEEPER,
        f"/desk/stock/{COOKER}/adjustment",
        data={
            "key": "matrix-adjust-01",
            "way": "more",
            "pieces": "1",
            "reason": "found",
            "remark": "找到",
            "warehouse": "HZ-1",
        },
        answers=ONWARD,
    ),
    ("desk_stock.levels", "POST"): Route(
        MERCHANDISER,
        f"/desk/stock/{COOKER}/levels",
        data={"warning": "20", "safety": "10", "lead_days": "7", "pack_size": "1", "revision": "0"},
        answers=ONWARD,
    ),
    ("desk_stock.announce", "POST"): Route(
        MERCHANDISER,
        f"/desk/stock/{COOKER}/incoming",
        data={"key": "matrix-coming-01", "pieces": "6", "warehouse": "HZ-1"},
        answers=ONWARD,
    ),
    ("desk_stock.arrive", "POST"): Route(
        STOCK_STAFF, f"/desk/stock/{COOKER}/incoming/1/arrival", data={"arrived": "6"}, answers=NOT_FOUND
    ),
    ("desk_stock.warehouses", "GET"): Route(STOCK_STAFF, "/desk/stock/warehouses"),
    ("desk_stock.put_warehouse", "POST"): Route(
        MERCHANDISER,
        "/desk/stock/warehouses",
        data={"code": "GZ-1", "name": "广州分仓", "position": "3", "revision": "0"},
        answers=ONWARD,
    ),
    ("desk_stock.counts", "GET"): Route(STOCK_STAFF, "/desk/stock/counts"),
    ("desk_stock.open_count", "POST"): Route(
        KEEPER,
        "/desk/stock/counts",
        data={"key": "matrix-count-002", "warehouse": "HZ-1", "codes": COOKER},
        answers=ONWARD,
    ),
    ("desk_stock.count", "GET"): Route(STOCK_STAFF, counted()),
    ("desk_stock.enter", "POST"): Route(
        KEEPER,
        counted("/numbers"),
        data={f"n-{COOKER}": "3", "moment": "2026-11-12T20:00:00"},
        answers=ONWARD,
    ),
    ("desk_stock.add_to_count", "POST"): Route(KEEPER, counted("/skus"), data={"codes": COOKER}, answers=ONWARD),
    ("desk_stock.step_count", "POST"): Route(KEEPER, counted("/end"), answers=ONWARD),
    # paying
    ("orders.payment", "GET"): Route(
        REDEEMER, order_of("LA0571", "/payment"), other=order_of("NB0574", "/payment"), answers=ONWARD
    ),
    ("orders.pay", "POST"): Route(
        REDEEMER,
        order_of("LA0571", "/payment"),
        other=order_of("NB0574", "/payment"),
        data={"gateway": "wechat"},
        answers=ONWARD,
    ),
    ("orders.ask_payment", "POST"): Route(
        REDEEMER,
        order_of("LA0571", "/payment/question"),
        other=order_of("NB0574", "/payment/question"),
        answers=ONWARD,
    ),
    ("orders.payer", "GET"): Route(
        REDEEMER, order_of("LA0571", "/payment/wechat"), other=order_of("NB0574", "/payment/wechat"), answers=ONWARD
    ),
    ("orders.alipay_return", "GET"): Route(MEMBER, "/payments/alipay/return?out_trade_no=P1", answers=ONWARD),
    ("orders.wechat_notices", "POST"): Route(GATEWAY, "/payments/wechat/notices"),
    ("orders.alipay_notices", "POST"): Route(GATEWAY, "/payments/alipay/notices", data={"sign": "x"}),
    ("desk_payments.payments", "GET"): Route(FINANCE, "/desk/payments"),
    ("desk_payments.send_again", "POST"): Route(FINANCE, "/desk/payments/refunds/R1/resending", answers=NOT_FOUND),
    ("desk_payments.outside", "POST"): Route(FINANCE, "/desk/payments/refunds/R1/outside", answers=NOT_FOUND),
    ("desk_payments.bills", "GET"): Route(FINANCE, "/desk/payments/bills"),
    ("desk_payments.fetch_bill", "POST"): Route(
        FINANCE, "/desk/payments/bills", data={"gateway": "wechat", "day": "2026-11-11"}, answers=frozenset({409})
    ),
    ("desk_payments.bill", "GET"): Route(FINANCE, "/desk/payments/bills/wechat/2026-11-11", answers=NOT_FOUND),
    ("desk_payments.resolution", "POST"): Route(
        FINANCE, "/desk/payments/differences/1/resolution", data={"remark": "已查"}, answers=NOT_FOUND
    ),
    # finance
    ("desk_points.proof", "GET"): Route(FINANCE, "/desk/points/proof"),
    ("desk_points.prove_changed", "POST"): Route(FINANCE, "/desk/points/proof/runs"),
    ("desk_points.liability", "GET"): Route(FINANCE, "/desk/points/liability"),
    ("desk_points.liability_sheet", "GET"): Route(FINANCE, "/desk/points/liability.xlsx"),
    ("desk_points.roll_forward", "GET"): Route(FINANCE, "/desk/points/roll-forward"),
    ("desk_points.roll_forward_sheet", "GET"): Route(FINANCE, "/desk/points/roll-forward.xlsx"),
    ("desk_points.breakage", "GET"): Route(FINANCE, "/desk/points/breakage"),
    ("desk_points.breakage_sheet", "GET"): Route(FINANCE, "/desk/points/breakage.xlsx"),
    ("desk_points.set_rate", "POST"): Route(
        FINANCE,
        "/desk/points/breakage/rates",
        data={"from_on": "2026-11-01", "percent": "97", "note": "历年兑换曲线"},
    ),
    ("desk_points.funding", "GET"): Route(FINANCE, "/desk/points/funding"),
    ("desk_points.funding_sheet", "GET"): Route(FINANCE, "/desk/points/funding.xlsx"),
    ("desk_points.corrections", "GET"): Route(ACCOUNT_STAFF, "/desk/points/corrections"),
    ("desk_points.correction", "GET"): Route(ACCOUNT_STAFF, correction_of("finance")),
    ("desk_points.new_correction", "GET"): Route(FINANCE, "/desk/points/corrections/new?dealer=LA0571"),
    ("desk_points.request_correction", "POST"): Route(FINANCE, "/desk/points/corrections", data=ADDITION),
    ("desk_points.approve_correction", "POST"): Route(FINANCE, correction_of("other", "/approval")),
    ("desk_points.decline_correction", "POST"): Route(
        FINANCE, correction_of("other", "/declining"), data={"answer": "没有依据"}
    ),
    ("desk_points.withdraw_correction", "POST"): Route(FINANCE, correction_of("own", "/withdrawal")),
    ("desk_points.accounts", "GET"): Route(ACCOUNT_STAFF, "/desk/points/dealers?q=LA"),
    ("desk_points.account", "GET"): Route(ACCOUNT_STAFF, LINAN),
    ("desk_points.account_movement", "GET"): Route(ACCOUNT_STAFF, f"{LINAN}/movements/1"),
    ("desk_points.statement", "GET"): Route(ACCOUNT_STAFF, f"{LINAN}/statements/2026-11"),
    ("desk_points.statement_csv", "GET"): Route(ACCOUNT_STAFF, f"{LINAN}/statements/2026-11.csv"),
    ("desk_points.statement_proof", "GET"): Route(
        ACCOUNT_STAFF, f"{LINAN}/statements/2026-11/proof.json", answers=frozenset({409})
    ),
    ("desk_points.periods", "GET"): Route(FINANCE, "/desk/points/periods"),
    ("desk_points.close", "POST"): Route(FINANCE, "/desk/points/periods", data={"month": "2026-09", "sure": "y"}),
    ("desk_points.terms", "POST"): Route(FINANCE, "/desk/points/terms", data={"grace": "8", "threshold": "5000"}),
    # the mall's face
    ("face.announcements", "GET"): Route(MEMBER, "/announcements"),
    ("face.announcement", "GET"): Route(MEMBER, announced("LA0571"), other=announced("NB0574")),
    ("face.guides", "GET"): Route(MEMBER, "/guides"),
    ("face.guide", "GET"): Route(MEMBER, "/guides/how-to-redeem"),
    ("face.theme_style", "GET"): Route(ALL, "/theme/1.css"),
    ("face.theme_mark", "GET"): Route(ALL, "/theme/1.svg"),
    ("desk_face.editor", "GET"): Route(MERCHANDISER, "/desk/face"),
    ("desk_face.block", "GET"): Route(MERCHANDISER, "/desk/face/blocks/picks"),
    ("desk_face.change_block", "POST"): Route(
        MERCHANDISER, "/desk/face/blocks/reach", data={"revision": "4", "count": "4"}
    ),
    ("desk_face.add_block", "POST"): Route(MERCHANDISER, "/desk/face/blocks", data={"revision": "4", "what": "shelf"}),
    ("desk_face.copy_block", "POST"): Route(MERCHANDISER, "/desk/face/blocks/picks/copy", data={"revision": "4"}),
    ("desk_face.remove_block", "POST"): Route(MERCHANDISER, "/desk/face/blocks/picks/removal", data={"revision": "4"}),
    ("desk_face.move_block", "POST"): Route(MERCHANDISER, "/desk/face/blocks/picks/move/up", data={"revision": "4"}),
    ("desk_face.order_blocks", "POST"): Route(
        MERCHANDISER, "/desk/face/order", data={"revision": "4", "order": "picks,search"}
    ),
    ("desk_face.discard", "POST"): Route(MERCHANDISER, "/desk/face/discard", data={"revision": "4"}),
    # The draft says what is live: whoever may publish is told so.
    ("desk_face.publish", "POST"): Route(
        MERCHANDISER, "/desk/face/publication", data={"revision": "4"}, answers=frozenset({409})
    ),
    ("desk_face.set_due", "POST"): Route(
        MERCHANDISER, "/desk/face/due", data={"revision": "4", "due_at": "2026-12-01T00:00"}, answers=frozenset({409})
    ),
    ("desk_face.take_up_due", "POST"): Route(
        MERCHANDISER, "/desk/face/due/17/draft", data={"revision": "4"}, answers=NOT_FOUND
    ),
    ("desk_face.cancel_due", "POST"): Route(MERCHANDISER, "/desk/face/due/17/cancellation", answers=NOT_FOUND),
    ("desk_face.history", "GET"): Route(MERCHANDISER, "/desk/face/versions"),
    ("desk_face.restore", "POST"): Route(MERCHANDISER, "/desk/face/versions/1/restoration", data={"seen": "2"}),
    ("desk_face.preview", "GET"): Route(MERCHANDISER, "/desk/face/preview"),
    ("desk_face.preview", "POST"): Route(MERCHANDISER, "/desk/face/preview?block=reach", data={"count": "4"}),
    ("desk_face.draft_style", "GET"): Route(MERCHANDISER, "/desk/face/theme.css?brand=%230a4ea3"),
    ("desk_face.theme", "GET"): Route(MERCHANDISER, "/desk/face/theme"),
    ("desk_face.change_theme", "POST"): Route(
        MERCHANDISER, "/desk/face/theme", data={"revision": "4", "brand": "#0a4ea3"}
    ),
    ("desk_face.announcements", "GET"): Route(MERCHANDISER, "/desk/announcements"),
    ("desk_face.new_announcement", "GET"): Route(MERCHANDISER, "/desk/announcements/new"),
    ("desk_face.announcement", "GET"): Route(MERCHANDISER, announced("LA0571", "/desk/announcements")),
    ("desk_face.put_announcement", "POST"): Route(
        MERCHANDISER,
        "/desk/announcements",
        data={
            "key": "matrix-key-0123456789",
            "revision": "0",
            "titles-zh_Hans": "放假",
            "texts-zh_Hans": "<p>三天</p>",
            "starts_at": "2026-11-12T20:00",
        },
    ),
    ("desk_face.publish_announcement", "POST"): Route(
        MERCHANDISER, announced("LA0571", "/desk/announcements", "/publication"), data={"revision": "2", "wanted": "0"}
    ),
    ("desk_face.guides", "GET"): Route(MERCHANDISER, "/desk/guides"),
    ("desk_face.new_guide", "GET"): Route(MERCHANDISER, "/desk/guides/new"),
    ("desk_face.guide", "GET"): Route(MERCHANDISER, guide_of()),
    ("desk_face.put_guide", "POST"): Route(
        MERCHANDISER,
        "/desk/guides",
        data={"revision": "0", "slug": "freight", "titles-zh_Hans": "运费", "texts-zh_Hans": "<p>包邮</p>"},
    ),
    ("desk_face.publish_guide", "POST"): Route(
        MERCHANDISER, guide_of("/publication"), data={"revision": "2", "wanted": "0"}
    ),
    ("desk_face.move_guide", "POST"): Route(MERCHANDISER, guide_of("/move/up"), data={"seen": "0"}),
    # partners
    ("api.post_order", "POST"): Route(
        PARTNER, "/api/v1/orders", data=body("INV-9", dealer={"code": "LA0571"}), answers=CREATED
    ),
    ("api.post_batch", "POST"): Route(
        PARTNER, "/api/v1/orders/batch", data={"documents": [body("INV-9", dealer={"code": "LA0571"})]}
    ),
    ("api.get_order", "GET"): Route(PARTNER, "/api/v1/orders/INV-1", other="/api/v1/orders/DEAD-1"),
    ("api.get_documents", "GET"): Route(PARTNER, "/api/v1/documents"),
    ("api.get_balance", "GET"): Route(PARTNER, "/api/v1/dealers/LA0571/balance"),
    # The scene has no checkpoint: whoever may ask is told so.
    ("api.get_proof", "GET"): Route(
        PARTNER,
        "/api/v1/dealers/LA0571/proof?seq=1",
        other="/api/v1/dealers/NB0574/proof?seq=1",
        answers=frozenset({409}),
    ),
    ("api.get_latest_checkpoint", "GET"): Route(PARTNER, "/api/v1/checkpoints/latest", answers=frozenset({404})),
    # Vouchers of other systems are not there (tests/api/test_vouchers.py has their own).
    ("api.get_voucher_key", "GET"): Route(PARTNER, "/api/v1/voucher-key"),
    ("api.get_voucher", "GET"): Route(PARTNER, f"/api/v1/vouchers/{'0' * 16}", answers=frozenset({404})),
    ("api.use_voucher", "POST"): Route(
        PARTNER, f"/api/v1/vouchers/{'0' * 16}/use", data={"reference": "SO-1"}, answers=frozenset({404})
    ),
    ("api.return_voucher", "POST"): Route(
        PARTNER, f"/api/v1/vouchers/{'0' * 16}/return", data={"reason": "停办"}, answers=frozenset({404})
    ),
}


@pytest.fixture(scope="module")
def built(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scene]:
    """The scene, made once, and its database file, of which each test gets a copy."""
    url = databases.sqlite()
    kept = tmp_path_factory.mktemp("matrix") / "scene.db"
    with closing(running(url, Clock(AT), kept.with_suffix(".media"))) as malls:
        scene = make_scene(next(malls))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)
    databases.take_back(url)
    return kept, scene


@dataclass
class Stage:
    """A mall on a copy of the scene."""

    app: Flask
    scene: Scene
    kept: Path
    copy: Path

    def again(self) -> None:
        """The scene as it was."""
        db.session.remove()
        with closing(sqlite3.connect(self.kept)) as kept, closing(sqlite3.connect(self.copy)) as copy:
            kept.backup(copy)

    def client(self, who: str) -> FlaskClient:
        client = self.app.test_client()
        if who in self.scene.tokens:
            name = "__Host-mall" if who in MEMBERS or who.startswith("member") else "__Host-desk"
            client.set_cookie(name, self.scene.tokens[who], secure=True)
        return client

    def ask(self, who: str, key: tuple[str, str], address: Address, *, csrf: bool = True) -> TestResponse:
        (_endpoint, method), route = key, ROUTES[key]
        url = address if isinstance(address, str) else address(self.scene, who)
        self.scene.who = who
        data = route.data(self.scene) if callable(route.data) else route.data
        if not url.startswith("/api/") and who != "partner":
            return self.client(who).open(url, method=method, data=data if method != "GET" else None, csrf=csrf)
        raw = json.dumps(data, ensure_ascii=False).encode() if method != "GET" else b""
        self.scene.partner.app = self.app
        headers = self.scene.partner.headers(method, url, raw) if who == "partner" else {}
        more = {"content_type": "application/json"} if raw else {}
        if who == "partner" and not url.startswith("/api/"):
            raw, more = b"", {}
            return self.client(who).open(url, method=method, headers=headers, data=data if method != "GET" else None)
        return self.client(who).open(url, method=method, headers=headers, data=raw or None, **more)


@pytest.fixture
def stage(built: tuple[Path, Scene]) -> Iterator[Stage]:
    kept, scene = built
    copy = kept.with_name("mall.db")
    for left in kept.parent.glob("mall.db*"):
        left.unlink()
    shutil.copy(kept, copy)
    for app in running(f"sqlite:///{copy}", Clock(AT), kept.with_suffix(".media")):
        yield Stage(app, scene, kept, copy)


def make_scene(app: Flask) -> Scene:
    """Two dealers with points, an order and an address each; sign-ins of everybody; documents of two partners."""
    seal = app.extensions["seal"]
    key, other_key = transact(join, seal=seal)
    people = transact(cast, seal=seal)
    scene = Scene(people, Partner(app, Clock(AT), key.key_id, key.secret))
    for dealer in (people.linan, people.ningbo):
        for _ in range(1 if dealer is people.linan else 9):
            give_points(dealer.id, 100_000)
    transact(houses)
    kept = keep(transact, data=photo(), name="matrix.jpg", actor="staff:1", folder=app.extensions["settings"].media)
    scene.picture = kept.key
    transact(stock_up)
    scene.count = begin_count()
    scene.batch = begin_batch(["CK-5L"])
    scene.own_batch = begin_batch(["CK-5L"], actor=f"staff:{people.staff[StaffRole.MERCHANDISER].id}")
    transact(load_some)
    transact(_prices, scene=scene)
    transact(_orders_and_addresses, scene=scene, seal=seal)
    transact(_sign_ins, scene=scene, seal=seal)
    for dealer in (people.linan, people.ningbo):
        bought(line(dealer.id, 1, Kind.SERVICE, terms=RUSH))
    transact(_vouchers, scene=scene)
    dealers = [(dealer.code, dealer.id) for dealer in (people.linan, people.ningbo)]
    scene.handed = transact(hand_out, dealers=dealers, sku_code=CARD, seal=seal)
    scene.dressed = transact(dress)
    for role in (StaffRole.FINANCE, StaffRole.ADMINISTRATOR):
        ask = Ask(
            kind=CorrectionKind.TAKE, dealer_id=people.linan.id, points=6_000, reason=CorrectionReason.CORRECTION,
            note="多记了一张单",
        )  # fmt: skip
        made = transact(request, ask=ask, key=f"scene-{role}", staff_id=people.staff[role].id)
        scene.corrections[role.value] = made.id
    assert scene.partner.post("/api/v1/orders", body("INV-1", dealer={"code": "LA0571"})).status_code < 300
    erp = Partner(app, Clock(AT), other_key.key_id, other_key.secret)
    assert erp.post("/api/v1/orders", body("DEAD-1", dealer={"code": "NOBODY"})).status_code < 500
    return scene


def _prices(session: Session, now: datetime, *, scene: Scene) -> None:
    sku = session.scalars(select(Sku.id).where(Sku.code == COOKER)).one()
    scene.plan = session.scalars(select(PricePlan.id).where(PricePlan.sku_id == sku)).one()
    someone = SupplierToPut(code="SUP-1", name="某厂", admission=Admission.CANDIDATE)
    put_supplier(session, now, put=someone, revision=0, actor="staff:1")
    dear = Costs(cost_fen=100_000, unit_value=10_000)
    asked = {"put": PlanToPut(points=100), "costs": dear, "note": "清库存", "key": "scene-below-cost"}
    scene.proposal = ask_below_cost(session, now, sku_code=COOKER, actor="staff:1", **asked).id
    put_freight_template(session, now, code="remote", name="偏远", rules=rules_from([{}]), actor="staff:1")
    found_nothing(session, now, words="投影仪", zone="Asia/Shanghai")


def _orders_and_addresses(session: Session, now: datetime, *, scene: Scene, seal: Seal) -> None:
    people = scene.people
    for dealer, person in ((people.linan, people.owner), (people.ningbo, people.other_owner)):
        for _ in range(2):  # removing one leaves one to prefer
            scene.addresses[dealer.code] = add_address(
                session, now, dealer_id=dealer.id, recipient=person.name, phone=person.phone,
                region="浙江省/杭州市/临安区", street="锦城街道长桥路 18 号", seal=seal, actor="test",
            )  # fmt: skip
        tell(session, now, dealer_id=dealer.id, what="approved", facts={"no": "2611120000"}, href="/orders")
        session.flush()
        scene.notices[dealer.code] = session.scalars(select(Notice.id).where(Notice.dealer_id == dealer.id)).one()
        scene.orders[dealer.code] = _placed(session, now, scene, dealer.code, key=dealer.code, seal=seal)
        no = scene.arrived[dealer.code] = _placed(session, now, scene, dealer.code, 2, key="arrived", seal=seal)
        ship(
            session, now, dealer_code=dealer.code, no=no, part_no=1, staff_id=1, role=StaffRole.FULFILMENT,
            carrier="shunfeng", waybill="SF1390442701860",
        )  # fmt: skip
        whose: dict[str, Any] = {"dealer_id": dealer.id, "member_id": person.id, "role": MemberRole.OWNER, "no": no}
        receive(session, now, **whose)
        wanted = Wanted(
            pieces={1: 1}, kind=ClaimKind.RETURN, reason=ClaimReason.DAMAGED, photos=(Photo(b"\xff\xd8\xff\xd9", 4, 3),)
        )  # fmt: skip
        scene.claims[dealer.code] = apply(session, now, **whose, key="scene", wanted=wanted, seal=seal).no


def _placed(
    session: Session, now: datetime, scene: Scene, code: str, quantity: int = 1, *, key: str, seal: Seal
) -> str:
    """The number of an order of a dealer's owner."""
    sku = session.scalars(select(Sku.id).where(Sku.code == COOKER)).one()
    person = scene.people.owner if code == scene.people.linan.code else scene.people.other_owner
    goes_to, dealer_id = scene.addresses[code], person.dealer_id
    basket = basket_of(
        session, now, dealer_id=dealer_id, picks=[Pick(sku_id=sku, quantity=quantity)], address_id=goes_to
    )
    quote = basket.quote(dealer_id=dealer_id, member_id=person.id, key=key, now=now, address_id=goes_to)
    assert quote is not None
    placed = place(
        session, now, dealer_id=dealer_id, member_id=person.id, role=MemberRole.OWNER, quote=quote,
        asked=Asked(address_id=goes_to), seal=seal,
    )  # fmt: skip
    return placed.no


def _vouchers(session: Session, now: datetime, *, scene: Scene) -> None:
    for voucher, code in session.execute(select(Voucher, Dealer.code).join(Dealer, Dealer.id == Voucher.dealer_id)):
        scene.vouchers[code] = voucher.no
    message = session.scalars(select(Message).where(Message.dealer_id == scene.people.linan.id)).one()
    message.state, message.tries = MessageState.DEAD, 12
    scene.message = message.id


def _sign_ins(session: Session, now: datetime, *, scene: Scene, seal: Seal) -> None:
    people = scene.people

    def keep(name: str, begin: Callable[..., str], **whose: Any) -> None:
        scene.tokens[name] = begin(session, now, device=DEVICE, **whose)
        begin(session, now, device=DEVICE, **whose)
        session.flush()
        scene.spare[name] = session.scalars(select(SignIn.public_id).order_by(SignIn.public_id.desc())).first() or 0

    for name in (*MEMBERS, "other owner"):
        who = getattr(people, name.replace(" ", "_"))
        keep(name, begin_member, dealer_id=who.dealer_id, member_id=who.id)
    for role, person in people.staff.items():
        keep(role.value, begin_staff, staff_id=person.id, stage=SignInStage.FULL)
    supplier = session.scalars(select(Supplier.id).where(Supplier.code == "SUP-1")).one()
    for name, scope in ((REGIONAL, Scope("华南")), (SUPPLYING, Scope("", supplier))):
        number = add_staff(
            session, now, login=name, name="许南枝", role=StaffRole.MERCHANDISER, password_hash=hashed(), issued=False
        )
        boss = people.staff[StaffRole.ADMINISTRATOR].id
        set_scope(session, now, staff_id=number, scope=scope, seen=WHOLE, by=boss)
        keep(name, begin_staff, staff_id=number, stage=SignInStage.FULL)
    stage, half = SignInStage.NEW_PASSWORD, people.staff[StaffRole.FINANCE]
    owner = {"dealer_id": people.linan.id, "member_id": people.owner.id}
    keep("member with a first password", begin_member, stage=stage, **owner)
    keep("staff with a first password", begin_staff, stage=stage, staff_id=half.id)
    keep("staff without the code", begin_staff, stage=SignInStage.SECOND_FACTOR, staff_id=half.id)
    keep_totp_secret(session, now, staff_id=half.id, secret=TOTP, seal=seal)


def version(copy: Path) -> Callable[[], int]:
    """A number that changes with every commit of anybody else's."""
    connection = sqlite3.connect(copy)
    return lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])


def everything_served() -> set[tuple[str, str]]:
    app = create_app(Settings(database_url="sqlite:////never/opened.db", secret_key=SECRET, testing=True))
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


SERVED = sorted(everything_served())


def test_every_route_stands_in_the_table_and_the_table_in_no_more() -> None:
    missing, gone = set(SERVED) - set(ROUTES), set(ROUTES) - set(SERVED)
    assert not missing, f"\nadd to ROUTES of {__file__}, with for whom it is and an address: {sorted(missing)}"
    assert not gone, f"\nno such route any more, take it out of ROUTES: {sorted(gone)}"


def test_state_changes_only_by_methods_that_say_so() -> None:
    assert {method for _endpoint, method in SERVED} <= {"GET", "POST", "PUT", "DELETE"}


def test_every_route_carries_the_mark_of_a_guard() -> None:
    app = create_app(Settings(database_url="sqlite:////never/opened.db", secret_key=SECRET, testing=True))
    assert [endpoint for endpoint in app.view_functions if audience_of(app, endpoint) is None] == []


def name(key: tuple[str, str]) -> str:
    return f"{key[1]} {key[0]}"


@pytest.mark.parametrize("key", sorted(set(ROUTES) & set(SERVED)), ids=name)
def test_everybody_gets_what_is_theirs_and_nothing_else(stage: Stage, key: tuple[str, str]) -> None:
    route, (_endpoint, method) = ROUTES[key], key
    reads = method == "GET"
    seen = version(stage.copy)
    before = seen()
    for who in (who for who in EVERYBODY if who not in route.audience.allowed):
        answer = stage.ask(who, key, route.own)
        said = f"{who} asking {route.own if isinstance(route.own, str) else key}: {answer.status}"
        if who in route.audience.refused:
            assert answer.status_code == 403, said
        elif who in route.audience.onward:
            assert answer.status_code == 303, said
            assert "sign-in" not in answer.location, said
        elif route.audience.door:
            assert answer.status_code == 303, said
            assert urlsplit(answer.location).path.startswith(route.audience.door), f"{said} to {answer.location}"
        else:
            assert answer.status_code == 401, said
    if not is_api(route):
        assert seen() == before, "whoever may not, changes nothing"

    for who in (who for who in EVERYBODY if who in route.audience.allowed):
        if route.other is not None:
            before = seen()
            answer = stage.ask(who, key, route.other)
            assert answer.status_code == 404, f"{who} asking for another dealer's: {answer.status}"
            assert is_api(route) or seen() == before
        before = seen()
        answer = stage.ask(who, key, route.own)
        assert answer.status_code in route.answers, f"{who}: {answer.status} {answer.text[-600:]}"
        if answer.status_code == 303 and route.audience is not ALL:
            assert not urlsplit(answer.location).path.endswith("/sign-in"), f"{who} sent to {answer.location}"
        if reads and not is_api(route):
            assert seen() == before, f"{who}: a GET wrote"
        if not reads:
            stage.again()


@pytest.mark.parametrize("key", [key for key in SERVED if key[1] != "GET" and key in ROUTES], ids=name)
def test_a_form_without_its_token_changes_nothing(stage: Stage, key: tuple[str, str]) -> None:
    route = ROUTES[key]
    if is_api(route):
        pytest.skip("partners sign instead")
    who = sorted(route.audience.allowed)[0]
    seen = version(stage.copy)
    before = seen()
    answer = stage.ask(who, key, route.own, csrf=False)
    assert answer.status_code == 422, answer.status
    assert "页面已过期" in answer.text
    assert seen() == before


def is_api(route: Route) -> bool:
    return route.audience is PARTNER or route.audience is GATEWAY
