"""The referee of walks: judges a tour by the problem alone, and shares no code with the solver.

It rebuilds the floor as points and straight ways of its own and walks the tour step by step. `judge` names every fault;
an empty list is a valid tour whose claims about length and bound are consistent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from doorstep.solvers.walk.floors import Floor
from doorstep.solvers.walk.layout import Spot, Warehouse
from doorstep.solvers.walk.questions import Walk
from doorstep.solvers.walk.tours import Tour


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a tour.

    Attributes:
        kind: stable name, e.g. `bin_missed`.
        item: the bin or place at fault.
    """

    kind: str
    item: str


def judge(problem: Walk, tour: Tour) -> list[Fault]:
    """Return every fault of a tour."""
    faults = [*_visits(problem, tour), *_precedence(problem, tour), *_claims(tour)]
    floor = problem.floor
    if isinstance(floor, Warehouse):
        path = [_spot(node) for node in tour.nodes] if tour.nodes else list(tour.path)
        faults += _on_aisles(problem, floor, tour, path)
    else:
        faults += _on_graph(problem, floor, tour)
    return faults


def _visits(problem: Walk, tour: Tour) -> Iterator[Fault]:
    """Every pick once, one bin of every group of choices, nothing else."""
    counted = dict.fromkeys(tour.stops, 0)
    for name in tour.stops:
        counted[name] += 1
    yield from (Fault("bin_twice", name) for name, count in counted.items() if count > 1)
    yield from (Fault("bin_missed", name) for name in dict.fromkeys(problem.picks) if name not in counted)
    free = counted.keys() - set(problem.picks)
    for number, group in enumerate(problem.choices):
        if not set(group) & counted.keys():
            yield Fault("choice_missed", str(number))
    allowed = {name for group in problem.choices for name in group}
    yield from (Fault("bin_not_asked", name) for name in sorted(free - allowed))
    if len(free & allowed) > len(problem.choices):
        yield Fault("too_many_chosen", ",".join(sorted(free)))


def _precedence(problem: Walk, tour: Tour) -> Iterator[Fault]:
    place = {name: number for number, name in enumerate(tour.stops)}
    for one, other in problem.before:
        if one in place and other in place and place[one] > place[other]:
            yield Fault("order_broken", f"{one} before {other}")


def _claims(tour: Tour) -> Iterator[Fault]:
    if tour.lower_bound_mm > tour.distance_mm:
        yield Fault("bound_above_value", str(tour.lower_bound_mm))
    if tour.exact and tour.lower_bound_mm != tour.distance_mm:
        yield Fault("exact_without_proof", str(tour.lower_bound_mm))
    if tour.distance_mm < 0:
        yield Fault("length_wrong", str(tour.distance_mm))


def _on_aisles(problem: Walk, floor: Warehouse, tour: Tour, path: Sequence[Spot]) -> Iterator[Fault]:
    """Follow the path over aisles and cross-aisles, and look for every stop on it in turn."""
    start = problem.start if isinstance(problem.start, Spot) else floor.start
    ends = floor.ends if problem.ends is None else problem.ends
    if not path:
        yield Fault("path_missing", str(start))
        return
    if path[0] != start:
        yield Fault("start_wrong", str(path[0]))
    if not problem.stay and path[-1] not in (tuple(ends) or (start,)):
        yield Fault("end_wrong", str(path[-1]))
    direction = {aisle.x_mm: aisle.one_way for aisle in floor.aisles}
    for a, b in pairwise(path):
        yield from _step(floor, direction, a, b)
    walked = sum(abs(a.x_mm - b.x_mm) + abs(a.y_mm - b.y_mm) for a, b in pairwise(path))
    lines = {aisle.name: aisle.x_mm for aisle in floor.aisles}
    at = {each.name: Spot(lines[each.aisle], each.y_mm) for each in floor.bins}
    yield from _length(tour, walked)
    yield from _passed_in_turn([at.get(name) for name in tour.stops], tour.stops, path)


def _step(floor: Warehouse, direction: Mapping[int, str | None], a: Spot, b: Spot) -> Iterator[Fault]:
    if a.x_mm == b.x_mm and a.x_mm in direction:
        one_way = direction[a.x_mm]
        if one_way and a != b and (b.y_mm > a.y_mm) != (one_way == "up"):
            yield Fault("against_one_way", f"{a} to {b}")
    elif a != b and (a.y_mm != b.y_mm or a.y_mm not in floor.cross_aisles_mm):
        yield Fault("through_a_rack", f"{a} to {b}")


def _on_graph(problem: Walk, floor: Floor, tour: Tour) -> Iterator[Fault]:
    """Follow the nodes over passages, and look for every stop on them in turn."""
    start = floor.start if problem.start is None else problem.start
    ends = floor.ends if problem.ends is None else problem.ends
    if not tour.nodes:
        yield Fault("path_missing", str(start))
        return
    if tour.nodes[0] != start:
        yield Fault("start_wrong", tour.nodes[0])
    if not problem.stay and tour.nodes[-1] not in (tuple(ends) or (start,)):
        yield Fault("end_wrong", tour.nodes[-1])
    lengths = _passages(floor)
    steps = [(a, b) for a, b in pairwise(tour.nodes) if a != b]
    yield from (Fault("no_passage", f"{a} to {b}") for a, b in steps if (a, b) not in lengths)
    yield from _length(tour, sum(lengths.get(step, 0) for step in steps))
    yield from _passed_in_turn([floor.bins.get(name) for name in tour.stops], tour.stops, tour.nodes)


def _passages(floor: Floor) -> dict[tuple[str, str], int]:
    lengths: dict[tuple[str, str], int] = {}
    for each in floor.passages:
        for pair in [(each.a, each.b)] + ([] if each.one_way else [(each.b, each.a)]):
            lengths[pair] = min(each.length_mm, lengths.get(pair, each.length_mm))
    return lengths


def _length(tour: Tour, walked_mm: int) -> Iterator[Fault]:
    if walked_mm != tour.distance_mm:
        yield Fault("length_wrong", f"{walked_mm} walked, {tour.distance_mm} claimed")


def _passed_in_turn(
    wanted: Sequence[object], names: Sequence[str], passed: Sequence[object]
) -> Iterator[Fault]:
    here = 0
    for place, name in zip(wanted, names, strict=True):
        found = next((k for k in range(here, len(passed)) if passed[k] == place), None)
        if found is None:
            yield Fault("stop_not_passed", name)
        else:
            here = found


def _spot(node: str) -> Spot:
    x_mm, _, y_mm = node.partition(",")
    return Spot(int(x_mm), int(y_mm))
