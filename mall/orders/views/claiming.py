"""Claiming: the form of after-sales, and what is sent with it, photos among it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from mall.base.picture import re_encode
from mall.base.refused import Refused
from mall.orders.actions.after_sales import Photo, Wanted, apply
from mall.orders.forms import ClaimForm, fresh_key, key_from, pieces_from
from mall.orders.models import (
    MOST_PHOTOS,
    MOST_WORDS,
    ClaimKind,
    ClaimReason,
    FormReused,
    NothingToClaim,
    OrderLine,
    OrderPart,
    RedemptionOrder,
)
from mall.orders.queries import mine
from mall.orders.queries.claims import Claimable, number_by_key, offered
from mall.orders.rules.claims import reasons_for
from mall.orders.views.blueprint import orders
from mall.web import guards, limits
from mall.web.db import reading, transact
from mall.web.filters import number
from mall.web.pages import go, page, refused, told

MOST_BYTES = 8 * 1024 * 1024
"""What one photo may weigh as it comes: a phone's largest. It is kept much smaller."""
BODY = MOST_PHOTOS * MOST_BYTES + 512 * 1024
MOST_PX, QUALITY = 1600, 82
"""What is kept of a photo: enough to read a parcel's label."""
UPLOADS = limits.Limit("claim-photos", capacity=30, refill=2)
"""Forms with photos that one person may send: drawing them anew is the dearest thing a dealer can ask for."""


@dataclass(frozen=True)
class Typed:
    """What stands in the form, from the link that led to it or as it was sent."""

    key: str
    pieces: dict[int, int] = field(default_factory=dict)
    kind: str = ""
    reason: str = ""
    words: str = ""
    photos: int = 0
    """How many photos came with it: a browser cannot be handed them back."""


@dataclass(frozen=True)
class Chosen:
    """The order that is claimed of, all its lines and parts."""

    order: RedemptionOrder
    lines: dict[int, OrderLine]
    parts: dict[int, OrderPart]

    def offers(self) -> list[Claimable]:
        """What can be claimed of it now."""
        return offered(reading(), self.order, self.lines.values(), self.parts.values())

    def reasons(self, kind: ClaimKind, line_nos: Iterable[int]) -> list[ClaimReason]:
        """Why that may be asked for those lines."""
        lines = [self.lines[line_no] for line_no in line_nos if line_no in self.lines]
        at_home = all(not line.kind.shipped or self.parts[line.part_no].waiting for line in lines)
        return reasons_for(kind, {line.kind for line in lines}, at_home=at_home)


@orders.get("/orders/<no>/after-sales/new")
@guards.member_may("redeem")
def new_claim(no: str) -> Response:
    """The form. `line=` chooses a line beforehand, `kind=` what is asked for."""
    chosen = _order(no)
    offers = chosen.offers()
    if not offers:
        return go(url_for("orders.order", no=no), toast=told(NothingToClaim()), kind="negative")
    kind = request.args.get("kind", "")
    wished = request.args.get("line", type=int)
    fitting = [one for one in offers if not kind or kind in one.kinds] or offers
    first = next((one for one in offers if one.line.line_no == wished), fitting[0] if len(fitting) == 1 else None)
    pieces = {first.line.line_no: first.most if first.whole else 1} if first else {}
    typed = Typed(key=fresh_key(), pieces=pieces, kind=kind)
    return page("orders/claim_new.html", refusal=None, **_wants(chosen, offers, typed, []))


@orders.post("/orders/<no>/after-sales")
@guards.member_may("redeem")
@guards.body_limit(BODY)
def apply_claim(no: str) -> Response:
    """Claim. The same form sent again leads to the claim it made."""
    here, form, chosen = guards.member(), ClaimForm(), _order(no)
    key = key_from(request.form) or fresh_key()
    pieces = pieces_from(request.form)
    files = [one for one in request.files.getlist("photos") if one.filename]
    typed = Typed(
        key=key,
        pieces=pieces,
        kind=form.kind.data or "",
        reason=form.reason.data or "",
        words=form.words.data or "",
        photos=len(files),
    )
    # A form that has made its claim is not judged again by what is left to be claimed: the verb knows it by its key.
    known = number_by_key(reading(), here.dealer_id, key) is not None
    offers = chosen.offers()
    errors = [] if known else [*_wrong(form, chosen, offers, pieces), *_wrong_files(files)]
    if errors or form.wanted is None or form.because is None:
        return refused("orders/claim_new.html", **_wants(chosen, offers, typed, errors))
    try:
        claim = transact(
            apply,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            no=no,
            key=key,
            wanted=Wanted(
                pieces=pieces,
                kind=form.wanted,
                reason=form.because,
                words=typed.words,
                photos=() if known else _drawn(files, here.member_id),
            ),
            seal=current_app.extensions["seal"],
            source_address=request.remote_addr or "",
        )
    except FormReused:
        said = _("这一页先前已提交过另一份申请，可以在我的售后里查看；确认要再提交一份的，请核对后再点一次。")
        again = Typed(**{**typed.__dict__, "key": fresh_key()})
        return refused("orders/claim_new.html", status=409, **_wants(chosen, offers, again, [said]))
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        elsewhere = refusal.status == 409
        return refused(
            "orders/claim_new.html", refusal=refusal, **_wants(chosen, offers, typed, [], elsewhere=elsewhere)
        )
    return go(url_for("orders.claim", no=claim.no), toast=_("售后申请已提交"))


