"""Which fulfillment orders go on which cart, and in which order its bins are visited.

`plan_by_walk` groups by the walk they cost (solvers.batches) and may think for seconds: it runs in a process of its own.
`plan_by_ship_by` answers at once and is what happens when nobody can think: the most urgent together, bins in S-shape.
Both choose the bins themselves, from what is free at this moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from doorstep.solvers.batches import Batching, Cart, Order, solve
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Spot, Warehouse, tour
from doorstep.stages.warehouse.rules.allocation import Need, Shelves, Taken
from doorstep.stages.warehouse.rules.floor import AisleLine, Shelf, floor_of, s_shape

READY_MIN, READY_MAX = 2, 24
"""Carts that wait for a picker: below the first anything may be planned, above the second only what is urgent."""

URGENT = timedelta(minutes=90)
"""What must leave within this time is planned at once, however small its cart."""

CANDIDATES_MAX = 240
"""Most fulfillment orders thought about at once, the most urgent first."""

FULL_PERCENT = 80
TOTE_ML = 40_000
WORK_EACH, WORK_MAX = 150, 20_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fulfillment order that waits for a cart."""

    fulfillment_id: UUID
    priority: int
    ship_by: datetime
    weight_g: int
    volume_ml: int
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a cart carries."""

    slots: int
    mass_g: int
    volume_ml: int


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that planning a site's carts needs to know.

    Attributes:
        ready: planned carts that nobody has taken yet.
        waiting: the most urgent first.
        shelves: bins with the wanted products, and what is free in them.
        everything: somebody asked for just these: all of them are planned, whether or not more could gather.
    """

    site_id: UUID
    now: datetime
    start: Spot
    cart: Limits
    ready: int
    aisles: tuple[AisleLine, ...]
    waiting: tuple[Waiting, ...]
    shelves: tuple[Shelf, ...]
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Cartload:
    """One cart: its fulfillment orders by slot, and its picks in the order of the walk."""

    fulfillment_ids: tuple[UUID, ...]
    picks: tuple[Taken, ...]
    priority: int
    ship_by: datetime
    walk_mm: int
    s_shape_mm: int
    reasons: tuple[str, ...]
    full: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The carts to write down, and why some fulfillment orders find no bins."""

    site_id: UUID
    carts: tuple[Cartload, ...]
    stuck: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class _Bound:
    """A waiting fulfillment order with its bins."""

    waiting: Waiting
    taken: tuple[Taken, ...]

    @property
    def bins(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.place for one in self.taken))

    @property
    def slots(self) -> int:
        return max(1, -(-self.waiting.volume_ml // TOTE_ML))


def plan_by_walk(question: Question) -> Plan:
    """Group fulfillment orders so that all carts together walk little; answer the carts worth starting now.

    Raises:
        WalkRefused, BatchRefused: the layout of the floor makes no sense.
    """
    floor, bound, stuck = _bind(question)
    cart = Cart(slots=question.cart.slots, mass_g=question.cart.mass_g, volume_ml=question.cart.volume_ml)
    names = {str(one.waiting.fulfillment_id): one for one in bound}
    orders = [
        Order(
            name=name,
            bins=one.bins,
            slots=one.slots,
            mass_g=one.waiting.weight_g,
            volume_ml=one.waiting.volume_ml,
            lines=len(one.taken),
        )
        for name, one in names.items()
    ]
    work = min(WORK_EACH * len(orders), WORK_MAX)
    answer = solve(Batching(floor=floor, orders=orders, cart=cart), Budget(work=work))
    groups = [[names[name] for name in batch.orders] for batch in answer.batches]
    alone = [[names[one.order]] for one in answer.unserved]
    saved = answer.reasons if len(answer.batches) > 1 else ()
    carts = [_cartload(floor, group, question.cart, saved) for group in groups]
    carts += [
        _cartload(floor, group, question.cart, ("more than one cart carries: picked on its own",))
        for group in alone
    ]
    return Plan(question.site_id, _worth_starting(carts, question), stuck)


def plan_by_ship_by(question: Question) -> Plan:
    """Fill carts in the order of urgency, bins in S-shape: no thinking, always an answer.

    Raises:
        WalkRefused: the layout of the floor makes no sense.
    """
    floor, bound, stuck = _bind(question)
    reason = ("no time to think: the most urgent together, bins in S-shape",)
    carts = [
        _cartload(floor, group, question.cart, reason, by_s_shape=True)
        for group in _filled(bound, question.cart)
    ]
    return Plan(question.site_id, _worth_starting(carts, question), stuck)


def _bind(question: Question) -> tuple[Warehouse, list[_Bound], dict[UUID, str]]:
    """Choose bins for the most urgent candidates, one after the other."""
    floor = floor_of(question.aisles, question.shelves, question.start)
    start = floor.start
    near = {name: abs(at.x_mm - start.x_mm) + abs(at.y_mm - start.y_mm) for name, at in floor.places.items()}
    shelves = Shelves(question.shelves, near)
    wanted = min(CANDIDATES_MAX, 2 * question.cart.slots * max(1, READY_MAX - question.ready))
    wanted = CANDIDATES_MAX if question.everything else wanted
    bound, stuck = list[_Bound](), dict[UUID, str]()
    for waiting in question.waiting[:wanted]:
        taken = shelves.take(waiting.needs)
        if taken is None:
            stuck[waiting.fulfillment_id] = _why_stuck(waiting.needs, shelves)
        else:
            bound.append(_Bound(waiting, tuple(taken)))
    return floor, bound, stuck


def _why_stuck(needs: Sequence[Need], shelves: Shelves) -> str:
    asked: dict[UUID, int] = {}
    for need in needs:
        asked[need.product_id] = asked.get(need.product_id, 0) + need.quantity
    lacking = [(p, n, shelves.free(p)) for p, n in asked.items() if shelves.free(p) < n]
    product_id, wanted, free = lacking[0] if lacking else (needs[0].product_id, 0, 0)
    return f"{product_id}: {wanted} wanted, {free} free in bins"


def _filled(bound: Iterable[_Bound], cart: Limits) -> list[list[_Bound]]:
    groups: list[list[_Bound]] = []
    slots = mass = volume = 0
    for one in bound:
        slots += one.slots
        mass += one.waiting.weight_g
        volume += one.waiting.volume_ml
        if not groups or slots > cart.slots or mass > cart.mass_g or volume > cart.volume_ml:
            groups.append([])
            slots, mass, volume = one.slots, one.waiting.weight_g, one.waiting.volume_ml
        groups[-1].append(one)
    return groups


def _cartload(
    floor: Warehouse,
    group: Sequence[_Bound],
    cart: Limits,
    reasons: tuple[str, ...],
    *,
    by_s_shape: bool = False,
) -> Cartload:
    bins = tuple(dict.fromkeys(name for one in group for name in one.bins))
    plain = s_shape(floor, bins)
    if by_s_shape:
        stops, walk_mm = plain.stops, plain.distance_mm
    else:
        walk = tour(floor, bins)
        stops, walk_mm = walk.stops, walk.distance_mm
        shorter = plain.distance_mm - walk_mm
        reasons = (
            f"{len(bins)} bins in a walk of {walk_mm / 1000:.0f} m; S-shape would be {shorter / 1000:.0f} m longer",
            *walk.reasons,
            *reasons,
        )
    order = {name: place for place, name in enumerate(stops)}
    slot = {one.waiting.fulfillment_id: place for place, one in enumerate(group)}
    picks = sorted(
        (taken for one in group for taken in one.taken),
        key=lambda t: (order[t.place], str(t.product_id), slot[t.fulfillment_id]),
    )
    return Cartload(
        fulfillment_ids=tuple(slot),
        picks=tuple(picks),
        priority=max(one.waiting.priority for one in group),
        ship_by=min(one.waiting.ship_by for one in group),
        walk_mm=walk_mm,
        s_shape_mm=plain.distance_mm,
        reasons=reasons,
        full=_full(group, cart),
    )


def _full(group: Sequence[_Bound], cart: Limits) -> bool:
    loads = (
        (sum(one.slots for one in group), cart.slots),
        (sum(one.waiting.weight_g for one in group), cart.mass_g),
        (sum(one.waiting.volume_ml for one in group), cart.volume_ml),
    )
    return any(100 * load >= FULL_PERCENT * limit for load, limit in loads)


def _worth_starting(carts: Iterable[Cartload], question: Question) -> tuple[Cartload, ...]:
    """Keep what is full, urgent, or keeps pickers from waiting; the rest gathers company until the next time."""
    begun: list[Cartload] = []
    for cart in sorted(carts, key=lambda c: (-c.priority, c.ship_by)):
        ready = question.ready + len(begun)
        urgent = cart.ship_by - question.now <= URGENT
        if question.everything or urgent or ready < READY_MIN or (cart.full and ready < READY_MAX):
            begun.append(cart)
    return tuple(begun)
