"""What the floor does by itself: with real processes that think, and when they die."""

from uuid import UUID

import pytest
import structlog

from doorstep.platform.thinking import ThinkingFailed, think
from doorstep.stages.warehouse import jobs
from doorstep.stages.warehouse.rules.waves import Plan, Question
from tests.worlds.warehouse import Floor


async def test_carts_and_boxes_are_thought_out_in_other_processes(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2, "B": 1})
    assert await floor.states(order) == ["picked"]
    assert await floor.ask("SELECT cartons->'boxes'->0->>'box' FROM warehouse.fulfillments") == "S"
    assert await floor.ask("SELECT failures FROM warehouse.floors") == 0


async def test_a_solver_that_dies_is_tried_again_and_then_done_without(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def died(*_question: object, seconds: float) -> object:
        raise ThinkingFailed("died", f"the worker ended within {seconds} s")

    monkeypatch.setattr(jobs, "think", died)
    with structlog.testing.capture_logs() as said:
        [order] = await floor.work({"A": 1})
        assert await floor.states(order) == ["waiting"], "the timer tries again"
        assert await floor.ask("SELECT failures FROM warehouse.floors") == 1
        await floor.settle()
    assert {one["event"] for one in said} == {"carts_not_thought_out"}
    assert await floor.states(order) == ["batched"]
    assert "no time to think" in await floor.ask("SELECT reasons->>0 FROM warehouse.batches")
    monkeypatch.undo()
    await floor.work({"B": 1})
    assert await floor.ask("SELECT failures FROM warehouse.floors") == 0, "it thinks again"
    assert await floor.wrong() == {}


async def test_a_box_that_is_not_thought_out_is_chosen_by_eye(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await floor.work({"A": 1})

    async def late(*_question: object, seconds: float) -> object:
        raise ThinkingFailed("overran", f"no answer within {seconds} s")

    monkeypatch.setattr(jobs, "think", late)
    await floor.walk()
    assert await floor.ask("SELECT cartons FROM warehouse.fulfillments") is None
    bench = await floor.open_bench("T-1")
    assert bench.parcel is not None
    assert bench.parcel.box == "S"


async def test_a_plan_that_was_overtaken_is_written_as_far_as_it_still_holds(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = [await floor.place({"A": 1}) for _ in range(2)]
    real = think

    async def overtaken(work: object, question: Question, *, seconds: float) -> Plan:
        await floor.cancel(gone)
        async with floor.tx() as tx:
            await jobs.cancel_orders(tx, [gone])
        plan: Plan = await real(work, question, seconds=seconds)  # type: ignore[arg-type]
        return plan

    monkeypatch.setattr(jobs, "think", overtaken)
    await floor.settle()
    assert (await floor.states(gone), await floor.states(stays)) == (["canceled"], ["batched"])
    assert await floor.wrong() == {}
    assert (await floor.take()).lines == 1


async def test_a_bin_is_never_promised_twice_by_two_plans(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await floor.place({"C": 15})
    other: list[UUID] = []
    real = think

    async def meanwhile(work: object, question: Question, *, seconds: float) -> Plan:
        if not other:
            other.append(await floor.place({"C": 15}))
            async with floor.tx() as tx:
                await jobs.release_orders(tx, other)
            await jobs.plan_carts(floor.house, floor.tenant_id, floor.tenant_id)
        plan: Plan = await real(work, question, seconds=seconds)  # type: ignore[arg-type]
        return plan

    monkeypatch.setattr(jobs, "think", meanwhile)
    await floor.settle()
    assert await floor.waiting_carts() == 1, "the slower plan found its bin promised"
    await floor.settle()
    promised = await floor.ask(
        "SELECT max(promised.units - b.on_hand) FROM (SELECT place, sum(quantity) AS units FROM warehouse.picks "
        "WHERE NOT dropped GROUP BY place) promised JOIN inventory.balances b USING (place)"
    )
    assert promised <= 0
    while await floor.waiting_carts():
        await floor.walk()
    assert await floor.wrong() == {}


async def test_scans_are_forgotten_after_a_week(floor: Floor) -> None:
    await floor.picked({"A": 1})
    await floor.ask("UPDATE warehouse.scans SET scanned_at = scanned_at - interval '8 days' RETURNING 1")
    await floor.settle()
    assert await floor.ask("SELECT count(*) FROM warehouse.scans") == 0
