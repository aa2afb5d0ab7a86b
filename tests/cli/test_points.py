"""The operators' proof of the ledger finds what is wrong, and nothing where all is well."""

from flask import Flask
from sqlalchemy import text

from mall.web.db import transact
from tests.points.ledger import EAST, Ledger, found_programme


def test_a_sound_ledger_is_proven_and_a_forged_balance_is_found(app: Flask) -> None:
    transact(found_programme)
    Ledger(EAST).earn(300)
    run = app.test_cli_runner()
    sound = run.invoke(args=["points", "verify"])
    assert sound.exit_code == 0
    assert ": 0 faults" in sound.output

    forged = text("UPDATE points_account SET available = 301 WHERE dealer_id = :dealer")
    transact(lambda session, _now: session.execute(forged, {"dealer": EAST}))
    found = run.invoke(args=["points", "verify"])
    assert found.exit_code == 1
    assert "the account is not the sum of its lots" in found.output
