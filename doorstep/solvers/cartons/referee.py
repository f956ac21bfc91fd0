"""Judges any packing by the problem alone. Shares no code with the solver: it trusts neither its places nor its figures."""

from collections import Counter
from collections.abc import Iterator, Mapping

from doorstep.solvers.cartons.answers import Answer, PackedBox
from doorstep.solvers.cartons.boxes import OWN, Box
from doorstep.solvers.cartons.findings import Finding
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.referee_places import in_room, ways_to_stand
from doorstep.solvers.cartons.referee_prices import misstated
from doorstep.solvers.cartons.referee_rooms import Inside, room_of


def judge(problem: Packing, answer: Answer) -> list[Finding]:
    """Return everything that is wrong with an answer; empty when it is sound."""
    boxes = {box.name: box for box in problem.boxes}
    findings: list[Finding] = []
    for number, packed in enumerate(answer.boxes, 1):
        where = f"box {number}"
        strangers = [each.item for each in packed.placements if not 0 <= each.item < len(problem.items)]
        if strangers:
            findings.append(Finding("item_unknown", where, f"there is no item number {strangers[0]}"))
        elif packed.box == OWN:
            findings.extend(_own(problem, packed, where))
        elif packed.box not in boxes:
            findings.append(Finding("box_unknown", where, f"there is no box {packed.box!r}"))
        else:
            findings.extend(_box(problem, boxes[packed.box], packed, where))
    findings.extend(_stock(problem, answer))
    findings.extend(_sets(problem, answer))
    findings.extend(_units(problem, answer))
    if not findings:
        findings.extend(misstated(problem, answer, boxes))
    return findings


def _own(problem: Packing, packed: PackedBox, where: str) -> Iterator[Finding]:
    """Judge a unit that ships as it is."""
    if len(packed.placements) != 1:
        yield Finding("not_alone", where, f"{len(packed.placements)} units in one own container")
        return
    (unit,) = packed.placements
    item = problem.items[unit.item]
    if not item.own_container:
        yield Finding("needs_a_box", where, f"{item.name!r} does not ship in its own container")
    stands = (unit.length_mm, unit.width_mm, unit.height_mm)
    if stands != (item.length_mm, item.width_mm, item.height_mm):
        yield Finding("other_sides", where, f"measures {stands} mm, {item.name!r} does not")
    if packed.weight_g != item.weight_g:
        yield Finding(
            "weight_misstated", where, f"weighs {item.weight_g} g, the answer says {packed.weight_g} g"
        )


def _box(problem: Packing, box: Box, packed: PackedBox, where: str) -> Iterator[Finding]:
    if not packed.placements:
        yield Finding("empty_box", where, "nothing is in it")
    inside = room_of(box, packed.thickness_mm)
    if inside is None:
        yield Finding("bad_thickness", where, f"{box.name!r} cannot be {packed.thickness_mm} mm thick")
        return
    yield from _limits(problem, box, packed, inside, where)
    yield from _company(problem, packed, where)
    yield from in_room(problem, inside, packed.placements, where)


def _limits(problem: Packing, box: Box, packed: PackedBox, inside: Inside, where: str) -> Iterator[Finding]:
    weight_g = box.tare_g + sum(problem.items[each.item].weight_g for each in packed.placements)
    if packed.weight_g != weight_g:
        yield Finding("weight_misstated", where, f"weighs {weight_g} g, the answer says {packed.weight_g} g")
    if box.max_gross_g is not None and weight_g > box.max_gross_g:
        yield Finding("too_heavy", where, f"weighs {weight_g} g, {box.max_gross_g} g at most")
    if box.max_units is not None and len(packed.placements) > box.max_units:
        yield Finding(
            "too_many_units", where, f"{len(packed.placements)} units in it, {box.max_units} at most"
        )
    volume = sum(each.length_mm * each.width_mm * each.height_mm for each in packed.placements)
    if abs(packed.fill_pct - 100 * volume / inside.inner_mm3) > 0.1:
        yield Finding(
            "fill_misstated",
            where,
            f"is {100 * volume / inside.inner_mm3:.1f} % full, not {packed.fill_pct} %",
        )
    if volume * 100 > inside.inner_mm3 * box.most_fill_pct:
        yield Finding(
            "too_full",
            where,
            f"is {100 * volume / inside.inner_mm3:.1f} % full, {box.most_fill_pct} % at most",
        )


