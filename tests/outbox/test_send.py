"""What is written into the outbox: once for a key, numbered in the order of the acts."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from mall.outbox.actions import send
from mall.outbox.models import Message, System
from mall.web.db import reading, transact
from tests.cast import cast


def test_a_key_is_told_once_and_a_dealers_messages_are_numbered_by_system(app: Flask) -> None:
    people = transact(cast, seal=app.extensions["seal"])
    linan, ningbo = people.linan.id, people.ningbo.id
    for to, key in (("erp", "a"), ("erp", "b"), ("erp", "a"), ("dms", "a")):
        transact(send, dealer_id=linan, to=to, topic="statement.charge", key=key, body={"fen": 100})
    transact(send, dealer_id=ningbo, to="erp", topic="statement.charge", key="a", body={"fen": 100})
    rows = reading().scalars(select(Message).order_by(Message.dealer_id, Message.system, Message.seq)).all()
    assert sorted((row.dealer_id, row.system, row.seq, row.key) for row in rows) == sorted(
        [
            (linan, System.DMS, 1, "a"),
            (linan, System.ERP, 1, "a"),
            (linan, System.ERP, 2, "b"),
            (ningbo, System.ERP, 1, "a"),
        ]
    )
