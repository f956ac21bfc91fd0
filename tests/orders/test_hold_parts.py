"""Holds of parts: a line, or what one site sends, with a scope of its own in the queue, the API and on the page."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import orders
from doorstep.stages.orders import HoldReason
from doorstep.stages.orders.acts import Whole, hold_one, hold_parts, release_parts, tending
from doorstep.stages.orders.model.holding import Parts, Terms
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD
from tests.worlds.changes import lines_of, ship
from tests.worlds.inventory import small_world
from tests.worlds.orders import place_one

MANUAL, FRAUD = HoldReason.MANUAL, HoldReason.FRAUD


async def whole(tx: Tx, order_id: UUID) -> Whole:
    """Everything about an order."""
    found = await orders.read(tx, order_id)
    assert found is not None
    return found


async def test_a_held_line_leaves_its_order_accepted_and_each_reason_is_released_on_its_own(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:ana") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 2, "B": 1})
        mug = Parts(((await lines_of(tx, order_id))["A"],))
        await hold_parts(tx, order_id, mug, MANUAL, "which color?")
        await hold_parts(tx, order_id, mug, FRAUD, "many mugs")
        await hold_one(tx, order_id, MANUAL, "the whole of it too")
        found = await whole(tx, order_id)
        assert (found.order.state, len(found.open_holds), len(found.part_holds)) == ("held", 1, 2)
        await orders.release_hold(tx, [order_id], MANUAL)
        assert (await whole(tx, order_id)).order.state == "accepted", "a held part does not hold the whole"
        await release_parts(tx, order_id, mug, MANUAL, "blue")
        assert [one.reason for one in (await whole(tx, order_id)).part_holds] == ["fraud"]
        with pytest.raises(Refused, match="not held for manual"):
            await release_parts(tx, order_id, mug, MANUAL)
        told = [one for one in (await whole(tx, order_id)).history if one.name.startswith("part_")]
        assert [(one.name, one.actor, one.facts["lines"]) for one in told] == [
            ("part_held", "user:ana", ["A"]),
            ("part_held", "user:ana", ["A"]),
            ("part_released", "user:ana", ["A"]),
        ]


async def test_all_that_forbids_to_hold_a_part_is_said_at_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 1, "B": 1})
        lines = await lines_of(tx, order_id)
        await ship(tx, order_id, "A", 1)
        parts = Parts((lines["A"], uuid4(), lines["B"], lines["B"]), WORLD.north)
        terms = Terms(release_at=tx.now, cancel_at=tx.now + timedelta(hours=1))
        with pytest.raises(Refused) as refused:
            await hold_parts(tx, order_id, parts, HoldReason.ADDRESS, "", terms)
        assert [(one.pointer, one.code) for one in refused.value.faults] == [
            ("/release_at", "past"),
            ("/reason", "whole_only"),
            ("/cancel_at", "whole_only"),
            ("/site_id", "two_scopes"),
            ("/line_ids/0", "nothing_left"),
            ("/line_ids/1", "unknown_line"),
            ("/line_ids/3", "twice"),
        ]
        with pytest.raises(Refused) as refused:
            await hold_parts(tx, order_id, Parts(site_id=uuid4()), MANUAL)
        assert [one.code for one in refused.value.faults] == ["unknown_site"]
        gone = await place_one(tx, {"A": 1})
        await orders.cancel_one(tx, gone, "x")
        with pytest.raises(Refused, match="finished"):
            await hold_parts(tx, gone, Parts(tuple((await lines_of(tx, gone)).values())), MANUAL)


async def test_a_held_part_is_released_at_its_time_and_a_bulk_release_of_orders_leaves_it(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 1, "B": 1})
        line = Parts(((await lines_of(tx, order_id))["A"],))
        later = tx.now + timedelta(hours=1)
        await hold_parts(tx, order_id, line, MANUAL, "", Terms(release_at=later))
        assert await orders.release_hold(tx, [order_id], MANUAL) == []
        await tending.end_due(tx)
        assert len((await whole(tx, order_id)).part_holds) == 1
        tx.now = later
        await tending.end_due(tx)
        assert (await whole(tx, order_id)).part_holds == []


async def test_lines_are_held_and_released_over_the_api_and_the_queue_says_what_is_held(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 1, "B": 1})
        line = str((await lines_of(tx, order_id))["A"])
    path, asked = f"/api/orders/{order_id}", {"line_ids": [line], "note": "which color?", "owner": "maria"}
    held = await web_client.post(f"{path}/hold", json=asked, headers=bearer(key))
    assert held.status_code == 200, held.text
    assert held.json()["state"] == "accepted"
    assert [(one["scope"], one["line_id"]) for one in held.json()["holds"]] == [("line", line)]
    again = await web_client.post(f"{path}/hold", json=asked, headers=bearer(key))
    assert again.status_code == 409
    [queued] = (await web_client.get("/api/holds", headers=bearer(key))).json()["holds"]
    assert (queued["scope"], queued["part"], queued["line_id"], queued["owner"]) == (
        "line",
        "Stoneware mug",
        line,
        "maria",
    )
    freed = await web_client.post(f"{path}/release-hold", json={"line_ids": [line]}, headers=bearer(key))
    assert freed.status_code == 200
    assert freed.json()["holds"][0]["released_at"]
