"""The words of counting: what is asked of counters, what they found, and who is asked next. Quantities are whole units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

Found = int | frozenset[str]
"""What lies in a place: units, or which, where each is known by its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCount:
    """A place to be counted for a product, and why; nothing is picked from a place that `blocks` until then."""

    site_id: UUID
    place: str
    product_id: UUID
    reason: str
    blocks: bool = True


class CountStage(StrEnum):
    """Who is asked next."""

    OPEN = "open"
    OTHER = "other"
    """Somebody else than who counted so far: the difference is large."""
    LEAD = "lead"
    """A lead: counters do not agree."""


@dataclass(frozen=True, slots=True)
class OpenCount:
    """A count that nobody has finished; what is expected is not said, since counts are blind.

    Attributes:
        as_of: how often the place had changed when this was read; the counter's answer carries it back.
        counters: who counted since the place last changed.
    """

    id: UUID
    site_id: UUID
    place: str
    product_id: UUID
    reason: str
    asked_at: datetime
    tries: int
    as_of: int
    stage: CountStage
    counters: Sequence[str]

    def asks(self, actor: str) -> bool:
        """Whether somebody is asked: not one whose own figure is to be confirmed, and nobody but a lead once counters disagree."""
        return self.stage == CountStage.OPEN or (
            self.stage == CountStage.OTHER and actor not in self.counters
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counter found, and the `as_of` of the open count when the counter began to look.

    Attributes:
        serials: numbers of the units, of a product whose units are all known by number; else None.
    """

    count_id: UUID
    quantity: int
    as_of: int
    serials: Sequence[str] | None = None

    @property
    def found(self) -> "Found":
        """What is compared."""
        return self.quantity if self.serials is None else frozenset(self.serials)


class CountVerdict(StrEnum):
    """What became of a count."""

    MATCHES = "matches"
    COUNT_AGAIN = "count_again"
    """It differs for the first time, or the place changed while it was counted."""
    ANOTHER = "another"
    """It differs by much: another person is to count it."""
    LEAD = "lead"
    """Counters do not agree: a lead decides."""
    POSTED = "posted"
    """It was found twice: the difference is in the ledger."""
    CLOSED = "closed"
    """Somebody finished this count before."""


@dataclass(frozen=True, slots=True)
class CountAnswer:
    """The verdict on one count; `difference` is what was posted, `as_of` is for counting again.

    Attributes:
        missing, unexpected: numbers of units that are lost now, and found; of a product whose units are all known by number.
    """

    count_id: UUID
    verdict: CountVerdict
    as_of: int
    difference: int = 0
    missing: Sequence[str] = ()
    unexpected: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What somebody found in one try; `version` is how often the place had changed then, `serials` as in `Counted`."""

    count_id: UUID
    counter: str
    counted_at: datetime
    quantity: int
    version: int
    serials: Sequence[str] | None = None

    @property
    def found(self) -> "Found":
        """What is compared."""
        return self.quantity if self.serials is None else frozenset(self.serials)


@dataclass(frozen=True, slots=True)
class CountTerms:
    """How a site wants to be counted.

    Attributes:
        units, value_minor: from a difference of more units, or of more value in minor units of the product's price, two people
            have to agree.
        days_a, days_b, days_c: every how many days products of each class are counted.
        per_day: how many counts a day are asked for so; 0: none.
        empties: whether bins that are empty by the books are looked at.
    """

    units: int = 50
    value_minor: int = 20_000
    days_a: int = 30
    days_b: int = 90
    days_c: int = 365
    per_day: int = 0
    empties: bool = False


class CountWhy(StrEnum):
    """Why a place holds another number than the books say, as a lead judges it."""

    MISPLACED = "misplaced"
    WRONG_ITEM_PICKED = "wrong_item_picked"
    WRONG_QUANTITY_PICKED = "wrong_quantity_picked"
    WRONG_LOT_PICKED = "wrong_lot_picked"
    PICK_NOT_RECORDED = "pick_not_recorded"
    INBOUND_NOT_RECORDED = "inbound_not_recorded"
    INBOUND_MISCOUNTED = "inbound_miscounted"
    PUTAWAY_ELSEWHERE = "putaway_elsewhere"
    RETURN_NOT_RECORDED = "return_not_recorded"
    UNIT_MISTAKEN = "unit_mistaken"
    LABEL_WRONG = "label_wrong"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    STOLEN = "stolen"
    MISCOUNTED = "miscounted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Variance:
    """A count that waits for a lead: what the books say (units, and which where that is known), and what one is worth."""

    id: UUID
    site_id: UUID
    place: str
    product_id: UUID
    sku: str
    name: str
    price_minor: int
    currency: str
    reason: str
    asked_at: datetime
    expected: int
    as_of: int
    numbers: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How right the books of a site were, by the last three counts of each place within `days`.

    Attributes:
        accuracy: 1 is right; the mean over places of 1 less differences over what was expected, never below 0; None: nothing counted.
        counts: how many were done, differing: how many of these differed.
        per_hour: counts done in an hour in which somebody counted.
    """

    site_id: UUID
    places: int
    counts: int
    differing: int
    accuracy: float | None
    per_hour: float | None
