"""The referee of a release step: judges it by the problem alone, and shares no code with the solver.

Slack is bounded without pricing a walk: an order's own walk is at least nothing and at most the walk of its batch. Whether
an order without haste went along for a small enough detour is not judged, because that needs the exact walk.
"""

from collections.abc import Iterator
from itertools import pairwise

from doorstep.solvers.batches.orders import MEASURES, Answer, Batching, Unserved
from doorstep.solvers.batches.referee import Fault, judge
from doorstep.solvers.batches.release import Open, Release, Released, Step

WAITS = ("gate", "benches_full", "time")
LIMITS = (*MEASURES, "duration_s")


def judge_release(problem: Release, step: Step) -> list[Fault]:
    """Return every fault of a step; an empty list is a valid step."""
    known = {each.order.name: each for each in problem.waiting}
    faults = [*_on_carts(problem, step), *_held(problem, step, known), *_benches(problem, step)]
    for number, released in enumerate(step.released):
        members = [known[name] for name in released.batch.orders if name in known]
        faults += [*_gates(problem, members), *_kind(problem, released, members, str(number))]
        if members:
            faults += _slack(problem, released, members, str(number))
    turns = pairwise(each.slack_s for each in step.released)
    faults += [Fault("out_of_turn", str(k + 1)) for k, (one, next_one) in enumerate(turns) if one > next_one]
    return faults


def _on_carts(problem: Release, step: Step) -> list[Fault]:
    """Every order released or held, once, and each batch one that the referee of batches lets pass."""
    batches = tuple(each.batch for each in step.released)
    answer = Answer(
        batches=batches,
        value_mm=sum(batch.distance_mm for batch in batches),
        lower_bound_mm=0,
        unserved=tuple(
            Unserved(order=name, constraint=cause if cause in LIMITS else "duration_s", message="")
            for name, cause in step.held.items()
        ),
        work=0,
        engine="",
        reasons=(),
    )
    orders = [each.order for each in problem.waiting]
    waits = {name for name, cause in step.held.items() if cause not in LIMITS}
    found = judge(Batching(floor=problem.floor, orders=orders, cart=problem.cart), answer)
    return [fault for fault in found if not (fault.kind == "left_out_without_cause" and fault.item in waits)]


def _held(problem: Release, step: Step, known: dict[str, Open]) -> Iterator[Fault]:
    """Who waits has a reason to."""
    for name, cause in step.held.items():
        if cause not in (*WAITS, *LIMITS):
            yield Fault("cause_unknown", name)
        if name not in known:
            continue
        waiting = known[name]
        if cause == "gate" and _open(problem, waiting):
            yield Fault("held_without_gate", name)
        if cause in ("time", "benches_full") and not _open(problem, waiting):
            yield Fault("gate_not_told", name)
        if cause == "time" and _most_slack(problem, waiting) <= problem.rules.short_slack_s:
            yield Fault("urgent_waits", name)


def _benches(problem: Release, step: Step) -> Iterator[Fault]:
    """No more on the way to the benches than they may hold."""
    going = sum(len(each.batch.orders) for each in step.released)
    if going and problem.in_progress + going > problem.rules.benches * problem.rules.wip_per_bench:
        yield Fault("over_benches", str(going))


def _gates(problem: Release, members: list[Open]) -> Iterator[Fault]:
    yield from (Fault("gate_closed", each.order.name) for each in members if not _open(problem, each))


def _kind(problem: Release, released: Released, members: list[Open], number: str) -> Iterator[Fault]:
    """How a batch is picked must be possible on this floor and with these orders."""
    profile, kind = problem.rules.profile, released.choice.kind
    lines = [len(each.order.bins) if each.order.lines is None else each.order.lines for each in members]
    possible = {
        "single_item": all(count == 1 for count in lines),
        "zone": bool(profile.zone_lines) and max(lines, default=0) >= profile.zone_lines,
        "bulk": len(members) <= profile.wall_cells,
        "cart": True,
    }
    if not possible.get(kind, False):
        yield Fault("kind_impossible", number)
    if not released.choice.reason or not released.reasons:
        yield Fault("no_reason", number)


def _slack(problem: Release, released: Released, members: list[Open], number: str) -> Iterator[Fault]:
    """The slack told is that of the most urgent order, which is urgent indeed."""
    walking_s = -(-released.batch.distance_mm // problem.cart.walk_mm_s)
    most = min(_most_slack(problem, each) for each in members)
    if not most - walking_s <= released.slack_s <= most:
        yield Fault("slack_wrong", number)
    if most - walking_s > problem.rules.short_slack_s:
        yield Fault("without_haste", number)


def _open(problem: Release, waiting: Open) -> bool:
    return waiting.gate is None or problem.rules.gates.get(waiting.gate, 0) <= problem.now_s


def _most_slack(problem: Release, waiting: Open) -> int:
    """Return the slack in s if the walk of the order took no time."""
    order, cart, rules = waiting.order, problem.cart, problem.rules
    lines = len(order.bins) if order.lines is None else order.lines
    busy_s = cart.setup_s + lines * cart.line_s + rules.pack_s + rules.dock_s
    return waiting.cut_off_s - problem.now_s - busy_s
