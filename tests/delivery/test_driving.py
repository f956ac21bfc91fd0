"""The driver's day: take, load, leave, arrive, come back; clicks repeat, devices are two, and customers know."""

from datetime import timedelta

import pytest

from doorstep.platform.errors import Refused
from doorstep.stages import delivery
from tests.worlds.delivery import EVA, RUI, LastMile


async def test_a_route_belongs_to_the_driver_who_took_it_on_all_devices(mile: LastMile) -> None:
    route_id, _ = await mile.planned(1)
    for _ in range(2):
        async with mile.tx(RUI) as tx:
            await delivery.take(tx, route_id, RUI.name)
    assert (
        await mile.ask(
            "SELECT count(*) FROM platform.events WHERE subject = %s AND name = 'loading'", route_id
        )
        == 1
    )
    with pytest.raises(Refused, match="Rui has route"):
        async with mile.tx(EVA) as tx:
            await delivery.take(tx, route_id, EVA.name)
    async with mile.tx(EVA) as tx:
        await delivery.take(tx, route_id, EVA.name, take_over=True)
    assert await mile.ask("SELECT driver FROM delivery.routes") == EVA.actor


async def test_a_parcel_of_another_van_is_refused_and_says_where_it_belongs(mile: LastMile) -> None:
    route_id, stops = await mile.planned(2)
    async with mile.tx(RUI) as tx:
        await delivery.take(tx, route_id, RUI.name)
    async with mile.tx() as tx:
        await delivery.take_off(tx, stops[:1], "test")
    stranger = await mile.load(route_id, await mile.number_of(stops[0]))
    assert not stranger.ok
    assert "no route" in stranger.message
    assert not (await mile.load(route_id, "NONSENSE")).ok
    number = await mile.number_of(stops[1])
    assert [(await mile.load(route_id, number)).message for _ in range(2)] == [
        "Loaded: stop 2.",
        f"{number} is loaded already.",
    ]


async def test_nobody_leaves_without_parcels_or_with_some_missing_unless_said(mile: LastMile) -> None:
    route_id, stops = await mile.planned(3)
    async with mile.tx(RUI) as tx:
        await delivery.take(tx, route_id, RUI.name)
    with pytest.raises(Refused, match="Nothing is loaded"):
        await mile.depart(route_id)
    await mile.load(route_id, await mile.number_of(stops[0]))
    with pytest.raises(Refused, match="2 of 3 parcels are not loaded"):
        await mile.depart(route_id)
    async with mile.tx(RUI) as tx:
        assert await delivery.depart(tx, route_id, leave_behind=True) == 1
    assert [await mile.state_of(stop_id) for stop_id in stops] == ["out", "at_center", "at_center"]


async def test_leaving_tells_each_customer_window_and_pin_once(mile: LastMile) -> None:
    route_id, stops = await mile.out(2)
    for stop_id in stops:
        status, start, end = await mile.tracker_of(stop_id)
        assert status == "out_for_delivery"
        assert end - start <= timedelta(hours=2)
    async with mile.tx(RUI) as tx:
        assert await delivery.depart(tx, route_id) == 2
    pins = await mile.column(
        "SELECT facts->>'pin' FROM tracking.messages WHERE topic = 'door_pin' AND channel = 'mail'"
    )
    assert sorted(pins) == sorted(await mile.column("SELECT pin FROM delivery.stops"))


async def test_a_route_ends_only_when_every_door_was_answered(mile: LastMile) -> None:
    route_id, stops = await mile.out(2)
    async with mile.tx(RUI) as tx:
        await delivery.arrive(tx, stops[0])
    async with mile.tx(RUI) as tx:
        await delivery.arrive(tx, stops[0])
    await mile.deliver(stops[0])
    with pytest.raises(Refused, match="1 stops are open"):
        await mile.finish(route_id)
    await mile.fail(stops[1])
    await mile.finish(route_id)
    await mile.finish(route_id)
    assert await mile.ask("SELECT state FROM delivery.routes") == "finished"


async def test_a_van_is_free_again_when_it_is_back(mile: LastMile) -> None:
    route_id, stops = await mile.out(1)
    await mile.deliver(stops[0])
    await mile.finish(route_id)
    async with mile.tx() as tx:
        day = await delivery.day_facts(tx, await mile.ask("SELECT site_id FROM delivery.routes"), None)
    assert [van.code for van in day.vans] == ["van-1", "van-2"]
