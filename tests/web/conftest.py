"""The face of the mall alone: pages, files and languages, with neither features nor database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import CodeType

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from mall.base.seal import Seal
from mall.cli.assets import cli
from mall.config import ROOT, Settings
from mall.web import csrf, desk_views, face, guards, headers, refusals

AT = datetime(2026, 11, 12, 6, 36, 8, tzinfo=UTC)
"""A Thursday in November, 14:36 in Shanghai."""


class Compiled(BytecodeCache):
    """Templates compiled by one app of this process, for the next."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


def make_face(**options: bool) -> Flask:
    """An app that wears the mall's face; the style page is served unless told otherwise."""
    settings = Settings(
        database_url="sqlite://", secret_key="for tests only", **{"https": False, "styleguide": True, **options}
    )
    app = Flask("mall", root_path=str(ROOT / "mall"), template_folder="../templates", static_folder="../static")
    app.config.update(SECRET_KEY=settings.secret_key, TESTING=True)
    app.extensions.update(settings=settings, clock=lambda: AT, seal=Seal(settings.secret_key))
    for part in (headers, guards, csrf, refusals, face, desk_views):
        part.register(app)
    app.cli.add_command(cli)
    app.jinja_env.bytecode_cache = COMPILED
    return app


@pytest.fixture(scope="session")
def built() -> None:
    """Static files as they are now; nothing is done when nothing changed."""
    outcome = make_face().test_cli_runner().invoke(args=["assets", "build", "--no-pictures"])
    assert outcome.exit_code == 0, outcome.output


@pytest.fixture
def face_app(built: None) -> Flask:
    """The face. No context is pushed: two requests in one context would share their language and nonce."""
    return make_face()


@pytest.fixture
def in_face(face_app: Flask) -> Iterator[Flask]:
    """The face, inside a request for its home."""
    with face_app.test_request_context("/"):
        yield face_app
