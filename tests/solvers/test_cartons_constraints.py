"""Every constraint that merchants use holds, and an answer says what it costs and why."""

from dataclasses import replace

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import (
    OWN,
    Answer,
    Box,
    CartonRefused,
    Item,
    Packing,
    Rate,
    Surcharge,
    Tariff,
    judge,
    picture,
    solve,
)
from tests.solvers.carton_problems import BAG, LARGE, NONSENSE, SMALL, TARIFF, cube

TOWER = Box(name="tower", length_mm=100, width_mm=100, height_mm=300)


def packed(problem: Packing, work: int = 30) -> Answer:
    answer = solve(problem, Budget(work=work))
    assert judge(problem, answer) == []
    return answer


def boxes_of(*items: Item, boxes: tuple[Box, ...] = (TOWER,), **more: NONSENSE) -> int:
    return len(packed(Packing(items=items, boxes=boxes, **more)).boxes)


def test_a_unit_bears_what_it_may_and_no_more() -> None:
    crate = replace(cube(100, weight_g=500, quantity=3), top_load_g=1_000)
    assert boxes_of(crate) == 1
    assert boxes_of(replace(crate, top_load_g=999)) == 2
    assert boxes_of(replace(crate, top_load_g=499)) == 3


def test_hard_goods_do_not_lie_on_soft_ones() -> None:
    soft, hard = replace(cube(100), crush_class=5), cube(100)
    problem = Packing(items=[soft, hard], boxes=[TOWER])
    answer = packed(problem)
    assert [unit.item for unit in answer.boxes[0].placements] == [1, 0]


def test_what_belongs_on_the_floor_is_not_stacked() -> None:
    assert boxes_of(replace(cube(100, quantity=2), floor_only=True)) == 2


def test_tags_that_exclude_each_other_never_share_a_box() -> None:
    goods = [replace(cube(50), tags=("food",)), replace(cube(60), tags=("soap",)), cube(70)]
    assert boxes_of(*goods, boxes=(LARGE,)) == 1
    assert boxes_of(*goods, boxes=(LARGE,), incompatible=(("soap", "food"),)) == 2


def test_a_set_stays_in_one_box_or_is_left_out_as_a_whole() -> None:
    halves = [replace(cube(100, quantity=2), together="set"), replace(cube(99), together="set")]
    assert boxes_of(*halves, cube(98)) == 2
    answer = packed(Packing(items=[replace(halves[0], quantity=4)], boxes=[TOWER]))
    assert [(each.constraint, each.quantity) for each in answer.unserved] == [("together", 4)]
    too_long = replace(cube(400), together="set")
    answer = packed(Packing(items=[halves[0], too_long], boxes=[TOWER]))
    assert {(each.item, each.constraint) for each in answer.unserved} == {(0, "together"), (1, "size")}


def test_padding_and_clearance_take_their_room() -> None:
    assert boxes_of(cube(100, quantity=3)) == 1
    assert boxes_of(replace(cube(90, quantity=3), clearance_mm=5)) == 1
    answer = packed(Packing(items=[replace(cube(91), clearance_mm=5)], boxes=[TOWER]))
    assert answer.unserved[0].constraint == "size"
    padded = replace(TOWER, clearance_mm=5)
    unit = packed(Packing(items=[cube(90)], boxes=[padded])).boxes[0].placements[0]
    assert (unit.x_mm, unit.y_mm, unit.z_mm) == (5, 5, 5)
    assert packed(Packing(items=[cube(91)], boxes=[padded])).unserved[0].constraint == "size"


def test_a_box_holds_only_so_many_units_and_is_filled_only_so_far() -> None:
    assert boxes_of(cube(50, quantity=6), boxes=(replace(TOWER, max_units=4),)) == 2
    assert boxes_of(cube(100, quantity=3), boxes=(replace(TOWER, most_fill_pct=70),)) == 2
    answer = packed(Packing(items=[cube(100)], boxes=[replace(TOWER, most_fill_pct=30)]))
    assert answer.unserved[0].constraint == "most_fill_pct"


def test_what_ships_as_it_is_needs_no_box() -> None:
    bike = Item(
        name="bike", length_mm=1_400, width_mm=200, height_mm=800, weight_g=16_000, own_container=True
    )
    problem = Packing(items=[bike, cube(50)], boxes=[SMALL], objective="cost", tariff=TARIFF)
    answer = packed(problem)
    assert [box.box for box in answer.boxes] == ["small", OWN]
    assert answer.value == answer.price_minor
    assert "own container: 1 units" in picture(problem, answer.boxes[1])


def test_a_bag_grows_thick_at_the_expense_of_length_and_width() -> None:
    shirt = Item(name="shirt", length_mm=260, width_mm=180, height_mm=40, weight_g=250, rotations="upright")
    answer = packed(Packing(items=[shirt], boxes=[BAG, LARGE]))
    assert (answer.boxes[0].box, answer.boxes[0].thickness_mm) == ("bag", 40)
    assert [
        box.box for box in packed(Packing(items=[replace(shirt, length_mm=261)], boxes=[BAG, LARGE])).boxes
    ] == ["large"]


