"""Holds in depth: whose they are, how they end by themselves, and goods that come in for those who wait."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.inventory import Receipt
from doorstep.stages.orders import HoldReason, Promise
from doorstep.stages.orders.acts import hold_one, tending
from doorstep.stages.orders.model.holding import OWNERS, Terms
from tests.orders.conftest import Paying, bearer
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import small_world, two_sites, wrong_in_the_books
from tests.worlds.orders import contact, place_one

OUT = HoldReason.OUT_OF_STOCK


async def waiting(tx: Tx, goods: dict[str, int]) -> UUID:
    """An order that was taken, and whose goods are gone."""
    order_id = await place_one(tx, goods)
    await inventory.release(tx, [order_id], "gone")
    await orders.hold(tx, [order_id], OUT, "gone")
    return order_id


async def receive(tx: Tx, product_id: UUID, units: int) -> list[UUID]:
    """Take goods in; return the receipts."""
    place = f"bin:{bin_code(1, 1)}"
    return await inventory.receive(
        tx, [Receipt(site_id=WORLD.north, product_id=product_id, place=place, quantity=units)]
    )


async def promised(tx: Tx, order_id: UUID, days: int) -> None:
    """Promise an order for so many days from now."""
    at = tx.now + timedelta(days=days)
    await orders.promise(tx, {order_id: Promise(at, at, {})})


async def state(tx: Tx, order_id: UUID) -> str:
    """How an order stands."""
    found = await orders.read(tx, order_id)
    assert found is not None
    return found.order.state


@pytest.mark.parametrize("world", [small_world, two_sites], ids=["one site", "two sites"])
async def test_goods_that_come_in_go_to_who_was_promised_first(
    house: House, tenant: UUID, world: object
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await world(tx)  # type: ignore[operator]
        late, soon, other = (
            await waiting(tx, {"C": 20}),
            await waiting(tx, {"C": 15}),
            await waiting(tx, {"B": 1}),
        )
        await place_one(tx, {"C": (await inventory.available(tx, [WORLD.c]))[WORLD.c]})
        await promised(tx, late, 5)
        await promised(tx, soon, 2)
        await tending.fill_waiting(tx, await receive(tx, WORLD.c, 20))
        assert [await state(tx, one) for one in (late, soon, other)] == ["held", "accepted", "held"]
        assert (await inventory.available(tx, [WORLD.c]))[WORLD.c] == 5
        await tending.fill_waiting(tx, await receive(tx, WORLD.c, 15))
        assert [await state(tx, one) for one in (late, other)] == ["accepted", "held"]
        assert (await inventory.available(tx, [WORLD.c]))[WORLD.c] == 0
        assert await wrong_in_the_books(tx) == {}


async def test_a_receipt_lets_a_waiting_order_go_on_without_a_person(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        order_id = await waiting(tx, {"K": 2})
        await place_one(tx, {"B": (await inventory.available(tx, [WORLD.b]))[WORLD.b]})
        other = await receive(tx, WORLD.a, 5)
        await tending.fill_waiting(tx, other)
        assert await state(tx, order_id) == "held", "the kit lacks its other part"
        await receive(tx, WORLD.b, 4)
    await paying.settle()
    found = await paying.read(order_id)
    assert (found.order.state, found.open_holds) == ("accepted", [])
    assert {one.released_by for one in found.holds} != {"test"}


async def test_a_hold_ends_at_its_time_and_one_that_lasted_too_long_cancels(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        freed, gone, kept = [await place_one(tx, {"A": 1}) for _ in range(3)]
        later = tx.now + timedelta(hours=1)
        await hold_one(tx, freed, HoldReason.MANUAL, "edit window", Terms(release_at=later))
        await hold_one(tx, gone, HoldReason.FRAUD, "", Terms(cancel_at=later))
        await hold_one(tx, kept, HoldReason.MANUAL, "", Terms(release_at=later))
        await orders.hold(tx, [kept], HoldReason.FRAUD, "look")
        await tending.end_due(tx)
        assert [await state(tx, one) for one in (freed, gone, kept)] == ["held", "held", "held"]
        tx.now = later
        await tending.end_due(tx)
        assert [await state(tx, one) for one in (freed, gone, kept)] == ["accepted", "canceled", "held"]
        assert (await inventory.available(tx, [WORLD.a]))[WORLD.a] == 98
        await tending.end_due(tx)
        found = await orders.read(tx, kept)
        assert found is not None
        assert [one.reason for one in found.open_holds] == [HoldReason.FRAUD]
        with pytest.raises(Refused) as refused:
            await hold_one(tx, kept, HoldReason.ADDRESS, "", Terms(release_at=later, cancel_at=later))
        assert [one.pointer for one in refused.value.faults] == ["/release_at", "/cancel_at"]


async def test_the_queue_is_by_owner_and_age_and_goes_on_where_it_ended(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        ids = [await place_one(tx, {"A": 1}) for _ in range(4)]
        for i, (reason, terms) in enumerate(
            [
                (HoldReason.MANUAL, Terms()),
                (HoldReason.FRAUD, Terms()),
                (HoldReason.MANUAL, Terms()),
                (HoldReason.MANUAL, Terms(owner="maria")),
            ]
        ):
            tx.now += timedelta(minutes=i)
            await hold_one(tx, ids[i], reason, "", terms)
        done = await place_one(tx, {"A": 1})
        await orders.hold(tx, [done], HoldReason.MANUAL)
        await orders.cancel_one(tx, done, "x")
        found, more = await tending.queue(tx)
        assert [one.order_id for one in found] == [ids[0], ids[2], ids[3], ids[1]]
        assert not more
        assert await tending.count_by_owner(tx, None) == {"desk": 2, "maria": 1, "risk": 1}
        first, more = await tending.queue(tx, most=3)
        assert more
        last = first[-1]
        rest, _ = await tending.queue(tx, after=(last.owner, last.placed_at, last.id))
        assert [one.order_id for one in (*first, *rest)] == [one.order_id for one in found]
        assert [one.order_id for one in (await tending.queue(tx, owner="maria"))[0]] == [ids[3]]
        mine = await orders.read(tx, ids[0])
        assert mine is not None
        assert len((await tending.queue(tx, merchant_id=mine.order.merchant_id))[0]) == 4
        assert (await tending.queue(tx, merchant_id=ids[0]))[0] == []


def test_every_reason_has_an_owner() -> None:
    assert set(OWNERS) == set(HoldReason)


async def test_the_queue_is_read_over_the_api(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 1})
        await place_one(tx, ship_to=contact(street="unknown"))
    asked = {"reason": "manual", "note": "call her", "owner": "maria", "cancel_at": "2999-01-01T00:00:00Z"}
    held = await web_client.post(f"/api/orders/{order_id}/hold", json=asked, headers=bearer(key))
    assert held.status_code == 200
    page = (await web_client.get("/api/holds?limit=1", headers=bearer(key))).json()
    assert [one["owner"] for one in page["holds"]] == ["customers"]
    rest = (await web_client.get(f"/api/holds?cursor={page['next']}", headers=bearer(key))).json()
    assert rest["next"] is None
    [mine] = rest["holds"]
    assert (mine["owner"], mine["note"], mine["next"]) == (
        "maria",
        "call her",
        "Read the note, then release it",
    )
    assert mine["cancel_at"].startswith("2999-01-01")
    assert mine["age_s"] >= 0
    past = await web_client.post(
        f"/api/orders/{order_id}/hold",
        json={"reason": "fraud", "release_at": "2020-01-01T00:00:00Z"},
        headers=bearer(key),
    )
    assert past.status_code == 422
    nonsense = await web_client.get("/api/holds?cursor=nonsense", headers=bearer(key))
    assert nonsense.status_code == 422
