"""OR-Tools (Apache-2.0): a question on stdin, its routes on stdout. Runs in an environment of its own.

First plan by parallel cheapest insertion (path cheapest arc and savings find none on such windows), then guided local search.
"""

import json
import sys
from time import perf_counter
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

NEEDS = ("ortools==9.15.6755",)


def main() -> None:
    """Answer one question."""
    asked = json.load(sys.stdin)
    index = pywrapcp.RoutingIndexManager(len(asked["matrix"]), asked["vans"], 0)
    model = pywrapcp.RoutingModel(index)
    _constrain(model, index, asked)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(1000 * asked["seconds"]))
    begun = perf_counter()
    found = model.SolveWithParameters(search)
    took_s = perf_counter() - begun
    routes = []
    for van in range(asked["vans"] if found else 0):
        here, route = found.Value(model.NextVar(model.Start(van))), list[int]()
        while not model.IsEnd(here):
            route.append(index.IndexToNode(here))
            here = found.Value(model.NextVar(here))
        if route:
            routes.append(route)
    json.dump({"routes": routes, "took_s": took_s}, sys.stdout)


def _constrain(model: Any, index: Any, asked: dict[str, Any]) -> None:
    matrix, stops, end_s = asked["matrix"], asked["stops"], asked["shift_end"]
    loads, services = [0, *(stop[0] for stop in stops)], [0, *(stop[1] for stop in stops)]

    def meters(a: int, b: int) -> int:
        return int(matrix[index.IndexToNode(a)][index.IndexToNode(b)])

    def seconds(a: int, b: int) -> int:
        return meters(a, b) + int(services[index.IndexToNode(a)])

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(meters))
    model.AddDimension(model.RegisterTransitCallback(seconds), end_s, end_s, False, "time")
    weigh = model.RegisterUnaryTransitCallback(lambda a: loads[index.IndexToNode(a)])
    model.AddDimension(weigh, 0, asked["capacity"], True, "load")
    time = model.GetDimensionOrDie("time")
    for place, (_, _, start, end) in enumerate(stops, 1):
        time.CumulVar(index.NodeToIndex(place)).SetRange(start, end)


main()
