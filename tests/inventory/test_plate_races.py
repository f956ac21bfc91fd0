"""Six people do to five plates whatever comes to their minds, all at once: nobody waits for ever, and the books are right."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from uuid import UUID

import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory import Counted
from doorstep.stages.inventory.acts.plates import filling, handling, looking
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import moved, receive, small_world, wrong_in_the_books
from tests.worlds.plates import build, line

PLACES = [*(f"bin:{bin_code(1, number)}" for number in range(1, 5)), "quarantine"]
CODES = ["P-1", "P-2", "C-1", "C-2", "C-3"]
Act = Callable[[Tx, Random], Awaitable[object]]


def goods(luck: Random) -> UUID:
    """Return a product."""
    return luck.choice([WORLD.a, WORLD.b])


async def build_up(tx: Tx, luck: Random) -> None:
    """A plate of two products."""
    lines = line(luck.randint(1, 9)), line(luck.randint(1, 3), WORLD.b)
    await build(tx, luck.choice(CODES), *lines, place=luck.choice(PLACES))


async def build_of_plates(tx: Tx, luck: Random) -> None:
    """A plate of goods and of up to two plates, mostly where the first of these stands."""
    nested = luck.sample(CODES, luck.randint(1, 2))
    there = (await looking.standing(tx, nested[0])).root.place
    place = luck.choice([there, there, luck.choice(PLACES)])
    await build(tx, luck.choice(CODES), line(2, goods(luck)), nested=nested, place=place)


async def take_off(tx: Tx, luck: Random) -> None:
    """A unit comes off a plate, to lie there or elsewhere."""
    await filling.take_off(
        tx, luck.choice(CODES), [line(1, goods(luck))], place=luck.choice(["", luck.choice(PLACES)])
    )


async def pick(tx: Tx, luck: Random) -> None:
    """Units leave a place, whatever they stand on."""
    goal = luck.choice([*PLACES, "tote:T-1"])
    await inventory.move(tx, [moved(goods(luck), luck.choice(PLACES), goal, luck.randint(1, 20))])


async def put_back(tx: Tx, luck: Random) -> None:
    """Units come back out of a tote."""
    await inventory.move(tx, [moved(goods(luck), "tote:T-1", luck.choice(PLACES), luck.randint(1, 5))])


async def count(tx: Tx, luck: Random) -> None:
    """Somebody finds any number of units."""
    product = goods(luck)
    begun = await inventory.start_count(tx, WORLD.north, luck.choice(PLACES), extra=[product])
    mine = next(one for one in begun if one.product_id == product)
    await inventory.count(tx, [Counted(mine.id, luck.randint(0, 60), mine.as_of)])


ACTS: dict[str, Act] = {
    "build": build_up,
    "build of plates": build_of_plates,
    "move": lambda tx, luck: handling.move_plate(tx, luck.choice(CODES), luck.choice(PLACES)),
    "nest": lambda tx, luck: handling.nest_plate(tx, luck.choice(CODES), luck.choice(CODES)),
    "fill": lambda tx, luck: filling.fill_plate(tx, luck.choice(CODES), [line(2, goods(luck))]),
    "take off": take_off,
    "break": lambda tx, luck: filling.break_down(tx, luck.choice(CODES)),
    "pick": pick,
    "put back": put_back,
    "count": count,
}


@pytest.mark.proves("I7")
@pytest.mark.parametrize(
    ("seeds", "acts"),
    [(range(2), 50), pytest.param(range(2, 40), 100, marks=pytest.mark.soak)],
    ids=["2 days", "38 days"],
)
async def test_the_books_are_right_whatever_six_do_at_once(
    house: House, tenant: UUID, seeds: range, acts: int
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    done: Counter[str] = Counter()

    async def work(luck: Random) -> None:
        for _ in range(acts):
            name = luck.choice([*ACTS, "move", "nest", "pick"])
            try:
                async with house.db.transaction(tenant, actor=f"user:{luck.randint(1, 9)}") as tx:
                    await ACTS[name](tx, luck)
                done[name] += 1
            except Refused:
                await asyncio.sleep(0)

    for seed in seeds:
        async with house.db.transaction(tenant, actor="test") as tx:
            for place in PLACES:
                await receive(tx, WORLD.a, 40, place=place)
                await receive(tx, WORLD.b, 40, place=place)
        await asyncio.gather(*(work(Random(seed * 100 + number)) for number in range(6)))
        async with house.db.transaction(tenant, actor="test") as tx:
            assert await wrong_in_the_books(tx) == {}, seed
    assert len(done) >= len(ACTS) - 1, f"nearly everything was done at least once: {done}"
