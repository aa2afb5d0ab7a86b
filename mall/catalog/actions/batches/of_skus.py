"""Batches whose rows are of SKUs and not of rewards: who judges them, and who writes them, by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row
from sqlalchemy.orm import Session

from mall.catalog.actions.batches.judged import Judged
from mall.catalog.actions.batches.level_rows import judge_levels, put_levels
from mall.catalog.actions.batches.plan_rows import judge_plans, put_plans
from mall.catalog.models import Batch


class Judge(Protocol):
    """What becomes of rows, in their order."""

    def __call__(
        self, session: Session, now: datetime, batch: Batch, rows: Sequence[Row[Any]], *, unit_value: int, writing: bool
    ) -> list[Judged]: ...


class Put(Protocol):
    """Write rows that are to be written."""

    def __call__(self, session: Session, now: datetime, batch: Batch, rows: Sequence[Judged]) -> None: ...


@dataclass(frozen=True)
class OfSkus:
    """Who judges such rows, and who writes them."""

    judge: Judge
    put: Put


OF_SKUS: dict[str, OfSkus] = {
    "prices": OfSkus(judge_plans, put_plans),
    "levels": OfSkus(judge_levels, put_levels),
}
