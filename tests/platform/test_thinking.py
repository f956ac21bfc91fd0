"""Solvers think in processes that can be killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doorstep.platform import thinking
from doorstep.platform.thinking import ThinkingFailed, dismiss, think
from doorstep.solvers.walk import WalkRefused


@pytest.fixture(autouse=True)
async def _all_go_home() -> AsyncIterator[None]:
    yield
    await dismiss()


def double(number: int) -> int:
    return 2 * number


def worker_id() -> int:
    return os.getpid()


def sleep_long() -> None:
    time.sleep(60)


def sleep_after_telling(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


def nap(seconds: float) -> tuple[float, float]:
    start = time.monotonic()
    time.sleep(seconds)
    return start, time.monotonic()


def spin() -> None:
    while True:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise WalkRefused("bin_unknown", "A01", "bin 'A01' is not in this warehouse")


class StubbornError(Exception):
    """An error that cannot be pickled back."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_stubbornly() -> None:
    raise StubbornError(1, 2)


def answer_with_a_function() -> object:
    return lambda: None


def echo(data: bytes) -> bytes:
    return data


def shout() -> str:
    print("to nobody")  # noqa: T201 - what a solver prints must not mix with what the house prints
    return "done"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def told(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def written(path: Path) -> int:
    for _ in range(500):
        if told(path):
            return int(told(path))
        await asyncio.sleep(0.02)
    raise AssertionError("the worker never began")


async def gone(*pids: int) -> bool:
    for _ in range(300):
        if not any(alive(pid) for pid in pids):
            return True
        await asyncio.sleep(0.02)
    return False


def has_ended(pid: int) -> bool:
    return told(Path(f"/proc/{pid}/stat")).split()[2] == "Z"


def children_of(pid: int) -> list[int]:
    return [int(one) for one in told(Path(f"/proc/{pid}/task/{pid}/children")).split()]


async def test_a_function_is_answered_by_another_process() -> None:
    assert await think(double, 21, seconds=10) == 42
    assert await think(worker_id, seconds=10) != os.getpid()


async def test_a_warm_worker_is_used_again() -> None:
    first = await think(worker_id, seconds=10)
    assert await think(worker_id, seconds=10) == first


async def test_a_large_question_and_answer_arrive_whole() -> None:
    data = os.urandom(5_000_000)
    assert await think(echo, data, seconds=20) == data


async def test_what_overruns_is_killed_at_its_deadline_and_named() -> None:
    pid = await think(worker_id, seconds=10)
    began = time.monotonic()
    with pytest.raises(ThinkingFailed, match=r"no answer within 0\.2 s") as failed:
        await think(sleep_long, seconds=0.2)
    assert failed.value.kind == "overran"
    assert time.monotonic() - began < 3
    assert not alive(pid)


async def test_the_loop_goes_on_while_a_worker_spins() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    with pytest.raises(ThinkingFailed):
        await think(spin, seconds=0.5)
    ticking.cancel()
    assert ticks > 15


async def test_a_worker_that_dies_costs_its_answer_and_no_more() -> None:
    with pytest.raises(ThinkingFailed) as failed:
        await think(die, seconds=10)
    assert failed.value.kind == "died"
    assert await think(double, 4, seconds=10) == 8


async def test_a_worker_killed_while_idle_is_replaced_unseen() -> None:
    pid = await think(worker_id, seconds=10)
    os.kill(pid, signal.SIGKILL)
    while not has_ended(pid):
        time.sleep(0.01)  # noqa: ASYNC251 - the house must not have had a turn to notice
    assert await think(worker_id, seconds=10) != pid


async def test_a_worker_killed_from_outside_while_thinking_is_named(tmp_path: Path) -> None:
    question = asyncio.create_task(think(sleep_after_telling, str(tmp_path / "pid"), seconds=30))
    os.kill(await written(tmp_path / "pid"), signal.SIGKILL)
    with pytest.raises(ThinkingFailed) as failed:
        await question
    assert failed.value.kind == "died"


async def test_a_refusal_comes_back_as_it_was_raised() -> None:
    with pytest.raises(WalkRefused, match="not in this warehouse") as refused:
        await think(refuse, seconds=10)
    assert (refused.value.kind, refused.value.item) == ("bin_unknown", "A01")


async def test_an_error_or_answer_that_cannot_travel_is_told_in_words() -> None:
    with pytest.raises(ThinkingFailed, match="StubbornError: 1 and 2"):
        await think(fail_stubbornly, seconds=10)
    with pytest.raises(Exception, match="lambda"):
        await think(answer_with_a_function, seconds=10)
    assert await think(double, 1, seconds=10) == 2


async def test_at_most_two_think_at_once() -> None:
    spans = await asyncio.gather(*(think(nap, 0.15, seconds=10) for _ in range(5)))
    starts = [start for start, _ in spans]
    assert max(sum(start <= at < end for start, end in spans) for at in starts) == 2
    assert len(thinking._idle) == 2


async def test_who_waits_too_long_in_line_is_told_so() -> None:
    busy = [asyncio.create_task(think(nap, 1.0, seconds=10)) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(ThinkingFailed) as failed:
        await think(double, 1, seconds=10, wait_s=0.05)
    assert failed.value.kind == "busy"
    await asyncio.gather(*busy)


async def test_a_canceled_question_leaves_no_process_behind(tmp_path: Path) -> None:
    question = asyncio.create_task(think(sleep_after_telling, str(tmp_path / "pid"), seconds=30))
    pid = await written(tmp_path / "pid")
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    assert await gone(pid)


async def test_dismissed_workers_are_gone() -> None:
    pid = await think(worker_id, seconds=10)
    await dismiss()
    assert not alive(pid)


async def test_what_a_solver_prints_is_not_mixed_into_the_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert await think(shout, seconds=10) == "done"
    assert capfd.readouterr().out == ""


async def test_an_absurd_deadline_is_refused() -> None:
    for seconds in (0, -1, 1e9, float("nan")):
        with pytest.raises(ValueError, match="deadline"):
            await think(double, 1, seconds=seconds)


HOUSE = """
import asyncio, os, sys
sys.path.insert(0, {root!r})
from doorstep.platform.thinking import think
from tests.platform.test_thinking import double, sleep_after_telling

async def main():
    await think(double, 1, seconds=10)
    await asyncio.gather(think(double, 2, seconds=10), think(sleep_after_telling, {path!r}, seconds={seconds}))

asyncio.run(main())
"""


def a_house(path: Path, seconds: float) -> "subprocess.Popen[bytes]":
    code = HOUSE.format(root=str(Path(__file__).parents[2]), path=str(path), seconds=seconds)
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)


async def test_no_worker_outlives_a_house_that_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = a_house(tmp_path / "pid", 0.5)
    pid = await written(tmp_path / "pid")
    children = children_of(house.pid)
    assert pid in children
    house.kill()
    house.wait()
    assert await gone(*children)
