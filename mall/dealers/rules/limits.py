"""How long a sign-in lives.

OWASP ASVS 5.0, 7.3: an idle and an absolute limit. Dealers live in their phones and come back weekly; the back
office stands open on shared desks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mall.dealers.models import SignInStage


@dataclass(frozen=True)
class Life:
    """How long without a request, and how long at all."""

    idle: timedelta
    absolute: timedelta


MEMBER = Life(idle=timedelta(days=14), absolute=timedelta(days=90))
STAFF = Life(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
HALF_WAY = timedelta(minutes=10)
"""A sign-in waiting for its second factor or its new password."""

SEEN_EVERY = timedelta(minutes=5)
"""`seen_at` is written no more often than this."""

ISSUED_FOR = timedelta(days=7)
"""How long a password handed out by somebody else can be used to choose one's own."""


def ends(now: datetime, life: Life, stage: SignInStage) -> datetime:
    """When a sign-in of this stage, begun now, ends whatever happens."""
    return now + (life.absolute if stage is SignInStage.FULL else HALF_WAY)
