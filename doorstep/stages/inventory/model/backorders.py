"""The words of backorders: what may be ordered without being there, and what is owed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BackorderTerms:
    """How far a product may be ordered beyond what is there.

    Attributes:
        most: units that may be owed at once, over all orders; 0: none.
        ships_on: the first day on which it leaves; until then orders of it are pre-orders, whether it is there or not.
        owed: units that are owed now.
    """

    product_id: UUID
    most: int
    ships_on: date | None
    owed: int

    @property
    def left(self) -> int:
        """How many more units may be owed."""
        return max(self.most - self.owed, 0)


@dataclass(frozen=True, slots=True)
class Backorder:
    """Units of a product that are owed to a line of an order."""

    order_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: int
