"""The demo's DMS and TMS, which the sandbox plays, get keys for the partners' API."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.cli.demo.people import SEEDED_BY
from mall.earning.actions import Key, add_partner, rotate_key
from mall.earning.models import Partner, UnknownDealers
from mall.web.db import transact

SYSTEMS = {"dms": "品牌 DMS", "tms": "品牌 TMS"}
INBOUND = "inbound.json"


def let_in(folder: Path, seal: Seal) -> None:
    """Leave them this mall's keys in the sandbox's folder. Those that fit already stay."""
    file = folder / INBOUND
    try:
        held = json.loads(file.read_text())
    except (OSError, ValueError):
        held = {}
    given = transact(_give, known={name: str(key.get("key_id")) for name, key in held.items()}, seal=seal)
    if given:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{INBOUND}"
        fresh.touch(0o600)
        held |= {name: {"key_id": key.key_id, "secret": key.secret} for name, key in given.items()}
        fresh.write_text(json.dumps(held))
        os.replace(fresh, file)


def _give(session: Session, now: datetime, *, known: dict[str, str], seal: Seal) -> dict[str, Key]:
    """Keys for those whose key is not the one they hold: after a reset, or beside another mall."""
    given: dict[str, Key] = {}
    for source, name in SYSTEMS.items():
        partner = session.scalars(select(Partner).where(Partner.source == source).with_for_update()).one_or_none()
        if partner is None:
            key = add_partner(
                session, now, source=source, name=name, unknown_dealers=UnknownDealers.PARK, seal=seal, actor=SEEDED_BY
            )
            assert key is not None
            given[source] = key
        elif partner.key_id != known.get(source):
            given[source] = rotate_key(session, now, source=source, seal=seal, actor=SEEDED_BY)
    return given
