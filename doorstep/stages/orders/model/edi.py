"""Partners that speak EDI X12: who they are, what they sent, what they were sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

IN = {"850": "Purchase order", "940": "Warehouse shipping order", "997": "Functional acknowledgment"}
OUT = {
    "855": "Purchase order acknowledgment",
    "856": "Ship notice",
    "945": "Warehouse shipping advice",
    "997": "Functional acknowledgment",
    "TA1": "Interchange acknowledgment",
}
"""The sets that we read and write, by number; a TA1 is a segment of its own outside of any set, and is read from everybody."""

CODES = {"850": "PO", "940": "OW", "997": "FA", "855": "PR", "856": "SH", "945": "SW"}
"""What GS01 says of each; a TA1 stands in no group."""

UNITS = {"EA": 1, "PC": 1, "UN": 1}
"""Units of measure that are one piece with everybody."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner that is connected.

    Attributes:
        base_url: takes our documents by POST; empty: they are kept to be fetched. api_key: opens it.
        documents: the sets that are exchanged. units: pieces by the partner's unit of measure.
        strict: what is wrong with an envelope refuses its sets; else it is noted, and what can be read is taken.
    """

    id: UUID
    code: str
    merchant_id: UUID
    merchant: str
    base_url: str
    api_key: str = field(repr=False)
    made_at: datetime
    heard_at: datetime | None
    failures: int
    error: str | None
    error_at: datetime | None
    our_qualifier: str
    our_id: str
    their_qualifier: str
    their_id: str
    usage: str
    version: str
    documents: list[str]
    units: dict[str, int]
    currency: str
    country: str
    strict: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of an order in the partner's own words.

    Attributes:
        line: the partner's number of it. qualifier: what kind of number `sku` is.
        quantity, unit: as ordered. per: pieces in one unit.
    """

    line: str
    qualifier: str
    sku: str
    quantity: Decimal
    unit: str
    per: int
    price: str = ""

    def in_units(self, pieces: int) -> tuple[str, str]:
        """Return a count of pieces in the partner's unit, or in pieces where they do not fill whole units."""
        if pieces % self.per == 0:
            return str(pieces // self.per), self.unit
        return str(pieces), "EA"


@dataclass(frozen=True, slots=True)
class Document:
    """A set to or from a partner, as its page shows it."""

    id: UUID
    goes: str
    kind: str
    control: str
    ref: str
    status: str
    faults: list[dict[str, str]]
    made_at: datetime
    sent_at: datetime | None
    error: str | None
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one interchange that was sent.

    Attributes:
        repeated: it came before, and changed nothing; the answer is the first one.
        sets: kind, control number and verdict of each: `accepted`, `noted` (with faults), `refused`.
        answer: our TA1 and 997, as text; empty when none is due.
    """

    partner: str
    control: str
    repeated: bool
    faults: Sequence[Mapping[str, Any]]
    sets: Sequence[Mapping[str, Any]]
    answer: str
