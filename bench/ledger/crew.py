"""Clients that stay: processes of threads, started once, warm, waiting between rounds. Either side may be repeated."""

from __future__ import annotations

import multiprocessing
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from importlib import import_module
from random import Random
from typing import Any, Protocol

from mall import FEATURES

from .verbs import Act

PATIENCE = 120.0

for _feature in FEATURES:
    import_module(_feature)

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload([__name__])  # they begin with the mall in memory


class Side(Protocol):
    """What a process of clients does: the mall's verbs, or statements by hand."""

    acts: dict[str, Act]

    def one(self) -> AbstractContextManager[Any]:
        """What a single act runs in."""

    def close(self) -> None:
        """Let go of the database."""


@dataclass(frozen=True)
class Told:
    """What one client did: how many, in how many seconds of the clock, and the time of each."""

    done: int
    seconds: float
    waits: tuple[float, ...]


class Crew:
    """`processes` of `threads` clients each on one database."""

    def __init__(
        self, side: Callable[..., Side], url: str, processes: int, threads: int, *, queued: bool = True
    ) -> None:
        self.pipes = []
        self.processes = []
        self.cpu = 0.0
        for _ in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, side, url, threads, queued), daemon=True)
            process.start()
            self.pipes.append(ours)
            self.processes.append(process)
        for pipe in self.pipes:
            _answer(pipe)

    def run(self, act: str, dealers: Sequence[int], seconds: float) -> list[list[Told]]:
        """Every client repeats an act for so many seconds; gives what each process's clients did."""
        start = time.time() + 0.1
        for pipe in self.pipes:
            pipe.send((act, (dealers[0], dealers[-1]), start, seconds))
        answers = [_answer(pipe) for pipe in self.pipes]
        self.cpu = sum(cpu for _, cpu in answers)
        return [told for told, _ in answers]

    def rate(self, act: str, dealers: Sequence[int], seconds: float) -> float:
        """Acts a second of all clients together."""
        return sum(client.done / client.seconds for told in self.run(act, dealers, seconds) for client in told)

    def close(self) -> None:
        for pipe, process in zip(self.pipes, self.processes, strict=True):
            with suppress(BrokenPipeError):  # it has fallen, and said why
                pipe.send(None)
            process.join(PATIENCE)


def _answer(pipe: Any) -> Any:
    if not pipe.poll(PATIENCE):
        raise TimeoutError("a client does not answer")
    good, answer = pipe.recv()
    if not good:
        raise RuntimeError(answer)
    return answer


def _work(pipe: Any, make: Callable[..., Side], url: str, threads: int, queued: bool) -> None:
    try:
        side = make(url, threads, queued=queued)
        pipe.send((True, None))
        with ThreadPoolExecutor(threads) as pool:
            while (asked := pipe.recv()) is not None:
                act, (first, last), start, seconds = asked
                cpu = time.process_time()
                dealers = range(first, last + 1)
                runs = [pool.submit(repeat, side, act, dealers, start, seconds) for _ in range(threads)]
                told = [run.result() for run in runs]
                pipe.send((True, (told, time.process_time() - cpu)))
        side.close()
    except BaseException as error:
        pipe.send((False, repr(error)))
        raise


def repeat(side: Side, act: str, dealers: Sequence[int], start: float, seconds: float) -> Told:
    """Repeat an act on dealers at random, under keys that nobody has used."""
    does, random, name = side.acts[act], Random(secrets.randbits(64)), secrets.token_hex(4)
    waits: list[float] = []
    time.sleep(max(0.0, start - time.time()))
    begun = before = time.perf_counter()
    while before - begun < seconds:
        with side.one():
            does(random.choice(dealers), f"{name}/{len(waits)}")
        after = time.perf_counter()
        waits.append(after - before)
        before = after
    return Told(len(waits), before - begun, tuple(waits))
