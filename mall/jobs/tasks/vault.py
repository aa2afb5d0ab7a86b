"""Tend the vault: codes that are over soon are void, stock is what is free, lists nobody took in are forgotten."""

from huey import crontab

from mall.rewards.actions.vault import tend
from mall.web.db import transact

SCHEDULE = crontab(minute="*/10")


def run() -> int:
    """Do so and give how many codes were voided."""
    return transact(tend)
