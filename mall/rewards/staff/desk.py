"""What the desk's pages of rewards share."""

from __future__ import annotations

from flask import Blueprint, current_app, request

from mall.base.refused import N_
from mall.base.seal import Seal
from mall.dealers.models import StaffRole
from mall.web import guards

desk_rewards = Blueprint("desk_rewards", __name__, url_prefix="/desk")

GROUP = N_("履约")
KEEPERS = (StaffRole.FULFILMENT,)
"""Fulfilment, and the administrator as everywhere."""
ACTS: dict[str, str] = {
    "vault.take_in": N_("导入卡密库"),
    "reserved": N_("为订单预留"),
    "issued": N_("发放给经销商"),
    "vault.drop": N_("删除一批未用卡密"),
    "vault.warn_at": N_("设置卡密预警"),
    "rebate.terms": N_("修改返利规则"),
    "voucher.use": N_("核销券"),
    "voucher.return": N_("退回券"),
    "card_code.reveal": N_("查看卡密"),
    "card_code.void": N_("作废"),
    "card_code.replace": N_("换发"),
    "top_up.ask_again": N_("催问供应商"),
    "top_up.settle": N_("人工认定结果"),
    "top_up.contrary": N_("供应商的说法与已记录的结果不同"),
}
REASONS: dict[str, str] = {"expired": N_("将要过期，系统自动作废")}


def may_keep() -> bool:
    """Whether who is here looks after the vault and top-ups."""
    return guards.who() is not None and guards.staff().is_one_of(*KEEPERS)


def actor() -> str:
    """Who is here, as the audit log writes it."""
    return f"staff:{guards.staff().staff_id}"


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or ""


def seal() -> Seal:
    """The mall's seal."""
    kept: Seal = current_app.extensions["seal"]
    return kept


def zone() -> str:
    """The zone of days on the desk."""
    return str(current_app.extensions["settings"].zone)
