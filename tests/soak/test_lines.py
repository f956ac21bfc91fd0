"""Half a million lines walk in: every order is accepted, and the books add up."""

from itertools import islice
from uuid import UUID

import pytest

from doorstep import app as house_app
from doorstep.bench.goods import orders, stock_up
from doorstep.bench.house_under_test import UnderTest
from doorstep.platform import doctor
from doorstep.platform.config import Settings
from doorstep.platform.house import House
from doorstep.stages import orders as ordering
from doorstep.stages.orders import Outcome

LINES, EACH, TOGETHER = 500_000, 3, 1000


@pytest.mark.soak
@pytest.mark.proves("E9")
async def test_half_a_million_lines_are_accepted_and_balanced(
    house: House, tenant: UUID, settings: Settings
) -> None:
    under = UnderTest(settings, house, tenant, key="", port=0)
    endless = orders(await stock_up(under), seed=9, lines=EACH)
    left = -(-LINES // EACH)
    while left:
        some = list(islice(endless, min(TOGETHER, left)))
        async with house.db.transaction(tenant, actor="test") as tx:
            verdicts = await ordering.place(tx, some)
        assert {one.outcome for one in verdicts} == {Outcome.CREATED}
        left -= len(some)
    async with house.db.transaction(tenant, actor="test") as tx:
        cursor = await tx.connection.execute(
            "SELECT o.state, count(DISTINCT o.id), count(*), sum(l.quantity) FROM orders.orders o"
            " JOIN orders.lines l ON l.tenant_id = o.tenant_id AND l.order_id = o.id GROUP BY o.state"
        )
        [(state, placed, lines, units)] = await cursor.fetchall()
        cursor = await tx.connection.execute("SELECT sum(reserved) FROM inventory.stock")
        assert await cursor.fetchone() == (units,)
    assert (state, lines) == ("accepted", placed * EACH)
    assert lines >= LINES
    assert await doctor.examine(house.db, tenant, house_app.invariants()) == []
