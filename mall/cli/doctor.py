"""`flask doctor`: refuses a set-up that is not fit for real points. Run it before the mall opens and after each change.

Each check is a sentence that must be true, with what to do where it is not.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import click
from flask import Flask, current_app
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mall.cli.demo.people import STAFF
from mall.config import VAR, Settings
from mall.dealers.models import Division, Staff
from mall.outbox.queries.destinations import destinations
from mall.payments.actions.counter import OUTSIDE, ends_at, fault_of
from mall.web import health
from mall.web.db import now, reading

WEAK = ("secret", "change", "password", "default", "example", "test", "12345", "mall")
"""Words that give away a secret somebody typed."""
POSTGRESQL = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""What PostgreSQL must be set to so that a commit that was answered survives a power cut."""
SQLITE = {"synchronous": "2", "foreign_keys": "1", "journal_mode": "wal", "recursive_triggers": "1"}
"""The same of SQLite: FULL, or the last commits may be lost; the others keep the ledger's promises."""


@dataclass(frozen=True)
class Check:
    """A sentence, whether it is true, and what to do if it is not."""

    says: str
    holds: bool
    mend: str


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(doctor)


@click.command()
def doctor() -> None:
    """Refuse a set-up that is not fit for production."""
    settings: Settings = current_app.extensions["settings"]
    checks = [
        *of_settings(settings, os.environ),
        *of_checkpoints(settings, os.environ),
        *of_pictures(settings, os.environ),
        *of_gateways(settings, now()),
        *of_systems(settings),
        *of_database(settings, reading()),
    ]
    for check in checks:
        click.echo(f"  ok  {check.says}" if check.holds else f"  NO  {check.says}\n      {check.mend}")
    failed = sum(not check.holds for check in checks)
    click.echo(f"{failed} of {len(checks)} checks failed" if failed else f"all {len(checks)} checks hold")
    sys.exit(1 if failed else 0)


def of_settings(settings: Settings, env: Mapping[str, str]) -> Iterator[Check]:
    """What the environment must say."""
    secret = settings.secret_key
    yield Check("debugging is off", not settings.debug, "unset MALL_DEBUG")
    yield Check(
        "log-in hints and the API's docs page are closed", not settings.demo, "unset MALL_DEMO (make run sets it)"
    )
    yield Check(
        "cookies are Secure and HSTS is sent",
        settings.https,
        "unset MALL_HTTPS (make run sets it to 0) and put a proxy with TLS in front",
    )
    yield Check(
        "the secret cannot be guessed",
        len(secret) >= 32 and len(set(secret)) >= 12 and not any(word in secret.lower() for word in WEAK),
        "set MALL_SECRET_KEY to the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
    )
    if settings.embedded:
        kept = VAR / "secret"
        private = bool(env.get("MALL_SECRET_KEY")) or (
            kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077 == 0
        )
        yield Check("nobody else on this machine can read the secret", private, f"chmod 600 {kept}")
    else:
        yield Check(
            "every server of this mall has the same secret",
            bool(env.get("MALL_SECRET_KEY")),
            "set MALL_SECRET_KEY; the one kept in var/ is this machine's alone",
        )
    yield Check(
        "the number of proxies in front is told",
        settings.proxies > 0 or not settings.https,
        "set MALL_PROXIES to how many proxies set X-Forwarded-For (usually 1); rate limits go by that address",
    )


def of_pictures(settings: Settings, env: Mapping[str, str]) -> Iterator[Check]:
    """Where the pictures lie that staff bring."""
    there = next(place for place in (settings.media, *settings.media.absolute().parents) if place.exists())
    yield Check(
        "pictures can be laid in their folder",
        there.is_dir() and os.access(there, os.W_OK | os.X_OK),
        f"let the servers and the worker write to {settings.media} (MALL_MEDIA)",
    )
    if not settings.embedded:
        yield Check(
            "every server of this mall has the same pictures",
            bool(env.get("MALL_MEDIA")),
            "set MALL_MEDIA to a folder that all servers and the worker share",
        )


