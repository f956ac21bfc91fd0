"""Tables of orders as merchants send them: what was read, which column means what, and what became of each order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from doorstep.stages.orders.model.asked import Outcome

ROWS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its heading, and the rows below it that are not blank.

    Attributes:
        headings: one text per column, each different.
        rows: (number, cells); the heading is row 1, as in a spreadsheet. Every row has a cell per column, stripped.
    """

    headings: tuple[str, ...]
    rows: list[tuple[int, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that a column may mean.

    Attributes:
        name: how programs name it.
        label: how people name it, with what belongs into the cells.
        kind: what its cells look like; chooses how evidence is found in them.
        known_as: headings that mean it, in plain lower-case words.
        needed: a table without it cannot be imported.
        of_line: it belongs to one line of an order, not to the whole order.
    """

    name: str
    label: str
    kind: str
    known_as: tuple[str, ...]
    needed: bool = False
    of_line: bool = False

    @property
    def title(self) -> str:
        """How it is called in a list."""
        return TITLES.get(self.name, self.name.replace("_", " ").capitalize())


TITLES = {
    "reference": "Order number",
    "placed_at": "Order date",
    "sku": "SKU",
    "street2": "Street, second line",
    "email": "E-mail",
}
"""What is called otherwise by people than by programs."""


Columns = dict[str, int]
"""Which column (from 0) is meant by each wanted name."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in one cell: where, what stands there, and what to do."""

    row: int
    field: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """The rows of one reference, understood as one order.

    Attributes:
        rows: their numbers; each is a line of the order, in this sequence.
        asked: the order as the API would be sent it.
    """

    reference: str
    rows: tuple[int, ...]
    asked: dict[str, Any]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetVerdict:
    """What became of one order of a table."""

    reference: str
    rows: Sequence[int]
    outcome: Outcome
    order_id: UUID | None = None
    number: int | None = None
    holds: Sequence[str] = ()
    faults: Sequence[CellFault] = field(default=())
