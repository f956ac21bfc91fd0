"""What goes to the floor now, how it is picked, by whom, and where goods should lie."""

from itertools import permutations

import pytest

from doorstep.solvers.batches import BatchRefused, Cart, Order
from doorstep.solvers.batches.kinds import Profile, kind_of
from doorstep.solvers.batches.labor import Picker, Task, assign
from doorstep.solvers.batches.release import Open, Release, Rules, Step, release
from doorstep.solvers.batches.slotting import History, advise
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Walk, WalkRefused, rectangle, solve

FLOOR = rectangle(aisles=6, cells=10, pitch_mm=3000, cell_mm=1000, lead_mm=1000)
SOON, LATE = 2_000, 50_000


def waiting(name: str, aisle: int, cut_off_s: int, gate: str | None = None) -> Open:
    bins = (f"A{aisle:02d}-008", f"A{aisle:02d}-010")
    return Open(order=Order(name=name, bins=bins, articles=2), cut_off_s=cut_off_s, gate=gate)


def stepped(*orders: Open, cart: Cart | None = None, in_progress: int = 0, **rules: object) -> Step:
    problem = Release(
        floor=FLOOR,
        waiting=orders,
        cart=cart or Cart(slots=4),
        now_s=0,
        rules=Rules(**rules),  # type: ignore[arg-type]
        in_progress=in_progress,
    )
    return release(problem, Budget(work=200))


def gone(step: Step) -> set[str]:
    return {name for each in step.released for name in each.batch.orders}


def test_what_has_no_slack_left_goes_and_what_has_time_waits() -> None:
    step = stepped(waiting("hasty", 1, SOON), waiting("calm", 6, LATE))
    assert (gone(step), step.held) == ({"hasty"}, {"calm": "time"})


def test_an_order_on_the_way_goes_along_although_it_has_time() -> None:
    step = stepped(waiting("hasty", 1, SOON), waiting("calm", 1, LATE))
    assert gone(step) == {"hasty", "calm"}
    assert "1 orders without haste lie on the way and go along" in step.released[0].reasons


def test_no_bench_is_given_more_than_it_may_hold() -> None:
    step = stepped(
        waiting("a", 1, SOON), waiting("b", 1, SOON + 60), benches=1, wip_per_bench=3, in_progress=2
    )
    assert (gone(step), step.held) == ({"a"}, {"b": "benches_full"})


def test_a_wave_waits_for_its_gate() -> None:
    orders = waiting("a", 1, SOON, "noon"), waiting("b", 2, SOON)
    assert stepped(*orders, gates={"noon": 100}).held == {"a": "gate"}
    assert stepped(*orders, gates={"noon": 0}).held == {}


def test_an_unknown_gate_is_refused_with_its_order() -> None:
    with pytest.raises(BatchRefused) as refused:
        stepped(waiting("a", 1, SOON, "noon"))
    assert (refused.value.kind, refused.value.item) == ("gate_unknown", "a")


def test_what_fits_no_cart_is_held_with_the_limit_at_fault() -> None:
    assert stepped(waiting("a", 1, SOON), cart=Cart(articles=1)).held == {"a": "articles"}


def test_the_most_urgent_batch_comes_first() -> None:
    step = stepped(waiting("a", 1, SOON), waiting("b", 6, SOON - 500), cart=Cart(slots=1))
    assert [each.batch.orders for each in step.released] == [("b",), ("a",)]


def many(count: int, lines: int, bins: int) -> list[Order]:
    return [
        Order(name=str(k), bins=tuple(f"b{(k * lines + n) % bins}" for n in range(lines)), articles=lines)
        for k in range(count)
    ]


@pytest.mark.parametrize(
    ("orders", "kind"),
    [
        (many(5, 1, 3), "single_item"),
        (many(4, 3, 12), "cart"),
        (many(2, 20, 40), "zone"),
        (many(20, 3, 12), "bulk"),
        (many(1, 1, 1), "cart"),
    ],
)
def test_the_kind_of_batch_follows_from_the_orders_and_says_why(orders: list[Order], kind: str) -> None:
    choice = kind_of(orders, Profile(slots=12, wall_cells=40, zone_lines=15))
    assert choice.kind == kind
    assert any(character.isdigit() for character in choice.reason)


def test_without_a_put_wall_nothing_is_picked_in_bulk() -> None:
    assert kind_of(many(20, 3, 12), Profile(slots=12)).kind == "cart"


TASKS = [
    Task(name="a", duration_s=100, due_s=100, aisles=frozenset({"A"})),
    Task(name="b", duration_s=50, due_s=400, aisles=frozenset({"A"})),
    Task(name="c", duration_s=60, due_s=120, weight=3, aisles=frozenset({"B"})),
    Task(name="d", duration_s=40, due_s=100, aisles=frozenset({"B"})),
]


def test_batches_are_given_to_pickers_as_well_as_any_order_of_them_would() -> None:
    found = assign(TASKS, [Picker(name="Ana"), Picker(name="Ben")], Budget(work=500))
    best = min(late_of(order, cut) for order in permutations(TASKS) for cut in range(5))
    assert (found.tardiness, sorted(each.task for each in found.shifts)) == (best, ["a", "b", "c", "d"])


def late_of(order: tuple[Task, ...], cut: int) -> int:
    late = 0
    for part in (order[:cut], order[cut:]):
        now = 0
        for task in part:
            now += task.duration_s
            late += task.weight * max(0, now - task.due_s)
    return late


def test_two_people_are_kept_out_of_one_aisle_where_that_costs_nothing() -> None:
    tasks = [
        Task(name=f"{aisle}{k}", duration_s=50, due_s=1000, aisles=frozenset({aisle}))
        for aisle in "AB"
        for k in range(2)
    ]
    assert assign(tasks, [Picker(name="Ana"), Picker(name="Ben")], Budget(work=300)).shared_s == 0


def test_work_without_anybody_is_refused() -> None:
    with pytest.raises(BatchRefused) as refused:
        assign(TASKS, [], Budget(work=1))
    assert refused.value.kind == "nobody_there"


def history(**more: object) -> History:
    return History(
        floor=FLOOR,
        lies_in={"socks": "A06-010", "anvil": "A01-001", "hat": "A05-009"},
        walks=[["socks"]] * 9 + [["anvil"], ["socks", "hat"]],
        **more,  # type: ignore[arg-type]
    )


def test_what_is_picked_daily_should_lie_near_the_door_and_the_replay_proves_it() -> None:
    advice = advise(history(), 1)
    move = advice.moves[0]
    assert (move.product, advice.before_mm - advice.after_mm) == ("socks", move.saved_mm)
    lies_in = {**history().lies_in, "socks": move.to_bin}
    if move.other:
        lies_in[move.other] = "A06-010"
    walked = sum(
        solve(Walk(floor=FLOOR, picks=[lies_in[one] for one in walk]), Budget(work=1)).distance_mm
        for walk in history().walks
    )
    assert walked == advice.after_mm


def test_a_move_that_does_not_pay_for_its_work_is_not_advised() -> None:
    assert advise(history(move_mm=10**9), 5).moves == ()


def test_bins_at_a_good_height_count() -> None:
    golden = frozenset({"A01-002"})
    assert advise(history(golden=golden, reach_mm=50_000), 1).moves[0].to_bin == "A01-002"


def test_a_product_that_lies_nowhere_is_refused() -> None:
    with pytest.raises(WalkRefused) as refused:
        History(floor=FLOOR, lies_in={}, walks=[["ghost"]])
    assert (refused.value.kind, refused.value.item) == ("product_unknown", "ghost")
