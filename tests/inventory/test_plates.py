"""Plates: what stands on one goes where it goes, loose units go first, and the books know of every unit which part stands on plates."""

import asyncio
from contextlib import suppress
from datetime import date
from uuid import UUID

import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.journal import history
from doorstep.stages import inventory
from doorstep.stages.inventory import Adjustment, Counted, Demand, Receipt
from doorstep.stages.inventory.acts.plates import filling, handling, looking
from tests.mortal import Fate, die_everywhere
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import moved, small_world, two_sites, wish, wrong_in_the_books
from tests.worlds.plates import HERE, THERE, build, line, on, story

SSCC = "006123450000000012"


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with goods on its shelves, on no plate."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    return tenant


async def lies(tx: Tx, place: str, product_id: UUID = WORLD.a) -> int:
    """Return how many units of a product lie in a place."""
    there = await inventory.lies_in(tx, WORLD.north, place)
    return sum(one.on_hand for one in there if one.product_id == product_id)


async def test_a_plate_moves_with_all_that_is_on_it_by_one_scan(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        free = await inventory.available(tx, [WORLD.a])
        await build(tx, "C-1", line(12))
        await build(tx, "C-2", line(8))
        await build(tx, SSCC, line(10), nested=["c-1", "C-2"])
        tree = await handling.move_plate(tx, f"(00){SSCC}", THERE)
        assert {one.place for one in tree.plates} == {THERE}
        assert (await lies(tx, HERE), await lies(tx, THERE)) == (30, 30)
        assert await on(tx, SSCC) == {(SSCC, ""): 10, ("C-1", ""): 12, ("C-2", ""): 8}
        assert await inventory.available(tx, [WORLD.a]) == free, "moving changes nothing that can be sold"
        [step] = [one for one in await inventory.ledger_of(tx, WORLD.a) if one.to_place == THERE]
        assert (step.quantity, step.reference) == (30, tree.root.id), "one line of the ledger"
        assert await story(tx, SSCC) == ["standing", "filled", "loaded", "loaded", "moved"]
        assert await story(tx, "C-1") == ["standing", "filled", "nested", "moved"]
        before = await inventory.ledger_of(tx, WORLD.a)
        await handling.move_plate(tx, SSCC, THERE)
        assert await inventory.ledger_of(tx, WORLD.a) == before, "there already: nothing happens"
        assert await wrong_in_the_books(tx) == {}


async def test_single_units_are_taken_loose_first_then_plates_are_opened(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "P-20", line(20))
        await build(tx, "P-30", line(30))
        await inventory.move(tx, [moved(WORLD.a, HERE, "tote:T-1", 10)])
        assert (await on(tx, "P-20"), await on(tx, "P-30")) == ({("P-20", ""): 20}, {("P-30", ""): 30})
        await inventory.move(tx, [moved(WORLD.a, HERE, "tote:T-1", 5)])
        assert await on(tx, "P-20") == {("P-20", ""): 15}, "the plate with least is opened first"
        tree = await looking.plate_called(tx, "P-20")
        opened = (await history(tx, [tree.root.id]))[-1]
        told = {"product_id": f"{WORLD.a}", "lot": "", "quantity": 5}
        assert (opened.name, opened.facts) == ("opened", {"to": "tote:T-1", "lines": [told]})
        await inventory.move(tx, [moved(WORLD.a, HERE, "tote:T-1", 17)])
        assert await on(tx, "P-30") == {("P-30", ""): 28}
        assert (await story(tx, "P-20"))[-2:] == ["opened", "ended"], "a plate that nothing is on ends"
        await build(tx, "P-20", line(2, WORLD.b), place=f"bin:{bin_code(1, 5)}")
        assert await wrong_in_the_books(tx) == {}, "and its code may come again"


async def test_the_last_case_that_is_emptied_ends_its_pallet(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "C-1", line(60))
        await build(tx, "P-1", nested=["C-1"])
        await inventory.adjust(
            tx,
            [Adjustment(site_id=WORLD.north, product_id=WORLD.a, place=HERE, quantity=-60, reason="lost")],
        )
        assert (await story(tx, "C-1"))[-2:] == ["opened", "ended"]
        assert (await story(tx, "P-1"))[-1] == "ended"
        assert await wrong_in_the_books(tx) == {}


async def test_a_count_that_finds_less_opens_plates(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "P-1", line(60))
        begun = await inventory.start_count(tx, WORLD.north, HERE)
        [mine] = [one for one in begun if one.product_id == WORLD.a]
        for _ in range(2):
            await inventory.count(tx, [Counted(mine.id, 57, mine.as_of)])
        assert await on(tx, "P-1") == {("P-1", ""): 57}
        assert await wrong_in_the_books(tx) == {}


async def test_lots_stay_on_their_plates_and_what_expires_first_still_goes_first(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        for lot, day, units in (("L1", date(2026, 5, 1), 10), ("L2", date(2026, 6, 1), 10)):
            one = Receipt(
                site_id=WORLD.north, product_id=WORLD.b, place=THERE, quantity=units, lot=lot, expires_on=day
            )
            await inventory.receive(tx, [one])
        await inventory.receive(
            tx, [Receipt(site_id=WORLD.north, product_id=WORLD.b, place=THERE, quantity=10)]
        )
        await build(tx, "P-1", line(10, WORLD.b, "L1"), place=THERE)
        await build(tx, "P-0", line(4, WORLD.b, "L2"), line(14, WORLD.b), place=THERE)
        assert await on(tx, "P-0") == {
            ("P-0", "L2"): 10,
            ("P-0", ""): 8,
        }, "no lot named: what expires first of what lies loose, units of no known lot last"
        await handling.move_plate(tx, "P-0", HERE)
        left = {
            one.lot for one in await looking.contents_of(tx, [(await looking.standing(tx, "P-1")).root.id])
        }
        assert left == {"L1"}
        await inventory.move(tx, [moved(WORLD.b, HERE, THERE, 3)])
        assert await on(tx, "P-0") == {("P-0", "L2"): 7, ("P-0", ""): 8}
        await inventory.move(tx, [moved(WORLD.b, THERE, "tote:T-1", 6)])
        assert await on(tx, "P-1") == {("P-1", "L1"): 4}, (
            "L1 expires first: its plate is opened though L2 is loose"
        )
        assert await wrong_in_the_books(tx) == {}


async def test_goods_are_put_on_a_plate_and_taken_off_it(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "P-1", line(50))
        await filling.fill_plate(tx, "P-1", [line(5)])
        with pytest.raises(Refused, match="Too few loose"):
            await filling.fill_plate(tx, "P-1", [line(6)])
        await filling.take_off(tx, "P-1", [line(15)])
        assert (await on(tx, "P-1"), await lies(tx, HERE)) == ({("P-1", ""): 40}, 60)
        await filling.take_off(tx, "P-1", [line(10)], place=THERE)
        assert (await on(tx, "P-1"), await lies(tx, HERE), await lies(tx, THERE)) == (
            {("P-1", ""): 30},
            50,
            10,
        )
        with pytest.raises(Refused) as refused:
            await filling.take_off(tx, "P-1", [line(31)])
        assert refused.value.faults[0].code == "not_there"
        tree = await filling.take_off(tx, "P-1", [line(30)])
        assert (tree.root.state, tree.contents) == ("ended", ())
        assert await wrong_in_the_books(tx) == {}


async def test_a_plate_is_broken_down_and_its_cases_stand_by_themselves(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "C-1", line(12))
        await build(tx, "P-1", line(10), nested=["C-1"])
        tree = await filling.break_down(tx, "P-1")
        assert tree.root.state == "ended"
        case = await looking.standing(tx, "C-1")
        assert (case.root.parent, case.root.place) == ("", HERE)
        assert (await story(tx, "C-1"))[-1] == "lifted"
        assert await lies(tx, HERE) == 60
        assert await wrong_in_the_books(tx) == {}


async def test_a_plate_goes_where_the_one_stands_that_it_is_put_on(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "C-1", line(12))
        await build(tx, "P-1", line(5, WORLD.b), place=f"bin:{bin_code(1, 5)}")
        await handling.nest_plate(tx, "C-1", "P-1")
        await handling.nest_plate(tx, "C-1", "P-1")
        assert (await lies(tx, HERE), await lies(tx, f"bin:{bin_code(1, 5)}")) == (48, 12)
        case = await handling.move_plate(tx, "C-1", HERE)
        assert (case.root.parent, case.root.place) == ("", HERE), "moved by itself, it leaves the pallet"
        assert (await story(tx, "C-1"))[2:] == ["moved", "nested", "moved", "lifted"]
        assert (await story(tx, "P-1"))[2:] == ["loaded", "unloaded"]
        assert await wrong_in_the_books(tx) == {}


async def test_plates_do_not_stand_on_themselves_nor_too_high(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        for code in ("P-1", "P-2", "P-3", "P-4"):
            await build(tx, code, line(5))
        await handling.nest_plate(tx, "P-2", "P-1")
        await handling.nest_plate(tx, "P-3", "P-2")
        for child, onto, code in (
            ("P-1", "P-1", "itself"),
            ("P-1", "P-3", "circle"),
            ("P-4", "P-3", "depth"),
            ("P-1", "P-4", "depth"),
        ):
            with pytest.raises(Refused) as refused:
                await handling.nest_plate(tx, child, onto)
            assert [fault.code for fault in refused.value.faults] == [code], (child, onto)
        assert await wrong_in_the_books(tx) == {}


async def test_a_plate_is_built_up_of_plates_that_stand_there(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "C-1", line(12))
        await build(tx, "P-1", line(3), nested=["C-1"])
        tree = await build(tx, "P-2", line(2), nested=["C-1"])
        assert [one.code for one in tree.plates] == ["P-2", "C-1"]
        assert (await story(tx, "P-1"))[-1] == "unloaded"
        await handling.move_plate(tx, "P-1", THERE)
    with pytest.raises(Refused) as refused:
        async with house.db.transaction(northside, actor="test") as tx:
            await build(tx, "P-3", nested=["P-1", "C-1", "C-1"])
    assert [(one.pointer, one.code) for one in refused.value.faults] == [
        ("/plates/0", "elsewhere"),
        ("/plates/2", "repeated"),
    ]
    async with house.db.transaction(northside, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}


async def test_what_makes_no_sense_is_refused_with_every_fault_at_once(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        with pytest.raises(Refused) as refused:
            await build(tx, "123", line(0), line(1), place="tote:T-1")
        assert [fault.pointer for fault in refused.value.faults] == [
            "/lines/0/quantity",
            "/lines/1",
            "/code",
            "/place",
        ]
        for code, place, said in (
            (bin_code(1, 1), HERE, "is a bin"),
            ("006123450000000013", HERE, "no plate"),
            ("P-1", "bin:NO-SUCH", "no bin"),
        ):
            with pytest.raises(Refused) as refused:
                await build(tx, code, line(1), place=place)
            assert said in refused.value.faults[0].message
        await build(tx, "P-1", line(1))
        with pytest.raises(Refused, match="in use already"):
            await build(tx, "p-1", line(1))
        with pytest.raises(Refused, match="There is no plate"):
            await handling.move_plate(tx, "P-2", THERE)
        with pytest.raises(Refused) as refused:
            await handling.move_plate(tx, "P-1", "tote:T-1")
        assert "cannot stand" in refused.value.faults[0].message


async def test_promises_hold_when_a_plate_goes_to_quarantine(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        _, south = await two_sites(tx)
        await build(tx, "P-1", line(30))
        demands: list[Demand] = [wish(WORLD.a, 40), wish(WORLD.a, 50)]
        assert await inventory.reserve(tx, demands) == {}
        await handling.move_plate(tx, "P-1", "quarantine")
        held = await inventory.reserved_for(tx, [one.order_id for one in demands])
        assert {(one.order_id, one.site_id): one.quantity for one in held} == {
            (demands[0].order_id, WORLD.north): 40,
            (demands[1].order_id, WORLD.north): 30,
            (demands[1].order_id, south): 20,
        }, "the youngest promise is made anew elsewhere"
        assert await on(tx, "P-1") == {("P-1", ""): 30}
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I7")
async def test_two_who_move_the_same_plate_move_it_one_after_the_other(house: House, northside: UUID) -> None:
    goals = [f"bin:{bin_code(3, number)}" for number in range(1, 9)]
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "C-1", line(10))
        await build(tx, "P-1", line(20), nested=["C-1"])

    async def go(number: int) -> str:
        try:
            async with house.db.transaction(northside, actor=f"user:{number}") as tx:
                await handling.move_plate(tx, "P-1", goals[number], seen_in=HERE)
        except Refused as refused:
            return refused.faults[0].code
        return "done"

    answers = await asyncio.gather(*map(go, range(8)))
    assert sorted(answers) == ["done"] + ["moved"] * 7, "who saw it elsewhere is told where it is"
    async with house.db.transaction(northside, actor="test") as tx:
        place = (await looking.standing(tx, "P-1")).root.place
        assert place in goals
        assert (await lies(tx, HERE), await lies(tx, place)) == (30, 30)
        assert await wrong_in_the_books(tx) == {}


async def test_picks_while_the_plate_moves_take_each_unit_once(house: House, northside: UUID) -> None:
    goals = [HERE, THERE, f"bin:{bin_code(3, 1)}"]
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "C-1", line(20))
        await build(tx, "P-1", line(40), nested=["C-1"])
    picked = 0

    async def pick(number: int) -> None:
        nonlocal picked
        for round_ in range(8):
            try:
                async with house.db.transaction(northside, actor=f"user:{number}") as tx:
                    await inventory.move(tx, [moved(WORLD.a, goals[(number + round_) % 3], "tote:T-1", 2)])
                picked += 2
            except Refused:
                await asyncio.sleep(0)

    async def carry(number: int) -> None:
        for round_ in range(8):
            with suppress(Refused):
                async with house.db.transaction(northside, actor=f"user:c{number}") as tx:
                    await handling.move_plate(tx, "P-1", goals[(number + round_) % 3])

    async def restack() -> None:
        for _ in range(6):
            with suppress(Refused):
                async with house.db.transaction(northside, actor="user:r") as tx:
                    await handling.nest_plate(tx, "C-1", "P-1")
                async with house.db.transaction(northside, actor="user:r") as tx:
                    await filling.take_off(tx, "P-1", [line(1)])
                async with house.db.transaction(northside, actor="user:r") as tx:
                    await handling.move_plate(tx, "C-1", THERE)

    await asyncio.gather(pick(0), pick(1), carry(0), carry(1), restack())
    async with house.db.transaction(northside, actor="test") as tx:
        assert picked > 0
        assert await lies(tx, "tote:T-1") == picked
        assert sum([await lies(tx, goal) for goal in goals]) == 60 - picked
        assert await wrong_in_the_books(tx) == {}


async def test_two_who_build_a_plate_of_the_same_code_build_it_once(house: House, northside: UUID) -> None:
    async def go(number: int) -> bool:
        try:
            async with house.db.transaction(northside, actor=f"user:{number}") as tx:
                await build(tx, "P-1", line(4))
        except Refused:
            return False
        return True

    assert sum(await asyncio.gather(*map(go, range(6)))) == 1
    async with house.db.transaction(northside, actor="test") as tx:
        assert await on(tx, "P-1") == {("P-1", ""): 4}
        assert await wrong_in_the_books(tx) == {}


async def test_who_dies_while_a_plate_moves_has_moved_all_of_it_or_nothing(
    house: House, northside: UUID, fate: Fate
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, "C-1", line(10))
        await build(tx, "P-1", line(20), nested=["C-1"])

    async def go() -> None:
        async with house.db.transaction(northside, actor="test") as tx:
            await handling.move_plate(tx, "P-1", THERE)

    async def done() -> bool:
        async with house.db.transaction(northside, actor="test") as tx:
            there = (await looking.standing(tx, "C-1")).root.place == THERE
            assert await lies(tx, THERE) == (30 if there else 0)
            assert await wrong_in_the_books(tx) == {}
            return there

    assert await die_everywhere(fate, go, done) > 10
