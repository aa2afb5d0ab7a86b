"""Routes of the partners' API: proofs that points stand in the signed history, and the last checkpoint."""

from __future__ import annotations

import re
from datetime import date

from flask import Response, current_app, request
from flask_babel import gettext
from sqlalchemy import select

from mall.api import door
from mall.api.answers import CheckpointAnswer, ProofAnswer
from mall.api.orders import routes
from mall.base.refused import N_, Malformed, NotFound, Refused
from mall.config import Settings
from mall.earning.models import Partner
from mall.earning.queries import dealer_of_partner
from mall.points.queries.checkpoints import Folder, Unreadable, last_indexed
from mall.points.queries.inclusion import proof_file
from mall.points.queries.statement import statement
from mall.web import guards
from mall.web.db import now, reading
from mall.web.refusals import problem


class OthersDocuments(Refused):
    """A proof shows every entry of its stretch; one with other partners' documents in it is not for this partner."""

    code = "others_documents"
    status = 403
    text = N_("这段记录里还有其他系统的单据，不能提供给你。")


@routes.get("/dealers/<code>/proof")
@guards.partner_signed
def get_proof(code: str) -> Response:
    """The proof of a dealer's month or of one entry, for docs/verify_points.py."""
    source = door.source()
    dealer_id = dealer_of_partner(reading(), source, code)
    if dealer_id is None:
        raise NotFound
    first, last = _stretch(dealer_id)
    try:
        proof = ProofAnswer.model_validate(proof_file(reading(), _folder(), dealer_id, first, last))
    except Unreadable as error:
        return _away(error)
    others = set(reading().scalars(select(Partner.source))) - {source}
    if any(entry.source in others for entry in proof.entries):
        raise OthersDocuments
    return door.answer(proof)


@routes.get("/checkpoints/latest")
@guards.partner_signed
def get_latest_checkpoint() -> Response:
    """The last signed checkpoint: who keeps each has a witness of the whole history."""
    last = last_indexed(reading())
    if last is None:
        raise NotFound
    try:
        return door.answer(CheckpointAnswer.model_validate(_folder().signed(last.no).told()))
    except Unreadable as error:
        return _away(error)


def _stretch(dealer_id: int) -> tuple[int, int]:
    """The entries that are asked for. Refused: neither a month nor a number, or both."""
    month, seq = request.args.get("month"), request.args.get("seq")
    if month is not None and seq is None and (found := re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", month)):
        told = statement(reading(), dealer_id, date(int(found[1]), int(found[2]), 1), now())
        return told.first_seq, told.last_seq
    if seq is not None and month is None and re.fullmatch(r"[1-9][0-9]{0,14}", seq):
        return int(seq), int(seq)
    raise Malformed(wanted="month=2026-10 or seq=12")


def _folder() -> Folder:
    settings: Settings = current_app.extensions["settings"]
    return Folder(settings.checkpoints)


def _away(error: Unreadable) -> Response:
    current_app.logger.error("a checkpoint cannot be read", exc_info=error)
    return problem(503, "checkpoints_away", gettext("存放存证的地方暂时读不到，请稍后再试。"))
