"""A hand on checkpoints for tests: a key, a folder, what a forger with the database's password can do."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import current_app
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from mall.points.actions.checkpoint import take
from mall.points.queries.checkpoint_faults import checkpoint_faults
from mall.points.queries.checkpoints import Folder
from mall.points.rules.checkpoint import Signed
from mall.web.db import db, now, reading, transact


def write_key(path: Path) -> Path:
    """A fresh private key in PEM."""
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


class Keeper:
    """Takes checkpoints of the mall whose context is pushed, and looks for faults."""

    def __init__(self, path: Path | None = None, key: Path | None = None) -> None:
        settings = current_app.extensions["settings"]
        self.folder = Folder(path or settings.checkpoints)
        self.key = key or settings.checkpoint_key
        if not self.key.exists():
            write_key(self.key)

    def take(self, *, adopt: bool = False) -> Signed | None:
        return take(transact, reading(), now(), folder=self.folder, key=lambda: self.key, adopt=adopt)

    def no(self) -> int | None:
        """The number of the checkpoint that is taken now, if any."""
        signed = self.take()
        return signed.stated.no if signed else None

    def faults(self, **more: Any) -> list[str]:
        db.session.rollback()
        found = [fault.text for fault in checkpoint_faults(db.session, self.folder, **more)]
        db.session.rollback()
        return found


def forge(*statements: str) -> None:
    """Run statements with every guard of the database taken down: no trigger, no foreign key."""
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
        return
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))


def blob(raw: bytes) -> str:
    """Bytes as a literal of the engine in use."""
    return f"X'{raw.hex()}'" if db.engine.dialect.name == "sqlite" else f"'\\x{raw.hex()}'::bytea"


def die_at(step: str, path: str, key: str) -> None:
    """Take a checkpoint and be killed on the way: at the n-th write-through to the disk, or in the last transaction."""

    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "commit":
        event.listen(Session, "before_commit", die)
    else:
        os.fsync = _dying_at(int(step), os.fsync, die)
    Keeper(Path(path), Path(key)).take()


def _dying_at(count: int, sync: Callable[[Any], None], die: Callable[[], None]) -> Callable[[Any], None]:
    left = [count]

    def dying(handle: Any) -> None:
        left[0] -= 1
        if not left[0]:
            die()
        sync(handle)

    return dying
