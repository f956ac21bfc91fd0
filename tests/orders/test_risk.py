"""The queue of risk: open orders by the moment at which they must leave to keep their promise."""

from datetime import timedelta
from uuid import UUID

import httpx

from doorstep.platform.house import House
from doorstep.stages import orders
from doorstep.stages.orders import Promise
from tests.orders.conftest import bearer
from tests.worlds.inventory import two_sites
from tests.worlds.orders import place_one


async def test_the_queue_of_risk_begins_with_what_must_leave_first_and_says_how_it_stands(
    house: House, tenant: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await two_sites(tx)
        late, risky, soon, safe, gone = [await place_one(tx, {"A": 1}) for _ in range(5)]
        hours = {late: (-30, -20), risky: (-2, 40), soon: (3, 50), safe: (50, 90), gone: (-9, 20)}
        await orders.promise(
            tx,
            {
                order_id: Promise(
                    tx.now, tx.now + timedelta(hours=until), {}, tx.now + timedelta(hours=leave)
                )
                for order_id, (leave, until) in hours.items()
            },
        )
        await orders.start_shipping(tx, [gone])
        again = {late: Promise(tx.now, tx.now + timedelta(days=9), {}, tx.now)}
        assert await orders.promise(tx, again) == [], "the first promise is kept for ever"
    found: list[tuple[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/api/orders?sort=risk&limit=2&cursor={cursor}"
        page = (await web_client.get(path, headers=bearer(key))).json()
        found += [(one["id"], one["risk"]) for one in page["orders"]]
        cursor = page["next"]
    assert found == [
        (str(late), "late"),
        (str(risky), "at_risk"),
        (str(soon), "soon"),
        (str(safe), "safe"),
    ]
    newest = (await web_client.get("/api/orders?limit=1", headers=bearer(key))).json()
    assert [(one["id"], one["risk"]) for one in newest["orders"]] == [(str(gone), "safe")]
