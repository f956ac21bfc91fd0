"""Counts: blind, twice before they are believed, one difference, and no pick is ever lost in one."""

import asyncio
import random
from collections import Counter
from uuid import UUID

import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import inventory
from doorstep.stages.inventory import AskedCount, CountAnswer, Counted, CountVerdict, OpenCount
from doorstep.stages.inventory.acts.counting import judging, planning
from doorstep.stages.inventory.model import CountTerms
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import moved, small_world, wish, wrong_in_the_books

PLACE = f"bin:{bin_code(2, 2)}"
ONE_PERSON = CountTerms(units=1_000, value_minor=10**9)
"""A site where one person is believed whatever they find."""


async def alone(tx: Tx) -> None:
    """Let one person's counts be believed in the small world."""
    await small_world(tx)
    await planning.set_terms(tx, WORLD.north, ONE_PERSON)


async def test_a_count_that_matches_is_done_at_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
        [answer] = await inventory.count(tx, [Counted(begun.id, 20, begun.as_of)])
        assert (answer.verdict, answer.difference) == (CountVerdict.MATCHES, 0)
        [again] = await inventory.count(tx, [Counted(begun.id, 3, begun.as_of)])
        assert again.verdict == CountVerdict.CLOSED
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 30}


@pytest.mark.parametrize(("found", "left"), [(17, 27), (0, 10), (33, 43)])
async def test_a_difference_is_posted_once_after_it_was_counted_twice(
    house: House, tenant: UUID, found: int, left: int
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await alone(tx)
        [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
        [first] = await inventory.count(tx, [Counted(begun.id, found, begun.as_of)])
        assert first.verdict == CountVerdict.COUNT_AGAIN
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 30}
        [second] = await inventory.count(tx, [Counted(begun.id, found, begun.as_of)])
        assert (second.verdict, second.difference) == (CountVerdict.POSTED, found - 20)
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: left}
        [third] = await inventory.count(tx, [Counted(begun.id, found, begun.as_of)])
        assert third.verdict == CountVerdict.CLOSED
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: left}
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I6", "A7")
async def test_a_pick_under_the_counters_hands_means_counting_again_not_a_lost_pick(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
        await inventory.move(tx, [moved(WORLD.c, PLACE, "tote:T-1", 2)])
        [answer] = await inventory.count(tx, [Counted(begun.id, 20, begun.as_of)])
        assert answer.verdict == CountVerdict.COUNT_AGAIN
        [answer] = await inventory.count(tx, [Counted(begun.id, 18, answer.as_of)])
        assert answer.verdict == CountVerdict.MATCHES
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 30}
        assert await wrong_in_the_books(tx) == {}


async def test_one_place_is_asked_for_once_until_it_is_counted(house: House, tenant: UUID) -> None:
    asked = AskedCount(site_id=WORLD.north, place=PLACE, product_id=WORLD.c, reason="doubt")
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        [count_id] = await inventory.ask_counts(tx, [asked, asked])
        assert await inventory.ask_counts(tx, [asked]) == []
        await inventory.count(tx, [Counted(count_id, 20, 1)])
        assert len(await inventory.ask_counts(tx, [asked])) == 1


