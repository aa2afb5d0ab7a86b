"""What migrations build is what the models say, guards included, and it comes down again without a trace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, text

from mall import create_app
from mall.config import Settings
from tests.conftest import ENGINES, SECRET, Databases

GUARDS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": """
        SELECT t.tgname, pg_get_triggerdef(t.oid) || pg_get_functiondef(t.tgfoid) FROM pg_trigger t
        WHERE NOT t.tgisinternal ORDER BY t.tgname""",
}


@pytest.fixture(params=ENGINES)
def urls(request: pytest.FixtureRequest, databases: Databases) -> Iterator[tuple[str, str]]:
    """A database without a table, and one as the models make it."""
    pair = (databases.empty(request.param), str(getattr(databases, request.param)()))
    yield pair
    for url in pair:
        databases.take_back(url)


def guards(url: str) -> list[tuple[str, str]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(GUARDS[engine.dialect.name])).all()
    engine.dispose()
    return [(name, " ".join(definition.split())) for name, definition in rows]


def test_migrations_build_the_ledgers_guards_and_take_everything_down_again(urls: tuple[str, str]) -> None:
    migrated, modelled = urls
    app = create_app(Settings(database_url=migrated, secret_key=SECRET, testing=True))
    with app.app_context():
        upgrade()
        assert guards(migrated) == guards(modelled)
        assert len(guards(migrated)) == 6
        downgrade(revision="base")
    engine = create_engine(migrated)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
