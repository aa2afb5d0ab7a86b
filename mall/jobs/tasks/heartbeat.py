"""A beat a minute, so that /healthz can tell a worker that hangs from one that has nothing to do."""

from huey import crontab

SCHEDULE = crontab(minute="*")


def run() -> int:
    """Do nothing; that it ran is what is noted."""
    return 0
