"""The parts of the house are kept running: what dies is started again, and everything ends together."""

import asyncio
import os
import signal

import pytest

from doorstep.platform.supervisor import Part, Supervisor


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """One part that sleeps instead of `doorstep`."""
    started = asyncio.create_subprocess_exec

    async def sleeper(_program: str, *_arguments: str, **more: object) -> asyncio.subprocess.Process:
        return await started("sleep", "60", **more)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", sleeper)
    return [Part("sleeper", ("sleep",))]


async def _pid(keeper: Supervisor, other_than: int = 0) -> int:
    async with asyncio.timeout(10):
        while True:
            process = keeper.running.get("sleeper")
            if process and process.returncode is None and process.pid != other_than:
                return process.pid
            await asyncio.sleep(0.02)


async def test_what_is_killed_is_started_again_and_all_ends_together(parts: list[Part]) -> None:
    keeper = Supervisor(parts)
    running = asyncio.create_task(keeper.run())
    first = await _pid(keeper)
    os.kill(first, signal.SIGKILL)
    second = await _pid(keeper, first)
    keeper.stopping.set()
    await asyncio.wait_for(running, 20)
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


async def test_the_check_runs_beside_the_parts_and_may_fail(parts: list[Part]) -> None:
    seen: list[int] = []

    async def check() -> None:
        seen.append(1)
        raise ConnectionError("the database is away")

    keeper = Supervisor(parts, check)
    running = asyncio.create_task(keeper.run())
    async with asyncio.timeout(10):
        while len(seen) < 2:  # noqa: ASYNC110 - the check tells nobody
            await asyncio.sleep(0.05)
    keeper.stopping.set()
    await asyncio.wait_for(running, 20)
