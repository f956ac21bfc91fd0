"""The yardstick of routes: PyVRP as its own documentation uses it, without anything of ours but the matrix."""

from time import process_time
from typing import Any

import pyvrp

from doorstep.solvers.routes import Routing


def plain_distance(problem: Routing, seconds: float, seed: int) -> int:
    """Return the distance that PyVRP reaches in some seconds of the processor.

    Without a feasible plan it is more than any plan has. The seconds begin with the search, as its own stopping rule has
    it; what the matrix and the first plan take comes on top.
    """
    data = _data(problem)
    until: list[float] = []

    def spent(best_cost: int) -> bool:  # noqa: ARG001 - it has this name there
        if not until:
            until.append(process_time() + seconds)
        return process_time() >= until[0]

    result = pyvrp.solve(data, stop=spent, seed=seed, collect_stats=False, display=False)
    return int(result.best.distance()) if result.is_feasible() else 2 * problem.roads.places * 10**6


def _data(problem: Routing) -> pyvrp.ProblemData:
    van = problem.vans[0]
    measures = [m for m in ("mass_g", "volume_ml", "parcels") if getattr(van, m) is not None]
    roads = problem.roads.among(range(problem.roads.places))
    distances: Any = [roads.distance_m]
    durations: Any = [roads.duration_s]
    latest = max(van.shift_end_s, *(stop.windows[0].end_s for stop in problem.stops if stop.windows), 0)
    clients = [
        pyvrp.Client(
            stop.place,
            delivery=[getattr(stop, m) for m in measures],
            service_duration=stop.service_s,
            tw_early=stop.windows[0].start_s if stop.windows else 0,
            tw_late=stop.windows[0].end_s if stop.windows else latest,
        )
        for stop in problem.stops
    ]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * problem.roads.places,
        clients=clients,
        depots=[pyvrp.Depot(0)],
        vehicle_types=[
            pyvrp.VehicleType(len(problem.vans), [getattr(van, m) for m in measures], tw_late=van.shift_end_s)
        ],
        distance_matrices=distances,
        duration_matrices=durations,
    )
