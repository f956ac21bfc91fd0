"""Units that are known by number are picked, packed, put back and sent by it; each is in one hand, one tote, one parcel."""

import asyncio
from uuid import UUID

import pytest

from doorstep.stages import inventory
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PickAnswer, PutBack, Reported
from tests.mortal import Fate, die_everywhere
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.inventory import by_number
from tests.worlds.warehouse import ANA, BEN, Floor, new_command

HOME, AWAY = bin_code(2, 2), bin_code(4, 9)
GTIN = f"0{BARCODES['C']}"


@pytest.fixture
async def lamps(floor: Floor) -> Floor:
    """Northside with four lamps in one bin, each known by its number, and one elsewhere."""
    async with floor.tx() as tx:
        units = {f"bin:{HOME}": ["L-1", "L-2", "L-3", "L-4"], "quarantine": ["L-9"]}
        await by_number(tx, WORLD.c, units)
    return floor


async def where(floor: Floor) -> dict[str, tuple[str, str | None]]:
    """State and place of each lamp; the books are right."""
    assert await floor.wrong() == {}
    async with floor.tx() as tx:
        found = [one for n in range(1, 10) for one in await inventory.serials_called(tx, f"L-{n}")]
        return {one.serial: (one.state, one.place) for one in found}


async def take(floor: Floor, cart: PickAnswer, *codes: str) -> PickAnswer:
    """Scan one after the other; all are accepted."""
    for code in codes:
        cart = await floor.scan(cart, code)
        assert cart.accepted, cart.message
    return cart


async def test_a_picker_takes_each_unit_by_its_number(lamps: Floor) -> None:
    await lamps.work({"C": 3})
    cart = await lamps.take()
    for code, answer, counted in (
        (HOME, "ok", 0),
        (BARCODES["C"], "serial_next", 0),
        ("has blank", "wrong_item", 0),
        ("L-9", "serial_elsewhere", 0),
        ("L-7", "serial_elsewhere", 0),
        ("L-2", "counted", 1),
        ("L-2", "serial_taken", 1),
        (f"01{GTIN}21L-4", "counted", 2),
        ("T-1", "put", 0),
        ("L-2", "serial_elsewhere", 0),
        ("L-1", "counted", 1),
        ("T-1", "done", 0),
    ):
        cart = await lamps.scan(cart, code)
        assert (cart.code, cart.stop.counted if cart.stop else 0) == (answer, counted), (code, cart.message)
    known = await where(lamps)
    assert {known[f"L-{n}"] for n in (1, 2, 4)} == {("known", "tote:T-1")}
    assert known["L-3"] == ("known", f"bin:{HOME}")


async def test_only_what_was_picked_for_an_order_is_packed_and_leaves_with_it(lamps: Floor) -> None:
    [order] = await lamps.work({"C": 2})
    await take(lamps, await lamps.take(), HOME, "L-1", "T-1")
    cart = await lamps.scan(await lamps.take(), "L-3")
    assert cart.code == "counted"
    await take(lamps, cart, "T-1")
    await lamps.settle()
    bench = await lamps.open_bench("T-1")
    for code, answer in (
        (BARCODES["C"], "serial_next"),
        ("L-2", "serial_elsewhere"),
        ("L-1", "counted"),
        (f"01{GTIN}21L-1", "serial_taken"),
        (f"01{GTIN}21L-3", "counted"),
    ):
        bench = await lamps.put_in(bench, code)
        assert bench.code == answer, (code, bench.message)
    assert (await lamps.close(bench)).code == "closed"
    known = await where(lamps)
    assert known["L-1"] == known["L-3"] == ("packed", "parcel")
    await lamps.hand_over(await lamps.parcels(order))
    known = await where(lamps)
    assert known["L-1"] == known["L-3"] == ("shipped", None)


async def test_two_totes_of_an_order_give_the_units_that_lie_in_them(lamps: Floor) -> None:
    """The box is closed in parts: what it holds leaves the tote that each unit lies in."""
    [order] = await lamps.work({"C": 2})
    cart = await take(lamps, await lamps.take(), HOME, "L-1", "T-1")
    async with lamps.tx() as tx:
        await acts.fill_tote(tx, ANA, cart.batch_id, new_command())
    await take(lamps, cart, "L-2", "T-2")
    await lamps.settle()
    bench = await lamps.open_bench(str(await lamps.number(order)))
    bench = await lamps.put_in(await lamps.put_in(bench, BARCODES["C"]), "L-2")
    await lamps.close(bench, more=True)
    known = await where(lamps)
    assert (known["L-1"], known["L-2"]) == (("known", "tote:T-1"), ("packed", "parcel"))


@pytest.mark.proves("I2")
async def test_of_two_pickers_with_one_unit_one_has_it(lamps: Floor) -> None:
    first, second = await _two_carts(lamps)
    answers = await asyncio.gather(lamps.scan(first, "L-1", hand=ANA), lamps.scan(second, "L-1", hand=BEN))
    both = [answer.code for answer in answers]
    assert "counted" in both
    puts = await asyncio.gather(lamps.scan(first, "T-1", hand=ANA), lamps.scan(second, "T-2", hand=BEN))
    done = [answer.code for answer in puts]
    assert sum(code in {"put", "done"} for code in done) == 1, (both, done)
    assert set(done) - {"put", "done"} <= {"serial_taken", "item_first"}
    [tote] = {place for _, place in (await where(lamps)).values() if place and place.startswith("tote:")}
    assert tote in {"tote:T-1", "tote:T-2"}


