"""Group commit: who waits together is served together, and each gets an answer of their own."""

import asyncio

import pytest

from doorstep.platform.batching import GroupCommit


async def test_requests_that_wait_together_become_one_call() -> None:
    calls: list[list[int]] = []

    async def double(_key: str, asks: list[int]) -> list[int | Exception]:
        calls.append(asks)
        await asyncio.sleep(0.01)
        return [2 * ask for ask in asks]

    commit: GroupCommit[str, int, int] = GroupCommit(double, running_max=1)
    assert await asyncio.gather(*(commit.ask("t", i) for i in range(50))) == [2 * i for i in range(50)]
    assert len(calls) == 1


async def test_a_call_takes_no_more_than_its_limit() -> None:
    sizes: list[int] = []

    async def echo(_key: str, asks: list[int]) -> list[int | Exception]:
        sizes.append(len(asks))
        return list(asks)

    commit: GroupCommit[str, int, int] = GroupCommit(echo, batch_max=7)
    await asyncio.gather(*(commit.ask("t", i) for i in range(20)))
    assert max(sizes) == 7
    assert sum(sizes) == 20


async def test_tenants_are_never_mixed() -> None:
    seen: list[tuple[str, list[int]]] = []

    async def echo(key: str, asks: list[int]) -> list[int | Exception]:
        seen.append((key, asks))
        return list(asks)

    commit: GroupCommit[str, int, int] = GroupCommit(echo)
    await asyncio.gather(*(commit.ask(f"t{i % 3}", i) for i in range(30)))
    assert all({ask % 3 for ask in asks} == {int(key[1])} for key, asks in seen)


async def test_a_bad_request_never_fails_its_neighbors() -> None:
    async def fussy(_key: str, asks: list[int]) -> list[int | Exception]:
        if 13 in asks:
            raise ValueError("unlucky")
        return list(asks)

    commit: GroupCommit[str, int, int] = GroupCommit(fussy)
    answers = await asyncio.gather(*(commit.ask("t", i) for i in range(20)), return_exceptions=True)
    assert [answer for i, answer in enumerate(answers) if i != 13] == [i for i in range(20) if i != 13]
    assert isinstance(answers[13], ValueError)


async def test_an_answer_that_is_an_exception_reaches_only_its_asker() -> None:
    async def odd(_key: str, asks: list[int]) -> list[int | Exception]:
        return [LookupError(str(ask)) if ask % 2 else ask for ask in asks]

    commit: GroupCommit[str, int, int] = GroupCommit(odd)
    assert await commit.ask("t", 4) == 4
    with pytest.raises(LookupError, match="5"):
        await commit.ask("t", 5)


async def test_an_asker_who_leaves_does_not_stop_the_others() -> None:
    gate = asyncio.Event()

    async def slow(_key: str, asks: list[int]) -> list[int | Exception]:
        await gate.wait()
        return list(asks)

    commit: GroupCommit[str, int, int] = GroupCommit(slow)
    leaving, staying = asyncio.create_task(commit.ask("t", 1)), asyncio.create_task(commit.ask("t", 2))
    await asyncio.sleep(0.01)
    leaving.cancel()
    gate.set()
    assert await staying == 2
