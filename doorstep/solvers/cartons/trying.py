"""Tries to get goods into one vessel, in every way that is known to fill one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorstep.solvers.cartons.blocks import Builder, Luck
from doorstep.solvers.cartons.bounds import Bounds
from doorstep.solvers.cartons.exhaustive import exhaustive
from doorstep.solvers.cartons.filling import Counts, Limits, Start, fill, first_starts, random_start
from doorstep.solvers.cartons.kinds import Goods
from doorstep.solvers.cartons.patterns import pattern
from doorstep.solvers.cartons.plans import Load
from doorstep.solvers.cartons.pricing import Prices
from doorstep.solvers.cartons.spaces import Block
from doorstep.solvers.cartons.vessels import Vessel
from doorstep.solvers.draws import Draws

QUICK_STARTS = 3
"""Starts before a bound is asked whether more make sense, and starts per box within a greedy division."""

LUCK = 4
"""One in so many random ways is by blocks, or by a pattern where there is one kind only."""

LUCKY_STARTS = 60
"""Random starts for goods that may or may not go into one box."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The way to fill a box by a pattern, when all units are of one kind."""


Way = Start | Luck | Pattern
"""How to fill a box."""

Filled = tuple[list[Block], Counts]
"""What lies where, and the units that are left per kind."""


