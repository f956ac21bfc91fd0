"""The words of the auditor: where the books disagree with each other, and the history that explains a balance."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorstep.platform.machine import Machine


class DriftState(StrEnum):
    """Whether the books disagree still."""

    OPEN = "open"
    GONE = "gone"


class DriftAct(StrEnum):
    """What the auditor does to a drift that it does not see any more."""

    CLEAR = "clear"


DRIFT = Machine(
    kind="drift",
    table="inventory.drifts",
    start=DriftState.OPEN,
    moves={DriftAct.CLEAR: {DriftState.OPEN: DriftState.GONE}},
    notes=("changed",),
)


class Book(StrEnum):
    """Which figure disagrees with what it is made of."""

    PLACE = "place"
    """What lies in a place is not the sum of the ledger."""
    ON_HAND = "on_hand"
    """What a site counts as on hand is not what lies in its sellable places."""
    RESERVED = "reserved"
    """What a site counts as reserved is not the sum of its pending reservations."""
    PLATE = "plate"
    """More stands on plates in a place than lies there."""
    SERIALS = "serials"
    """As many serial numbers do not lie in a place as units do."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what it is made of.

    Attributes:
        book: which figure.
        place: where, for `Book.PLACE`, `Book.PLATE` and `Book.SERIALS`; else ''.
        expected: what the rows it sums up say, in units.
        found: what it says, in units.
    """

    book: str
    site_id: UUID
    product_id: UUID
    place: str
    expected: int
    found: int

    @property
    def key(self) -> tuple[str, UUID, UUID, str]:
        """What tells one difference from another."""
        return self.book, self.site_id, self.product_id, self.place


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference that the auditor found and that is there still; `found_at` is business time."""

    id: UUID
    book: str
    site_id: UUID
    product_id: UUID
    sku: str
    site: str
    place: str
    expected: int
    found: int
    found_at: datetime

    @property
    def difference(self) -> int:
        """Units by which the figure is too high; too low when negative."""
        return self.found - self.expected


@dataclass(frozen=True, slots=True)
class Round:
    """How the auditor's last whole round over a tenant's products went.

    Attributes:
        age_s: seconds since it ended, by the machines' clocks.
        took_s: how long it took.
    """

    products: int
    age_s: float
    took_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the ledger as one place sees it: what came or went, and how much lay there afterwards."""

    id: UUID
    site_id: UUID
    product_id: UUID
    place: str
    change: int
    after: int
    other: str
    reason: str
    reference: UUID | None
    order_id: UUID | None
    actor: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """Units that a place holds by the books, and the newest steps that led there, oldest first.

    Attributes:
        on_hand: what the balance says.
        sum: what the ledger says; the two differ only when something wrote around the ledger.
    """

    site_id: UUID
    product_id: UUID
    place: str
    on_hand: int
    sum: int
    steps: tuple[Step, ...] = ()
