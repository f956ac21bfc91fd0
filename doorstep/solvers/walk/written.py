"""A walk to plan as a JSON document, and its tour as another.

The document has the fields of `Walk`. Its `floor` is a `Warehouse`, a `Floor` (it has `passages`), or the sizes of a
`rectangle` (it has `cells`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from doorstep.solvers.documents import record
from doorstep.solvers.walk.floors import Floor
from doorstep.solvers.walk.layout import WalkRefused, Warehouse, rectangle
from doorstep.solvers.walk.questions import Walk
from doorstep.solvers.walk.tours import Tour


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """The arguments of `rectangle`."""

    aisles: int
    cells: int
    pitch_mm: int
    cell_mm: int
    lead_mm: int
    blocks: int = 1
    start_aisle: int = 0


def read(document: Any) -> Walk:
    """Return the walk that a document describes.

    Args:
        document: of JSON, decoded.

    Raises:
        WalkRefused: `document_wrong` with the place in the document, or what floor and walk themselves refuse.
    """
    return record(document, Walk, WalkRefused, floor=read_floor(document))


def read_floor(document: Any) -> Warehouse | Floor:
    """Return the floor that a document has as `floor`.

    Raises:
        WalkRefused: as `read`.
    """
    if not isinstance(document, Mapping):
        raise WalkRefused("document_wrong", "$", "the document is no object")
    given = document.get("floor")
    if isinstance(given, Mapping) and "passages" in given:
        return record(given, Floor, WalkRefused, "floor")
    if isinstance(given, Mapping) and "cells" in given:
        return rectangle(**asdict(record(given, Rectangle, WalkRefused, "floor")))
    return record(given, Warehouse, WalkRefused, "floor")


def told(tour: Tour) -> dict[str, Any]:
    """Return a tour as a document."""
    document: dict[str, Any] = msgspec.to_builtins(tour)
    return document
