"""The small export walks through the whole house: states, money, goods and history are right, and once is enough."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from doorstep import app as house_app
from doorstep.platform import auth
from doorstep.platform.doctor import examine
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.stages import feedback
from doorstep.world.crew import Crew
from doorstep.world.replay.books import Books
from doorstep.world.replay.running import Asked, replay

EVERYTHING = """
SELECT (SELECT count(*) FROM platform.events), (SELECT count(*) FROM platform.tasks),
       (SELECT count(*) FROM inventory.movements), (SELECT count(*) FROM catalog.products),
       (SELECT sum(seq) FROM orders.orders), (SELECT sum(seq) FROM tracking.trackers)
"""


async def of_tenant(house: House, code: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    [tenant_id] = [one.id for one in await auth.tenants(house.db) if one.code == code]
    async with house.db.transaction(tenant_id, actor="test") as tx:
        cursor = await tx.connection.execute(statement.encode(), list(values))
        return await cursor.fetchall()


async def wrong(house: House, code: str) -> Sequence[object]:
    [tenant_id] = [one.id for one in await auth.tenants(house.db) if one.code == code]
    return await examine(house.db, tenant_id, house_app.invariants())


async def run(house: House, worker: Worker, folder: Path, code: str) -> Books:
    return await replay(house, worker, Asked(folder, code))


async def test_every_order_ends_in_its_real_state_and_a_second_replay_changes_nothing(
    house: House, worker: Worker, folder: Path
) -> None:
    code = f"r-{uuid4().hex[:20]}"
    books = await run(house, worker, folder, code)
    assert books.faults == []
    assert books.states == books.wanted
    assert (books.orders, books.ours, books.rounded) == (18, 19, 1)
    assert (books.paid_minor, books.here_minor, books.due_minor - books.paid_minor) == (334_963, 334_963, -2)
    assert await wrong(house, code) == []
    await check_stories(house, code)
    before = await of_tenant(house, code, EVERYTHING)
    again = await run(house, worker, folder, code)
    assert (again.faults, again.oddities) == ([], {})
    assert await of_tenant(house, code, EVERYTHING) == before


async def check_stories(house: House, code: str) -> None:
    """What cannot be seen in the states: oddities, roundings, ratings, cases, returns, and the time of the data."""
    odd = await of_tenant(
        house,
        code,
        "SELECT e.facts->>'what', count(*) FROM platform.events e WHERE e.name = 'oddity' GROUP BY 1 ORDER BY 1",
    )
    assert dict(odd) == {
        "address_doubted": 2,
        "blank_city": 1,
        "canceled_after_hand_over": 2,
        "centroid_outside_brazil": 1,
        "delivered_before_approval": 1,
        "delivered_before_hand_over": 1,
        "fits_no_box": 1,
        "handed_over_before_approval": 1,
        "no_delivery_date": 2,
        "no_hand_over_date": 1,
        "payments_of_nothing": 2,
        "prefix_without_centroid": 1,
        "reviewed_before_delivery": 1,
        "reviewed_but_never_delivered": 1,
        "several_sellers": 2,
        "time_that_never_was": 1,
    }
    rounded = "SELECT facts FROM platform.events WHERE name = 'rounded'"
    assert await of_tenant(house, code, rounded) == [({"total_minor": 2},)]
    scores = "SELECT o.external_ref, g.score FROM feedback.ratings g JOIN orders.orders o ON o.id = g.order_id ORDER BY 1"
    assert await of_tenant(house, code, scores) == [
        ("delivered", 5),
        ("rounded", 3),
        ("two-sellers", 4),
        ("two-sellers", 4),
    ]
    complaints = (
        "SELECT o.external_ref FROM feedback.cases c JOIN orders.orders o ON o.id = c.order_id "
        "WHERE c.cause = 'not_received' ORDER BY 1"
    )
    assert await of_tenant(house, code, complaints) == [("canceled",), ("shipped",)]
    delivered = (
        "SELECT to_char(t.status_at AT TIME ZONE 'America/Sao_Paulo', 'YYYY-MM-DD HH24:MI:SS') "
        "FROM tracking.trackers t JOIN orders.orders o ON o.id = t.order_id WHERE o.external_ref = %s"
    )
    assert await of_tenant(house, code, delivered, "delivered") == [("2017-10-10 21:25:13",)]
    assert await of_tenant(house, code, delivered, "back-in-time") == [("2017-10-06 12:00:00",)]
    back = "SELECT count(*) FROM inventory.movements WHERE from_place = 'customer' AND to_place LIKE 'bin:%%'"
    assert await of_tenant(house, code, back) == [(3,)], "two things turned back, one was sent back"


async def test_a_replay_that_died_goes_on_where_it_was(
    house: House, worker: Worker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"r-{uuid4().hex[:20]}"
    acts = ((Crew, "load"), (Crew, "pack"), (Crew, "pick"), (Crew, "miss"), (feedback, "receive_return"))
    for owner, name in acts:
        act = getattr(owner, name)

        async def dies(*about: Any, act: Any = act) -> None:
            await act(*about)
            raise KeyboardInterrupt

        monkeypatch.setattr(owner, name, dies)
        with pytest.raises(KeyboardInterrupt):
            await run(house, worker, folder, code)
        monkeypatch.setattr(owner, name, act)
    books = await run(house, worker, folder, code)
    assert books.faults == []
    assert await wrong(house, code) == []
    await check_stories(house, code)
    assert await of_tenant(house, code, "SELECT count(*) FROM feedback.returns") == [(1,)]


async def test_the_step_of_the_clock_does_not_matter_for_where_orders_end(
    house: House, worker: Worker, folder: Path
) -> None:
    code = f"r-{uuid4().hex[:20]}"
    books = await replay(house, worker, Asked(folder, code, step=timedelta(days=7)))
    assert books.faults == []
    assert await wrong(house, code) == []


async def test_with_three_sites_every_order_is_sourced_with_its_reasons_and_ends_where_it_should(
    house: House, worker: Worker, folder: Path
) -> None:
    code = f"r-{uuid4().hex[:20]}"
    books = await replay(house, worker, Asked(folder, code, sites=3))
    assert books.faults == []
    assert books.states == books.wanted
    assert books.sourced is not None
    assert (books.sourced.orders, books.sourced.exact) == (19, 19)
    assert books.sourced.total_minor == sum(books.sourced.costs.values()) > 0
    assert books.promised.made >= books.promised.delivered >= books.promised.kept > 0
    assert await wrong(house, code) == []
    used = "SELECT count(DISTINCT site_id) FROM inventory.reservations WHERE phase = 'posted'"
    assert (await of_tenant(house, code, used))[0][0] > 1
    before = await of_tenant(house, code, EVERYTHING)
    again = await replay(house, worker, Asked(folder, code, sites=3))
    assert (again.faults, again.oddities) == ([], {})
    assert await of_tenant(house, code, EVERYTHING) == before