def _order(no: str) -> Chosen:
    """The dealer's own order with its lines and parts."""
    session = reading()
    order = mine.order_of(session, guards.member().dealer_id, no)
    lines = mine.lines_of(session, [order])[order.dealer_id, order.id]
    parts = mine.parts_of(session, [order])[order.dealer_id, order.id]
    return Chosen(order, {line.line_no: line for line in lines}, {part.part_no: part for part in parts})


def _wrong(form: ClaimForm, chosen: Chosen, offers: list[Claimable], pieces: dict[int, int]) -> list[str]:
    """What is wrong with what was chosen and typed, in the reader's language."""
    form.validate()
    found = [text for one in form for text in one.errors]
    most = {one.line.line_no: one for one in offers}
    for line_no, many in pieces.items():
        one = most.get(line_no)
        if one and one.whole and many != one.most:
            found.append(_("还没有发放的要整项申请，共 %(n)s 件。", n=number(one.most)))
        elif one and not 1 <= many <= one.most:
            found.append(_("件数请填 1 到 %(n)s。", n=number(one.most)))
    if not pieces:
        found.append(_("请选择要售后的礼品和件数。"))
    if form.wanted is None:
        found.append(_("请选择售后方式。"))
    if form.because is None:
        found.append(_("请选择原因。"))
    elif form.wanted and pieces and form.because not in chosen.reasons(form.wanted, pieces):
        found.append(
            _(
                "%(reason)s 不能申请%(kind)s，请换一种方式或原因。",
                reason=_(form.because.name_shown),
                kind=_(form.wanted.name_shown),
            )
        )
    return list(dict.fromkeys(found))


def _wrong_files(files: list[FileStorage]) -> list[str]:
    if len(files) > MOST_PHOTOS:
        return [ngettext("最多放 %(num)s 张照片。", "最多放 %(num)s 张照片。", MOST_PHOTOS)]
    for one in files:
        one.stream.seek(0, 2)
        if one.stream.tell() > MOST_BYTES:
            return [_("每张照片不要超过 %(most)s MB。", most=MOST_BYTES // 1024 // 1024)]
    return []


def _drawn(files: list[FileStorage], member_id: int) -> tuple[Photo, ...]:
    """The photos as the mall draws them; refused where one is none."""
    if not files:
        return ()
    transact(limits.take_all, of=[(UPLOADS, str(member_id))])
    found = []
    for one in files:
        one.stream.seek(0)
        picture = re_encode(one.stream.read(MOST_BYTES), most_px=MOST_PX, quality=QUALITY)
        found.append(Photo(picture.jpeg, picture.width, picture.height))
    return tuple(found)


def _wants(
    chosen: Chosen, offers: list[Claimable], typed: Typed, errors: list[str], *, elsewhere: bool = False
) -> dict[str, Any]:
    """What the form's page shows; `elsewhere`: what there is to see about a refusal stands among my claims."""
    line_nos = [one.line.line_no for one in offers]
    kinds = [kind for kind in ClaimKind if any(kind in one.kinds for one in offers)]
    fits = {kind: chosen.reasons(kind, line_nos) for kind in kinds}
    taken = [(one.line, min(max(typed.pieces.get(one.line.line_no, 0), 0), one.most)) for one in offers]
    return {
        "order": chosen.order,
        "offers": offers,
        "kinds": kinds,
        "reasons": [
            (reason, " ".join(kind for kind in kinds if reason in fits[kind]))
            for reason in ClaimReason
            if any(reason in reasons for reasons in fits.values())
        ],
        "typed": typed,
        "kind": typed.kind if typed.kind in kinds else kinds[0] if len(kinds) == 1 else "",
        "points": sum(line.points_each * many for line, many in taken),
        "fen": sum(line.cash_each_fen * many for line, many in taken),
        "errors": errors,
        "elsewhere": elsewhere,
        "most_photos": MOST_PHOTOS,
        "most_words": MOST_WORDS,
    }
