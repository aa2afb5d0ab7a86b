"""What is written into the outbox: once for a key, numbered in the order of the acts."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from mall.outbox.actions import send
from mall.outbox.models import Message, System
from mall.web.db import reading, transact


def test_a_key_is_told_once_and_a_dealers_messages_are_numbered_by_system(app: Flask) -> None:
    for to, key in (("erp", "a"), ("erp", "b"), ("erp", "a"), ("dms", "a")):
        transact(send, dealer_id=7, to=to, topic="statement.charge", key=key, body={"fen": 100})
    transact(send, dealer_id=8, to="erp", topic="statement.charge", key="a", body={"fen": 100})
    rows = reading().scalars(select(Message).order_by(Message.dealer_id, Message.system, Message.seq)).all()
    told = [(row.dealer_id, row.system, row.seq, row.key) for row in rows]
    assert told == [(7, System.DMS, 1, "a"), (7, System.ERP, 1, "a"), (7, System.ERP, 2, "b"), (8, System.ERP, 1, "a")]