def _company(problem: Packing, packed: PackedBox, where: str) -> Iterator[Finding]:
    """Judge who is in a box with whom."""
    present = {each.item for each in packed.placements}
    for index in present:
        if problem.items[index].own_container:
            yield Finding("needs_no_box", where, f"{problem.items[index].name!r} ships as it is")
    tagged: dict[str, str] = {tag: problem.items[n].name for n in present for tag in problem.items[n].tags}
    for one, other in problem.incompatible:
        if one in tagged and other in tagged:
            yield Finding(
                "incompatible",
                where,
                f"{tagged[one]!r} ({one}) and {tagged[other]!r} ({other}) must not be in one box",
            )


def _stock(problem: Packing, answer: Answer) -> Iterator[Finding]:
    used = Counter(packed.box for packed in answer.boxes)
    for box in problem.boxes:
        if box.stock is not None and used[box.name] > box.stock:
            yield Finding(
                "out_of_stock", f"boxes {box.name!r}", f"{used[box.name]} used, {box.stock} in stock"
            )


def _sets(problem: Packing, answer: Answer) -> Iterator[Finding]:
    """Every set lies in one box, or is left out as a whole."""
    places: dict[str, set[int]] = {}
    for number, packed in enumerate(answer.boxes, 1):
        for each in packed.placements:
            if 0 <= each.item < len(problem.items) and packed.box != OWN:
                places.setdefault(problem.items[each.item].together, set()).add(number)
    for each_out in answer.unserved:
        if 0 <= each_out.item < len(problem.items):
            places.setdefault(problem.items[each_out.item].together, set()).add(0)
    for name, numbers in places.items():
        if name and len(numbers) > 1:
            told = ", ".join(f"box {n}" if n else "left out" for n in sorted(numbers))
            yield Finding("set_torn", f"set {name!r}", f"is in more than one place: {told}")


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


def _true(problem: Packing, index: int, constraint: str, used: Mapping[str, int]) -> bool:
    """Whether a constraint really keeps this item out of all boxes; of budget and sets only whether it can."""
    item = problem.items[index]
    if item.own_container:
        return False
    ways = ways_to_stand(item)
    volume = max((a * b * c for a, b, c in ways), default=0)
    sized: list[Box] = []
    light: list[Box] = []
    loose: list[Box] = []
    for box in problem.boxes:
        # A bag is narrower the thicker it is: what stands h high asks for a bag of at least that thickness.
        rooms = {way: room_of(box, way[2] + 2 * box.clearance_mm if box.kind == "bag" else 0) for way in ways}
        fitting = [
            room
            for (a, b, c), room in rooms.items()
            if room and a <= room.length_mm and b <= room.width_mm and c <= room.height_mm
        ]
        if not fitting:
            continue
        sized.append(box)
        if box.max_gross_g is None or box.tare_g + item.weight_g <= box.max_gross_g:
            light.append(box)
            if any(volume * 100 <= room.inner_mm3 * box.most_fill_pct for room in fitting):
                loose.append(box)
    return {
        "size": not sized,
        "max_gross_g": bool(sized) and not light,
        "most_fill_pct": bool(light) and not loose,
        "stock": bool(loose)
        and all(box.stock is not None and used.get(box.name, 0) >= box.stock for box in loose),
        "budget": bool(loose),
        "together": bool(item.together),
    }.get(constraint, False)