async def _two_carts(lamps: Floor) -> tuple[PickAnswer, PickAnswer]:
    """Two pickers before the same bin."""
    await lamps.work({"C": 1})
    first = await lamps.take(ANA)
    await lamps.work({"C": 1})
    second = await lamps.take(BEN)
    return await lamps.scan(first, HOME, hand=ANA), await lamps.scan(second, HOME, hand=BEN)


async def test_who_dies_while_units_go_into_a_tote_has_put_all_of_them_in_or_none(
    lamps: Floor, fate: Fate
) -> None:
    await lamps.work({"C": 2})
    cart = await take(lamps, await lamps.take(), HOME, "L-1", "L-3")

    async def put() -> bool:
        return (await lamps.scan(cart, "T-1", command="once")).accepted

    async def done() -> bool:
        places = {(await where(lamps))[one][1] for one in ("L-1", "L-3")}
        assert places in ({f"bin:{HOME}"}, {"tote:T-1"})
        return places == {"tote:T-1"}

    assert await die_everywhere(fate, put, done) > 5
    assert await put(), "it is in the books already"
    assert await done()


async def test_what_nobody_wants_any_more_goes_back_by_number(lamps: Floor) -> None:
    [order] = await lamps.work({"C": 2})
    await take(lamps, await lamps.take(), HOME, "L-1", "L-2", "T-1")
    await lamps.settle()
    await lamps.cancel(order)
    await lamps.settle()

    async def back(code: str, to: str) -> str:
        async with lamps.tx() as tx:
            return (await acts.put_back(tx, new_command(), PutBack("T-1", code, to))).code

    assert [await back(code, AWAY) for code in (BARCODES["C"], "L-3", "L-2", f"01{GTIN}21L-1")] == [
        "serial_needed", "wrong_item", "ok", "ok",
    ]  # fmt: skip
    known = await where(lamps)
    assert known["L-1"] == known["L-2"] == ("known", f"bin:{AWAY}")


async def test_a_box_that_is_opened_again_gives_its_units_back_by_number(lamps: Floor) -> None:
    [order] = await lamps.work({"C": 1})
    await take(lamps, await lamps.take(), HOME, "L-1", "T-1")
    await lamps.settle()
    bench = await lamps.put_in(await lamps.open_bench("T-1"), f"01{GTIN}21L-1")
    closed = await lamps.close(bench)
    assert closed.parcel is not None
    await lamps.cancel(order)
    await lamps.settle()
    assert (await where(lamps))["L-1"] == ("known", "parcel")
    async with lamps.tx() as tx:
        answer = await acts.put_back(tx, new_command(), PutBack(f"P-{closed.parcel.number}", "L-1", AWAY))
    assert answer.code == "ok", answer.message
    assert (await where(lamps))["L-1"] == ("known", f"bin:{AWAY}")


async def test_what_a_picker_misses_stays_in_the_books_until_it_is_counted(lamps: Floor) -> None:
    await lamps.work({"C": 3})
    cart = await take(lamps, await lamps.take(), HOME, "L-1")
    cart = await lamps.short(cart)
    known = await where(lamps)
    assert {known[f"L-{n}"] for n in (1, 2, 3, 4)} == {("known", f"bin:{HOME}")}
    async with lamps.tx() as tx:
        assert [one.place for one in await inventory.open_counts(tx)] == [f"bin:{HOME}"]


async def test_a_list_of_picks_does_not_name_units_and_is_refused(lamps: Floor) -> None:
    await lamps.work({"C": 1})
    cart = await lamps.take()
    assert cart.stop is not None
    report = Reported(cart.stop.pick_id, HOME, BARCODES["C"], 1, "T-1")
    async with lamps.tx() as tx:
        [rejected] = await acts.report_picks(tx, ANA, [cart.batch_id], [report])
    assert rejected.code == "serial_needed"
    assert (await where(lamps))["L-1"] == ("known", f"bin:{HOME}")


async def test_what_is_left_at_a_stop_goes_back_into_the_bin_with_its_numbers(lamps: Floor) -> None:
    await lamps.work({"C": 2})
    cart = await take(lamps, await lamps.take(), HOME, "L-1")
    assert cart.stop is not None
    async with lamps.tx() as tx:
        cart = await acts.skip(tx, ANA, cart.batch_id, new_command(), cart.stop.pick_id)
    cart = await take(lamps, cart, HOME, "L-1", "L-2")
    await take(lamps, cart, "T-1")
    assert await _units(lamps, "tote:T-1") == ["L-1", "L-2"]


async def _units(lamps: Floor, place: str, site_id: UUID = WORLD.north) -> list[str]:
    async with lamps.tx() as tx:
        return [one.serial for one in await inventory.serials_lying(tx, [WORLD.c], site_id, [place])]
