"""What waits for a second person (复核): each feature says what of its own does, and one page shows all of it.

second_person(app, "corrections", N_("更正单"), may_correct, waiting)    kept and decided on a feature's own pages
decides(app, Decision("plan.below_cost", N_("低于成本的价格"), ...))     a proposal, decided on a page that all share
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask

from mall.base.scope import Scope
from mall.dealers.models import StaffRole


@dataclass(frozen=True)
class Waits:
    """One thing that waits: in words what it is, who asked for it (`staff:7`) and when, and where it is decided.

    `mine`: who is here may not be its second person.
    """

    told: str
    by: str
    at: datetime
    href: str
    mine: bool = False


@dataclass(frozen=True)
class Source:
    """A feature's things that wait: what they are called, who sees them, and which there are, the oldest first."""

    key: str
    label: str
    shown: Callable[[], bool]
    waiting: Callable[[], Sequence[Waits]]


@dataclass(frozen=True)
class Decision:
    """How proposals of a kind are shown and agreed to.

    `roles` ask and agree; `within` says whether one concerns somebody of this scope; `title` and `facts` tell it in the
    reader's language; `href` leads to the object; `agree` is the verb of whoever agrees, and is given `proposal_id`,
    `role`, `scope`, `actor` and `address`. `warning` says what agreeing does.
    """

    what: str
    label: str
    roles: frozenset[StaffRole]
    within: Callable[[Scope, Any], bool]
    title: Callable[[Any], str]
    facts: Callable[[Any], Sequence[tuple[str, str]]]
    href: Callable[[Any], str]
    agree: Callable[..., Any]
    warning: str


def second_person(
    app: Flask, key: str, label: str, shown: Callable[[], bool], waiting: Callable[[], Sequence[Waits]]
) -> None:
    """Put what waits of a feature on the page of all that does; the label is an N_ text."""
    app.extensions.setdefault("second_person", []).append(Source(key, label, shown, waiting))


def decides(app: Flask, decision: Decision) -> None:
    """Let proposals of a kind be decided on the page of what waits."""
    app.extensions.setdefault("decisions", {})[decision.what] = decision
