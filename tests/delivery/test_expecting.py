"""Parcels of our own fleet are expected at the center nearest to their doors, scanned in, and known by place and wish."""

from datetime import timedelta

import pytest

from doorstep.platform.errors import Refused
from doorstep.platform.ids import new_id
from doorstep.stages import delivery
from tests.worlds.catalog import WORLD
from tests.worlds.delivery import DESK, MORNING, LastMile, addresses
from tests.worlds.orders import contact


async def test_a_parcel_goes_from_the_shelf_to_the_door_through_every_stage(mile: LastMile) -> None:
    stops = await mile.brought(2)
    numbers = [await mile.number_of(stop_id) for stop_id in stops]
    assert [one.ok for one in await mile.scan_in(numbers)] == [True, True]
    (route_id,) = await mile.plan()
    order = await mile.stops_of(route_id)
    await mile.take_and_load(route_id)
    await mile.depart(route_id)
    for stop_id in order:
        await mile.deliver(stop_id)
    await mile.finish(route_id)
    await mile.settle()
    assert await mile.column("SELECT state FROM orders.orders ORDER BY number") == ["closed", "closed"]
    assert await mile.column("SELECT DISTINCT state FROM tracking.trackers") == ["delivered"]
    assert await mile.broken() == {}


async def test_a_label_of_another_carrier_makes_no_stop(mile: LastMile) -> None:
    async with mile.tx() as tx:
        assert await delivery.expect(tx, [new_id()]) == []


async def test_the_same_news_twice_makes_one_stop(mile: LastMile) -> None:
    await mile.expected(2)
    labels = await mile.column("SELECT id FROM shipping.labels")
    async with mile.tx() as tx:
        assert await delivery.expect(tx, labels) == []
    assert await mile.ask("SELECT count(*) FROM delivery.stops") == 2


async def test_parcels_of_one_order_share_the_pin_of_the_door(mile: LastMile) -> None:
    (stop_id,) = await mile.expected(1)
    await mile.another_parcel(stop_id)
    pins = await mile.column("SELECT pin FROM delivery.stops")
    assert (len(pins), len(set(pins)), len(pins[0])) == (2, 1, 4)


async def test_an_address_without_coordinates_is_placed_by_its_neighbors_and_says_so(mile: LastMile) -> None:
    known = addresses(2)
    unknown = contact(street="Nowhere 1", lat=None, lon=None)
    far = contact(street="Nowhere 2", lat=None, lon=None, postal_code="9487", city="Gamprin")
    stops = await mile.expected_at([*known, unknown, far])
    places = [await mile.ask("SELECT place_from FROM delivery.stops WHERE id = %s", one) for one in stops]
    assert places[:2] == ["address", "address"]
    assert set(places[2:]) <= {"postal_code", "center"}
    async with mile.tx(DESK) as tx:
        await delivery.correct_place(tx, stops[2], 47.17, 9.52)
    assert await mile.ask("SELECT place_from FROM delivery.stops WHERE id = %s", stops[2]) == "person"


async def test_a_void_label_takes_its_stop_away(mile: LastMile) -> None:
    (stop_id,) = await mile.expected(1)
    async with mile.tx() as tx:
        await delivery.withdraw(tx, await mile.column("SELECT id FROM shipping.labels"))
    assert await mile.state_of(stop_id) == "withdrawn"


async def test_a_scan_at_the_center_tells_the_customer_where_the_parcel_is(mile: LastMile) -> None:
    (stop_id,) = await mile.parcels_at_center(1)
    assert await mile.state_of(stop_id) == "at_center"
    assert (await mile.tracker_of(stop_id))[0] == "in_transit"


@pytest.mark.parametrize("spelling", ["{}", " {} ", "]C1{}"])
async def test_a_number_is_read_as_any_scanner_spells_it(mile: LastMile, spelling: str) -> None:
    (stop_id,) = await mile.expected(1)
    (verdict,) = await mile.scan_in([spelling.format(await mile.number_of(stop_id))])
    assert verdict.ok
    sscc = await mile.ask("SELECT sscc FROM delivery.stops")
    assert [one.stop_id for one in await mile.scan_in([f"]C100{sscc}", f"(00){sscc}"])] == [stop_id, stop_id]


async def test_each_scanned_code_gets_its_own_verdict(mile: LastMile) -> None:
    (stop_id,) = await mile.expected(1)
    number = await mile.number_of(stop_id)
    first = await mile.scan_in([number, "NONSENSE"])
    assert {one.code: one.ok for one in first} == {number: True, "NONSENSE": False}
    (again,) = await mile.scan_in([number])
    assert again.ok
    assert "before" in again.message
    async with mile.tx() as tx:
        (elsewhere,) = await delivery.scan_in(tx, WORLD.north, [number])
    assert not elsewhere.ok
    assert "Northside center" in elsewhere.message


async def test_half_a_window_is_refused_and_a_whole_one_kept(mile: LastMile) -> None:
    (stop_id,) = await mile.parcels_at_center(1)
    async with mile.tx(DESK) as tx:
        with pytest.raises(Refused, match="window"):
            await delivery.wish_window(tx, stop_id, MORNING, None)
        await delivery.wish_window(tx, stop_id, MORNING, MORNING + timedelta(hours=3))
    assert await mile.ask("SELECT window_from FROM delivery.stops") == MORNING