def of_checkpoints(settings: Settings, env: Mapping[str, str]) -> Iterator[Check]:
    """Where the ledger's checkpoints go, and who could sign them."""
    there = next(place for place in (settings.checkpoints, *settings.checkpoints.absolute().parents) if place.exists())
    yield Check(
        "checkpoints can be placed in their folder",
        there.is_dir() and os.access(there, os.W_OK | os.X_OK),
        f"let the worker write to {settings.checkpoints} (MALL_CHECKPOINTS)",
    )
    if not settings.embedded:
        yield Check(
            "checkpoints go where the database cannot reach",
            bool(env.get("MALL_CHECKPOINTS")),
            "set MALL_CHECKPOINTS to a folder of another machine (docs/proof.md)",
        )
    if key := settings.checkpoint_key:
        private = key.is_file() and stat.S_IMODE(key.stat().st_mode) & 0o077 == 0
        yield Check(
            "the key that signs checkpoints is there, and nobody else can read it",
            private,
            f"openssl genpkey -algorithm ed25519 -out {key}, then chmod 600; where no worker runs, "
            "unset MALL_CHECKPOINT_KEY",
        )


def of_gateways(settings: Settings, at: datetime) -> Iterator[Check]:
    """Whether the payment gateways' files can be used, by the mall alone, and for a while yet (docs/payments.md)."""
    folder = settings.gateways
    if folder is None:
        return
    yield Check("the folder of gateways is there", folder.is_dir(), f"make {folder}, or unset MALL_GATEWAYS")
    for name in OUTSIDE:
        path = folder / f"{name.value}.json"
        if not path.is_file():
            continue
        fault = fault_of(path, name)
        yield Check(f"{path.name} can be used", not fault, f"it {fault}")
        private = stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        yield Check(f"nobody else on this machine can read {path.name}", private, f"chmod 600 {path}")
        if not fault:
            told = json.loads(path.read_text("utf-8"))
            safe = all(str(told[url]).startswith("https://") for url in ("base_url", "notify_url"))
            yield Check(f"{path.name} speaks of https alone", safe, "base_url and notify_url begin with https://")
            end = ends_at(path)
            yield Check(
                f"the certificates in {path.name} are good for another month",
                end is None or end - at > timedelta(days=30),
                f"they end on {end:%Y-%m-%d}: fetch new ones, or use the platform's public key" if end else "",
            )


def of_systems(settings: Settings) -> Iterator[Check]:
    """Whether the files of the brand's own systems can be used, by the mall alone (docs/partners.md)."""
    found, wrong = destinations(settings.gateways)
    for fault in wrong:
        yield Check("the file of a system of the brand can be used", False, fault)
    for to in found:
        path = (settings.gateways or VAR) / f"{to.system}.json"
        private = stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        yield Check(f"nobody else on this machine can read {path.name}", private, f"chmod 600 {path}")
        yield Check(f"{path.name} speaks of https alone", to.url.startswith("https://"), "url begins with https://")


def of_database(settings: Settings, session: Session) -> Iterator[Check]:
    """What the database must be set to."""
    try:
        connection = session.connection()
        migrated = health.up_to_date(connection)
    except SQLAlchemyError as error:
        yield Check("the database answers", False, f"DATABASE_URL: {type(error).__name__}")
        return
    yield Check("the database answers", True, "")
    yield Check("the tables are those of this code", migrated, "flask db upgrade")
    if migrated:
        # Their passwords and authenticator secrets are printed in the demo's code.
        demo = select(Staff.id).where(Staff.login.in_([one.login for one in STAFF]), Staff.disabled_at.is_(None))
        yield Check("nobody of the demo can sign in here", not session.scalars(demo).all(), "begin with empty tables")
        known = session.scalars(select(Division.code).limit(1)).all()
        yield Check("the country's divisions are loaded", bool(known), "flask divisions load")
    show, wanted = ("PRAGMA", SQLITE) if settings.embedded else ("SHOW", POSTGRESQL)
    for name, value in wanted.items():
        seen = str(connection.execute(text(f"{show} {name}")).scalar_one())
        yield Check(f"{name} is {value}", seen == value, f"it is {seen}: set {name} = {value}")
    if not settings.embedded:
        superuser = connection.execute(text("SHOW is_superuser")).scalar_one() == "on"
        yield Check(
            "the mall is no superuser of its database",
            not superuser,
            "give it a role of its own that owns its tables (docs/operations.md)",
        )
