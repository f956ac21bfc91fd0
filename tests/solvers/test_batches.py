"""Orders are put on carts so that little is walked."""

import pytest

from doorstep.solvers.batches import Batching, BatchRefused, Cart, Order, solve
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import rectangle

FLOOR = rectangle(aisles=6, cells=10, pitch_mm=3000, cell_mm=1000, lead_mm=1000)


def orders_in(*aisles: int) -> list[Order]:
    return [
        Order(name=f"order {number}", bins=(f"A{aisle:02d}-008", f"A{aisle:02d}-010"), articles=2, mass_g=500)
        for number, aisle in enumerate(aisles)
    ]


def batched(*aisles: int, cart: Cart) -> set[frozenset[str]]:
    problem = Batching(floor=FLOOR, orders=orders_in(*aisles), cart=cart)
    return {frozenset(batch.orders) for batch in solve(problem, Budget(work=500)).batches}


def test_orders_of_the_same_aisle_share_a_cart() -> None:
    assert batched(2, 6, 2, 6, cart=Cart(slots=2)) == {
        frozenset({"order 0", "order 2"}),
        frozenset({"order 1", "order 3"}),
    }


@pytest.mark.parametrize(
    ("cart", "carts"),
    [
        (Cart(), 1),
        (Cart(slots=3), 2),
        (Cart(articles=4), 2),
        (Cart(mass_g=500), 4),
        (Cart(lines=5), 2),
        (Cart(duration_s=2 * 30 + 40), 4),
    ],
)
def test_no_cart_takes_more_than_it_can(cart: Cart, carts: int) -> None:
    assert len(batched(1, 1, 1, 1, cart=cart)) == carts


def test_an_order_too_heavy_for_any_cart_is_left_out_and_says_why() -> None:
    heavy = Order(name="anvils", bins=("A01-001",), mass_g=90_000)
    answer = solve(Batching(floor=FLOOR, orders=[heavy], cart=Cart(mass_g=50_000)), Budget(work=10))
    assert [(each.order, each.constraint) for each in answer.unserved] == [("anvils", "mass_g")]


def test_an_order_too_far_for_a_shift_is_left_out_and_says_why() -> None:
    answer = solve(Batching(floor=FLOOR, orders=orders_in(6), cart=Cart(duration_s=10)), Budget(work=10))
    assert [(each.order, each.constraint) for each in answer.unserved] == [("order 0", "duration_s")]


def test_the_same_seed_and_work_give_the_same_batches() -> None:
    problem = Batching(floor=FLOOR, orders=orders_in(1, 4, 2, 5, 3, 6, 1, 2), cart=Cart(slots=3))
    assert solve(problem, Budget(work=300), seed=7) == solve(problem, Budget(work=300), seed=7)


def test_a_warm_start_is_never_made_worse() -> None:
    problem = Batching(floor=FLOOR, orders=orders_in(1, 4, 2, 5, 3, 6, 1, 2), cart=Cart(slots=3))
    first = solve(problem, Budget(work=2000))
    again = solve(problem, Budget(work=0), warm=[batch.orders for batch in first.batches])
    assert again.value_mm == first.value_mm


def test_an_order_given_twice_is_refused_by_name() -> None:
    with pytest.raises(BatchRefused, match="given twice") as refused:
        Batching(floor=FLOOR, orders=[*orders_in(1), *orders_in(1)], cart=Cart())
    assert refused.value.item == "order 0"


def test_a_negative_mass_is_refused_with_its_order() -> None:
    with pytest.raises(BatchRefused, match="mass_g is -5") as refused:
        Batching(floor=FLOOR, orders=[Order(name="feather", bins=(), mass_g=-5)], cart=Cart())
    assert (refused.value.kind, refused.value.item) == ("number_out_of_range", "feather")


def test_no_orders_are_no_walks() -> None:
    assert solve(Batching(floor=FLOOR, orders=[], cart=Cart()), Budget(work=10)).batches == ()
