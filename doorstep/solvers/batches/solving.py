"""Order batching from question to answer."""

from collections.abc import Callable, Sequence

from doorstep.solvers.batches.bounds import lower_bound
from doorstep.solvers.batches.orders import MEASURES, MOST, Answer, Batch, Batching, Order, Unserved
from doorstep.solvers.batches.pricing import Priced, Prices, prices_for
from doorstep.solvers.batches.savings import Loads, savings
from doorstep.solvers.batches.search import search
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Walk
from doorstep.solvers.walk import solve as solve_walk
from doorstep.solvers.walk.one_block import FAR


def solve(
    problem: Batching,
    budget: Budget,
    seed: int = 1,
    warm: Sequence[Sequence[str]] | None = None,
    improved: Callable[[int], None] = lambda _value_mm: None,
) -> Answer:
    """Group orders into walks so that all walks together are short.

    Args:
        problem: floor, orders, cart.
        budget: seconds, or units of work: one per move tried after the savings merge. The pure and the compiled
            engine give the same answer for the same work and seed.
        seed: of the search.
        warm: batches by order names to start from; unknown names are skipped, orders not named begin alone.
        improved: called with the total length in mm whenever it falls.

    Raises:
        WalkRefused: the floor is not connected.
    """
    started = budget.now()
    served, unserved = _sorted_out(problem)
    prices = prices_for(problem.floor, served, problem.cart)
    measures = [measure for measure in MEASURES if problem.cart.limit(measure) is not None]
    limits = [problem.cart.limit(measure) or 0 for measure in measures]
    loads = [[order.load(measure) for measure in measures] for order in served]
    batches = _warmed(served, warm, prices, loads, limits) if warm else None
    patience = budget if budget.seconds is not None else Budget(work=MOST)
    batches = batches or savings(prices, loads, limits, patience)
    batches = search(
        batches,
        prices,
        loads,
        limits,
        budget=budget.left(started),
        seed=seed,
        improved=improved,
    )
    return _answer(problem, served, batches, unserved, prices)


def _sorted_out(problem: Batching) -> tuple[list[Order], list[Unserved]]:
    """Tell the orders that fit a cart from those that fit none."""
    cart = problem.cart
    served, unserved = [], []
    prices = prices_for(problem.floor, problem.orders, cart)
    marks = prices.marks
    for k, order in enumerate(problem.orders):
        over = next(
            (m for m in MEASURES if (limit := cart.limit(m)) is not None and order.load(m) > limit), None
        )
        if over:
            text = (
                f"order {order.name!r} takes {order.load(over)} {over}, a cart {cart.limit(over)}: split it"
            )
            unserved.append(Unserved(order=order.name, constraint=over, message=text))
        elif prices.of(marks[k], [k]) >= FAR:
            text = f"order {order.name!r} alone takes longer than {cart.duration_s} s: split it or allow more time"
            unserved.append(Unserved(order=order.name, constraint="duration_s", message=text))
        else:
            served.append(order)
    return served, unserved


def _warmed(
    served: list[Order], warm: Sequence[Sequence[str]], prices: Priced, loads: Loads, limits: Sequence[int]
) -> list[list[int]]:
    """Rebuild given batches from today's orders; whoever no longer fits goes alone."""
    index = {order.name: k for k, order in enumerate(served)}
    batches: list[list[int]] = []
    marks = prices.marks
    for names in warm:
        batch: list[int] = []
        mark = 0
        for name in names:
            k = index.pop(name, -1)
            if k < 0:
                continue
            trial = [*batch, k]
            held = [sum(loads[each][d] for each in trial) for d in range(len(limits))]
            full = any(x > limit for x, limit in zip(held, limits, strict=True))
            if full or prices.of(mark ^ marks[k], trial) >= FAR:
                batches.append([k])
                continue
            batch, mark = trial, mark ^ marks[k]
        if batch:
            batches.append(batch)
    return batches + [[k] for k in index.values()]


def _answer(
    problem: Batching, served: list[Order], batches: list[list[int]], unserved: list[Unserved], prices: Priced
) -> Answer:
    made = []
    for members in batches:
        orders = [served[k] for k in members]
        picks = dict.fromkeys(name for order in orders for name in order.bins)
        tour = solve_walk(Walk(floor=problem.floor, picks=list(picks)), Budget(work=0))
        lines = sum(order.load("lines") for order in orders)
        made.append(
            Batch(
                orders=tuple(order.name for order in orders),
                distance_mm=tour.distance_mm,
                duration_s=problem.cart.duration_of(tour.distance_mm, lines),
                tour=tour,
            )
        )
    value = sum(batch.distance_mm for batch in made)
    solo = [prices.length([k]) for k in range(len(served))]
    alone, bound = sum(solo), lower_bound(problem, served, solo, prices)
    spared = 100 - 100 * value // alone if alone else 0
    reasons = (
        f"{len(served)} orders in {len(made)} walks of {value / 1000:.0f} m in all",
        f"one order at a time would be {alone / 1000:.0f} m: {spared} % less walking",
        f"no plan can be shorter than {bound / 1000:.0f} m",
    )
    return Answer(
        batches=tuple(made),
        value_mm=value,
        lower_bound_mm=bound,
        unserved=tuple(unserved),
        work=prices.asked,
        engine="pure" if isinstance(prices, Prices) else "compiled",
        reasons=reasons,
    )
