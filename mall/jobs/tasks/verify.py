"""Prove what was posted since an account was last proven: hashes, balances, lots, and the checkpoints since."""

import logging

from flask import current_app
from huey import crontab

from mall.config import Settings
from mall.jobs.actions import note_run
from mall.jobs.queries import HEARTBEAT
from mall.points.actions.verify import Proof, hold_against, prove, record_proof
from mall.points.models import Scope
from mall.points.queries.checkpoints import Folder
from mall.web.db import db, now, reading, transact

SCHEDULE = crontab(minute="37")
log = logging.getLogger(__name__)


def run() -> int:
    """Prove what changed and give how many accounts that were."""
    return verify(Scope.CHANGED)


def verify(scope: Scope) -> int:
    """Prove the ledger and keep what came of it for finance's page; faults go to the log as well."""
    settings: Settings = current_app.extensions["settings"]
    proof = Proof(scope, now())
    for found in prove(db.engine, transact, proof):
        for fault in found:
            log.error("the ledger's proof: %s", fault.text)
        # A large ledger takes minutes, in which the worker is at work and beats no other way.
        transact(note_run, name=HEARTBEAT, done=0)
    for fault in hold_against(reading(), proof, Folder(settings.checkpoints)):
        log.error("the ledger's proof: %s", fault.text)
    transact(record_proof, proof=proof)
    return proof.accounts
