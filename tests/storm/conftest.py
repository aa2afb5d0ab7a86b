"""A mall whose clock other processes see, and the whole outside world around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from mall.cli.demo.systems import let_in
from tests.payments.conftest import kept_keys
from tests.payments.road import Road
from tests.storm.crew import SharedClock

__all__ = ["kept_keys"]


@pytest.fixture
def clock() -> SharedClock:
    """A Thursday in November, 20:00 in Shanghai."""
    return SharedClock(datetime(2026, 11, 12, 12, 0, tzinfo=UTC))


def opened(app: Flask, road: Road) -> Road:
    """Let the mall know everybody outside, and the systems the mall."""
    app.extensions["settings"] = replace(app.extensions["settings"], gateways=road.folder / "gateways")
    let_in(road.folder, app.extensions["seal"])
    return road
