"""What to release to the floor now: waveless, driven by cut-offs; a wave is the same engine with a gate before it.

An order goes when its slack (cut-off less now, pick, walk, pack and dock) runs short, or when a batch that goes anyway
takes it along for a small part of its own walk. Benches are never given more than they may hold. Source of the two rules:
Gallien and Weber, "To wave or not to wave? Order release policies for warehouses with an automated sorter", M&SOM 12(4),
2010, for releasing without waves under a cap on work in progress.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from doorstep.solvers.batches.kinds import Choice, Profile, kind_of
from doorstep.solvers.batches.orders import (
    MEASURES,
    MOST,
    Batch,
    Batching,
    BatchRefused,
    Cart,
    Order,
    refuse_odd,
)
from doorstep.solvers.batches.pricing import Priced, prices_for
from doorstep.solvers.batches.solving import solve
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Floor, Walk, Warehouse
from doorstep.solvers.walk import solve as solve_walk
from doorstep.solvers.walk.one_block import FAR

MOST_AT_ONCE = 400
"""Most orders batched in one step; the next step takes the rest."""

COMPANY_MAX = 800
"""Most orders without haste that are looked at as company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An order that waits.

    Attributes:
        order: what it takes.
        cut_off_s: when its carrier leaves, on the same axis as `Release.now_s`.
        gate: wave that it leaves with; None: none.
    """

    order: Order
    cut_off_s: int
    gate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the floor releases.

    Attributes:
        pack_s: time at the bench for each order.
        dock_s: from the bench to the carrier.
        short_slack_s: an order with less slack goes now.
        detour_pct: an order without haste goes along when it lengthens a walk by at most this part of its own.
        benches: pack stations at work.
        wip_per_bench: orders on the way to a bench, at most.
        profile: what the floor offers for sorting.
        gates: waves by name, and when each opens (s); orders of a closed one wait.
    """

    pack_s: int = 120
    dock_s: int = 600
    short_slack_s: int = 1800
    detour_pct: int = 20
    benches: int = 1
    wip_per_bench: int = 60
    profile: Profile = field(default_factory=lambda: Profile(slots=12))
    gates: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The question of one step.

    Attributes:
        floor: where the bins are.
        waiting: the open orders, unique by name.
        cart: what one walk can carry.
        now_s: the moment.
        rules: how the floor releases.
        in_progress: orders that are already on their way to the benches.

    Raises:
        BatchRefused: an order names a gate that the rules do not know, or a number is out of range.
    """

    floor: Warehouse | Floor
    waiting: Sequence[Open]
    cart: Cart
    now_s: int
    rules: Rules = field(default_factory=Rules)
    in_progress: int = 0

    def __post_init__(self) -> None:
        for name in ("pack_s", "dock_s", "detour_pct", "benches", "wip_per_bench"):
            refuse_odd("rules", name, getattr(self.rules, name))
        refuse_odd("rules", "short_slack_s", self.rules.short_slack_s, -MOST)
        refuse_odd("release", "in_progress", self.in_progress)
        refuse_odd("release", "now_s", self.now_s, -MOST)
        for gate, opens_s in self.rules.gates.items():
            refuse_odd(gate, "gate", opens_s, -MOST)
        for each in self.waiting:
            refuse_odd(each.order.name, "cut_off_s", each.cut_off_s, -MOST)
            if each.gate is not None and each.gate not in self.rules.gates:
                raise BatchRefused(
                    "gate_unknown", each.order.name, f"order {each.order.name!r}: no gate {each.gate!r}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A batch for the floor."""

    batch: Batch
    choice: Choice
    slack_s: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What goes, the most urgent first, and why the others wait (`gate`, `benches_full`, `time`, or a limit of the cart)."""

    released: tuple[Released, ...]
    held: dict[str, str]


def release(problem: Release, budget: Budget, seed: int = 1) -> Step:
    """Decide what goes to the floor now.

    Args:
        problem: the step.
        budget: of the search for batches.
        seed: of the same.

    Raises:
        BatchRefused, WalkRefused: as `solve`.
    """
    orders = [each.order for each in problem.waiting]
    Batching(floor=problem.floor, orders=orders, cart=problem.cart)
    prices = prices_for(problem.floor, orders, problem.cart)
    slacks = _slacks(problem, prices)
    held: dict[str, str] = {}
    ready = []
    for k in sorted(range(len(orders)), key=lambda k: (slacks[k], k)):
        gate = problem.waiting[k].gate
        if gate is not None and problem.rules.gates[gate] > problem.now_s:
            held[orders[k].name] = "gate"
        else:
            ready.append(k)
    room = max(0, problem.rules.benches * problem.rules.wip_per_bench - problem.in_progress)
    urgent = [k for k in ready if slacks[k] <= problem.rules.short_slack_s]
    going = urgent[: min(room, MOST_AT_ONCE)]
    answer = solve(
        Batching(floor=problem.floor, orders=[orders[k] for k in going], cart=problem.cart), budget, seed
    )
    held |= {each.order: each.constraint for each in answer.unserved}
    index = {order.name: k for k, order in enumerate(orders)}
    groups = [[index[name] for name in batch.orders] for batch in answer.batches]
    company = [k for k in ready if slacks[k] > problem.rules.short_slack_s][:COMPANY_MAX]
    joined = _join(problem, prices, groups, company, room - len(going))
    gone = {k for group in groups for k in group}
    for k in ready:
        if k not in gone:
            held.setdefault(orders[k].name, "benches_full" if k in urgent[len(going) :] else "time")
    released = [_released(problem, group, slacks, joined) for group in groups]
    return Step(released=tuple(sorted(released, key=lambda each: each.slack_s)), held=held)


def _slacks(problem: Release, prices: Priced) -> list[int]:
    cart, rules = problem.cart, problem.rules
    return [
        each.cut_off_s
        - problem.now_s
        - cart.duration_of(prices.length([k]), each.order.load("lines"))
        - rules.pack_s
        - rules.dock_s
        for k, each in enumerate(problem.waiting)
    ]


def _join(
    problem: Release, prices: Priced, groups: list[list[int]], company: Sequence[int], room: int
) -> set[int]:
    """Let orders without haste go along where that costs little; cheapest first, priced anew before each joins."""
    measures = [m for m in MEASURES if problem.cart.limit(m) is not None]
    limits = [problem.cart.limit(m) or 0 for m in measures]
    loads = [[each.order.load(m) for m in measures] for each in problem.waiting]
    held = [[sum(loads[k][d] for k in group) for d in range(len(limits))] for group in groups]
    marks = prices.marks
    keys = [_xor(marks[k] for k in group) for group in groups]

    def detour(k: int, at: int) -> int:
        if any(x + y > limit for x, y, limit in zip(held[at], loads[k], limits, strict=True)):
            return FAR
        longer = prices.of(keys[at] ^ marks[k], [*groups[at], k])
        return FAR if longer >= FAR else longer - prices.of(keys[at], groups[at])

    joined: set[int] = set()
    if not groups:
        return joined
    offers = []
    for k in company:
        best = min((detour(k, at), at) for at in range(len(groups)))
        offers.append((100 * best[0] // max(1, prices.length([k])), k, best[1]))
    for percent, k, at in sorted(offers):
        if percent > problem.rules.detour_pct or len(joined) >= room:
            break
        if 100 * detour(k, at) > problem.rules.detour_pct * prices.length([k]):
            continue
        groups[at].append(k)
        keys[at] ^= marks[k]
        held[at] = [x + y for x, y in zip(held[at], loads[k], strict=True)]
        joined.add(k)
    return joined


def _released(problem: Release, group: list[int], slacks: list[int], joined: set[int]) -> Released:
    orders = [problem.waiting[k].order for k in group]
    picks = list(dict.fromkeys(name for order in orders for name in order.bins))
    tour = solve_walk(Walk(floor=problem.floor, picks=picks), Budget(work=20))
    lines = sum(order.load("lines") for order in orders)
    batch = Batch(
        orders=tuple(order.name for order in orders),
        distance_mm=tour.distance_mm,
        duration_s=problem.cart.duration_of(tour.distance_mm, lines),
        tour=tour,
    )
    choice = kind_of(orders, problem.rules.profile)
    slack = min(slacks[k] for k in group)
    along = sum(k in joined for k in group)
    reasons = [f"{slack // 60} min of slack before the carrier leaves", choice.reason]
    if along:
        reasons.append(f"{along} orders without haste lie on the way and go along")
    return Released(batch=batch, choice=choice, slack_s=slack, reasons=tuple(reasons))


def _xor(marks: Iterable[int]) -> int:
    key = 0
    for mark in marks:
        key ^= mark
    return key
