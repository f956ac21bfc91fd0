"""Which products to move closer: every move is judged by replaying past walks through the exact router.

Candidates come from comparing how often a product is picked with how far its bin lies (the cube-per-order idea of Heskett,
"Cube-per-order index: a key to warehouse stock location", 1963, for bins of one size); only what the replay confirms, and
what pays for the work of moving, is advised. Products that are often picked together and end up in one aisle gain by
themselves, because the walks that hold both are replayed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from doorstep.solvers.batches.orders import Cart, Order
from doorstep.solvers.batches.pricing import prices_for
from doorstep.solvers.walk import WalkRefused, Warehouse

TRIED_PER_MOVE = 60
"""Exchanges replayed before one is advised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Past walks, and where products lie today.

    Attributes:
        floor: all bins.
        lies_in: bin of each product; two products never share one.
        walks: products picked together in one walk, walk by walk.
        move_mm: what exchanging two products costs, in mm of walking.
        golden: bins at a height that is picked without bending or climbing.
        reach_mm: what a pick outside of them costs, in mm of walking.
    """

    floor: Warehouse
    lies_in: Mapping[str, str]
    walks: Sequence[Sequence[str]]
    move_mm: int = 0
    golden: frozenset[str] = frozenset()
    reach_mm: int = 0

    def __post_init__(self) -> None:
        for product, place in self.lies_in.items():
            if place not in self.floor.places:
                raise WalkRefused("bin_unknown", place, f"product {product!r} lies in unknown bin {place!r}")
        if len(set(self.lies_in.values())) < len(self.lies_in):
            raise WalkRefused("given_twice", "lies_in", "two products lie in one bin")
        for walk in self.walks:
            lost = next((product for product in walk if product not in self.lies_in), None)
            if lost is not None:
                raise WalkRefused("product_unknown", lost, f"product {lost!r} was picked and lies nowhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Exchange two products, or move one to an empty bin (`other` is None).

    Attributes:
        saved_mm: of walking and reaching in the replay, the work of moving taken off.
    """

    product: str
    to_bin: str
    other: str | None
    saved_mm: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Moves worth doing, in turn: each saving is counted after the ones before."""

    moves: tuple[Move, ...]
    before_mm: int
    after_mm: int


def advise(history: History, most: int) -> Advice:
    """Return up to `most` moves.

    Raises:
        WalkRefused: the floor makes no sense.
    """
    replay = _Replay(history)
    before = replay.total
    moves: list[Move] = []
    while len(moves) < most:
        best: tuple[int, str, str] | None = None
        for product, place in replay.candidates():
            saved = replay.saving(product, place) - history.move_mm
            if saved > 0 and (best is None or saved > best[0]):
                best = (saved, product, place)
        if best is None:
            break
        saved, product, place = best
        other = replay.exchange(product, place)
        reason = f"picked in {len(replay.walks_with[product])} walks; {saved / 1000:.0f} m less in the replay"
        moves.append(Move(product=product, to_bin=place, other=other, saved_mm=saved, reason=reason))
    return Advice(moves=tuple(moves), before_mm=before, after_mm=replay.total)


class _Replay:
    """All walks as they would be today, and with products exchanged."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.lies_in = dict(history.lies_in)
        self.holds = {place: product for product, place in self.lies_in.items()}
        self.walks_with: dict[str, list[int]] = {product: [] for product in self.lies_in}
        for number, walk in enumerate(history.walks):
            for product in dict.fromkeys(walk):
                self.walks_with[product].append(number)
        bins = [each.name for each in history.floor.bins]
        self.rank = {name: number for number, name in enumerate(bins)}
        self.prices = prices_for(history.floor, [Order(name=name, bins=(name,)) for name in bins], Cart())
        solo = {name: self.prices.length([number]) for name, number in self.rank.items()}
        self.cost = {name: solo[name] + self.reach(name) for name in bins}
        self.lengths = [self.length(walk, self.lies_in) for walk in history.walks]

    @property
    def total(self) -> int:
        return sum(self.lengths)

    def reach(self, place: str) -> int:
        return 0 if not self.history.golden or place in self.history.golden else self.history.reach_mm

    def length(self, walk: Sequence[str], lies_in: Mapping[str, str]) -> int:
        places = dict.fromkeys(lies_in[product] for product in walk)
        reached = sum(self.reach(lies_in[product]) for product in walk)
        return self.prices.length([self.rank[place] for place in places]) + reached

    def candidates(self) -> Iterator[tuple[str, str]]:
        """Yield what looks best: often picked products, and cheaper bins that hold less wanted ones or nothing."""
        picked = {product: len(walks) for product, walks in self.walks_with.items()}
        offers = []
        wanted = sorted(
            picked, key=lambda product: (-picked[product] * self.cost[self.lies_in[product]], product)
        )
        cheap = sorted(self.cost, key=lambda place: (self.cost[place], place))
        for product in wanted[:40]:
            here = self.cost[self.lies_in[product]]
            for place in cheap[:200]:
                less = picked[product] - picked.get(self.holds.get(place, ""), 0)
                gain = (here - self.cost[place]) * less
                if gain > 0:
                    offers.append((-gain, product, place))
        for _, product, place in sorted(offers)[:TRIED_PER_MOVE]:
            yield product, place

    def moved(self, product: str, place: str) -> tuple[dict[str, str], set[int]]:
        other = self.holds.get(place)
        lies_in = {**self.lies_in, product: place}
        touched = set(self.walks_with[product])
        if other is not None:
            lies_in[other] = self.lies_in[product]
            touched |= set(self.walks_with[other])
        return lies_in, touched

    def saving(self, product: str, place: str) -> int:
        lies_in, touched = self.moved(product, place)
        return sum(self.lengths[k] - self.length(self.history.walks[k], lies_in) for k in touched)

    def exchange(self, product: str, place: str) -> str | None:
        other = self.holds.get(place)
        lies_in, touched = self.moved(product, place)
        self.lies_in = lies_in
        self.holds = {where: each for each, where in lies_in.items()}
        for k in touched:
            self.lengths[k] = self.length(self.history.walks[k], lies_in)
        return other