def test_whatever_fits_a_bag_alone_is_packed_however_many_thicknesses_there_are() -> None:
    sheets = [
        Item(name=f"sheet {t}", length_mm=300 - t, width_mm=220 - t, height_mm=t, rotations="upright")
        for t in range(1, 60, 3)
    ]
    assert packed(Packing(items=sheets, boxes=[BAG])).unserved == ()


def test_below_half_support_the_center_still_lies_over_what_carries_it() -> None:
    column = Item(name="column", length_mm=40, width_mm=100, height_mm=200, rotations="upright")
    board = Item(name="board", length_mm=100, width_mm=100, height_mm=90, rotations="upright")
    problem = Packing(items=[column, replace(board)], boxes=[TOWER], support_pct=30)
    answer = packed(problem)
    assert [unit.item for unit in answer.boxes[0].placements] == [1, 0]


def test_the_larger_of_mass_and_size_is_billed_with_the_carriers_rounding() -> None:
    rate = Rate(
        steps=tuple((n, 100 * n) for n in range(1, 51)), unit_mg=453_592, side_unit_um=25_400, divisor=139
    )
    crate = Box(name="crate", length_mm=300, width_mm=200, height_mm=150)
    answer = packed(Packing(items=[cube(100)], boxes=[crate], objective="cost", tariff=Tariff(rate=rate)))
    landed = answer.boxes[0].landed
    assert landed is not None
    assert (landed.billed_units, landed.billed_by) == (5, "size")  # 12 x 8 x 6 in = 576 in3, 4.14 lb
    heavy = (
        packed(
            Packing(
                items=[cube(100, weight_g=3_000)], boxes=[crate], objective="cost", tariff=Tariff(rate=rate)
            )
        )
        .boxes[0]
        .landed
    )
    assert heavy is not None
    assert (heavy.billed_units, heavy.billed_by, heavy.rate_minor) == (7, "mass", 700)


def test_two_small_boxes_are_taken_where_they_cost_less_than_a_large_one_and_the_reverse() -> None:
    goods = cube(100, quantity=3)
    bulky = Tariff(rate=Rate(steps=((1, 100), (2, 200), (4, 500), (8, 1_500))))
    problem = Packing(items=[goods], boxes=[SMALL, LARGE], objective="cost", tariff=bulky)
    assert [box.box for box in packed(problem).boxes] == ["small", "small"]
    handled = replace(bulky, handling_minor=2_000)
    assert [box.box for box in packed(replace(problem, tariff=handled)).boxes] == ["large"]


def test_surcharges_filler_and_handling_are_told_apart() -> None:
    rate = Rate(steps=((9, 300),), surcharges=[Surcharge(measure="longest_mm", above=399, price_minor=40)])
    tariff = Tariff(rate=rate, handling_minor=70, filler_minor_per_l=2)
    answer = packed(Packing(items=[cube(150)], boxes=[LARGE], objective="cost", tariff=tariff))
    landed = answer.boxes[0].landed
    assert landed is not None
    assert (landed.box_minor, landed.filler_minor, landed.handling_minor) == (110, 42, 70)
    assert (landed.rate_minor, landed.surcharges_minor, landed.total_minor) == (300, 40, 562)
    assert any("costs 562" in reason for reason in answer.reasons)


@pytest.mark.parametrize(
    ("kind", "build"),
    [
        (
            "rate_falls",
            lambda: Packing(items=[], boxes=[SMALL], tariff=Tariff(rate=Rate(steps=((1, 9), (2, 8))))),
        ),
        ("rate_size", lambda: Packing(items=[], boxes=[SMALL], tariff=Tariff(rate=Rate(steps=())))),
        ("name_reserved", lambda: Packing(items=[], boxes=[replace(SMALL, name=OWN)])),
        ("kind_unknown", lambda: Packing(items=[], boxes=[replace(SMALL, kind=NONSENSE)])),
        ("bag_with_outer_sides", lambda: Packing(items=[], boxes=[replace(BAG, outer_length_mm=9)])),
        (
            "tags_exclude_each_other",
            lambda: Packing(
                items=[replace(cube(5), tags=("a", "b"))], boxes=[SMALL], incompatible=(("a", "b"),)
            ),
        ),
        ("number_out_of_range", lambda: Packing(items=[replace(cube(5), top_load_g=-1)], boxes=[SMALL])),
        ("number_out_of_range", lambda: Packing(items=[replace(cube(5), crush_class=10)], boxes=[SMALL])),
        ("number_out_of_range", lambda: Packing(items=[], boxes=[replace(SMALL, most_fill_pct=0)])),
    ],
)
def test_nonsense_in_constraints_and_rates_is_refused_by_name(kind: str, build: NONSENSE) -> None:
    with pytest.raises(CartonRefused) as refused:
        build()
    assert refused.value.kind == kind
