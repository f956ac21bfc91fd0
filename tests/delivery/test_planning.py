"""Routes are planned in a process of its own, and accepted only if the facts still hold."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from doorstep.platform import thinking
from doorstep.platform.errors import Reason, Refused
from doorstep.stages import delivery
from doorstep.stages.delivery.acts import asking, planning
from doorstep.stages.delivery.model import DayPlan
from doorstep.stages.delivery.rules.planning import plan_day
from tests.worlds.catalog import WORLD
from tests.worlds.delivery import DESK, MORNING, LastMile


async def test_a_plan_changes_nothing_until_somebody_accepts_it(mile: LastMile) -> None:
    stops = await mile.parcels_at_center(4)
    _, plan = await mile.propose()
    assert sorted(stop.stop_id for route in plan.routes for stop in route.stops) == sorted(stops)
    assert await mile.ask("SELECT count(*) FROM delivery.routes") == 0
    assert {await mile.state_of(stop_id) for stop_id in stops} == {"at_center"}


async def test_an_accepted_plan_seats_every_parcel_and_tells_its_customer_a_window(mile: LastMile) -> None:
    route_id, stops = await mile.planned(4)
    assert {await mile.state_of(stop_id) for stop_id in stops} == {"planned"}
    etas = await mile.column("SELECT eta FROM delivery.stops WHERE route_id = %s ORDER BY position", route_id)
    assert etas == sorted(etas)
    for stop_id, eta in zip(stops, etas, strict=True):
        _, start, end = await mile.tracker_of(stop_id)
        assert start <= eta <= end
        assert end - start <= timedelta(hours=3)


async def test_accepting_twice_makes_one_set_of_routes(mile: LastMile) -> None:
    await mile.parcels_at_center(2)
    proposal_id = await mile.propose_here()
    async with mile.tx(DESK) as tx:
        assert len(await delivery.accept(tx, proposal_id)) == 1
    async with mile.tx(DESK) as tx:
        assert await delivery.accept(tx, proposal_id) == []
    assert await mile.ask("SELECT count(*) FROM delivery.routes") == 1


async def test_a_plan_whose_parcel_was_taken_is_refused_as_a_whole_never_silently_partial(
    mile: LastMile,
) -> None:
    stops = await mile.parcels_at_center(3)
    proposal_id = await mile.propose_here()
    async with mile.tx(DESK) as tx:
        await delivery.send_back(tx, stops[:1])
    with pytest.raises(Refused, match="1 of its parcels") as refused:
        async with mile.tx(DESK) as tx:
            await delivery.accept(tx, proposal_id)
    assert refused.value.reason is Reason.CONFLICT
    assert await mile.ask("SELECT count(*) FROM delivery.routes") == 0
    assert await mile.state_of(stops[1]) == "at_center"


async def test_a_van_that_got_a_route_meanwhile_makes_the_older_plan_unfit(mile: LastMile) -> None:
    first, second = await mile.parcels_at_center(2)
    async with mile.tx() as tx:
        day = await planning.day_facts(tx, WORLD.center, None)
    (route,) = plan_day(day, 1.0, 1, 50).routes
    older = DayPlan(routes=[replace(route, stops=[s for s in route.stops if s.stop_id == second])])
    newer = DayPlan(routes=[replace(route, stops=[s for s in route.stops if s.stop_id == first])])
    async with mile.tx(DESK) as tx:
        await delivery.accept(tx, await planning.keep_proposal(tx, day, newer))
    async with mile.tx(DESK) as tx:
        proposal_id = await planning.keep_proposal(tx, day, older)
    with pytest.raises(Refused, match="another route"):
        async with mile.tx(DESK) as tx:
            await delivery.accept(tx, proposal_id)


async def test_a_dropped_plan_cannot_be_accepted(mile: LastMile) -> None:
    await mile.parcels_at_center(1)
    proposal_id = await mile.propose_here()
    async with mile.tx(DESK) as tx:
        await delivery.drop(tx, proposal_id)
    with pytest.raises(Refused, match="dropped"):
        async with mile.tx(DESK) as tx:
            await delivery.accept(tx, proposal_id)


async def test_a_parcel_that_no_van_can_take_names_the_constraint_and_the_rest_is_planned(
    mile: LastMile,
) -> None:
    stops = await mile.parcels_at_center(3)
    async with mile.tx(DESK) as tx:
        await delivery.wish_window(tx, stops[0], MORNING - timedelta(hours=3), MORNING - timedelta(hours=2))
    proposal_id, plan = await mile.propose()
    assert [(one.stop_id, one.constraint) for one in plan.left_out] == [(stops[0], "windows")]
    async with mile.tx(DESK) as tx:
        await delivery.accept(tx, proposal_id)
    assert "time window" in await mile.ask("SELECT left_out FROM delivery.stops WHERE id = %s", stops[0])
    assert await mile.state_of(stops[1]) == "planned"


async def test_a_wish_of_the_customer_is_kept_by_the_plan(mile: LastMile) -> None:
    stops = await mile.parcels_at_center(3)
    start = MORNING + timedelta(hours=5)
    async with mile.tx(DESK) as tx:
        await delivery.wish_window(tx, stops[1], start, start + timedelta(hours=1))
    await mile.plan()
    eta = await mile.ask("SELECT eta FROM delivery.stops WHERE id = %s", stops[1])
    assert start <= eta <= start + timedelta(hours=1)


async def test_a_day_that_is_over_is_refused_and_one_without_vans_left_out_whole(mile: LastMile) -> None:
    (stop_id,) = await mile.parcels_at_center(1)
    with pytest.raises(Refused, match="is over"):
        await mile.propose(day=(MORNING - timedelta(days=2)).date())
    await mile.go_to(MORNING + timedelta(hours=12))
    _, plan = await mile.propose()
    assert [(one.stop_id, one.constraint) for one in plan.left_out] == [(stop_id, "no_van")]


async def test_the_same_seed_and_work_plan_the_same_day_alike(mile: LastMile) -> None:
    await mile.parcels_at_center(5)
    assert (await mile.propose())[1] == (await mile.propose())[1]


def overrun(*_facts: object) -> None:
    """A solver that ignores its time limit."""
    time.sleep(30)


async def test_a_solver_that_ignores_its_limit_is_killed_and_costs_its_plan_only(
    mile: LastMile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stop_id,) = await mile.parcels_at_center(1)
    monkeypatch.setattr(asking, "plan_day", overrun)
    monkeypatch.setattr(asking, "GRACE_S", 0.2)
    begun = time.monotonic()
    with pytest.raises(Refused, match="no plan"):
        await mile.propose(seconds=0.1)
    assert time.monotonic() - begun < 10
    assert await mile.state_of(stop_id) == "at_center"
    await thinking.dismiss()


async def test_a_solver_that_is_killed_mid_run_costs_time_only(
    mile: LastMile, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = await mile.parcels_at_center(3)
    asked: list[object] = []

    async def killed_once(work: object, *args: object, seconds: float) -> object:
        asked.append(work)
        if len(asked) == 1:
            raise thinking.ThinkingFailed("died", "somebody killed the worker")
        return await thinking.think(work, *args, seconds=seconds)  # type: ignore[arg-type]

    monkeypatch.setattr(asking, "think", killed_once)
    _, plan = await mile.propose()
    assert asked == [plan_day, plan_day]
    assert sorted(stop.stop_id for route in plan.routes for stop in route.stops) == sorted(stops)
