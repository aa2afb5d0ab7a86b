"""`flask doctor` lets nothing through that is unfit for real points."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from mall.cli import doctor
from mall.cli.demo.history import prepare
from mall.cli.demo.people import seed_people
from mall.config import Settings
from mall.web.db import db, reading, transact

FIT = Settings(
    database_url="postgresql+psycopg://mall@db/mall", secret_key="q9X_vT2-LkzR7wPb0nYdHs4JcGfUe8Ma5iKoWx1Z", proxies=1
)
GIVEN = {"MALL_SECRET_KEY": FIT.secret_key}


def failing(settings: Settings, env: dict[str, str] | None = None) -> list[str]:
    return [check.says for check in doctor.of_settings(settings, GIVEN if env is None else env) if not check.holds]


def test_a_set_up_fit_for_production_passes() -> None:
    assert failing(FIT) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"debug": True}, "debugging is off"),
        ({"demo": True}, "log-in hints and the API's docs page are closed"),
        ({"https": False}, "cookies are Secure and HSTS is sent"),
        ({"secret_key": "short"}, "the secret cannot be guessed"),
        ({"secret_key": "a" * 60}, "the secret cannot be guessed"),
        ({"secret_key": "please-change-me-please-please-0123456789"}, "the secret cannot be guessed"),
        ({"proxies": 0}, "the number of proxies in front is told"),
    ],
)
def test_each_weakness_is_named(change: dict[str, object], finding: str) -> None:
    assert failing(replace(FIT, **change)) == [finding]  # type: ignore[arg-type]


def test_a_secret_of_one_machine_is_not_enough_for_many() -> None:
    assert failing(FIT, env={}) == ["every server of this mall has the same secret"]


def test_the_database_of_the_tests_is_judged_by_what_it_really_does(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    found = {check.says: check.holds for check in doctor.of_database(settings, reading())}
    unfit = {says for says, holds in found.items() if not holds}
    if settings.embedded:
        assert unfit == {"the country's divisions are loaded"}
        assert found["synchronous is 2"]
    else:
        # The tests' PostgreSQL runs without fsync and as a superuser: just what the doctor is there to find.
        assert unfit == {
            "fsync is on", "the mall is no superuser of its database", "the country's divisions are loaded"
        }  # fmt: skip


def test_a_sqlite_that_may_lose_commits_is_refused(mall: Flask) -> None:
    db.session.execute(text("SELECT 1"))
    db.session.rollback()
    with db.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA synchronous=0")
        assert connection.connection.cursor().execute("PRAGMA synchronous").fetchone()[0] == 0
    found = {check.says: check.holds for check in doctor.of_database(mall.extensions["settings"], reading())}
    assert not found["synchronous is 2"]


def test_a_database_with_the_demo_in_it_is_refused(mall: Flask) -> None:
    transact(prepare, seal=mall.extensions["seal"])
    transact(seed_people, seal=mall.extensions["seal"])
    found = {check.says: check.holds for check in doctor.of_database(mall.extensions["settings"], reading())}
    assert not found["nobody of the demo can sign in here"]


def test_the_command_ends_with_an_error_until_all_holds(mall: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = mall.test_cli_runner().invoke(args=["doctor"])
    assert ran.exit_code == 1
    assert "  NO  the secret cannot be guessed" in ran.output
    assert "checks failed" in ran.output


def test_checkpoints_need_a_folder_of_their_own_and_a_private_key(tmp_path: Path) -> None:
    def unfit(env: dict[str, str]) -> list[str]:
        return [check.says for check in doctor.of_checkpoints(settings, env) if not check.holds]

    (tmp_path / "file").touch()
    (tmp_path / "key.pem").touch(0o600)
    named = {"MALL_CHECKPOINTS": "named"}
    settings = replace(FIT, checkpoint_folder=tmp_path / "not" / "yet", checkpoint_key=tmp_path / "key.pem")
    assert unfit(named) == []
    assert unfit({}) == ["checkpoints go where the database cannot reach"]
    (tmp_path / "key.pem").chmod(0o640)
    assert unfit(named) == ["the key that signs checkpoints is there, and nobody else can read it"]
    settings = replace(FIT, checkpoint_folder=tmp_path / "file" / "below")
    assert unfit(named) == ["checkpoints can be placed in their folder"]
