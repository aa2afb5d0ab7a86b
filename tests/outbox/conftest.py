"""A mall with people, a folder of gateways, and a system that listens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from mall.web.db import transact
from tests.cast import Cast, cast
from tests.outbox.listener import Listener, listening, write_down


@pytest.fixture
def gateways(tmp_path: Path) -> Path:
    folder = tmp_path / "gateways"
    folder.mkdir()
    return folder


@pytest.fixture
def here(app: Flask, gateways: Path) -> Cast:
    """Everybody, in a mall that looks for its gateways in that folder."""
    app.extensions["settings"] = replace(app.extensions["settings"], gateways=gateways)
    return transact(cast, seal=app.extensions["seal"])


@pytest.fixture
def erp(gateways: Path) -> Iterator[Listener]:
    with listening() as listener:
        write_down(gateways, "erp", listener.url)
        yield listener
