"""The question of a walk."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from doorstep.solvers.walk.floors import Floor
from doorstep.solvers.walk.layout import Spot, WalkRefused, Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk to plan.

    Attributes:
        floor: a warehouse of parallel aisles, or any floor as a graph.
        picks: names of the bins to visit; a bin named twice is visited once.
        choices: groups of bins that hold the same product; one bin of each group is visited (scattered storage).
        start: where this walk begins (a spot of the warehouse, a node of the graph); None: where the floor says.
        ends: where this walk may end; None: where the floor says; empty: back at the start.
        stay: end at the last pick (no return).
        before: pairs of bins; the first must be visited before the second (heavy before light, earlier expiry first).

    Raises:
        WalkRefused: a group without a bin, or a bin that must come before itself.
    """

    floor: Warehouse | Floor
    picks: Sequence[str]
    choices: Sequence[Sequence[str]] = field(default=())
    start: Spot | str | None = None
    ends: Sequence[Spot | str] | None = None
    stay: bool = False
    before: Sequence[tuple[str, str]] = field(default=())

    def __post_init__(self) -> None:
        for number, group in enumerate(self.choices):
            if not group:
                raise WalkRefused("choice_empty", str(number), f"group {number} of choices names no bin")
        for one, other in self.before:
            if one == other:
                raise WalkRefused("order_contradicts", one, f"bin {one!r} cannot come before itself")


def terminals(warehouse: Warehouse, problem: Walk) -> tuple[Spot, list[Spot]]:
    """Return where a walk through a warehouse starts and may end.

    Raises:
        WalkRefused: `spot_unreachable`: nobody can stand there, or it is named like the node of a graph.
    """
    given = [problem.start, *(problem.ends or ())]
    named = next((each for each in given if isinstance(each, str)), None)
    if named is not None:
        raise WalkRefused("spot_unreachable", named, f"{named!r} is no spot: give x and y in mm")
    start = problem.start if isinstance(problem.start, Spot) else warehouse.start
    ends = [each for each in problem.ends or () if isinstance(each, Spot)]
    ends = list(warehouse.ends) if problem.ends is None else ends
    for spot in (start, *ends):
        warehouse.check_spot(spot)
    return start, ends or [start]


def nodes_of(floor: Floor, problem: Walk) -> tuple[str, list[str]]:
    """Return where a walk on a graph starts and may end.

    Raises:
        WalkRefused: `node_unknown`.
    """
    start = floor.start if problem.start is None else str(problem.start)
    ends = list(floor.ends) if problem.ends is None else [str(each) for each in problem.ends]
    for node in (start, *ends):
        if node not in floor.ways:
            raise WalkRefused("node_unknown", node, f"no passage reaches {node!r}")
    return start, ends or [start]