async def test_what_was_only_begun_is_left_and_what_is_doubted_stays(house: House, tenant: UUID) -> None:
    """A bin scanned by mistake keeps nobody from picking; a short pick, or a figure that was said, does."""
    planned = AskedCount(site_id=WORLD.north, place=PLACE, product_id=WORLD.c, reason="due", blocks=False)
    doubt = AskedCount(site_id=WORLD.north, place=PLACE, product_id=WORLD.c, reason="short_pick")
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await inventory.start_count(tx, WORLD.north, PLACE)
        assert await judging.leave_count(tx, WORLD.north, PLACE)
        assert await inventory.open_counts(tx) == []
        [count_id] = await inventory.ask_counts(tx, [planned])
        await inventory.start_count(tx, WORLD.north, PLACE)
        assert await judging.leave_count(tx, WORLD.north, PLACE)
        assert [(one.id, one.reason) for one in await inventory.open_counts(tx)] == [(count_id, "due")]
        await inventory.start_count(tx, WORLD.north, PLACE)
        assert await inventory.ask_counts(tx, [doubt]) == [count_id]
        assert not await judging.leave_count(tx, WORLD.north, PLACE)
        [still] = await inventory.open_counts(tx)
        assert (still.id, still.reason) == (count_id, "short_pick")
        await inventory.count(tx, [Counted(count_id, 20, still.as_of)])
        [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
        await inventory.count(tx, [Counted(begun.id, 19, begun.as_of)])
        assert not await judging.leave_count(tx, WORLD.north, PLACE)


async def test_a_shortage_found_by_counting_breaks_the_youngest_promise(house: House, tenant: UUID) -> None:
    """Promises neither block a count nor stay above what is there."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await alone(tx)
        old, young = wish(WORLD.c, 12), wish(WORLD.c, 18)
        await inventory.reserve(tx, [old, young])
        [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
        for _ in range(2):
            [answer] = await inventory.count(tx, [Counted(begun.id, 5, begun.as_of)])
        assert answer.difference == -15
        held = {
            one.order_id: one.quantity
            for one in await inventory.reserved_for(tx, [old.order_id, young.order_id])
        }
        assert held == {old.order_id: 12, young.order_id: 3}
        assert await wrong_in_the_books(tx) == {}


async def test_a_count_that_is_not_there_or_absurd_is_refused(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        with pytest.raises(Refused, match="no count"):
            await inventory.count(tx, [Counted(new_id(), 1, 0)])
        [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
        for absurd in (-1, 2**31):
            with pytest.raises(Refused):
                await inventory.count(tx, [Counted(begun.id, absurd, begun.as_of)])
        with pytest.raises(Refused):
            await inventory.start_count(tx, WORLD.north, "bin:Z-99")


@pytest.mark.proves("I6", "A7")
@pytest.mark.parametrize("counts", [45, pytest.param(5_000, marks=pytest.mark.soak)])
async def test_counters_and_pickers_at_once_lose_no_unit(house: House, tenant: UUID, counts: int) -> None:
    """Honest counters count what lies there while pickers take; the books never lose a picked unit or invent one."""
    draw, verdicts = random.Random(counts), Counter[CountVerdict]()
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)

    async def pick() -> int:
        async with house.db.transaction(tenant, actor="picker") as tx:
            await inventory.move(tx, [moved(WORLD.c, PLACE, "tote:T-1", 1)])
        return 1

    async def look() -> int:
        async with house.db.transaction(tenant, actor="counter") as tx:
            begun = await inventory.start_count(tx, WORLD.north, PLACE)
            seen = {one.product_id: one.on_hand for one in await inventory.lies_in(tx, WORLD.north, PLACE)}
        await asyncio.sleep(draw.random() / 50)
        async with house.db.transaction(tenant, actor="counter") as tx:
            answers = await inventory.count(
                tx, [Counted(one.id, seen.get(one.product_id, 0), one.as_of) for one in begun]
            )
        verdicts.update(one.verdict for one in answers)
        return 0

    async def lies(place: str) -> int:
        async with house.db.transaction(tenant, actor="test") as tx:
            return sum(one.on_hand for one in await inventory.lies_in(tx, WORLD.north, place))

    for _ in range(-(-counts // 15)):
        work = [pick] * 15 + [look] * 15
        draw.shuffle(work)
        taken = sum(await asyncio.gather(*(one() for one in work)))
        assert (await lies("tote:T-1"), await lies(PLACE)) == (taken, 20 - taken) == (15, 5)
        async with house.db.transaction(tenant, actor="test") as tx:
            await inventory.move(tx, [moved(WORLD.c, "tote:T-1", PLACE, taken)])
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 30}
        assert await wrong_in_the_books(tx) == {}
    assert verdicts[CountVerdict.COUNT_AGAIN] > 0, "some count met a pick"
    assert verdicts[CountVerdict.POSTED] == 0, "nothing was missing, so no difference was posted"


@pytest.mark.proves("I6", "A7")
async def test_two_who_count_one_bin_at_once_post_its_difference_once(house: House, tenant: UUID) -> None:
    """Both find another number than the books, both twice, all at the same time."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await alone(tx)
    there = 20
    for found in (17, 25, 0, 20, 3, 40):

        async def count(begun: OpenCount, units: int = found) -> CountAnswer:
            async with house.db.transaction(tenant, actor="counter") as tx:
                (answer,) = await inventory.count(tx, [Counted(begun.id, units, begun.as_of)])
            return answer

        async with house.db.transaction(tenant, actor="test") as tx:
            [begun] = await inventory.start_count(tx, WORLD.north, PLACE, extra=[WORLD.c])
        answers = await asyncio.gather(*(count(begun) for _ in range(4)))
        assert sum(one.difference or 0 for one in answers) == found - there
        async with house.db.transaction(tenant, actor="test") as tx:
            assert sum(one.on_hand for one in await inventory.lies_in(tx, WORLD.north, PLACE)) == found
            assert await wrong_in_the_books(tx) == {}
        there = found
