"""The words of plates: pallets and cases that stand in a place, hold goods, and stand on each other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from doorstep.platform.machine import Machine

CODE = re.compile(r"[A-Z][A-Z0-9-]{2,29}")
"""What a plate of the house is called; others carry an SSCC."""
DEPTH_MAX = 3
"""How many plates may stand on each other: a carton in a case on a pallet."""
TREE_MAX = 500
"""Most plates that are moved by one scan."""
LINES_MAX = 500
"""Most lines that are put on a plate at once."""

Content = tuple[UUID, UUID, str]
"""(plate, product, lot), as contents are keyed."""


class PlateState(StrEnum):
    """Whether a plate is in use."""

    STANDING = "standing"
    ENDED = "ended"
    """Nothing is on it any more."""


class PlateAct(StrEnum):
    """What becomes of a plate that nothing is on."""

    END = "end"


PLATE = Machine(
    kind="plate",
    table="inventory.plates",
    start=PlateState.STANDING,
    moves={PlateAct.END: {PlateState.STANDING: PlateState.ENDED}},
    notes=("moved", "filled", "opened", "nested", "lifted", "loaded", "unloaded"),
)


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate and where it stands; `parent` is the code of the one it stands on, or ''. `seq` counts what happened to it."""

    id: UUID
    code: str
    state: str
    seq: int
    site_id: UUID
    place: str
    parent_id: UUID | None
    parent: str


@dataclass(frozen=True, slots=True)
class OnPlate:
    """Units of a product on a plate; lot '': of no known lot."""

    plate_id: UUID
    product_id: UUID
    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class OnPlates:
    """Units of a product that stand on one plate, whatever their lots."""

    code: str
    site_id: UUID
    place: str
    units: int


@dataclass(frozen=True, slots=True)
class PlateLine:
    """Units that are put on a plate or taken off it; lot '': what expires first, or of no known lot only if `nameless`."""

    product_id: UUID
    quantity: int
    lot: str = ""
    nameless: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """A plate, and all that stands on it, however deep.

    Attributes:
        plates: the plate itself first, then what stands on it.
        contents: what is on any of them.
        below: the plates that it stands on, the nearest first.
    """

    plates: tuple[Plate, ...]
    contents: tuple[OnPlate, ...]
    below: tuple[Plate, ...] = ()

    @property
    def root(self) -> Plate:
        """The plate itself."""
        return self.plates[0]

    @property
    def seen(self) -> dict[UUID, int]:
        """How far the history of each plate concerned had come when this was read."""
        return {one.id: one.seq for one in (*self.plates, *self.below)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What an act does to plates while goods move, all or nothing.

    Attributes:
        seen: how far the history of each plate concerned has come; one that went on meanwhile stops the act.
        moved: plates that stand in `place` afterwards.
        parents: plates that stand on another one afterwards, or on none.
        changes: units that are put on plates (positive) or taken off them.
        spots: the (site, product, place) whose loose units become more or fewer by that.
        notes: what the journal says of it: a name, and the facts of each plate.
    """

    seen: Mapping[UUID, int]
    moved: Sequence[UUID] = ()
    place: str = ""
    parents: Mapping[UUID, UUID | None] = field(default_factory=dict)
    changes: Mapping[Content, int] = field(default_factory=dict)
    spots: Sequence[tuple[UUID, UUID, str]] = ()
    notes: Sequence[tuple[str, Mapping[UUID, Mapping[str, Any]]]] = ()
