"""Whatever the system does, in whatever order: nothing is lost, nothing overtakes, a repeat is known by its id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from mall.jobs.tasks import outbox
from mall.outbox.actions import send, take
from mall.outbox.models import Message, MessageState, System
from mall.outbox.rules import LEASE
from mall.web.db import db, transact
from tests.cast import Cast, cast
from tests.conftest import Clock
from tests.outbox.listener import listening, write_down

MOODS = st.sampled_from([200, 204, 201, 409, 422, 429, 500, 503, 302, "drop", "twice"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(0, 1)),
        st.tuples(st.just("run"), st.integers(0, 90)),
        st.tuples(st.just("die"), st.just(0)),
    ),
    min_size=4,
    max_size=25,
)


def everybody(app: Flask) -> Cast:
    db.session.remove()
    return transact(cast, seal=app.extensions["seal"])


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(moods=st.lists(MOODS, max_size=30), steps=STEPS)
def play(app: Flask, clock: Clock, people: Cast, moods: list[int | str], steps: list[tuple[str, int]]) -> None:
    transact(lambda session, _now: session.execute(delete(Message)))
    with TemporaryDirectory() as folder, listening() as system:
        app.extensions["settings"] = replace(app.extensions["settings"], gateways=Path(folder))
        write_down(Path(folder), "erp", system.url)
        system.moods = list(moods)
        sent: list[str] = []
        for what, number in steps:
            if what == "tell":
                dealer = (people.linan, people.ningbo)[number]
                sent.append(f"{dealer.code}/{len(sent):03}")
                transact(send, dealer_id=dealer.id, to="erp", topic="test", key=sent[-1], body={})
            elif what == "run":
                clock.tick(minutes=number)
                outbox.run()
            else:
                transact(take, systems=[System.ERP])  # and never heard of again
        system.moods = []
        for _ in range(40):
            clock.at += timedelta(hours=12) + LEASE
            outbox.run()
        db.session.remove()
        rows = db.session.scalars(select(Message)).all()
        assert {row.key for row in rows if row.state is MessageState.DELIVERED} == set(sent), "nothing is lost"
        assert set(system.keys) == set(sent)
        for code in ("LA0571", "NB0574"):
            own = [key for key in system.keys if key.startswith(code)]
            # One may come again and again, but never after a later one.
            assert own == sorted(own)
        ids = {heard.told["key"]: heard.told["id"] for heard in system.heard}
        assert all(ids[heard.told["key"]] == heard.told["id"] for heard in system.heard)


def test_nothing_is_lost_and_nothing_overtakes(mall: Flask, clock: Clock) -> None:
    play(mall, clock, everybody(mall))
