"""Reads cartonization suites: `items.csv`, `boxes.csv`, and what is expected if it is there, in mm and g with header rows."""

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from doorstep.solvers.cartons import Box, Item, Packing


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of an order, by `2d` (the depth stays vertical) and `3d` (all rotations)."""

    boxes: Mapping[str, int]
    weight_variance: Mapping[str, float]
    lower_bound: int


@dataclass(frozen=True, slots=True)
class CartonOrder:
    """An order to pack; its packing allows all rotations."""

    name: str
    problem: Packing
    expected: Expected | None

    def keep_flat(self) -> Packing:
        """Return the same order with the depth of every item vertical."""
        items = [replace(item, rotations="upright") for item in self.problem.items]
        return replace(self.problem, items=items)


def read_suite(folder: Path) -> list[CartonOrder]:
    """Read a suite, orders in the order of the file.

    Raises:
        KeyError: a column of the format is missing.
    """
    boxes = [
        Box(
            name=row["reference"],
            length_mm=int(row["inner_length_mm"]),
            width_mm=int(row["inner_width_mm"]),
            height_mm=int(row["inner_depth_mm"]),
            outer_length_mm=int(row["outer_length_mm"]),
            outer_width_mm=int(row["outer_width_mm"]),
            outer_height_mm=int(row["outer_depth_mm"]),
            tare_g=int(row["empty_weight_g"]),
            max_gross_g=int(row["max_gross_weight_g"]),
        )
        for row in _rows(folder / "boxes.csv")
    ]
    items: dict[str, list[Item]] = {}
    for row in _rows(folder / "items.csv"):
        items.setdefault(row["order_id"], []).append(
            Item(
                name=row["item_id"],
                length_mm=int(row["length_mm"]),
                width_mm=int(row["width_mm"]),
                height_mm=int(row["depth_mm"]),
                weight_g=int(row["weight_g"]),
                quantity=int(row["quantity"]),
            )
        )
    known = _expected(folder / "expected.csv")
    return [
        CartonOrder(name, Packing(items=each, boxes=boxes), known.get(name)) for name, each in items.items()
    ]


def _expected(path: Path) -> dict[str, Expected]:
    if not path.is_file():
        return {}
    return {
        row["order_id"]: Expected(
            boxes={way: int(row[f"boxes_{way}"]) for way in ("2d", "3d")},
            weight_variance={way: float(row[f"weight_variance_{way}"]) for way in ("2d", "3d")},
            lower_bound=int(row["lower_bound_3d"]),
        )
        for row in _rows(path)
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def made_up(count: int, seed: int) -> list[CartonOrder]:
    """Make orders like those of a shop for household goods, for who has no suite."""
    luck = random.Random(seed)
    boxes = [
        Box(
            name=name,
            length_mm=length,
            width_mm=width,
            height_mm=height,
            outer_length_mm=length + 6,
            outer_width_mm=width + 6,
            outer_height_mm=height + 12,
            tare_g=length * width // 400,
            max_gross_g=15_000,
        )
        for name, length, width, height in (
            ("S", 220, 160, 90),
            ("M", 320, 230, 120),
            ("L", 400, 300, 200),
            ("XL", 580, 380, 380),
        )
    ]
    orders = []
    for number in range(count):
        items = [
            Item(
                name=f"thing {line + 1}",
                length_mm=luck.randint(60, 320),
                width_mm=luck.randint(40, 200),
                height_mm=luck.randint(5, 120),
                weight_g=luck.randint(50, 1_500),
                quantity=min(luck.randint(1, 9), luck.randint(1, 9)),
            )
            for line in range(min(luck.randint(1, 8), luck.randint(1, 8)))
        ]
        orders.append(CartonOrder(f"order {number + 1}", Packing(items=items, boxes=boxes), None))
    return orders
