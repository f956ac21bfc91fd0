"""The words of what comes in: suppliers, what they are to bring, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from doorstep.platform.machine import Machine

REFERENCE_MAX = 60
LINES_MAX = 1000
PLATES_MAX = 200


class ArrivalState(StrEnum):
    """How far goods on their way in have come."""

    EXPECTED = "expected"
    ARRIVING = "arriving"
    OPEN = "open"
    CLOSED = "closed"
    CANCELED = "canceled"


class ArrivalAct(StrEnum):
    """What happens to goods on their way in."""

    SEND = "send"
    """The supplier says that they are on the way."""
    BEGIN = "begin"
    """They stand at the door, and somebody begins to take them in."""
    CLOSE = "close"
    CANCEL = "cancel"


_S = ArrivalState
ARRIVAL = Machine(
    kind="arrival",
    table="inventory.arrivals",
    start=_S.EXPECTED,
    moves={
        ArrivalAct.SEND: {_S.EXPECTED: _S.ARRIVING},
        ArrivalAct.BEGIN: {_S.EXPECTED: _S.OPEN, _S.ARRIVING: _S.OPEN},
        ArrivalAct.CLOSE: {_S.OPEN: _S.CLOSED},
        ArrivalAct.CANCEL: {_S.EXPECTED: _S.CANCELED, _S.ARRIVING: _S.CANCELED},
    },
    notes=("changed",),
)


class Found(StrEnum):
    """In which condition units came, and so what becomes of them; with all but the first goes a reason."""

    ACCEPTED = "accepted"
    QUALITY_CHECK = "quality_check"
    DAMAGED = "damaged"
    REFUSED = "refused"
    """They go back with whoever brought them, and never were on hand."""


DIFFERENCES = (
    "short_shipped",
    "comes_later",
    "lost_on_the_way",
    "over_shipped",
    "wrong_goods",
    "damaged_on_the_way",
    "bad_quality",
    "counted_wrong",
)
"""Why something else came than was expected."""


ELSEWHERE = ("full", "blocked", "too_small", "nearer", "as_told")
"""Why goods are put to another place than was offered."""


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who sends goods to a merchant, and what is agreed with them.

    Attributes:
        over_percent: how much more than expected is taken in without a question.
        hides_expected: who counts is not told what is expected.
        sends_unannounced: goods that nobody announced are taken in.
    """

    id: UUID
    merchant_id: UUID
    code: str
    name: str
    over_percent: int = 0
    hides_expected: bool = False
    sends_unannounced: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedLine:
    """Units of a product that a supplier is to bring, of a lot if it is known."""

    product_id: UUID
    expected: int
    lot: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A plate that goods are to come on, and what stands on it.

    Attributes:
        plate: its SSCC.
        onto: the SSCC of the plate that it stands on, or ''.
        lines: what stands on it, without what stands on the plates on it.
    """

    plate: str
    onto: str = ""
    lines: Sequence[AnnouncedLine] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a supplier is to bring: an order of ours, or a delivery they announce.

    Attributes:
        supplier: the supplier's code; one that is not there yet is added, called `supplier_name`.
        reference: the number of the order or announcement, unique for the supplier.
        carrier_reference: what the carrier calls it: waybill, container, tracking number.
        plates: the SSCCs that it comes on.
        packed: what stands on which of them, as far as the supplier says so; together no more than the lines.
    """

    merchant_id: UUID
    site_id: UUID
    supplier: str
    supplier_name: str = ""
    reference: str
    expected_on: date | None = None
    carrier: str = ""
    carrier_reference: str = ""
    plates: Sequence[str] = ()
    lines: Sequence[AnnouncedLine] = ()
    packed: Sequence[Packed] = ()

    @property
    def all_plates(self) -> list[str]:
        """The SSCCs that it comes on, each once."""
        return list(dict.fromkeys([*self.plates, *(one.plate for one in self.packed)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a supplier says when goods are on their way; of plates that are packed otherwise than was said, the newer word counts."""

    expected_on: date | None = None
    carrier: str = ""
    carrier_reference: str = ""
    plates: Sequence[str] = ()
    packed: Sequence[Packed] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """Goods on their way in, as lists show them.

    Attributes:
        announced: somebody said what to expect; else they stand at the door unannounced.
        lines, expected, received: how many products, units announced, and units that came, whatever their condition.
        plates, plates_here: how many plates it comes on, and how many were scanned at the door.
        waiting: how many orders wait for something of it.
    """

    id: UUID
    state: str
    site_id: UUID
    merchant_id: UUID
    supplier_id: UUID
    supplier: str
    reference: str
    announced: bool
    expected_on: date | None
    carrier: str
    carrier_reference: str
    made_at: datetime
    began_at: datetime | None
    closed_at: datetime | None
    lines: int
    expected: int
    received: int
    plates: int
    plates_here: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ArrivalPlate:
    """A plate that an arrival comes on.

    Attributes:
        arrived_at: since when it stands here.
        onto: the plate that it stands on, as it was announced.
        unloaded_at: since when what is on it is taken in as a whole.
        units: how many were announced to stand on it, not counting the plates on it; 0 when nobody said.
    """

    sscc: str
    arrived_at: datetime | None
    onto: str = ""
    unloaded_at: datetime | None = None
    units: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """Units of a product that are announced and not here yet, and the first day on which some are expected."""

    product_id: UUID
    units: int
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Want:
    """Units of a product that an order lacks."""

    order_id: UUID
    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Units of a product that are taken in by one scan.

    Attributes:
        command: the scan's own id: one that arrives twice acts once.
        found: their condition; `why` says more where it is not the good one.
        plate: the SSCC that they came on, if on one.
        place: where accepted units are put; others have areas of their own.
        confirmed: somebody looked twice at more than was expected.
        offered: the places that were offered, the best first; `placed_why` says why it is none of them.
        serials: numbers of the units, one for each, if they have some and somebody named them.
    """

    command: str
    product_id: UUID
    quantity: int
    found: Found = Found.ACCEPTED
    why: str = ""
    lot: str = ""
    expires_on: date | None = None
    plate: str = ""
    place: str = ""
    confirmed: bool = False
    offered: Sequence[str] = ()
    placed_why: str = ""
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """What an arrival came to: units by what became of them, orders that got their goods meanwhile, and how long it took."""

    short: int
    over: int
    damaged: int
    refused: int
    filled: int
    minutes: int
