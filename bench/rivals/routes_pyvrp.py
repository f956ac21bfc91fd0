"""Plain PyVRP (MIT): a question on stdin, its routes on stdout. Runs in an environment of its own."""

import json
import sys
from time import perf_counter

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime

NEEDS = ("pyvrp==0.14.1",)


def main() -> None:
    """Answer one question."""
    asked = json.load(sys.stdin)
    (end_s, capacity), places = (asked["shift_end"], asked["capacity"]), len(asked["matrix"])
    matrix = np.array(asked["matrix"])
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * places,
        clients=[
            pyvrp.Client(place, [load], service_duration=service, tw_early=start, tw_late=end)
            for place, (load, service, start, end) in enumerate(asked["stops"], 1)
        ],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[pyvrp.VehicleType(asked["vans"], [capacity], tw_late=end_s)],
        distance_matrices=[matrix],
        duration_matrices=[matrix],
    )
    begun = perf_counter()
    best = pyvrp.solve(
        data, MaxRuntime(asked["seconds"]), seed=asked["seed"], collect_stats=False, display=False
    ).best
    routes = [[each.idx + 1 for each in route if each.is_client()] for route in best.routes()]
    json.dump({"routes": routes if best.is_feasible() else [], "took_s": perf_counter() - begun}, sys.stdout)


main()
