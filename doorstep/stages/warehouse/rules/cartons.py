"""Which boxes a fulfillment order should travel in, and how its goods lie in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Box, CartonRefused, Item, PackedBox, Packing, solve
from doorstep.solvers.cartons.picture import picture, steps_of

UNITS_MAX = 400
"""Larger orders are packed by eye: a picture of so many pieces helps nobody."""

WORK_EACH, WORK_MAX = 40, 3_000
"""Only for what needs several boxes: a first plan in one box is nearly never beaten, and takes a tenth of the time."""

AIR_PERCENT = 130
"""Without a picture a box should hold the goods' volume and some air."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Units of a product to be packed."""

    product_id: UUID
    sku: str
    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    quantity: int
    upright: bool
    fragile: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The problem, and the boxes that answer it, one after the other."""

    problem: Packing
    boxes: tuple[PackedBox, ...]
    reasons: tuple[str, ...]

    def box(self, number: int) -> PackedBox | None:
        """Return the suggested box with this number, counted from 0, or None when there is none."""
        return self.boxes[number] if number < len(self.boxes) else None


def suggest(pieces: Sequence[Piece], boxes: Sequence[Box]) -> Suggestion | None:
    """Think out how to pack; None when there is nothing to think: too many pieces, no box, or nothing fits.

    May take a second: runs in a process of its own.
    """
    if not boxes or not pieces or sum(one.quantity for one in pieces) > UNITS_MAX:
        return None
    items = [
        Item(
            name=one.name,
            length_mm=one.length_mm,
            width_mm=one.width_mm,
            height_mm=one.height_mm,
            weight_g=one.weight_g,
            quantity=one.quantity,
            rotations="upright" if one.upright else "any",
            fragile=one.fragile,
        )
        for one in pieces
    ]
    try:
        problem = Packing(items=items, boxes=list(boxes), objective="cost")
        answer = solve(problem, Budget(work=0))
        if len(answer.boxes) > 1:
            answer = solve(problem, Budget(work=min(WORK_MAX, WORK_EACH * len(items))), warm=answer)
    except CartonRefused:
        return None  # measures that make no sense; the packer chooses by eye
    if answer.unserved:
        return None
    return Suggestion(problem, answer.boxes, answer.reasons)


Question = tuple[Sequence[Piece], Sequence[Box]]


def suggest_each(questions: Sequence[Question]) -> list[Suggestion | None]:
    """Think out many at once, as `suggest` does one."""
    return [suggest(pieces, boxes) for pieces, boxes in questions]


def by_eye(pieces: Iterable[Piece], boxes: Sequence[Box]) -> str | None:
    """Return the smallest box with room and strength for all pieces, else the largest; None when there are no boxes."""
    left = [one for one in pieces if one.quantity]
    volume = sum(one.length_mm * one.width_mm * one.height_mm * one.quantity for one in left)
    weight = sum(one.weight_g * one.quantity for one in left)
    for box in sorted(boxes, key=lambda b: b.inner_mm3):
        sides = sorted(box.sides)
        fit = all(
            all(
                a <= b
                for a, b in zip(sorted((one.length_mm, one.width_mm, one.height_mm)), sides, strict=True)
            )
            for one in left
        )
        if fit and 100 * box.inner_mm3 >= AIR_PERCENT * volume and weight <= box.room_g:
            return box.name
    return max(boxes, key=lambda b: b.inner_mm3).name if boxes else None


@dataclass(frozen=True, slots=True)
class PackStep:
    """What to put into the box next, with a picture (SVG)."""

    text: str
    svg: str


@dataclass(frozen=True, slots=True)
class PackGuide:
    """How the next box is filled, and why these boxes."""

    steps: tuple[PackStep, ...] = ()
    reasons: tuple[str, ...] = ()


def guide(suggestion: Suggestion, number: int) -> PackGuide:
    """Draw the suggested box with this number step by step; empty when there is none."""
    box = suggestion.box(number)
    if box is None:
        return PackGuide()
    steps = tuple(
        PackStep(step.text, picture(suggestion.problem, box, place, ident=f"step{place}"))
        for place, step in enumerate(steps_of(suggestion.problem, box), 1)
    )
    return PackGuide(steps, suggestion.reasons)
