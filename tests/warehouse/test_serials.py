"""Units with a number of their own: each is scanned when it is packed, and is in one parcel at a time."""

import asyncio
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.errors import Refused
from doorstep.platform.ids import new_id
from doorstep.stages import inventory
from doorstep.stages.inventory.acts.serials import take_back_serial
from doorstep.stages.orders.acts import Wanted, choose
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import Boxed
from doorstep.stages.warehouse.rules.codes import is_serial
from tests.mortal import Fate, die_everywhere
from tests.orders.conftest import bearer
from tests.platform.documents.sheets import words_of
from tests.worlds.catalog import BARCODES, WORLD, asks_serials
from tests.worlds.warehouse import ANA, Floor

GTIN = f"0{BARCODES['C']}"


@pytest.fixture
async def lamps(floor: Floor) -> Floor:
    """Northside, where each lamp has a serial number."""
    async with floor.tx() as tx:
        await asks_serials(tx, WORLD.c)
    return floor


async def numbers(floor: Floor, order_id: UUID) -> dict[str, str]:
    """The units that were packed for an order, and where they are; the books are right."""
    assert await floor.wrong() == {}
    async with floor.tx() as tx:
        return {one.serial: one.state for one in await inventory.serials_of(tx, [order_id])}


async def test_each_unit_is_packed_by_its_own_number(lamps: Floor) -> None:
    [order] = await lamps.picked({"A": 1, "C": 2})
    bench = await lamps.open_bench("T-1")
    for code, answer, left in (
        (BARCODES["A"], "counted", 2),
        ("S-1", "wrong_item", 2),
        (BARCODES["C"], "serial_next", 2),
        ("has blank", "wrong_serial", 2),
        ("S-1", "counted", 1),
        (BARCODES["C"], "serial_next", 1),
        ("S-1", "serial_taken", 1),
        ("S-2", "counted", 0),
    ):
        bench = await lamps.put_in(bench, code)
        assert (bench.code, bench.left) == (answer, left), code
    closed = await lamps.close(bench)
    assert closed.code == "closed"
    assert await numbers(lamps, order) == {"S-1": "packed", "S-2": "packed"}
    assert closed.parcel is not None
    async with lamps.tx() as tx:
        _, slip = await acts.read_slip(tx, closed.parcel.id)
    assert "Serial no. S-1, S-2" in words_of(slip)
    await lamps.hand_over(await lamps.parcels(order))
    assert await numbers(lamps, order) == {"S-1": "shipped", "S-2": "shipped"}


async def test_a_label_that_says_the_number_needs_no_second_scan(lamps: Floor) -> None:
    [order] = await lamps.picked({"C": 2})
    bench = await lamps.open_bench("T-1")
    bench = await lamps.put_in(bench, f"01{GTIN}21LAMP7")
    assert (bench.code, bench.left) == ("counted", 1)
    bench = await lamps.put_in(bench, f"01{GTIN}21LAMP7")
    assert (bench.accepted, bench.code) == (False, "serial_taken")
    assert f"order {await lamps.number(order)}" in bench.message
    assert (is_serial("T-7"), is_serial("x" * 41), is_serial("")) == (False, False, False)


async def test_units_are_scanned_piece_by_piece_and_at_a_bench(lamps: Floor) -> None:
    [order] = await lamps.picked({"C": 2})
    job = await lamps.ask("SELECT id FROM warehouse.fulfillments WHERE order_id = %s", order)
    async with lamps.tx() as tx:
        [verdict] = await acts.pack_boxes(
            tx, ANA, [Boxed(job, "S", {BARCODES["C"]: 2}, 2_000, "a try")], lambda _: "https://example.org"
        )
        assert verdict.code == "serial_needed"
    bench = await lamps.open_bench("T-1")
    async with lamps.tx() as tx:
        answer = await acts.scan_into_box(tx, ANA, job, f"{new_id()}", BARCODES["C"], 2)
    assert (answer.accepted, answer.code, bench.left) == (False, "one_by_one", 2)


