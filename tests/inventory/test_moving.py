"""Goods come in, move, turn up and vanish: both sides in the ledger, never less than nothing, never fewer than promised."""

from uuid import UUID

import pytest

from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import inventory
from doorstep.stages.inventory import Adjustment, Receipt, Restock
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import SOUTH, moved, receive, small_world, two_sites, wish, wrong_in_the_books

LAMPS = f"bin:{bin_code(2, 2)}"


def adjusted(product_id: UUID, quantity: int, place: str, reason: str = "counted") -> Adjustment:
    """A correction in the warehouse in the north."""
    return Adjustment(
        site_id=WORLD.north, product_id=product_id, place=place, quantity=quantity, reason=reason
    )


async def test_received_goods_can_be_sold_at_once_and_their_way_is_written(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:ana") as tx:
        await small_world(tx)
        await receive(tx, WORLD.c, 5, place=LAMPS)
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 35}
        newest = (await inventory.ledger_of(tx, WORLD.c))[0]
        assert (newest.from_place, newest.to_place, newest.quantity, newest.actor) == (
            "supplier",
            LAMPS,
            5,
            "user:ana",
        )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"place": "bin:Z-99"}, "no bin Z-99"),
        ({"place": "tote:T-1"}, "Scan a bin"),
        ({"place": "the floor"}, "Scan a bin"),
        ({"site_id": WORLD.center}, "keeps no stock"),
        ({"site_id": SOUTH}, "no site"),
        ({"product_id": WORLD.kit}, "lies here as its components"),
        ({"product_id": new_id()}, "no product"),
        ({"quantity": 0}, "not between 1 and"),
        ({"quantity": -5}, "not between 1 and"),
        ({"quantity": 2**31}, "not between 1 and"),
    ],
)
async def test_a_receipt_that_makes_no_sense_is_refused(
    house: House, tenant: UUID, changed: dict[str, object], said: str
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        values: dict[str, object] = {
            "site_id": WORLD.north,
            "product_id": WORLD.a,
            "place": LAMPS,
            "quantity": 1,
        }
        with pytest.raises(Refused) as refused:
            await inventory.receive(tx, [Receipt(**{**values, **changed})])  # type: ignore[arg-type]
        answer = refused.value
        assert said in " ".join([answer.message, *(fault.message for fault in answer.faults)])


async def test_goods_in_a_tote_or_parcel_stay_promised_and_on_hand(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await inventory.reserve(tx, [wish(WORLD.c, 3)])
        await inventory.move(tx, [moved(WORLD.c, LAMPS, "tote:T-7", 3)])
        await inventory.move(tx, [moved(WORLD.c, "tote:T-7", "parcel", 3)])
        assert [(one.on_hand, one.reserved) for one in await inventory.levels(tx, [WORLD.c])] == [(30, 3)]
        assert await inventory.places_of(tx, WORLD.north, [WORLD.c]) == {
            WORLD.c: [(LAMPS, 17), (f"bin:{bin_code(4, 9)}", 10)]
        }
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.parametrize(
    "movement",
    [
        moved(WORLD.c, LAMPS, "tote:T-7", 21),
        moved(WORLD.c, "tote:T-7", LAMPS, 1),
        moved(WORLD.c, LAMPS, LAMPS, 1),
        moved(WORLD.c, LAMPS, "customer", 1),
        moved(WORLD.c, "supplier", LAMPS, 1),
        moved(WORLD.c, LAMPS, "bin:Z-99", 1),
        moved(WORLD.c, LAMPS, "tote:T-7", -1),
    ],
)
async def test_a_movement_that_cannot_be_is_refused(
    house: House, tenant: UUID, movement: inventory.Movement
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        with pytest.raises(Refused):
            await inventory.move(tx, [movement])


async def test_what_lies_in_quarantine_is_not_sold_until_it_comes_back(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await inventory.move(tx, [moved(WORLD.c, LAMPS, "quarantine", 4)])
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 26}
        await inventory.move(tx, [moved(WORLD.c, "quarantine", LAMPS, 3)])
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 29}
        returned = Restock(site_id=WORLD.north, product_id=WORLD.c, place="quarantine", quantity=2)
        await inventory.restock(tx, [returned])
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 29}
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I8")
async def test_a_kit_can_be_sold_as_often_as_its_scarcest_component_allows(
    house: House, tenant: UUID
) -> None:
    """Each component's free units count, over all sites; an empty one means none, never less."""
    async with house.db.transaction(tenant, actor="test") as tx:
        world, _ = await two_sites(tx)
        assert await inventory.available(tx, [world.kit]) == {world.kit: 50}
        await inventory.reserve(tx, [wish(world.b, 1)])
        assert await inventory.available(tx, [world.kit]) == {world.kit: 49}
        await inventory.reserve(tx, [wish(world.b, 99)])
        assert await inventory.available(tx, [world.kit, world.a]) == {world.kit: 0, world.a: 150}


async def test_a_loss_breaks_the_youngest_promise_and_makes_it_anew_elsewhere(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world, south = await two_sites(tx)
        old, young = wish(world.c, 20), wish(world.c, 8)
        await inventory.reserve(tx, [old, young])
        await inventory.adjust(tx, [adjusted(world.c, -6, LAMPS, "damaged")])
        held = {
            (one.order_id, one.site_id): one.quantity
            for one in await inventory.reserved_for(tx, [old.order_id, young.order_id])
        }
        assert held == {
            (old.order_id, world.north): 20,
            (young.order_id, world.north): 4,
            (young.order_id, south): 4,
        }
        assert await wrong_in_the_books(tx) == {}


async def test_a_loss_that_no_site_can_make_good_is_told(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        old, young = wish(world.c, 20), wish(world.c, 10)
        await inventory.reserve(tx, [old, young])
        await inventory.adjust(tx, [adjusted(world.c, -20, LAMPS, "stolen")])
        held = {
            one.order_id: one.quantity
            for one in await inventory.reserved_for(tx, [old.order_id, young.order_id])
        }
        assert held == {old.order_id: 10}
        cursor = await tx.connection.execute(
            "SELECT s.order_id, s.quantity, s.replaced, e.name FROM inventory.shortages s"
            " JOIN platform.events e ON e.tenant_id = s.tenant_id AND e.subject = s.id ORDER BY s.quantity, s.order_id"
        )
        assert sorted(await cursor.fetchall()) == sorted(
            [(old.order_id, 10, 0, "short"), (young.order_id, 10, 0, "short")]
        )
        assert await wrong_in_the_books(tx) == {}
