"""Reads order batching instances in the unified text format, with their published bounds.

Cell 0 lies at the top of the aisle: read from the bottom, optima that are proven are undercut. A unit of the format is
taken for a meter.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from doorstep.solvers.batches import Batching, Cart, Order
from doorstep.solvers.walk import Aisle, Bin, Spot, Warehouse

UNIT_MM = 1000
"""One unit of length of the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An instance with its published bounds, in the format's units."""

    name: str
    problem: Batching
    upper_bound: float
    lower_bound: float
    proven: bool
    best_seen: float
    yardsticks: dict[str, float]


def read_instance(path: Path) -> Batching:
    """Read one instance.

    Raises:
        ValueError: a section or key of the format is missing, or it is not a single block.
    """
    lines = path.read_text(encoding="iso-8859-1").splitlines()
    head = {
        key.strip(): value.strip() for key, colon, value in (line.partition(":") for line in lines) if colon
    }
    if head.get("LAYOUT") != "single-block":
        raise ValueError(f"{path.name}: layout {head.get('LAYOUT')!r}, only single-block is read here")
    cell, top, bottom, pitch = (
        round(float(head[f"DISTANCE_{key}"]) * UNIT_MM)
        for key in ("CELL_TO_CELL", "TOP_TO_CELL", "BOTTOM_TO_CELL", "AISLE_TO_AISLE")
    )
    cells = int(head["NUM_CELLS"])
    depth = top + (cells - 1) * cell + bottom
    depot_y = 0 if head["DEPOT_LOCATION"] == "bottom" else depth
    if float(head["DISTANCE_TOP_OR_BOTTOM_TO_DEPOT"]):
        raise ValueError(f"{path.name}: a depot away from the cross-aisle is not read here")
    sections = _sections(lines)
    bins, place = {}, {}
    for words in sections["SKU_SECTION"]:
        facts = dict(zip(words[::2], words[1::2], strict=False))
        aisle, number = int(facts["AISLE"]), int(facts["CELL"])
        place[facts["ID"]] = f"{aisle}-{number}"
        bins[f"{aisle}-{number}"] = Bin(
            name=f"{aisle}-{number}", aisle=str(aisle), y_mm=depth - (top + number * cell)
        )
    aisles = tuple(Aisle(name=str(k), x_mm=k * pitch) for k in range(int(head["NUM_AISLES"])))
    floor = Warehouse(
        aisles=aisles,
        bins=tuple(bins.values()),
        cross_aisles_mm=(0, depth),
        start=Spot(int(head["DEPOT_AISLE"]) * pitch, depot_y),
    )
    return Batching(
        floor=floor,
        orders=_orders(sections["ORDER_SECTION"], place),
        cart=Cart(articles=int(head["PICKER_CAPACITY"])),
    )


def read_suite(folder: Path) -> list[Instance]:
    """Read the instances that `bounds.csv` in `folder` lists."""
    with (folder / "bounds.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Instance(
            name=row["file"],
            problem=read_instance(folder / row["file"]),
            upper_bound=float(row["optimal_routing_upper_bound"]),
            lower_bound=float(row["optimal_routing_lower_bound"]),
            proven=row["optimal_routing_proven"] == "yes",
            best_seen=float(row["best_seen_optimal_routing"]),
            yardsticks={
                key: float(row[key])
                for key in (
                    "one_order_per_tour_s_shape",
                    "fcfs_s_shape",
                    "fcfs_optimal_routing",
                    "savings_optimal_routing",
                )
            },
        )
        for row in rows
    ]


def _sections(lines: list[str]) -> dict[str, list[list[str]]]:
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in lines:
        if line.endswith("_SECTION"):
            rows = sections[line.strip()] = []
        elif line.startswith(("ID ", "NUM_ARTICLES_IN_ORDER")):
            rows.append(line.replace(":", " ").split())
    return sections


def _orders(rows: list[list[str]], place: dict[str, str]) -> list[Order]:
    gathered: list[tuple[list[str], int]] = []
    for words in rows:
        if words[0] != "ID":
            gathered.append(([], 0))
            continue
        bins, articles = gathered[-1]
        bins.append(place[words[1]])
        gathered[-1] = (bins, articles + int(words[3]))
    return [
        Order(name=str(number), bins=tuple(dict.fromkeys(bins)), articles=articles, lines=len(bins))
        for number, (bins, articles) in enumerate(gathered)
    ]
