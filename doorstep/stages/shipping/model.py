"""The words of shipping: label purchases, manifests, their life cycles, and the records that other stages meet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from doorstep.platform.machine import Machine


class LabelState(StrEnum):
    """Where the purchase of one label is."""

    OWED = "owed"
    SENT = "sent"
    BOUGHT = "bought"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    VOIDING = "voiding"
    VOIDED = "voided"


class LabelAct(StrEnum):
    """What is done to a label purchase; the carrier is called between `send` and the answer."""

    SEND = "send"
    BUY = "buy"
    REFUSE = "refuse"
    HOLD_BACK = "hold_back"
    DOUBT = "doubt"
    RETRY = "retry"
    WANT_VOID = "want_void"
    VOID = "void"
    KEEP = "keep"


_L = LabelState
LABEL = Machine(
    kind="label",
    table="shipping.labels",
    start=_L.OWED,
    moves={
        LabelAct.SEND: {_L.OWED: _L.SENT},
        # Our own fleet, and carriers without an API, sell without a call: their labels go from owed to bought.
        LabelAct.BUY: {_L.OWED: _L.BOUGHT, _L.SENT: _L.BOUGHT, _L.UNKNOWN: _L.BOUGHT},
        LabelAct.REFUSE: {_L.OWED: _L.REFUSED, _L.SENT: _L.REFUSED, _L.UNKNOWN: _L.REFUSED},
        # The carrier was certainly not reached, or said that it sold nothing and to come back.
        LabelAct.HOLD_BACK: {_L.SENT: _L.OWED},
        LabelAct.DOUBT: {_L.SENT: _L.UNKNOWN},
        LabelAct.RETRY: {_L.UNKNOWN: _L.OWED, _L.REFUSED: _L.OWED},
        LabelAct.WANT_VOID: {_L.BOUGHT: _L.VOIDING, _L.REFUSED: _L.VOIDING, _L.OWED: _L.VOIDING},
        LabelAct.VOID: {_L.VOIDING: _L.VOIDED},
        # The carrier took the parcel over before: the label stands, the money is asked back by other ways.
        LabelAct.KEEP: {_L.VOIDING: _L.BOUGHT},
    },
    notes=(
        "asking",
        "due",
        "asked_again",
        "unwanted",
        "price_changed",
        "printed",
        "reprinted",
        "handed_over",
        "not_taken",
    ),
)


class ManifestState(StrEnum):
    """Whether a carrier has taken a list of parcels over."""

    OPEN = "open"
    CLOSED = "closed"


class ManifestAct(StrEnum):
    """What is done to a manifest."""

    CLOSE = "close"


MANIFEST = Machine(
    kind="manifest",
    table="shipping.manifests",
    start=ManifestState.OPEN,
    moves={ManifestAct.CLOSE: {ManifestState.OPEN: ManifestState.CLOSED}},
    notes=("told",),
)

MACHINES = (LABEL, MANIFEST)


class Verdict(StrEnum):
    """What became of one code at the hand-over."""

    HANDED_OVER = "handed_over"
    BEFORE = "before"
    """It left before; scanning it again is harmless."""
    UNKNOWN = "unknown"
    NOT_BOUGHT = "not_bought"
    STOPPED = "stopped"
    """Its order was canceled or is on hold: the parcel stays here."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The answer to one scanned code.

    Attributes:
        code: as it was scanned.
        label_id: the label it stands for; none when it stands for nothing, or for a whole manifest.
        message: one sentence: what happened and what to do next.
    """

    code: str
    verdict: Verdict
    message: str
    label_id: UUID | None = None
    parcels: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that choosing, asking for and drawing one label needs: the label, its parcel, order, address and site."""

    id: UUID
    state: str
    parcel_id: UUID
    order_id: UUID
    site_id: UUID
    merchant_id: UUID
    carrier_id: UUID | None
    service_id: UUID | None
    route: str | None
    reference: str
    quoted_minor: int | None
    price_minor: int | None
    currency: str | None
    attempt: int
    request: dict[str, Any] | None
    refusals: list[dict[str, Any]]
    taken_back: list[str]
    unwanted: bool
    tracking_number: str | None
    sscc: str | None
    carrier_ref: str | None
    handed_over_at: datetime | None
    quiet_until: datetime | None
    parcel_number: int
    weight_g: int
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    order_number: int
    order_state: str
    promised_until: datetime | None
    order_currency: str
    merchant: str
    name: str
    company: str
    street: str
    street2: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str
    lat: float | None
    lon: float | None
    site_code: str
    site_name: str
    site_street: str
    site_city: str
    site_region: str
    site_postal_code: str
    site_country: str
    site_lat: float
    site_lon: float
    site_timezone: str
    gs1_prefix: str


@dataclass(frozen=True, slots=True)
class Record:
    """What our own deliveries say of a service: totals, not additions. `rating_sum` adds up stars from 1 to 5."""

    service_id: UUID
    parcels: int
    on_time: int
    damaged: int = 0
    ratings: int = 0
    rating_sum: int = 0


@dataclass(frozen=True, slots=True)
class ReturnLabel:
    """A label for the way back, made by ourselves."""

    tracking_number: str
    sscc: str
    pdf: bytes
