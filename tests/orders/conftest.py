"""The scene of tests of orders, on each engine."""

from __future__ import annotations

import pytest
from flask import Flask

from mall.web.db import transact
from tests.orders import scene


@pytest.fixture
def set_up(app: Flask) -> Flask:
    """A mall with two dealers and three rewards."""
    transact(scene.set_up)
    return app
