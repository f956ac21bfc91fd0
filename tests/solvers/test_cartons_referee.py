"""The referee of packings finds every fault that is planted."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorstep.solvers.cartons import Answer, Box, Item, PackedBox, Packing, Placement, Unserved, judge

BRICK = Item(name="brick", length_mm=100, width_mm=60, height_mm=40, weight_g=500, quantity=2)
VASE = Item(
    name="vase",
    length_mm=100,
    width_mm=60,
    height_mm=50,
    weight_g=300,
    rotations="upright",
    fragile=True,
)
GIANT = Item(name="giant", length_mm=900, width_mm=10, height_mm=10)
BOX = Box(
    name="box",
    length_mm=210,
    width_mm=120,
    height_mm=100,
    outer_length_mm=216,
    tare_g=50,
    max_gross_g=1_400,
    price_minor=70,
    stock=2,
)
PROBLEM = Packing(items=[BRICK, VASE, GIANT], boxes=[BOX])


def unit(item: int, x: int, y: int, z: int, *sides: int) -> Placement:
    length, width, height = sides
    return Placement(item=item, x_mm=x, y_mm=y, z_mm=z, length_mm=length, width_mm=width, height_mm=height)


FIRST = unit(0, 0, 0, 0, 100, 60, 40)
SECOND = unit(0, 100, 0, 0, 100, 60, 40)
TOP = unit(1, 0, 0, 40, 100, 60, 50)
TAKEN_MM3 = 2 * 100 * 60 * 40 + 100 * 60 * 50
PACKED = PackedBox(
    box="box",
    placements=(FIRST, SECOND, TOP),
    weight_g=1_350,
    fill_pct=round(100 * TAKEN_MM3 / (210 * 120 * 100), 1),
)
OUT = Unserved(item=2, quantity=1, constraint="size", message="")
SOUND = Answer(
    boxes=(PACKED,),
    value=1,
    lower_bound=1,
    outer_mm3=216 * 120 * 100,
    price_minor=70,
    unserved=(OUT,),
    work=1,
    engine="pure",
    reasons=(),
)


def moved(number: int, **facts: int) -> Callable[[], Answer]:
    def change() -> Answer:
        placements = list(PACKED.placements)
        placements[number] = replace(placements[number], **facts)
        return replace(SOUND, boxes=(replace(PACKED, placements=tuple(placements)),))

    return change


def with_units(*placements: Placement) -> Answer:
    return replace(SOUND, boxes=(replace(PACKED, placements=placements),))


FAULTS: list[tuple[str, Callable[[], Answer]]] = [
    ("overlap", moved(1, x_mm=99)),
    ("outside", moved(1, x_mm=111)),
    ("outside", moved(1, y_mm=-1)),
    ("outside", moved(2, z_mm=51)),
    ("unsupported", moved(2, x_mm=110, y_mm=31)),
    ("unsupported", moved(2, z_mm=45)),
    ("other_sides", moved(1, height_mm=41)),
    ("wrong_way_up", moved(2, width_mm=50, height_mm=60)),
    ("on_fragile", lambda: with_units(replace(TOP, z_mm=0), replace(FIRST, z_mm=50), SECOND)),
    (
        "order",
        lambda: with_units(replace(SECOND, x_mm=0, y_mm=60), replace(TOP, y_mm=60), replace(FIRST, y_mm=40)),
    ),
    ("item_unknown", moved(1, item=7)),
    ("box_unknown", lambda: replace(SOUND, boxes=(replace(PACKED, box="bag"),))),
    ("weight_misstated", lambda: replace(SOUND, boxes=(replace(PACKED, weight_g=1_349),))),
    ("fill_misstated", lambda: replace(SOUND, boxes=(replace(PACKED, fill_pct=80.0),))),
    ("empty_box", lambda: replace(SOUND, boxes=(PACKED, replace(PACKED, placements=())))),
    ("unit_missing", lambda: with_units(FIRST, TOP)),
    ("unit_missing", lambda: replace(SOUND, unserved=())),
    ("packed_too_often", lambda: with_units(FIRST, SECOND, replace(FIRST, y_mm=60))),
    ("packed_too_often", lambda: replace(SOUND, unserved=(OUT, replace(OUT, item=0, constraint="budget")))),
    ("wrongly_left_out", lambda: replace(SOUND, unserved=(replace(OUT, constraint="stock"),))),
    ("wrongly_left_out", lambda: replace(SOUND, unserved=(replace(OUT, constraint="weather"),))),
    ("item_unknown", lambda: replace(SOUND, unserved=(OUT, replace(OUT, item=9)))),
    ("out_of_stock", lambda: replace(SOUND, boxes=(PACKED, PACKED, PACKED))),
    ("figure_misstated", lambda: replace(SOUND, value=2)),
    ("figure_misstated", lambda: replace(SOUND, outer_mm3=1)),
    ("figure_misstated", lambda: replace(SOUND, price_minor=69)),
    ("bound_too_high", lambda: replace(SOUND, lower_bound=2)),
]


def test_a_sound_packing_is_left_in_peace() -> None:
    assert judge(PROBLEM, SOUND) == []


@pytest.mark.parametrize(("kind", "fault"), FAULTS)
def test_a_planted_fault_is_named(kind: str, fault: Callable[[], Answer]) -> None:
    assert kind in {finding.kind for finding in judge(PROBLEM, fault())}


def test_a_box_that_weighs_too_much_is_named() -> None:
    problem = replace(PROBLEM, boxes=[replace(BOX, max_gross_g=1_349)])
    assert [finding.kind for finding in judge(problem, SOUND)] == ["too_heavy"]


def test_a_finding_says_where_and_what() -> None:
    finding = next(each for each in judge(PROBLEM, moved(1, x_mm=99)()) if each.kind == "overlap")
    assert (finding.where, finding.message) == ("box 1, unit 2", "lies partly inside 'brick'")
