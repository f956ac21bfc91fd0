"""The question of order batching: orders, the cart they are picked with, and the answer's records."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from doorstep.solvers.refusals import SolverRefused
from doorstep.solvers.walk import Floor, Tour, Warehouse

MOST = 10**12
"""No load or limit is larger: beyond it the number is a mistake of units."""

MOST_OF = {"lines": 10**6, "line_s": 86_400}
"""Where a number that large is already a mistake earlier on."""

MEASURES = ("slots", "articles", "boxes", "volume_ml", "mass_g", "lines")
"""What an order takes from a cart, and a cart may limit; also the order in which refusals are looked for."""


class BatchRefused(SolverRefused):
    """The problem makes no sense; `item` is the order or limit at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order to pick whole in one walk.

    Attributes:
        name: unique.
        bins: where its lines are picked.
        slots: totes it needs on the cart.
        articles: units.
        boxes: shipping cartons it is picked into.
        volume_ml: volume of its goods.
        mass_g: mass of its goods.
        lines: order lines; None: one per bin.
    """

    name: str
    bins: tuple[str, ...]
    slots: int = 1
    articles: int = 0
    boxes: int = 0
    volume_ml: int = 0
    mass_g: int = 0
    lines: int | None = None

    def load(self, measure: str) -> int:
        """Return what the order takes of one of `MEASURES`."""
        if measure == "lines" and self.lines is None:
            return len(self.bins)
        return int(getattr(self, measure))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """What one walk can carry; None: no limit.

    Attributes:
        slots: totes on the cart.
        articles: units.
        boxes: shipping cartons.
        volume_ml: volume.
        mass_g: mass.
        lines: order lines.
        duration_s: time of the walk, by the pace below.
        walk_mm_s: walking pace.
        line_s: time per line.
        setup_s: time per walk before the first step.
    """

    slots: int | None = None
    articles: int | None = None
    boxes: int | None = None
    volume_ml: int | None = None
    mass_g: int | None = None
    lines: int | None = None
    duration_s: int | None = None
    walk_mm_s: int = 1000
    line_s: int = 30
    setup_s: int = 0

    def limit(self, measure: str) -> int | None:
        """Return the limit of one of `MEASURES`."""
        limit: int | None = getattr(self, measure)
        return limit

    def duration_of(self, distance_mm: int, lines: int) -> int:
        """Return the time of a walk in s, begun seconds counted whole."""
        return self.setup_s + lines * self.line_s - (-distance_mm // self.walk_mm_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """Which orders shall be picked together in one walk?

    Attributes:
        floor: where the bins are.
        orders: the orders, unique by name.
        cart: what one walk can carry.
    """

    floor: Warehouse | Floor
    orders: Sequence[Order]
    cart: Cart = field(default_factory=Cart)

    def __post_init__(self) -> None:
        seen = set()
        for order in self.orders:
            if order.name in seen:
                raise BatchRefused("order_given_twice", order.name, f"order {order.name!r} is given twice")
            seen.add(order.name)
            known = self.floor.places if isinstance(self.floor, Warehouse) else self.floor.bins
            lost = next((name for name in order.bins if name not in known), None)
            if lost is not None:
                raise BatchRefused(
                    "bin_unknown",
                    order.name,
                    f"order {order.name!r}: bin {lost!r} is not on this floor: add it",
                )
            for measure in MEASURES:
                refuse_odd(order.name, measure, order.load(measure))
        for measure in (*MEASURES, "duration_s", "line_s", "setup_s", "walk_mm_s"):
            refuse_odd("cart", measure, getattr(self.cart, measure) or 0)
        if self.cart.walk_mm_s < 1:
            raise BatchRefused("number_out_of_range", "cart", "cart: walk_mm_s is 0, not above it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Orders picked in one walk."""

    orders: tuple[str, ...]
    distance_mm: int
    duration_s: int
    tour: Tour


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """An order that no walk can take, and the limit at fault."""

    order: str
    constraint: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The batches.

    Attributes:
        batches: each order that can be served in exactly one.
        value_mm: length of all walks.
        lower_bound_mm: no batching can be shorter.
        unserved: orders that fit no cart.
        work: tours priced.
        engine: `compiled` or `pure`.
        reasons: why, in sentences.
    """

    batches: tuple[Batch, ...]
    value_mm: int
    lower_bound_mm: int
    unserved: tuple[Unserved, ...]
    work: int
    engine: str
    reasons: tuple[str, ...]


def refuse_odd(item: str, measure: str, number: int, least: int = 0) -> None:
    """Refuse what is no number for a measure.

    Raises:
        BatchRefused: `number_out_of_range`.
    """
    most = MOST_OF.get(measure, MOST)
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise BatchRefused(
            "number_out_of_range",
            item,
            f"{item}: {measure} is {number!r}, not a whole number in {least}..{most}",
        )
