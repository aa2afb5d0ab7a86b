"""The client of top-ups against the played supplier as `make run` starts it: the same wire on both sides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask

from mall.rewards.actions.supplier import Supplier
from mall.rewards.queries.suppliers import supplier_of
from mall.rewards.rules.supplier import Word
from mall.sandbox import create
from mall.sandbox.app import running
from mall.web.db import system_clock


@dataclass
class Outside:
    app: Flask
    client: Supplier

    def throw(self, **switches: object) -> None:
        self.app.extensions["world"].set_switches(switches)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    app = create(tmp_path, "http://127.0.0.1:1", mall_url="http://127.0.0.1:1")
    app.extensions["world"].set_pace({"top_up": 0.0, "hang": 0.5})
    with running(app, "127.0.0.1", 0) as port:
        client = supplier_of(tmp_path / "gateways", system_clock)
        assert client is not None
        yield Outside(app, replace(client, base_url=client.base_url.replace(":1/", f":{port}/"), seconds=2))


def order(outside: Outside, no: str = "T1", account: str = "13800138000") -> Word:
    return outside.client.order(no=no, product="PHONE-100", account=account, quantity=1, fen=10_000).word


def test_an_order_is_taken_once_and_done(outside: Outside) -> None:
    assert order(outside) in {Word.UNDER_WAY, Word.DONE}
    assert order(outside) in {Word.UNDER_WAY, Word.DONE}
    told = outside.client.ask("T1")
    assert (told.word, told.supplier_no, told.proof[:1]) == (Word.DONE, "S1", "R")


def test_what_never_came_is_said_to_be_so(outside: Outside) -> None:
    assert outside.client.ask("T-never").word is Word.NOT_THERE


def test_a_failure_says_why(outside: Outside) -> None:
    outside.throw(top_up_outcome="failed")
    order(outside)
    told = outside.client.ask("T1")
    assert told.word is Word.FAILED
    assert told.proof


def test_an_account_that_the_supplier_refuses_is_refused_for_good(outside: Outside) -> None:
    assert order(outside, account="12345") is Word.REFUSED


def test_another_key_is_shut_out(outside: Outside) -> None:
    stranger = replace(outside.client, secret="not the one")
    assert stranger.ask("T1").word is Word.SHUT_OUT


@pytest.mark.parametrize("outage", ["5xx", "timeout", "lost_answer"])
def test_an_outage_is_no_answer(outside: Outside, outage: str) -> None:
    outside.throw(outage=outage)
    assert order(outside) is Word.SILENT
    outside.throw(outage="")
    expected = Word.DONE if outage == "lost_answer" else Word.NOT_THERE
    assert outside.client.ask("T1").word is expected


def test_the_file_names_where_the_mall_takes_callbacks(tmp_path: Path) -> None:
    create(tmp_path, "http://127.0.0.1:1", mall_url="http://mall")
    told = json.loads((tmp_path / "gateways" / "top_up.json").read_text())
    assert told["notify_url"] == "http://mall/top-ups/notifications"
