"""The referee finds faults that are planted against the constraints: ten kinds beside those of plain packing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import (
    OWN,
    Answer,
    Box,
    Item,
    PackedBox,
    Packing,
    Placement,
    Unserved,
    judge,
    solve,
)
from tests.solvers.carton_problems import BAG, TARIFF, cube

TOWER = Box(name="tower", length_mm=100, width_mm=100, height_mm=300)


def packed(*items: Item, box: Box = TOWER, **more: object) -> tuple[Packing, Answer]:
    problem = Packing(items=items, boxes=[box], **more)  # type: ignore[arg-type]
    answer = solve(problem, Budget(work=5))
    assert judge(problem, answer) == []
    return problem, answer


def stricter(change: dict[str, object], *items: Item, of: int = 0) -> tuple[Packing, Answer]:
    """Pack without a constraint, then let the problem have it."""
    problem, answer = packed(*items)
    changed = [replace(item, **change) if n == of else item for n, item in enumerate(items)]  # type: ignore[arg-type]
    return replace(problem, items=changed), answer


def tighter(change: dict[str, object], *items: Item, box: Box = TOWER) -> tuple[Packing, Answer]:
    problem, answer = packed(*items, box=box)
    return replace(problem, boxes=[replace(box, **change)]), answer  # type: ignore[arg-type]


def tags_meet() -> tuple[Packing, Answer]:
    goods = (replace(cube(50), tags=("food",)), replace(cube(40), tags=("soap",)))
    problem, answer = packed(*goods)
    return replace(problem, incompatible=(("food", "soap"),)), answer


def on_softer() -> tuple[Packing, Answer]:
    problem, answer = packed(cube(100), replace(cube(99), crush_class=1))
    return replace(problem, items=[replace(cube(100), crush_class=2), cube(99)]), answer


def torn() -> tuple[Packing, Answer]:
    problem, answer = packed(cube(100, quantity=4))
    return replace(problem, items=[replace(cube(100, quantity=4), together="set")]), answer


def cheaper() -> tuple[Packing, Answer]:
    problem, answer = packed(cube(50, weight_g=100), objective="cost", tariff=TARIFF)
    (box,) = answer.boxes
    assert box.landed is not None
    lied = replace(box, landed=replace(box.landed, rate_minor=1))
    return problem, replace(answer, boxes=(lied,))


def in_bag(thickness_mm: int) -> tuple[Packing, Answer]:
    shirt = Item(name="shirt", length_mm=240, width_mm=160, height_mm=40, rotations="upright")
    problem, answer = packed(shirt, box=BAG)
    return problem, replace(answer, boxes=(replace(answer.boxes[0], thickness_mm=thickness_mm),))


def own(item: Item, units: int) -> tuple[Packing, Answer]:
    problem, answer = packed(replace(item, own_container=True, quantity=units))
    return problem, answer


def two_in_one() -> tuple[Packing, Answer]:
    problem, answer = own(cube(50), 2)
    both = replace(answer.boxes[0], placements=answer.boxes[0].placements * 2)
    return problem, replace(answer, boxes=(both,), value=1)


def without_box() -> tuple[Packing, Answer]:
    problem, answer = own(cube(50), 1)
    return replace(problem, items=[cube(50)]), answer


def boxed_all_the_same() -> tuple[Packing, Answer]:
    problem, answer = packed(cube(50))
    return replace(problem, items=[replace(cube(50), own_container=True)]), answer


def tipping() -> tuple[Packing, Answer]:
    column = Item(name="column", length_mm=40, width_mm=100, height_mm=100, rotations="upright")
    board = Item(name="board", length_mm=100, width_mm=100, height_mm=50, rotations="upright")
    problem = Packing(items=[column, board], boxes=[TOWER], support_pct=30)
    placements = tuple(
        Placement(item=n, x_mm=0, y_mm=0, z_mm=z, length_mm=a, width_mm=100, height_mm=h)
        for n, z, a, h in ((0, 0, 40, 100), (1, 100, 100, 50))
    )
    box = PackedBox(box="tower", placements=placements, weight_g=0, fill_pct=30.0)
    return problem, replace(solve(problem, Budget(work=0)), boxes=(box,))


def wrongly_full() -> tuple[Packing, Answer]:
    problem, answer = packed(cube(400))
    return problem, replace(
        answer, unserved=(Unserved(item=0, quantity=1, constraint="most_fill_pct", message=""),)
    )


FAULTS: list[tuple[str, Callable[[], tuple[Packing, Answer]]]] = [
    ("overloaded", lambda: stricter({"top_load_g": 99}, cube(100, weight_g=100, quantity=2))),
    ("on_softer", on_softer),
    ("not_on_floor", lambda: stricter({"floor_only": True}, cube(100, quantity=2))),
    ("other_sides", lambda: stricter({"clearance_mm": 1}, cube(90))),
    ("outside", lambda: tighter({"clearance_mm": 1}, cube(90))),
    ("too_full", lambda: tighter({"most_fill_pct": 32}, cube(100))),
    ("too_many_units", lambda: tighter({"max_units": 1}, cube(50, quantity=2))),
    ("incompatible", tags_meet),
    ("set_torn", torn),
    ("cost_misstated", cheaper),
    ("bad_thickness", lambda: in_bag(61)),
    ("outside", lambda: in_bag(39)),
    ("not_alone", two_in_one),
    ("needs_a_box", without_box),
    ("needs_no_box", boxed_all_the_same),
    ("tips", tipping),
    ("wrongly_left_out", wrongly_full),
]


@pytest.mark.parametrize(("kind", "fault"), FAULTS)
def test_a_planted_fault_is_named(kind: str, fault: Callable[[], tuple[Packing, Answer]]) -> None:
    problem, answer = fault()
    assert kind in {finding.kind for finding in judge(problem, answer)}


def test_a_misstated_mass_of_an_own_container_is_named() -> None:
    problem, answer = own(cube(50, weight_g=70), 1)
    assert answer.boxes[0].box == OWN
    lied = replace(answer, boxes=(replace(answer.boxes[0], weight_g=69),))
    assert {finding.kind for finding in judge(problem, lied)} == {"weight_misstated"}
