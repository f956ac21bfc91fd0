"""The running day: late parcels come in, people reorder, and what is committed stays."""

from datetime import timedelta
from uuid import UUID

import pytest

from doorstep.platform.errors import Reason, Refused
from doorstep.stages import delivery
from doorstep.stages.delivery.acts import asking
from tests.worlds.delivery import DESK, RUI, LastMile


@pytest.fixture
async def late(mile: LastMile) -> UUID:
    """A parcel that is scanned in after the others were planned: the second door of three."""
    stops = await mile.expected(3)
    numbers = [await mile.number_of(stop_id) for stop_id in stops]
    await mile.scan_in([numbers[0], numbers[2]])
    await mile.plan()
    await mile.scan_in([numbers[1]])
    return stops[1]


async def test_a_late_parcel_goes_where_it_costs_least_and_the_rest_keep_their_order(
    mile: LastMile, late: UUID
) -> None:
    (route_id,) = await mile.column("SELECT id FROM delivery.routes")
    before = await mile.stops_of(route_id)
    message = await mile.insert(late)
    after = await mile.stops_of(route_id)
    assert "van-" in message
    assert [one for one in after if one != late] == before
    assert late in after
    assert await mile.ask(
        "SELECT array_agg(position ORDER BY position) FROM delivery.stops WHERE route_id = %s", route_id
    ) == [1, 2, 3]


async def test_inserting_twice_is_as_once(mile: LastMile, late: UUID) -> None:
    for said in ("takes it", "already"):
        found = await asking.find_place(mile.house, mile.tenant_id, DESK.actor, late)
        async with mile.tx(DESK) as tx:
            assert said in await asking.place(tx, late, found)


async def test_a_loaded_parcel_stays_in_its_van_and_the_driver_sees_what_changed(
    mile: LastMile, late: UUID
) -> None:
    (route_id,) = await mile.column("SELECT id FROM delivery.routes")
    loaded = await mile.stops_of(route_id)
    await mile.take_and_load(route_id)
    await mile.insert(late)
    for stop_id in loaded:
        assert await mile.ask("SELECT route_id FROM delivery.stops WHERE id = %s", stop_id) == route_id
        assert await mile.state_of(stop_id) == "loaded"
    changes = await mile.ask("SELECT changes FROM delivery.routes")
    assert "A parcel was added" in changes[0]
    async with mile.tx(RUI) as tx:
        await delivery.see_changes(tx, route_id)
    assert await mile.ask("SELECT changes FROM delivery.routes") == []


async def test_a_van_that_has_left_takes_nothing_more_and_the_board_says_why(
    mile: LastMile, late: UUID
) -> None:
    (route_id,) = await mile.column("SELECT id FROM delivery.routes")
    await mile.take_and_load(route_id)
    await mile.depart(route_id)
    with pytest.raises(Refused) as refused:
        await mile.insert(late)
    assert refused.value.reason is Reason.UNAVAILABLE
    assert await mile.state_of(late) == "at_center"


async def test_no_promise_is_broken_for_a_late_parcel(mile: LastMile, late: UUID) -> None:
    told = await mile.column("SELECT told_until FROM delivery.stops WHERE route_id IS NOT NULL ORDER BY id")
    await mile.insert(late)
    etas = await mile.column(
        "SELECT eta FROM delivery.stops WHERE route_id IS NOT NULL AND id <> %s ORDER BY id", late
    )
    assert all(eta <= until for eta, until in zip(etas, told, strict=True))


async def test_a_person_may_drive_the_stops_in_another_order(mile: LastMile) -> None:
    route_id, stops = await mile.planned(3)
    async with mile.tx(DESK) as tx:
        await delivery.resequence(tx, route_id, stops[::-1])
    assert await mile.stops_of(route_id) == stops[::-1]
    etas = await mile.column("SELECT eta FROM delivery.stops WHERE route_id = %s ORDER BY position", route_id)
    assert etas == sorted(etas)


async def test_an_order_of_other_stops_is_refused(mile: LastMile) -> None:
    route_id, stops = await mile.planned(3)
    with pytest.raises(Refused, match="not the stops"):
        async with mile.tx(DESK) as tx:
            await delivery.resequence(tx, route_id, stops[:2])


async def test_the_order_is_fixed_once_the_van_has_left(mile: LastMile) -> None:
    route_id, stops = await mile.out(2)
    with pytest.raises(Refused, match="fixed"):
        async with mile.tx(DESK) as tx:
            await delivery.resequence(tx, route_id, stops[::-1])


async def test_a_canceled_route_gives_its_parcels_and_its_van_back(mile: LastMile) -> None:
    route_id, stops = await mile.loaded(2)
    for _ in range(2):
        async with mile.tx(DESK) as tx:
            await delivery.cancel(tx, route_id)
    assert {await mile.state_of(stop_id) for stop_id in stops} == {"at_center"}
    (again,) = await mile.plan()
    assert sorted(await mile.stops_of(again)) == sorted(stops)


async def test_a_route_on_the_road_cannot_be_canceled(mile: LastMile) -> None:
    route_id, _ = await mile.out(1)
    with pytest.raises(Refused, match="driving"):
        async with mile.tx(DESK) as tx:
            await delivery.cancel(tx, route_id)


async def test_a_parcel_taken_off_its_route_waits_for_the_next_plan(mile: LastMile) -> None:
    route_id, stops = await mile.planned(2)
    async with mile.tx(DESK) as tx:
        await delivery.take_off(tx, stops[:1], "wrong shelf")
    assert await mile.state_of(stops[0]) == "at_center"
    assert await mile.stops_of(route_id) == stops[1:]
    await mile.wait(minutes=1)
    assert "van-" in await mile.insert(stops[0])
    assert await mile.ask("SELECT max(eta) - min(eta) < %s FROM delivery.stops", timedelta(hours=3))
