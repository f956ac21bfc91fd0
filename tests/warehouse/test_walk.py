"""One order's way over the floor, from accepted to handed over."""

from tests.worlds.catalog import WORLD
from tests.worlds.warehouse import Floor


async def test_an_accepted_order_is_released_and_put_on_a_cart_by_itself(floor: Floor) -> None:
    [order] = await floor.work({"A": 2, "K": 1})
    assert await floor.states(order) == ["batched"]
    cart = await floor.take()
    assert cart.lines == 3, "the kit is picked as its components, each line for itself"
    assert await floor.wrong() == {}


async def test_an_order_walks_from_bin_to_tote_to_box_to_carrier(floor: Floor) -> None:
    [order] = await floor.packed({"A": 2, "B": 1})
    assert await floor.states(order) == ["packed"]
    [parcel] = await floor.parcels(order)
    assert await floor.lies("parcel", WORLD.a) == 2
    assert await floor.wrong() == {}
    assert await floor.hand_over([parcel]) == [parcel]
    assert await floor.states(order) == ["handed_over"]
    assert await floor.lies("parcel", WORLD.a) == 0
    assert await floor.hand_over([parcel]) == [], "a second hand-over changes nothing"
    assert await floor.wrong() == {}
