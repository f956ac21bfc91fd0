"""Carts: grouped by the walk they cost, the urgent first, every unit exactly once, from bins that have it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as some

from doorstep.solvers.walk import Spot
from doorstep.stages.warehouse.rules.allocation import Need
from doorstep.stages.warehouse.rules.floor import AisleLine, Shelf
from doorstep.stages.warehouse.rules.waves import (
    READY_MAX,
    READY_MIN,
    Limits,
    Plan,
    Question,
    Waiting,
    plan_by_ship_by,
    plan_by_walk,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TONIGHT = NOON + timedelta(hours=6)
SITE = UUID(int=1)
AISLES = tuple(AisleLine(n, 3000 * n, 0, 20_000) for n in range(4))


def waiting(number: int, needs: dict[int, int], **changed: object) -> Waiting:
    own = UUID(int=1000 + number)
    values: dict[str, object] = {
        "fulfillment_id": own,
        "priority": 0,
        "ship_by": TONIGHT,
        "weight_g": 100 * sum(needs.values()),
        "volume_ml": 1000 * sum(needs.values()),
        "needs": tuple(Need(own, UUID(int=product), UUID(int=product), n) for product, n in needs.items()),
    }
    return Waiting(**{**values, **changed})  # type: ignore[arg-type]


def question(*work: Waiting, shelves: tuple[Shelf, ...], ready: int = 0, slots: int = 4) -> Question:
    limits = Limits(slots, 50_000, 400_000)
    return Question(SITE, NOON, Spot(0, 0), limits, ready, AISLES, work, shelves)


def shelf(product: int, aisle: int, y_m: int, free: int = 100) -> Shelf:
    return Shelf(f"{aisle}-{y_m:02d}-{product}", UUID(int=product), aisle, y_m * 1000, free)


def picked(plan: Plan) -> Counter[tuple[UUID, UUID]]:
    units: Counter[tuple[UUID, UUID]] = Counter()
    for cart in plan.carts:
        for pick in cart.picks:
            units[pick.fulfillment_id, pick.product_id] += pick.quantity
    return units


def test_orders_of_the_same_aisles_ride_together() -> None:
    shelves = (shelf(1, 0, 5), shelf(2, 0, 9), shelf(3, 3, 5), shelf(4, 3, 9))
    left = [waiting(n, {1 + n % 2: 1}) for n in (0, 1)]
    right = [waiting(n, {3 + n % 2: 1}) for n in (2, 3)]
    plan = plan_by_walk(question(left[0], right[0], left[1], right[1], shelves=shelves, slots=2))
    groups = {frozenset(cart.fulfillment_ids) for cart in plan.carts}
    assert groups == {frozenset(w.fulfillment_id for w in side) for side in (left, right)}


def test_a_walk_is_never_longer_than_in_s_shape_and_says_why() -> None:
    shelves = tuple(shelf(n, n % 4, 1 + n) for n in range(12))
    plan = plan_by_walk(question(*(waiting(n, {n: 1}) for n in range(12)), shelves=shelves))
    assert plan.carts
    for cart in plan.carts:
        assert cart.walk_mm <= cart.s_shape_mm
        assert any("S-shape" in reason for reason in cart.reasons)


def test_a_cart_leaves_as_early_as_its_first_order_and_express_goes_first() -> None:
    shelves = (shelf(1, 0, 5), shelf(2, 3, 15))
    soon = waiting(1, {1: 1}, ship_by=NOON + timedelta(hours=2))
    express = waiting(2, {2: 1}, priority=10)
    plan = plan_by_walk(question(soon, express, shelves=shelves, slots=1))
    assert [cart.fulfillment_ids for cart in plan.carts] == [
        (express.fulfillment_id,),
        (soon.fulfillment_id,),
    ]


def test_what_no_bin_has_waits_and_says_of_what() -> None:
    hungry = waiting(1, {1: 5})
    plan = plan_by_walk(question(hungry, waiting(2, {1: 2}), shelves=(shelf(1, 0, 5, free=3),)))
    assert list(plan.stuck) == [hungry.fulfillment_id]
    assert "5 wanted, 3 free" in plan.stuck[hungry.fulfillment_id]
    assert sum(picked(plan).values()) == 2


def test_an_order_that_no_cart_carries_is_picked_on_its_own() -> None:
    heavy = waiting(1, {1: 1}, weight_g=60_000)
    plan = plan_by_walk(question(heavy, waiting(2, {1: 1}), shelves=(shelf(1, 0, 5),)))
    assert sorted(len(cart.fulfillment_ids) for cart in plan.carts) == [1, 1]
    assert any("picked on its own" in reason for cart in plan.carts for reason in cart.reasons)


def test_half_full_carts_gather_while_enough_carts_wait() -> None:
    shelves = (shelf(1, 0, 5),)
    half, late = waiting(1, {1: 1}), waiting(2, {1: 1}, ship_by=NOON + timedelta(minutes=30))
    for plan_by in (plan_by_walk, plan_by_ship_by):
        assert plan_by(question(half, shelves=shelves, ready=READY_MIN)).carts == ()
        assert len(plan_by(question(half, shelves=shelves, ready=READY_MIN - 1)).carts) == 1
        assert len(plan_by(question(late, shelves=shelves, ready=READY_MAX + 5)).carts) == 1
        full = [waiting(n, {1: 1}) for n in range(4)]
        assert len(plan_by(question(*full, shelves=shelves, ready=READY_MIN)).carts) == 1
        assert plan_by(question(*full, shelves=shelves, ready=READY_MAX)).carts == ()


orders = some.lists(
    some.dictionaries(some.integers(0, 5), some.integers(1, 4), min_size=1, max_size=3),
    min_size=1,
    max_size=10,
)
stocks = some.lists(some.tuples(some.integers(0, 5), some.integers(0, 3), some.integers(1, 19), some.integers(1, 9)),
                    unique_by=lambda one: one[:3], max_size=15)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(orders, stocks, some.integers(1, 5))
def test_every_plan_promises_each_unit_once_and_no_bin_more_than_it_has(
    wanted: list[dict[int, int]], stock: list[tuple[int, int, int, int]], slots: int
) -> None:
    shelves = tuple(shelf(product, aisle, y, free) for product, aisle, y, free in stock)
    work = [waiting(n, needs) for n, needs in enumerate(wanted)]
    for plan_by in (plan_by_walk, plan_by_ship_by):
        plan = plan_by(question(*work, shelves=shelves, slots=slots))
        taken: Counter[tuple[str, object]] = Counter()
        for cart in plan.carts:
            assert len(cart.fulfillment_ids) <= slots
            assert {pick.fulfillment_id for pick in cart.picks} == set(cart.fulfillment_ids)
            bins = [pick.place for pick in cart.picks]
            assert len(set(bins)) == sum(1 for i, b in enumerate(bins) if i == 0 or bins[i - 1] != b)
            for pick in cart.picks:
                taken[pick.place, pick.product_id] += pick.quantity
        assert all(
            units <= next(s.free for s in shelves if s.place == place) for (place, _), units in taken.items()
        )
        on_carts = {one for cart in plan.carts for one in cart.fulfillment_ids}
        assert not on_carts & set(plan.stuck)
        units = picked(plan)
        for one in work:
            if one.fulfillment_id in on_carts:
                assert all(units[need.fulfillment_id, need.product_id] == need.quantity for need in one.needs)
