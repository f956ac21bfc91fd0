"""Judges any packing by the problem alone. Shares no code with the solver: it trusts neither its places nor its figures."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from doorstep.solvers.cartons.answers import Answer, PackedBox, Placement
from doorstep.solvers.cartons.questions import Box, Item, Packing

CELLS = 12
"""A floor is looked at in so many squares along its longer side."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: stable name, e.g. `overlap`.
        where: box and unit, e.g. `box 2, unit 5`; both counted from 1.
        message: in a sentence.
    """

    kind: str
    where: str
    message: str


def judge(problem: Packing, answer: Answer) -> list[Finding]:
    """Return everything that is wrong with an answer; empty when it is sound."""
    boxes = {box.name: box for box in problem.boxes}
    findings: list[Finding] = []
    for number, packed in enumerate(answer.boxes, 1):
        box = boxes.get(packed.box)
        if box is None:
            findings.append(Finding("box_unknown", f"box {number}", f"there is no box {packed.box!r}"))
        else:
            findings.extend(_box(problem, box, packed, f"box {number}"))
    findings.extend(_stock(problem, answer))
    findings.extend(_units(problem, answer))
    if not findings:
        findings.extend(_figures(problem, answer, boxes))
    return findings


def _box(problem: Packing, box: Box, packed: PackedBox, where: str) -> Iterator[Finding]:
    if not packed.placements:
        yield Finding("empty_box", where, "nothing is in it")
    strangers = [each.item for each in packed.placements if not 0 <= each.item < len(problem.items)]
    if strangers:
        yield Finding("item_unknown", where, f"there is no item number {strangers[0]}")
        return
    weight_g = box.tare_g + sum(problem.items[each.item].weight_g for each in packed.placements)
    if packed.weight_g != weight_g:
        yield Finding("weight_misstated", where, f"weighs {weight_g} g, the answer says {packed.weight_g} g")
    if box.max_gross_g is not None and weight_g > box.max_gross_g:
        yield Finding("too_heavy", where, f"weighs {weight_g} g, {box.max_gross_g} g at most")
    volume = sum(each.length_mm * each.width_mm * each.height_mm for each in packed.placements)
    inner = box.length_mm * box.width_mm * box.height_mm
    if abs(packed.fill_pct - 100 * volume / inner) > 0.1:
        yield Finding(
            "fill_misstated", where, f"is {100 * volume / inner:.1f} % full, not {packed.fill_pct} %"
        )
    cells: dict[tuple[int, int], list[Placement]] = {}
    for number, each in enumerate(packed.placements, 1):
        touched = _cells(box, each)
        near = dict.fromkeys(other for cell in touched for other in cells.get(cell, ()))
        yield from _unit(problem, box, each, list(near), f"{where}, unit {number}")
        for cell in touched:
            cells.setdefault(cell, []).append(each)


def _cells(box: Box, unit: Placement) -> list[tuple[int, int]]:
    """The squares of the floor that a unit stands over; only units that share one can be in each other's way."""
    size = max(box.length_mm, box.width_mm) // CELLS + 1
    across = range(unit.x_mm // size, (unit.x_mm + max(1, unit.length_mm) - 1) // size + 1)
    along = range(unit.y_mm // size, (unit.y_mm + max(1, unit.width_mm) - 1) // size + 1)
    if len(across) * len(along) > 4 * CELLS * CELLS:
        return []  # reaches far out of the box, which is told
    return [(x, y) for x in across for y in along]


def _unit(
    problem: Packing, box: Box, unit: Placement, before: Sequence[Placement], where: str
) -> Iterator[Finding]:
    """Judge one unit against the box and what was packed before it nearby."""
    item = problem.items[unit.item]
    yield from _standing(item, unit, where)
    yield from _inside(box, unit, where)
    rested = 0
    far_x, far_y = unit.x_mm + unit.length_mm, unit.y_mm + unit.width_mm
    for other in before:
        if other.x_mm >= far_x or other.y_mm >= far_y:
            continue
        shared = _common(unit.x_mm, unit.length_mm, other.x_mm, other.length_mm) * _common(
            unit.y_mm, unit.width_mm, other.y_mm, other.width_mm
        )
        if not shared:
            continue
        if _common(unit.z_mm, unit.height_mm, other.z_mm, other.height_mm):
            yield Finding("overlap", where, f"lies partly inside {problem.items[other.item].name!r}")
        elif other.z_mm > unit.z_mm:
            yield Finding("order", where, f"has to pass through {problem.items[other.item].name!r}")
        elif other.z_mm + other.height_mm == unit.z_mm:
            rested += shared
            if problem.items[other.item].fragile:
                yield Finding("on_fragile", where, f"lies on fragile {problem.items[other.item].name!r}")
    base = unit.length_mm * unit.width_mm
    if unit.z_mm and rested * 100 < problem.support_pct * base:
        yield Finding(
            "unsupported",
            where,
            f"rests on {rested * 100 // base} % of its base, not {problem.support_pct} %",
        )


def _inside(box: Box, unit: Placement, where: str) -> Iterator[Finding]:
    ends = (
        (unit.x_mm, unit.length_mm, box.length_mm, "length"),
        (unit.y_mm, unit.width_mm, box.width_mm, "width"),
        (unit.z_mm, unit.height_mm, box.height_mm, "height"),
    )
    for at, side, limit, name in ends:
        if at < 0 or at + side > limit:
            yield Finding("outside", where, f"reaches from {at} to {at + side} mm of {limit} mm {name}")


def _common(start: int, length: int, other_start: int, other_length: int) -> int:
    """How much of two stretches of a line they share."""
    return max(0, min(start + length, other_start + other_length) - max(start, other_start))


def _standing(item: Item, unit: Placement, where: str) -> Iterator[Finding]:
    """Judge which side is vertical: some turn of the item must give these sides and be allowed."""
    sides = (item.length_mm, item.width_mm, item.height_mm)
    stands = (unit.length_mm, unit.width_mm, unit.height_mm)
    turns = [turn for turn in permutations(range(3)) if tuple(sides[side] for side in turn) == stands]
    if not turns:
        yield Finding("other_sides", where, f"measures {stands} mm, {item.name!r} measures {sides} mm")
        return
    for turn in turns:
        up = turn[2]
        lying = item.rotations == "flat" and unit.height_mm == min(sides)
        if item.stands[up] and (
            item.rotations == "any" or lying or (item.rotations == "upright" and up == 2)
        ):
            return
    yield Finding("wrong_way_up", where, f"{item.name!r} may not stand with {unit.height_mm} mm vertical")


def _stock(problem: Packing, answer: Answer) -> Iterator[Finding]:
    used = Counter(packed.box for packed in answer.boxes)
    for box in problem.boxes:
        if box.stock is not None and used[box.name] > box.stock:
            yield Finding(
                "out_of_stock", f"boxes {box.name!r}", f"{used[box.name]} used, {box.stock} in stock"
            )


def _units(problem: Packing, answer: Answer) -> Iterator[Finding]:
    """Every unit is either in one box or left out for a true reason."""
    packed = Counter(each.item for box in answer.boxes for each in box.placements)
    used = Counter(box.box for box in answer.boxes)
    left = Counter[int]()
    for each in answer.unserved:
        where = f"unserved item {each.item}"
        if not 0 <= each.item < len(problem.items) or each.quantity < 1:
            yield Finding("item_unknown", where, "there is no such item, or less than one unit of it")
            continue
        left[each.item] += each.quantity
        if not _true(problem, each.item, each.constraint, used):
            yield Finding("wrongly_left_out", where, f"{each.constraint!r} is not what keeps it out")
    for index, item in enumerate(problem.items):
        total = packed[index] + left[index]
        if total != item.quantity:
            kind = "unit_missing" if total < item.quantity else "packed_too_often"
            yield Finding(
                kind,
                f"item {index}",
                f"{item.quantity} x {item.name!r}: {packed[index]} packed, {left[index]} left out",
            )


def _true(problem: Packing, index: int, constraint: str, used: Counter[str]) -> bool:
    """Whether a constraint really keeps this item out of all boxes; of the budget only whether it can."""
    item = problem.items[index]
    sides = (item.length_mm, item.width_mm, item.height_mm)
    by_size = []
    for box in problem.boxes:
        for turn in permutations(range(3)):
            stands = Placement(
                item=index,
                x_mm=0,
                y_mm=0,
                z_mm=0,
                length_mm=sides[turn[0]],
                width_mm=sides[turn[1]],
                height_mm=sides[turn[2]],
            )
            inside = (
                stands.length_mm <= box.length_mm
                and stands.width_mm <= box.width_mm
                and stands.height_mm <= box.height_mm
            )
            if inside and not list(_standing(item, stands, "")):
                by_size.append(box)
                break
    light = [
        box for box in by_size if box.max_gross_g is None or box.tare_g + item.weight_g <= box.max_gross_g
    ]
    return {
        "size": not by_size,
        "max_gross_g": bool(by_size) and not light,
        "stock": bool(light) and all(box.stock is not None and used[box.name] >= box.stock for box in light),
        "budget": bool(light),
    }.get(constraint, False)


def _figures(problem: Packing, answer: Answer, boxes: dict[str, Box]) -> Iterator[Finding]:
    used = [boxes[packed.box] for packed in answer.boxes]
    outer = sum(
        (box.outer_length_mm or box.length_mm)
        * (box.outer_width_mm or box.width_mm)
        * (box.outer_height_mm or box.height_mm)
        for box in used
    )
    price = sum(box.price_minor for box in used)
    value = {"fewest": len(used), "volume": outer, "cost": price}[problem.objective]
    for name, said, true in (
        ("value", answer.value, value),
        ("outer_mm3", answer.outer_mm3, outer),
        ("price_minor", answer.price_minor, price),
    ):
        if said != true:
            yield Finding("figure_misstated", name, f"is {true}, the answer says {said}")
    if answer.lower_bound > value:
        yield Finding(
            "bound_too_high", "lower_bound", f"{answer.lower_bound} is above {value}, which was reached"
        )
