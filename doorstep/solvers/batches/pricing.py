"""What a set of orders costs to walk: the exact tour, remembered."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from doorstep.solvers.batches.orders import Cart, Order
from doorstep.solvers.budget import Budget
from doorstep.solvers.compiled import core
from doorstep.solvers.draws import Draws
from doorstep.solvers.walk import Floor, Spot, Walk, Warehouse
from doorstep.solvers.walk import solve as solve_walk
from doorstep.solvers.walk.blocks import exact_by_aisles, shortest
from doorstep.solvers.walk.one_block import FAR, NOTHING, Work, aisle_work, closed_length

MOST_REMEMBERED = 1 << 20
"""Prices kept; beyond it all are forgotten at once, which changes the speed and nothing else."""


class Block:
    """One block whose walks start and end at one corner of an aisle: priced by the fast dynamic program.

    Attributes:
        xs_mm: x of every aisle.
        depth_mm: between the cross-aisles.
        depot: aisle where walks start.
        offsets_mm: per aisle, distances from the depot's cross-aisle at which something is picked, rising.
        spots: the place of each bin: `(aisle, index of its offset)`.
    """

    def __init__(self, warehouse: Warehouse, bins: set[str]) -> None:
        self.xs_mm = list(warehouse.aisle_xs)
        front, back = warehouse.cross_aisles_mm
        self.depth_mm = back - front
        self.depot = self.xs_mm.index(warehouse.start.x_mm)
        upward = warehouse.start.y_mm == front
        column = {x: index for index, x in enumerate(self.xs_mm)}
        lows = {
            name: (column[spot.x_mm], spot.y_mm - front if upward else back - spot.y_mm)
            for name, spot in warehouse.places.items()
            if name in bins
        }
        self.offsets_mm = [
            sorted({y for at, y in lows.values() if at == index}) for index in range(len(self.xs_mm))
        ]
        ranks = [{y: rank for rank, y in enumerate(offsets)} for offsets in self.offsets_mm]
        self.spots = {name: (index, ranks[index][y]) for name, (index, y) in lows.items()}

    @staticmethod
    def fits(floor: Warehouse | Floor) -> bool:
        """Whether this floor is such a block."""
        if not isinstance(floor, Warehouse) or floor.one_way or len(floor.cross_aisles_mm) != 2:
            return False
        front, back = floor.cross_aisles_mm
        home = floor.start.x_mm in floor.aisle_xs and floor.start.y_mm in (front, back)
        return home and set(floor.ends) <= {floor.start} and floor.reach_mm == (front, back)


class Priced(Protocol):
    """What prices sets of orders, each set named by the xor of its orders' marks: pure or compiled."""

    @property
    def marks(self) -> Sequence[int]:
        """One random number per order."""

    @property
    def asked(self) -> int:
        """How often a price was asked for."""

    def length(self, members: Sequence[int]) -> int:
        """Return the length in mm of the walk for `members`, whatever it takes."""

    def of(self, mark: int, members: Sequence[int]) -> int:
        """Return the length in mm of the walk for `members`, `FAR` if it takes longer than the cart allows.

        Args:
            mark: xor of the marks of the members.
            members: indexes of orders.
        """


def prices_for(floor: Warehouse | Floor, orders: Sequence[Order], cart: Cart) -> Priced:
    """Return what prices walks on this floor: compiled where that is there and the walks are exact by aisles."""
    compiled = core("batches")
    if compiled is None or not isinstance(floor, Warehouse) or not exact_by_aisles(floor):
        return Prices(floor, orders, cart)
    lines = [order.load("lines") for order in orders]
    pace = (-1 if cart.duration_s is None else cart.duration_s, cart.walk_mm_s, cart.line_s, cart.setup_s)
    priced: Priced
    if Block.fits(floor):
        block = Block(floor, {name for order in orders for name in order.bins})
        picks = [[block.spots[name] for name in order.bins] for order in orders]
        priced = compiled.block_prices(
            block.xs_mm, block.depth_mm, block.depot, block.offsets_mm, picks, lines, *pace
        )
        return priced
    spots = [[_point(floor.places[name]) for name in order.bins] for order in orders]
    ends = [_point(end) for end in floor.ends or (floor.start,)]
    priced = compiled.aisle_prices(
        floor.aisle_xs, floor.cross_aisles_mm, _point(floor.start), ends, spots, lines, *pace
    )
    return priced


