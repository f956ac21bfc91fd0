"""VROOM through pyvroom (BSD-2): a question on stdin, its routes on stdout. Runs in an environment of its own.

Exploration level 5 on one thread, cut off by the time limit; costs are distances.
"""

import json
import sys
from datetime import timedelta
from time import perf_counter

import numpy as np
import vroom

NEEDS = ("pyvroom==1.15.2",)


def main() -> None:
    """Answer one question."""
    asked = json.load(sys.stdin)
    matrix = np.array(asked["matrix"], dtype=np.uint32)
    problem = vroom.Input()
    for give in (problem.set_durations_matrix, problem.set_distances_matrix, problem.set_costs_matrix):
        give(profile="car", matrix_input=matrix)
    for number in range(asked["vans"]):
        shift = vroom.TimeWindow(0, asked["shift_end"])
        problem.add_vehicle(
            vroom.Vehicle(number + 1, start=0, end=0, capacity=[asked["capacity"]], time_window=shift)
        )
    for place, (load, service, start, end) in enumerate(asked["stops"], 1):
        problem.add_job(
            vroom.Job(
                place,
                location=place,
                default_service=service,
                delivery=[load],
                time_windows=[vroom.TimeWindow(start, end)],
            )
        )
    begun = perf_counter()
    found = problem.solve(5, nb_threads=1, timeout=timedelta(seconds=asked["seconds"]))
    took_s = perf_counter() - begun
    jobs = found.routes[found.routes["type"] == "job"]
    routes = [[int(each) for each in van["id"]] for _, van in jobs.groupby("vehicle_id", sort=False)]
    json.dump({"routes": routes, "took_s": took_s}, sys.stdout)


main()
