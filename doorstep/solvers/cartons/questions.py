"""The question of cartonization: goods, boxes, and what a good packing is. Millimeters, grams, minor units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from doorstep.solvers.cartons.boxes import Box
from doorstep.solvers.cartons.goods import Item
from doorstep.solvers.cartons.rates import Tariff
from doorstep.solvers.cartons.refusals import (
    MOST_BOX_TYPES,
    MOST_TAGS,
    MOST_UNITS,
    CartonRefused,
    Number,
    refuse_odd_numbers,
)

Objective = Literal["fewest", "volume", "cost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Which boxes shall these goods travel in, and how do they lie in them?

    Attributes:
        items: the goods.
        boxes: the types of box there are.
        objective: `fewest` boxes and then least outer volume; least outer `volume`; or least `cost` of all parcels and then
            least outer volume. When the stock of boxes does not suffice, packing most volume comes before all three.
        support_pct: how much of an item's base must rest on the floor or on other goods. Unless it is 0, the center of the
            base must lie over what supports it too; from 50 on it does by itself: whatever is half of a rectangle has the
            rectangle's center in its hull.
        even: let masses as even as possible come before least outer volume, at the same number of boxes. Else masses are
            evened out only where it costs nothing. Changes nothing for the other objectives.
        incompatible: pairs of tags that must not meet in one box.
        tariff: what a parcel costs beside its box, for `cost`; None: nothing.

    Raises:
        CartonRefused: a number out of range, a box named twice, no box, too many units, no way to stand, tags that exclude
            each other in one item or set, a rate that falls.
    """

    items: Sequence[Item]
    boxes: Sequence[Box]
    objective: Objective = "fewest"
    support_pct: int = 50
    even: bool = False
    incompatible: tuple[tuple[str, str], ...] = ()
    tariff: Tariff | None = None

    def __post_init__(self) -> None:
        refuse_odd_numbers(self._numbers())
        if self.objective not in ("fewest", "volume", "cost"):
            raise CartonRefused("objective_unknown", str(self.objective), "use fewest, volume or cost")
        self._refuse_boxes()
        units = sum(item.quantity for item in self.items)
        if units > MOST_UNITS:
            raise CartonRefused(
                "too_many_units", "items", f"{units} units, {MOST_UNITS} at most: split the order"
            )
        for item in self.items:
            item.refuse_nonsense()
        if self.incompatible:
            self._refuse_tags()
        if self.tariff and self.tariff.rate:
            self.tariff.rate.refuse_nonsense()

    def _numbers(self) -> Iterator[Number]:
        yield "packing", self.support_pct, 0, 100, "support_pct"
        for item in self.items:
            yield from item.numbers()
        for box in self.boxes:
            yield from box.numbers()
        if self.tariff:
            yield from self.tariff.numbers()

    def _refuse_boxes(self) -> None:
        if not self.boxes or len(self.boxes) > MOST_BOX_TYPES:
            raise CartonRefused(
                "no_boxes" if not self.boxes else "too_many_box_types",
                "boxes",
                f"{len(self.boxes)} types of box: give 1..{MOST_BOX_TYPES}",
            )
        seen = set()
        for box in self.boxes:
            box.refuse_nonsense()
            if box.name in seen:
                raise CartonRefused("box_given_twice", box.name, f"box {box.name!r} is given twice")
            seen.add(box.name)

    def _refuse_tags(self) -> None:
        if len({tag for pair in self.incompatible for tag in pair}) > MOST_TAGS:
            raise CartonRefused(
                "too_many_tags", "incompatible", f"at most {MOST_TAGS} different tags may exclude each other"
            )
        sets: dict[str, set[str]] = {}
        for item in self.items:
            owner = f"item {item.name!r}"
            self._refuse_foes(owner, set(item.tags))
            if item.together and not item.own_container:
                sets.setdefault(item.together, set()).update(item.tags)
        for name, tags in sets.items():
            self._refuse_foes(f"set {name!r}", tags)

    def _refuse_foes(self, owner: str, tags: set[str]) -> None:
        for one, other in self.incompatible:
            if one in tags and other in tags:
                raise CartonRefused(
                    "tags_exclude_each_other",
                    owner,
                    f"{owner} has the tags {one!r} and {other!r}, which must not meet in one box",
                )
