"""Reads what one seller ships together for one order of the Olist data set: `order_items.csv` and `products.csv`."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

from doorstep.solvers.cartons import Item

MM_PER_CM = 10


def read_parcels(folder: Path) -> list[list[Item]]:
    """Return the goods of each order and seller, in the order of the file.

    Raises:
        KeyError: a column of the format is missing, or a product is ordered that is not described.
    """
    products = {
        row["product_id"]: Item(
            name=row["product_id"],
            length_mm=MM_PER_CM * int(row["product_length_cm"]),
            width_mm=MM_PER_CM * int(row["product_width_cm"]),
            height_mm=MM_PER_CM * int(row["product_height_cm"]),
            weight_g=int(row["product_weight_g"]),
        )
        for row in _rows(folder / "products.csv")
    }
    units: dict[tuple[str, str], Counter[str]] = {}
    for row in _rows(folder / "order_items.csv"):
        units.setdefault((row["order_id"], row["seller_id"]), Counter())[row["product_id"]] += 1
    return [
        [replace(products[name], quantity=quantity) for name, quantity in ordered.items()]
        for ordered in units.values()
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
