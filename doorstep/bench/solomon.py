"""Reads vehicle routing instances with time windows in the text format of Solomon and of Gehring and Homberger.

The distance convention is the one of the exact methods: Euclidean distance and travel time cut to one decimal. One unit
of the format is 10 of ours, for meters and for seconds, so that every number is whole. A travel time includes nothing of
the service. Lists that rank by the number of vehicles first follow another convention and must not be compared.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from doorstep.solvers.routes import Depot, Roads, Routing, Stop, Van, Window

SCALE = 10
"""Tenths of the format's unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An instance and the best known distance, in the format's units."""

    name: str
    customers: int
    problem: Routing
    best_known: float


def read_instance(path: Path) -> Routing:
    """Read one instance.

    Raises:
        ValueError: a line of numbers is missing.
    """
    numbers = [
        [float(word) for word in words]
        for line in path.read_text(encoding="ascii").splitlines()
        if (words := line.split()) and all(word.replace(".", "", 1).isdigit() for word in words)
    ]
    if len(numbers) < 2 or len(numbers[0]) != 2 or any(len(row) != 7 for row in numbers[1:]):
        raise ValueError(f"{path.name}: not the format of Solomon: fleet, then seven numbers per customer")
    (vans, capacity), rows = numbers[0], numbers[1:]
    matrix = np.array(
        [[math.floor(SCALE * math.hypot(a[1] - b[1], a[2] - b[2])) for b in rows] for a in rows],
        dtype=np.int64,
    )
    van = {"start": "depot", "parcels": int(capacity), "shift_end_s": int(SCALE * rows[0][5])}
    return Routing(
        roads=Roads(matrix, matrix),
        depots=[Depot(name="depot", place=0)],
        vans=[Van(name=str(k), **van) for k in range(1, int(vans) + 1)],  # type: ignore[arg-type]
        stops=[
            Stop(
                name=str(int(row[0])),
                place=place,
                parcels=int(row[3]),
                windows=(Window(int(SCALE * row[4]), int(SCALE * row[5])),),
                service_s=int(SCALE * row[6]),
            )
            for place, row in enumerate(rows[1:], 1)
        ],
    )


def read_suite(folder: Path) -> list[Instance]:
    """Read the instances that `bks.csv` in `folder` lists."""
    with (folder / "bks.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Instance(
            name=Path(row["file"]).stem,
            customers=int(row["customers"]),
            problem=read_instance(folder / row["file"]),
            best_known=float(row["distance_truncated"]),
        )
        for row in rows
        if row["distance_truncated"]
    ]