@pytest.mark.proves("I2")
async def test_twenty_packers_with_the_same_unit_pack_it_once(lamps: Floor) -> None:
    """The unit was never seen before, so all of them would be its first."""
    orders = await lamps.picked(*({"C": 1} for _ in range(20)))
    numbers_of = [str(await lamps.number(order)) for order in orders]
    benches = [await lamps.open_bench(number) for number in numbers_of]
    benches = [await lamps.put_in(bench, BARCODES["C"]) for bench in benches]
    answers = await asyncio.gather(*(lamps.put_in(bench, "S-1") for bench in benches))
    assert sorted(answer.code for answer in answers) == ["counted"] + ["serial_taken"] * 19
    [winner] = [order for order, answer in zip(orders, answers, strict=True) if answer.accepted]
    number = await lamps.number(winner)
    assert all(f"in order {number} already" in answer.message for answer in answers if not answer.accepted)
    assert await numbers(lamps, winner) == {"S-1": "packed"}


async def test_who_dies_while_packing_a_unit_has_not_packed_it_or_has(lamps: Floor, fate: Fate) -> None:
    [order] = await lamps.picked({"C": 1})
    bench = await lamps.put_in(await lamps.open_bench("T-1"), BARCODES["C"])

    async def done() -> bool:
        return bool(await numbers(lamps, order))

    died = await die_everywhere(fate, lambda: lamps.put_in(bench, "S-1", command="once"), done)
    assert died > 5
    again = await lamps.put_in(bench, "S-1", command="once")
    assert (again.code, await numbers(lamps, order)) == ("counted", {"S-1": "packed"})


async def test_what_is_not_sent_after_all_can_be_packed_for_somebody_else(lamps: Floor) -> None:
    first, second = await lamps.picked({"C": 1}, {"C": 1})
    for order in (first, second):
        bench = await lamps.open_bench(str(await lamps.number(order)))
        bench = await lamps.put_in(await lamps.put_in(bench, BARCODES["C"]), "S-1")
        if order == first:
            assert (await lamps.close(bench)).code == "closed"
            await lamps.cancel(first)
            await lamps.settle()
            assert await numbers(lamps, first) == {}
    assert bench.code == "counted"
    assert await numbers(lamps, second) == {"S-1": "packed"}


async def test_a_unit_that_came_back_can_leave_again_and_is_found_by_its_number(
    lamps: Floor, key: str, web_client: httpx.AsyncClient
) -> None:
    first, second = await lamps.picked({"C": 1}, {"C": 1})
    bench = await lamps.open_bench(str(await lamps.number(first)))
    bench = await lamps.put_in(await lamps.put_in(bench, BARCODES["C"]), "S-1")
    await lamps.close(bench)
    back = {"product_id": f"{WORLD.c}", "serial": "S-1"}
    path = "/api/serials/returned"
    assert (await web_client.post(path, json=back, headers=bearer(key))).status_code == 409, (
        "it is still here"
    )
    await lamps.hand_over(await lamps.parcels(first))
    async with lamps.tx() as tx:
        assert await choose(tx, Wanted(q="S-1")) == [first]
    [returned] = (await web_client.post(path, json=back, headers=bearer(key))).json()
    assert returned["state"] == "returned"
    bench = await lamps.open_bench(str(await lamps.number(second)))
    bench = await lamps.put_in(await lamps.put_in(bench, BARCODES["C"]), "S-1")
    assert bench.code == "counted"
    [told] = (await web_client.get("/api/serials?serial=S-1", headers=bearer(key))).json()
    assert [one["name"] for one in told["story"]] == [
        "known", "packed", "shipped", "returned", "packed",
    ]  # fmt: skip
    assert told["serial"]["order_id"] == f"{second}"


async def test_units_of_other_merchants_are_not_found(
    lamps: Floor, key: str, web_client: httpx.AsyncClient, tenant: UUID
) -> None:
    [_] = await lamps.picked({"C": 1})
    bench = await lamps.open_bench("T-1")
    await lamps.put_in(await lamps.put_in(bench, BARCODES["C"]), "S-1")
    theirs = await auth.make_key(lamps.house.db, tenant, "theirs", ["stock:read"], new_id())
    assert len((await web_client.get("/api/serials?serial=S-1", headers=bearer(key))).json()) == 1
    assert (await web_client.get("/api/serials?serial=S-1", headers=bearer(theirs))).json() == []
    async with lamps.tx() as tx:
        with pytest.raises(Refused, match="No unit S-9"):
            await take_back_serial(tx, "S-9", WORLD.c)
