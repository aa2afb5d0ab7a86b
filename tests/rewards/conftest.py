"""A mall with the rack's scene, on each engine and on SQLite alone."""

from __future__ import annotations

import pytest
from flask import Flask

from mall.web.db import transact
from tests.rewards.scene import set_up


@pytest.fixture
def rack(app: Flask) -> Flask:
    transact(set_up)
    return app


@pytest.fixture
def rack_here(mall: Flask) -> Flask:
    transact(set_up)
    return mall
