"""A packer sees how a box is packed, step by step."""

from xml.etree import ElementTree as ET

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Box, CartonRefused, Item, PackedBox, Packing, picture, solve, steps_of
from doorstep.solvers.cartons.picture import _far_to_near

BOOK = Item(name="book <1>", length_mm=200, width_mm=150, height_mm=30, weight_g=600, quantity=5)
CUP = Item(name="cup", length_mm=90, width_mm=90, height_mm=100, rotations="upright", fragile=True)
PROBLEM = Packing(items=[BOOK, CUP], boxes=[Box(name="B2", length_mm=320, width_mm=240, height_mm=200)])
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def packed() -> PackedBox:
    answer = solve(PROBLEM, Budget(work=20))
    assert len(answer.boxes) == 1
    return answer.boxes[0]


def test_steps_take_units_of_one_item_and_height_together(packed: PackedBox) -> None:
    steps = steps_of(PROBLEM, packed)
    assert [packed.placements[each.first].item for each in steps] == [each.item for each in steps]
    assert sum(each.quantity for each in steps) == 6
    assert [each.first for each in steps] == [0, *(each.after for each in steps)][:-1]
    assert len(steps) < 6
    assert "on the floor" in steps[0].text


def test_a_picture_can_be_read_by_machines_and_screen_readers(packed: PackedBox) -> None:
    drawing = ET.fromstring(picture(PROBLEM, packed, ident="p1"))
    title, desc = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert drawing.get("role") == "img"
    assert drawing.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}" == "p1-title p1-desc"
    assert title.text == "B2: 6 units packed"
    assert "book <1>" in (desc.text or "")


def test_every_step_shows_what_came_before_and_colors_what_is_new(packed: PackedBox) -> None:
    for number, step in enumerate(steps_of(PROBLEM, packed), 1):
        drawing = ET.fromstring(picture(PROBLEM, packed, number))
        faces = [each.get("fill") or "" for each in drawing.iter(f"{SVG}polygon")]
        assert sum(fill.startswith("var(--accent") for fill in faces) == 3 * step.quantity
        assert sum(fill.startswith("var(--surface") for fill in faces) == 3 * step.first


def test_nothing_is_drawn_outside_of_the_picture(packed: PackedBox) -> None:
    drawing = ET.fromstring(picture(PROBLEM, packed))
    _, _, wide, high = (float(word) for word in (drawing.get("viewBox") or "").split())
    points = [
        pair.split(",")
        for each in (*drawing.iter(f"{SVG}polygon"), *drawing.iter(f"{SVG}polyline"))
        for pair in (each.get("points") or "").split()
    ]
    assert points
    assert wide == 360
    assert all(0 <= float(x) <= wide and 0 <= float(y) <= high for x, y in points)


def test_a_tower_of_a_box_stays_on_the_screen() -> None:
    tall = Packing(
        items=[Item(name="pole", length_mm=50, width_mm=50, height_mm=900)],
        boxes=[Box(name="tube", length_mm=60, width_mm=60, height_mm=1000)],
    )
    drawing = ET.fromstring(picture(tall, solve(tall, Budget(work=1)).boxes[0], 1))
    assert float((drawing.get("viewBox") or "").split()[3]) <= 440


def test_what_is_behind_is_drawn_first() -> None:
    near, far, top = (50, 50, 0, 90, 90, 10), (0, 0, 0, 50, 50, 90), (50, 50, 10, 90, 90, 20)
    assert _far_to_near([top, near, far]) == [2, 1, 0]
    long_low, tall_front = (0, 0, 0, 300, 20, 10), (0, 20, 0, 20, 40, 100)
    assert _far_to_near([tall_front, long_low]) == [1, 0]


def test_a_thousand_units_are_drawn_too() -> None:
    many = Packing(
        items=[Item(name="die", length_mm=10, width_mm=10, height_mm=10, quantity=1_000)],
        boxes=[Box(name="B1", length_mm=100, width_mm=100, height_mm=100)],
    )
    assert (
        picture(many, solve(many, Budget(work=0)).boxes[0]).count(f'fill="{"var(--surface, #ffffff)"}"')
        == 3_000
    )


def test_a_step_or_box_that_is_not_there_is_refused(packed: PackedBox) -> None:
    with pytest.raises(CartonRefused, match=r"steps 1\.\.") as refused:
        picture(PROBLEM, packed, 99)
    assert refused.value.kind == "step_unknown"
    other = Packing(items=PROBLEM.items, boxes=[Box(name="other", length_mm=9, width_mm=9, height_mm=9)])
    with pytest.raises(CartonRefused, match="no box 'B2'"):
        picture(other, packed)
