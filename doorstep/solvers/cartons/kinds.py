"""Units that are alike are one kind: a solver chooses kinds, the answer names units."""

from dataclasses import dataclass
from typing import NamedTuple

from doorstep.solvers.cartons.goods import Item, Shape
from doorstep.solvers.cartons.questions import Packing

ANY_LOAD = 1 << 60
"""More than all units together weigh."""

LAST = 64
"""Rank of what nothing may stand on."""


class Kind(NamedTuple):
    """Units that are the same to a packer.

    Attributes:
        shapes: ways to stand, lowest first.
        weight_g: of one unit.
        fragile: nothing on top.
        top_load_g: the most that may stand on one unit.
        crush_class: stands only on units of this class or below.
        floor_only: stands on the floor.
        tags: one bit for each tag that excludes others.
        foes: the bits of the tags that must not be in the same box.
        together: number of the set it belongs to; -1: none.
        units: for each unit the index of its item.
        volume_mm3: of one unit.
        least_mm: its smallest side.
        sides: its sides, rising.
    """

    shapes: tuple[Shape, ...]
    weight_g: int
    fragile: bool
    top_load_g: int
    crush_class: int
    floor_only: bool
    tags: int
    foes: int
    together: int
    units: tuple[int, ...]
    volume_mm3: int
    least_mm: int
    sides: Shape

    @property
    def rank(self) -> int:
        """What has to be placed first has a low rank: what needs the floor, then what carries others well."""
        if self.fragile:
            return LAST
        if self.floor_only:
            return 0
        return 1 + 2 * self.crush_class + (self.top_load_g < ANY_LOAD)

    @property
    def heedless(self) -> bool:
        """Whether it bears anything and stands on anything."""
        return self.top_load_g == ANY_LOAD and not self.crush_class

    def fits(self, sides: Shape) -> bool:
        """Whether one unit alone can stand in a box with these inner sides."""
        length, width, height = sides
        for a, b, c in self.shapes:  # noqa: SIM110 - asked of every kind and box, before anything is searched
            if a <= length and b <= width and c <= height:
                return True
        return False


def kinds_of(problem: Packing) -> list[Kind]:
    """Group what goes into boxes, in the order of first appearance."""
    bits = {
        tag: 1 << n for n, tag in enumerate(dict.fromkeys(t for pair in problem.incompatible for t in pair))
    }
    sets: dict[str, int] = {}
    groups: dict[tuple[object, ...], _Alike] = {}
    for index, item in enumerate(problem.items):
        if item.own_container:
            continue
        together = sets.setdefault(item.together, len(sets)) if item.together else -1
        tags = sum(bits[tag] for tag in set(item.tags) if tag in bits) if bits else 0
        shapes = item.shapes()
        key = (
            shapes,
            item.weight_g,
            item.fragile,
            item.top_load_g,
            item.crush_class,
            item.floor_only,
            tags,
            together,
        )
        alike = groups.get(key)
        if alike is None:
            groups[key] = alike = _Alike(item, shapes, tags, together, [])
        alike.units.extend([index] * item.quantity)
    return [_kind(alike, _foes(problem, bits, alike.tags)) for alike in groups.values()]


class _Alike(NamedTuple):
    """Items whose units are one kind: the first of them, and what was worked out for it."""

    item: Item
    shapes: tuple[Shape, ...]
    tags: int
    together: int
    units: list[int]


def _kind(alike: _Alike, foes: int) -> Kind:
    item, shapes, tags, together, units = alike
    low, middle, high = sorted(shapes[0])
    return Kind(
        shapes=shapes,
        weight_g=item.weight_g,
        fragile=item.fragile,
        top_load_g=ANY_LOAD if item.top_load_g is None else item.top_load_g,
        crush_class=item.crush_class,
        floor_only=item.floor_only,
        tags=tags,
        foes=foes,
        together=together,
        units=tuple(units),
        volume_mm3=low * middle * high,
        least_mm=low,
        sides=(low, middle, high),
    )


def _foes(problem: Packing, bits: dict[str, int], tags: int) -> int:
    foes = 0
    for one, other in problem.incompatible:
        if bits[one] & tags:
            foes |= bits[other]
        if bits[other] & tags:
            foes |= bits[one]
    return foes


@dataclass(frozen=True, slots=True)
class Goods:
    """All kinds of one question, and what holds wherever they lie.

    Attributes:
        kinds: what there is.
        support_pct: share of a base that must rest.
        heedful: some kind does not bear everything, or does not stand on everything.
        sets: the kinds of each set that must stay together.
    """

    kinds: tuple[Kind, ...]
    support_pct: int
    heedful: bool
    sets: tuple[tuple[int, ...], ...]


def goods_of(problem: Packing) -> Goods:
    """Return what goes into boxes."""
    kinds = kinds_of(problem)
    sets: dict[int, list[int]] = {}
    for k, kind in enumerate(kinds):
        if kind.together >= 0:
            sets.setdefault(kind.together, []).append(k)
    return Goods(
        kinds=tuple(kinds),
        support_pct=problem.support_pct,
        heedful=not all(kind.heedless for kind in kinds),
        sets=tuple(map(tuple, sets.values())),
    )
