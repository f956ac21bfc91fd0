"""Counts by number: who is missing and who is unexpected is said by number, and posted by number."""

import asyncio
from uuid import UUID

import httpx
import pytest

from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.journal import history
from doorstep.stages import inventory
from doorstep.stages.inventory import Counted, CountVerdict
from doorstep.stages.inventory.acts.counting import deciding, planning
from doorstep.stages.inventory.model import CountAnswer, CountTerms, CountWhy
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import by_number, moved, numbers_in, small_world, wrong_in_the_books

HOME, AWAY = f"bin:{bin_code(2, 2)}", f"bin:{bin_code(4, 9)}"
ALL = ("L-1", "L-2", "L-3")


class Counters:
    """People who count the lamps of a bin by number."""

    def __init__(self, house: House, tenant: UUID) -> None:
        self.house, self.tenant = house, tenant

    async def begin(self, place: str = HOME) -> UUID:
        """Let somebody begin to count; return the count of the lamps."""
        async with self.house.db.transaction(self.tenant, actor="user:ana") as tx:
            begun = await inventory.start_count(tx, WORLD.north, place, extra=[WORLD.c])
        return next(one.id for one in begun if one.product_id == WORLD.c)

    async def as_of(self, count_id: UUID) -> int:
        """How often the place of a count has changed."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return next(one.as_of for one in await inventory.open_counts(tx) if one.id == count_id)

    async def says(self, count_id: UUID, *numbers: str, who: str = "ana") -> CountAnswer:
        """Let somebody name what lies there, as of now."""
        as_of = await self.as_of(count_id)
        async with self.house.db.transaction(self.tenant, actor=f"user:{who}") as tx:
            [answer] = await inventory.count(tx, [Counted(count_id, len(numbers), as_of, numbers)])
        return answer

    async def lamps(self) -> dict[str, tuple[str, str | None]]:
        """State and place of each lamp; the books are right."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            assert await wrong_in_the_books(tx) == {}
            found = [one for n in range(1, 9) for one in await inventory.serials_called(tx, f"L-{n}")]
            return {one.serial: (one.state, one.place) for one in found}


