"""The one place that begins and commits, and what it lets be known when a statement fails."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.web.db import transact


def test_a_failed_statement_does_not_say_whose_data_it_was_about(app: Flask) -> None:
    def stumble(session: Session, _now: datetime) -> None:
        session.execute(text("SELECT * FROM nothing WHERE phone = :phone"), {"phone": "13805716207"})

    with pytest.raises(DBAPIError) as failure:
        transact(stumble)
    assert "nothing" in str(failure.value)
    assert "13805716207" not in str(failure.value)


def test_an_act_is_written_down_whatever_a_proxy_says_of_its_address(app: Flask) -> None:
    transact(note, actor="member:1", act="order.place", subject="order:1", address="x" * 5000)