def _point(spot: Spot) -> tuple[int, int]:
    return spot.x_mm, spot.y_mm


class Prices:
    """The pure twin of `native/batches/prices.cpp`."""

    def __init__(self, floor: Warehouse | Floor, orders: Sequence[Order], cart: Cart) -> None:
        draws = Draws(0)
        self.marks = [draws.next() for _ in orders]
        self.lines = [order.load("lines") for order in orders]
        self.cart = cart
        self.asked = 0
        self._known: dict[int, int] = {0: 0}
        self._measure: _BlockLength | _AisleLength | _FloorLength
        if isinstance(floor, Warehouse) and Block.fits(floor):
            self._measure = _BlockLength(floor, orders)
        elif isinstance(floor, Warehouse) and exact_by_aisles(floor):
            self._measure = _AisleLength(floor, orders)
        else:
            self._measure = _FloorLength(floor, orders)

    def length(self, members: Sequence[int]) -> int:
        """See `Priced`."""
        return self._measure.of(members)

    def of(self, mark: int, members: Sequence[int]) -> int:
        """See `Priced`."""
        self.asked += 1
        known = self._known.get(mark)
        if known is not None:
            return known
        length = self._measure.of(members)
        limit_s = self.cart.duration_s
        if (
            limit_s is not None
            and self.cart.duration_of(length, sum(self.lines[k] for k in members)) > limit_s
        ):
            length = FAR
        if len(self._known) >= MOST_REMEMBERED:
            self._known = {0: 0}
        self._known[mark] = length
        return length


class _BlockLength:
    """Bins of an order are bits of one number, aisle after aisle; the union of orders is a bitwise or."""

    def __init__(self, warehouse: Warehouse, orders: Sequence[Order]) -> None:
        self.block = Block(warehouse, {name for order in orders for name in order.bins})
        self.shifts = []
        width = 0
        for offsets in self.block.offsets_mm:
            self.shifts.append(width)
            width += len(offsets)
        places = {name: 1 << (self.shifts[aisle] + rank) for name, (aisle, rank) in self.block.spots.items()}
        self.bits = [_union(places[name] for name in order.bins) for order in orders]
        self.cuts = [
            (shift, (1 << len(offsets)) - 1)
            for shift, offsets in zip(self.shifts, self.block.offsets_mm, strict=True)
        ]
        self._works: list[dict[int, Work]] = [{0: NOTHING} for _ in self.cuts]

    def of(self, members: Sequence[int]) -> int:
        bits = 0
        for k in members:
            bits |= self.bits[k]
        works = []
        for aisle, (shift, cut) in enumerate(self.cuts):
            inside = bits >> shift & cut
            work = self._works[aisle].get(inside)
            if work is None:
                offsets = self.block.offsets_mm[aisle]
                picked = [offset for rank, offset in enumerate(offsets) if inside >> rank & 1]
                work = self._works[aisle][inside] = aisle_work(picked, self.block.depth_mm)
            works.append(work)
        return closed_length(self.block.xs_mm, works, self.block.depth_mm, self.block.depot)


class _AisleLength:
    """Any floor of parallel aisles: the exact tour answers."""

    def __init__(self, warehouse: Warehouse, orders: Sequence[Order]) -> None:
        self.warehouse = warehouse
        self.spots = [[warehouse.places[name] for name in order.bins] for order in orders]

    def of(self, members: Sequence[int]) -> int:
        spots = dict.fromkeys(spot for k in members for spot in self.spots[k])
        start = self.warehouse.start
        return shortest(self.warehouse, spots, start, self.warehouse.ends or (start,))[0]


class _FloorLength:
    """Any other floor: the walk solver answers, slower."""

    def __init__(self, floor: Warehouse | Floor, orders: Sequence[Order]) -> None:
        self.floor = floor
        places: dict[str, Spot | str] = {}
        places.update(floor.places if isinstance(floor, Warehouse) else floor.bins)
        self.places = [{places[name]: name for name in order.bins} for order in orders]

    def of(self, members: Sequence[int]) -> int:
        bins = {spot: name for k in members for spot, name in self.places[k].items()}
        return solve_walk(Walk(floor=self.floor, picks=list(bins.values())), Budget(work=0)).distance_mm


def _union(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= place
    return bits
