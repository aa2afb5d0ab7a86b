"""Sign the heads of the chains and put them where the database cannot reach (docs/proof.md)."""

from flask import current_app
from huey import crontab

from mall.config import Settings
from mall.points.actions.checkpoint import take
from mall.points.queries.checkpoints import Folder
from mall.web.db import now, reading, transact

SCHEDULE = crontab(minute="7")


def run() -> int:
    """Take a checkpoint and give how many accounts it covers: those with entries since the last one."""
    settings: Settings = current_app.extensions["settings"]
    signed = take(transact, reading(), now(), folder=Folder(settings.checkpoints), key=lambda: settings.signing_key)
    return signed.stated.leaves if signed else 0
