from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from mall import create_app
from mall.config import Settings
from mall.web import limits
from mall.web.db import reading, transact
from tests.conftest import SECRET, Clock

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


def take(bucket: str = "a", capacity: int = 3, refill: float = 1) -> bool:
    try:
        transact(limits.take, bucket=bucket, capacity=capacity, refill_per_minute=refill)
    except limits.TooManyTries:
        return False
    return True


def test_a_bucket_gives_its_capacity_and_then_what_comes_back(app: Flask, clock: Clock) -> None:
    assert [take() for _ in range(5)] == [True, True, True, False, False]
    clock.tick(seconds=59)
    assert not take()
    clock.tick(seconds=1)
    assert [take() for _ in range(2)] == [True, False]
    clock.tick(hours=5)
    assert [take() for _ in range(4)] == [True, True, True, False]


def test_buckets_do_not_know_each_other(app: Flask) -> None:
    assert [take("a", capacity=1), take("b", capacity=1), take("a", capacity=1)] == [True, True, False]


def test_the_refusal_says_how_long_to_wait(app: Flask, clock: Clock) -> None:
    for _ in range(3):
        take(refill=0.25)
    with pytest.raises(limits.TooManyTries) as refusal:
        transact(limits.take, bucket="a", capacity=3, refill_per_minute=0.25)
    assert refusal.value.params == {"minutes": 4}
    clock.tick(minutes=4)
    assert take(refill=0.25)


def test_several_limits_are_taken_together_or_not_at_all(app: Flask) -> None:
    wide, narrow = limits.Limit("wide", 10, 1), limits.Limit("narrow", 1, 1)
    of = [(wide, "x"), (narrow, "x")]
    transact(limits.take_all, of=of)
    for _ in range(3):
        with pytest.raises(limits.TooManyTries):
            transact(limits.take_all, of=of)
    ahead = reading().scalar(select(limits.RateLimit.full_at).where(limits.RateLimit.bucket == "wide/x"))
    assert ahead == (int(AT.timestamp()) + 60) * 1_000_000


def test_full_buckets_are_forgotten(app: Flask, clock: Clock) -> None:
    take("old")
    clock.tick(minutes=10)
    take("new")
    assert transact(limits.forget) == 1
    assert reading().scalar(select(func.count()).select_from(limits.RateLimit)) == 1


def _tries(url: str, barrier: Barrier, passed: multiprocessing.Queue[int]) -> None:
    settings = Settings(database_url=url, secret_key=SECRET, testing=True)
    app = create_app(settings, lambda: AT + timedelta(seconds=1))
    with app.app_context():
        barrier.wait(60)
        passed.put(sum(take("shared", capacity=10, refill=0.001) for _ in range(15)))


def test_a_name_longer_than_its_column_is_a_bucket_too(app: Flask) -> None:
    long = "ΐ".casefold() * 60
    assert [take(long, capacity=2, refill=0.001) for _ in range(3)] == [True, True, False]
    answer = app.test_client().post("/desk/sign-in", data={"login": "ΐ" * 60, "password": "yue-luo-wu-ti"})
    assert answer.status_code < 500


def test_a_limit_holds_across_processes(app: Flask, database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, passed = context.Barrier(2), context.Queue()
    processes = [context.Process(target=_tries, args=(database_url, barrier, passed)) for _ in range(2)]
    for process in processes:
        process.start()
    counts = [passed.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(30)
    assert sum(counts) == 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("not an address", "not an address"),
    ],
)
def test_one_household_of_ipv6_is_one_network(mall: Flask, address: str, network: str) -> None:
    with mall.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.network() == network