class Trials:
    """All that is tried for one question.

    Attributes:
        work: vessels filled so far.
        starts: ways that are always tried, best first.
    """

    def __init__(
        self, goods: Goods, vessels: Sequence[Vessel], prices: Prices, late: Callable[[], bool]
    ) -> None:
        self.goods = goods
        self.kinds = goods.kinds
        self.vessels = vessels
        self.prices = prices
        self.bounds = Bounds(vessels, goods.kinds)
        self.late = late
        self.starts: list[Way] = [*first_starts(goods.kinds), Luck()]
        if len(goods.kinds) == 1:
            self.starts.append(Pattern())
        self.work = 0
        self._first = frozenset(self.starts)
        self._lucky: list[Start] | None = None
        self._failed: set[tuple[int, tuple[int, ...]]] = set()
        self._builders: dict[int, Builder] = {}
        self._patterns: dict[tuple[int, int], list[Block]] = {}

    def load(self, vessel: int, blocks: Sequence[Block], counts: Sequence[int]) -> Load:
        """Return a filled vessel with what it counts."""
        mass, volume = self.sums(counts)
        return Load(vessel, tuple(blocks), tuple(counts), self.prices.of(vessel, mass, volume))

    def sums(self, counts: Sequence[int]) -> tuple[int, int]:
        """Return mass and volume of units."""
        mass = volume = 0
        for count, kind in zip(counts, self.kinds, strict=True):
            if count:
                mass += count * kind.weight_g
                volume += count * kind.volume_mm3
        return mass, volume

    def may_take(self, vessel: int, counts: Sequence[int]) -> bool:
        """Whether all but the geometry allows these units together in this vessel, and no set is torn."""
        held = self.vessels[vessel]
        limits = Limits(held)
        for count, kind in zip(counts, self.kinds, strict=True):
            if count:
                if not kind.fits(held.sides) or limits.most(kind, count) < count:
                    return False
                limits.take(kind, count)
        return self.torn(counts) is None

    def torn(self, counts: Sequence[int]) -> tuple[int, ...] | None:
        """Return the last set of which some units are among these and some are not."""
        for kinds in reversed(self.goods.sets):
            some = any(counts[k] for k in kinds)
            if some and not all(counts[k] == len(self.kinds[k].units) for k in kinds):
                return kinds
        return None

    def try_box(self, vessel: int, counts: Sequence[int], starts: Sequence[Way]) -> Load | None:
        """Try to get all these units into this vessel."""
        case = (vessel, tuple(counts))
        if case in self._failed:
            starts = [start for start in starts if start not in self._first]
        for number, start in enumerate(starts):
            if number == QUICK_STARTS and self.bounds.excludes(vessel, counts):
                break
            filled = self.fill(vessel, counts, start, whole=True)
            if filled:
                return self.load(vessel, filled[0], counts)
        else:
            if starts is self.starts:
                return self._try_luck(vessel, counts)
        if starts is self.starts:
            self._failed.add(case)
        return None

    def _try_luck(self, vessel: int, counts: Sequence[int]) -> Load | None:
        """Try random starts, then everything: nothing forbids that these units go together, and no plain start could."""
        if self._lucky is None:
            draws = Draws(1)
            self._lucky = [random_start(self.kinds, draws) for _ in range(LUCKY_STARTS)]
        for start in self._lucky:
            filled = self.fill(vessel, counts, start, whole=True)
            if filled:
                return self.load(vessel, filled[0], counts)
        blocks = exhaustive(self.vessels[vessel], self.goods, counts, self.late)
        if blocks:
            return self.load(vessel, blocks, counts)
        self._failed.add((vessel, tuple(counts)))
        return None

    def fill(self, vessel: int, counts: Sequence[int], start: Way, *, whole: bool) -> Filled | None:
        """Fill one vessel; of a set all units go in or none."""
        filled = self._fill(vessel, counts, start, whole=whole)
        if whole or filled is None or not self.goods.sets:
            return filled
        at_hand = list(counts)
        left_out: list[tuple[int, ...]] = []
        while torn := self.torn(_taken(at_hand, filled[1])):
            left_out.append(torn)
            for k in torn:
                at_hand[k] = 0
            filled = self._fill(vessel, at_hand, start, whole=False)
            assert filled is not None  # noqa: S101 - only a filling that must take all can fail
        if left_out and not filled[0]:
            alone = self._one_set(vessel, counts, start, left_out)
            if alone:
                return alone
        taken = _taken(at_hand, filled[1])
        return filled[0], [have - out for have, out in zip(counts, taken, strict=True)]

    def _one_set(
        self, vessel: int, counts: Sequence[int], start: Way, sets: Sequence[tuple[int, ...]]
    ) -> Filled | None:
        """Fill a vessel with one set alone, the first that goes in."""
        for kinds in sets:
            alone = [count if k in kinds else 0 for k, count in enumerate(counts)]
            filled = self._fill(vessel, alone, start, whole=True)
            if filled:
                return filled[0], _taken(counts, alone)
        return None

    def _fill(self, vessel: int, counts: Sequence[int], start: Way, *, whole: bool) -> Filled | None:
        self.work += 1
        if isinstance(start, Start):
            return fill(self.vessels[vessel], self.goods, counts, start, whole=whole, late=self.late)
        if isinstance(start, Pattern):
            return self._by_pattern(vessel, counts, whole=whole)
        filling = self.builder(vessel).build(counts, (), start.draws(), self.late)
        return None if whole and any(filling.left) else (list(filling.blocks), list(filling.left))

    def _by_pattern(self, vessel: int, counts: Sequence[int], *, whole: bool) -> Filled | None:
        """Fill a vessel with units of the only kind there is."""
        k = next((k for k, count in enumerate(counts) if count), None)
        if k is None:
            return [], list(counts)
        if (vessel, k) not in self._patterns:
            self._patterns[vessel, k] = pattern(self.vessels[vessel], self.goods, k, self.late)
        most = Limits(self.vessels[vessel]).most(self.kinds[k], counts[k])
        units = self._patterns[vessel, k][:most]
        left = [count - len(units) if number == k else count for number, count in enumerate(counts)]
        return None if whole and any(left) else (units, left)

    def builder(self, vessel: int) -> Builder:
        """Return who fills this vessel by blocks."""
        if vessel not in self._builders:
            self._builders[vessel] = Builder(self.vessels[vessel], self.goods)
        return self._builders[vessel]

    def random_way(self, draws: Draws, counts: Sequence[int]) -> Way:
        """Draw a way to fill; those that take longer more seldom."""
        if draws.below(LUCK):
            return random_start(self.kinds, draws)
        if sum(1 for count in counts if count) == 1:
            return Pattern()
        return Luck(draws.next())


def _taken(counts: Sequence[int], left: Sequence[int]) -> list[int]:
    return [have - out for have, out in zip(counts, left, strict=True)]