@pytest.fixture
async def counters(house: House, tenant: UUID) -> Counters:
    """Northside with three lamps in one bin and one in another; one person's word is enough for few units."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await by_number(tx, WORLD.c, {HOME: ALL, AWAY: ["L-4"]})
        await planning.set_terms(tx, WORLD.north, CountTerms(units=10, value_minor=10**9))
    return Counters(house, tenant)


async def test_who_lies_there_by_the_books_matches(counters: Counters) -> None:
    answer = await counters.says(await counters.begin(), "L-3", "L-1", "L-2")
    assert (answer.verdict, answer.difference) == (CountVerdict.MATCHES, 0)


async def test_as_many_others_are_no_match_and_each_is_told_by_number(counters: Counters) -> None:
    count_id = await counters.begin()
    assert (await counters.says(count_id, "L-1", "L-3", "L-8")).verdict == CountVerdict.COUNT_AGAIN
    answer = await counters.says(count_id, "L-8", "L-1", "L-3")
    assert (answer.verdict, answer.difference) == (CountVerdict.POSTED, 0)
    assert (list(answer.missing), list(answer.unexpected)) == (["L-2"], ["L-8"])
    lamps = await counters.lamps()
    assert (lamps["L-2"], lamps["L-8"]) == (("lost", None), ("known", HOME))
    async with counters.house.db.transaction(counters.tenant, actor="test") as tx:
        [told] = await history(tx, [count_id])
        assert (told.facts["missing"], told.facts["unexpected"]) == (["L-2"], ["L-8"])
    again = await counters.begin(AWAY)
    for _ in range(2):
        answer = await counters.says(again, "L-4", "L-2")
    assert list(answer.unexpected) == ["L-2"]
    assert (await counters.lamps())["L-2"] == ("known", AWAY), "it is found again"


async def test_who_lies_elsewhere_by_the_books_is_moved_by_a_lead_with_a_reason(counters: Counters) -> None:
    count_id = await counters.begin()
    await counters.says(count_id, *ALL, "L-4")
    assert (await counters.says(count_id, *ALL, "L-4")).verdict == CountVerdict.LEAD
    async with counters.house.db.transaction(counters.tenant, actor="user:lead") as tx:
        [(one, tallies)] = await deciding.variances(tx)
        assert [sorted(tally.serials or ()) for tally in tallies] == [[*ALL, "L-4"]] * 2
        found = Counted(count_id, 4, one.as_of, [*ALL, "L-4"])
        assert await deciding.decide(tx, found, CountWhy.PUTAWAY_ELSEWHERE) == 1
    assert (await counters.lamps())["L-4"] == ("known", HOME)
    async with counters.house.db.transaction(counters.tenant, actor="test") as tx:
        [unit] = await inventory.serials_called(tx, "L-4")
        last = (await history(tx, [unit.id]))[-1]
    assert (last.name, last.facts["from"], last.facts["why"]) == ("moved", AWAY, "putaway_elsewhere")


async def test_a_large_difference_needs_the_same_numbers_from_two_people(counters: Counters) -> None:
    async with counters.house.db.transaction(counters.tenant, actor="test") as tx:
        await planning.set_terms(tx, WORLD.north, CountTerms(units=1))
    count_id = await counters.begin()
    verdicts = [
        (await counters.says(count_id, *numbers, who=who)).verdict
        for who, numbers in (("ana", ["L-1"]), ("ana", ["L-1"]), ("ben", ["L-2"]), ("ben", ["L-2"]))
    ]
    again, another, lead = CountVerdict.COUNT_AGAIN, CountVerdict.ANOTHER, CountVerdict.LEAD
    assert verdicts == [again, another, again, lead], "one unit each, but not the same one"
    other = await counters.begin(AWAY)
    answers = [await counters.says(other, "L-7", who=who) for who in ("ana", "ana", "ben")]
    assert [one.verdict for one in answers] == [again, another, CountVerdict.POSTED]
    assert (await counters.lamps())["L-4"] == ("lost", None)


async def test_every_fault_of_the_numbers_is_said_at_once(counters: Counters) -> None:
    lamps = await counters.begin()
    async with counters.house.db.transaction(counters.tenant, actor="test") as tx:
        mugs = (await inventory.start_count(tx, WORLD.north, f"bin:{bin_code(1, 1)}"))[0].id
        await inventory.move(tx, [moved(WORLD.c, AWAY, "parcel", 1)])
        await inventory.pack_serial(tx, inventory.SerialClaim(WORLD.c, "L-4", WORLD.a, WORLD.a, WORLD.a))
    found = [
        Counted(lamps, 3, 1),
        Counted(lamps, 4, 1, ["L-1", "L-1", "has blank", "L-4"]),
        Counted(mugs, 1, 1, ["M-1"]),
    ]
    with pytest.raises(Refused) as refused:
        async with counters.house.db.transaction(counters.tenant, actor="test") as tx:
            await inventory.count(tx, found)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/counts/0/serials", "count"),
        ("/counts/1/serials/1", "repeated"),
        ("/counts/1/serials/2", "serial"),
        ("/counts/1/serials/3", "elsewhere"),
        ("/counts/2/serials", "no_serials"),
    ]


@pytest.mark.proves("I2")
async def test_a_count_while_units_are_picked_loses_none(counters: Counters) -> None:
    """Who counts misses one unit, and somebody picks another at the same moment."""
    count_id = await counters.begin()
    await counters.says(count_id, "L-1", "L-2")

    async def pick() -> None:
        async with counters.house.db.transaction(counters.tenant, actor="user:ben") as tx:
            await inventory.move(tx, [moved(WORLD.c, HOME, "tote:T-1", 1, ["L-1"])])

    answer, _ = await asyncio.gather(counters.says(count_id, "L-1", "L-2"), pick())
    lamps = await counters.lamps()
    assert lamps["L-1"] == ("known", "tote:T-1")
    assert answer.verdict in {CountVerdict.POSTED, CountVerdict.COUNT_AGAIN}
    assert lamps["L-3"] == (("lost", None) if answer.verdict == CountVerdict.POSTED else ("known", HOME))
    assert lamps["L-2"] == ("known", HOME)


async def test_two_who_post_the_same_count_post_it_once(counters: Counters) -> None:
    count_id = await counters.begin()
    await counters.says(count_id, "L-1")
    as_of = await counters.as_of(count_id)

    async def say(who: str) -> CountVerdict:
        async with counters.house.db.transaction(counters.tenant, actor=f"user:{who}") as tx:
            [answer] = await inventory.count(tx, [Counted(count_id, 1, as_of, ["L-1"])])
        return answer.verdict

    verdicts = await asyncio.gather(*(say(f"counter{n}") for n in range(8)))
    assert sorted(verdicts) == sorted([CountVerdict.POSTED] + [CountVerdict.CLOSED] * 7)
    lamps = await counters.lamps()
    assert {lamps["L-2"], lamps["L-3"]} == {("lost", None)}


async def test_programs_count_and_decide_by_number(
    counters: Counters, web_client: httpx.AsyncClient, key: str
) -> None:
    count_id = await counters.begin()
    as_of = await counters.as_of(count_id)

    async def post(path: str, body: object) -> httpx.Response:
        return await web_client.post(path, json=body, headers=bearer(key))

    one = {"count_id": f"{count_id}", "quantity": 2, "as_of": as_of}
    assert (await post("/api/counts", {"counts": [one]})).status_code == 422
    named = {"counts": [{**one, "serials": ["L-1", "L-4"]}]}
    verdicts = [(await post("/api/counts", named)).json()[0]["verdict"] for _ in range(2)]
    assert verdicts == ["count_again", "lead"]
    [waiting] = (await web_client.get("/api/counts/variances", headers=bearer(key))).json()
    assert [(tally["missing"], tally["unexpected"]) for tally in waiting["tallies"]] == [
        (["L-2", "L-3"], ["L-4"])
    ] * 2
    decision = {"quantity": 2, "as_of": as_of, "why": "misplaced", "serials": ["L-1", "L-4"]}
    answer = await post(f"/api/counts/{count_id}/decide", decision)
    assert answer.json() == {"difference": -1}
    lamps = await counters.lamps()
    assert (lamps["L-4"], lamps["L-3"]) == (("known", HOME), ("lost", None))


async def test_where_nothing_is_found_all_are_lost(counters: Counters) -> None:
    count_id = await counters.begin()
    for _ in range(2):
        answer = await counters.says(count_id)
    assert (answer.verdict, list(answer.missing)) == (CountVerdict.POSTED, list(ALL))
    async with counters.house.db.transaction(counters.tenant, actor="test") as tx:
        assert await numbers_in(tx, WORLD.c, HOME) == []
