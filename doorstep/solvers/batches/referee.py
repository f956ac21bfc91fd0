"""The referee of batches: judges an answer by the problem alone, and shares no code with the solver.

`judge` names every fault; an empty list is a valid answer. Each tour is judged by the referee of walks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.solvers.batches.orders import Answer, Batch, Batching, Order
from doorstep.solvers.walk.questions import Walk
from doorstep.solvers.walk.referee import judge as judge_walk


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer.

    Attributes:
        kind: stable name, e.g. `order_missed`.
        item: the order or batch at fault.
    """

    kind: str
    item: str


def judge(problem: Batching, answer: Answer) -> list[Fault]:
    """Return every fault of an answer."""
    faults = [*_complete(problem, answer), *_unserved(problem, answer), *_sums(answer)]
    known = {order.name: order for order in problem.orders}
    for number, batch in enumerate(answer.batches):
        members = [known[name] for name in batch.orders if name in known]
        faults += _loads(problem, members, str(number))
        faults += _tour(problem, batch, members, str(number))
    return faults


def _complete(problem: Batching, answer: Answer) -> Iterator[Fault]:
    """Every order in exactly one batch, or left out."""
    seen: dict[str, int] = {}
    for name in [*(name for batch in answer.batches for name in batch.orders)]:
        seen[name] = seen.get(name, 0) + 1
    for each in answer.unserved:
        seen[each.order] = seen.get(each.order, 0) + 1
    asked = {order.name for order in problem.orders}
    yield from (Fault("order_missed", name) for name in sorted(asked - seen.keys()))
    yield from (Fault("order_unknown", name) for name in sorted(seen.keys() - asked))
    yield from (Fault("order_twice", name) for name, count in sorted(seen.items()) if count > 1)
    yield from (Fault("batch_empty", str(k)) for k, batch in enumerate(answer.batches) if not batch.orders)


def _taken(order: Order) -> dict[str, int]:
    lines = len(order.bins) if order.lines is None else order.lines
    return {
        "slots": order.slots,
        "articles": order.articles,
        "boxes": order.boxes,
        "volume_ml": order.volume_ml,
        "mass_g": order.mass_g,
        "lines": lines,
    }


def _limits(problem: Batching) -> dict[str, int]:
    cart = problem.cart
    limits = {
        "slots": cart.slots,
        "articles": cart.articles,
        "boxes": cart.boxes,
        "volume_ml": cart.volume_ml,
        "mass_g": cart.mass_g,
        "lines": cart.lines,
    }
    return {measure: limit for measure, limit in limits.items() if limit is not None}


def _unserved(problem: Batching, answer: Answer) -> Iterator[Fault]:
    """Who is left out must break the limit that is named."""
    known = {order.name: order for order in problem.orders}
    limits = _limits(problem)
    for each in answer.unserved:
        if each.order not in known:
            continue
        if each.constraint == "duration_s":
            if problem.cart.duration_s is None:
                yield Fault("left_out_without_cause", each.order)
        elif _taken(known[each.order])[each.constraint] <= limits.get(each.constraint, 2**63):
            yield Fault("left_out_without_cause", each.order)


def _loads(problem: Batching, members: list[Order], number: str) -> Iterator[Fault]:
    for measure, limit in _limits(problem).items():
        if sum(_taken(order)[measure] for order in members) > limit:
            yield Fault(f"over_{measure}", number)


def _tour(problem: Batching, batch: Batch, members: list[Order], number: str) -> Iterator[Fault]:
    picks = list(dict.fromkeys(name for order in members for name in order.bins))
    walk = Walk(floor=problem.floor, picks=picks)
    yield from (
        Fault(f"tour_{fault.kind}", f"{number}: {fault.item}") for fault in judge_walk(walk, batch.tour)
    )
    if batch.distance_mm != batch.tour.distance_mm:
        yield Fault("length_wrong", number)
    cart = problem.cart
    lines = sum(_taken(order)["lines"] for order in members)
    walking_s, rest = divmod(batch.distance_mm, cart.walk_mm_s)
    duration_s = cart.setup_s + lines * cart.line_s + walking_s + (rest > 0)
    if batch.duration_s != duration_s:
        yield Fault("duration_wrong", number)
    if cart.duration_s is not None and duration_s > cart.duration_s:
        yield Fault("over_duration", number)


def _sums(answer: Answer) -> Iterator[Fault]:
    if answer.value_mm != sum(batch.distance_mm for batch in answer.batches):
        yield Fault("value_wrong", str(answer.value_mm))
    if answer.lower_bound_mm > answer.value_mm:
        yield Fault("bound_above_value", str(answer.lower_bound_mm))
