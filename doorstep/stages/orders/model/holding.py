"""The words of holds: in whose queue one waits, how it ends by itself, and what its owner does next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorstep.stages.orders.model.lifecycles import HoldReason


class Scope(StrEnum):
    """What a hold keeps: the whole order, a line of it, or what one site sends of it."""

    ORDER = "order"
    LINE = "line"
    FULFILLMENT = "fulfillment"


PART_REASONS = (HoldReason.FRAUD, HoldReason.MANUAL)
"""Why a part may be held; what the other reasons say is always of the whole order."""

OWNERS = {
    HoldReason.PAYMENT: "payments",
    HoldReason.ADDRESS: "customers",
    HoldReason.EMAIL: "customers",
    HoldReason.OUT_OF_STOCK: "stock",
    HoldReason.FRAUD: "risk",
    HoldReason.PREORDER: "stock",
    HoldReason.MANUAL: "desk",
}
"""In whose queue a hold waits unless somebody is named."""

NEXT = {
    HoldReason.PAYMENT: "Ask the customer for another way to pay",
    HoldReason.ADDRESS: "Ask the customer, and change the address",
    HoldReason.EMAIL: "Ask the customer for an e-mail address that is reached, then release it",
    HoldReason.OUT_OF_STOCK: "Receive goods, or change the order",
    HoldReason.FRAUD: "Look at the order, then release or cancel it",
    HoldReason.PREORDER: "Wait for its day, or release it if it may leave before",
    HoldReason.MANUAL: "Read the note, then release it",
}
"""The one thing that its owner does next."""


def next_of(reason: str) -> str:
    """Return the one thing that the owner of a hold does next."""
    return NEXT[HoldReason(reason)]


BY_ITSELF = {
    HoldReason.PAYMENT: "when it is paid",
    HoldReason.OUT_OF_STOCK: "when goods come in",
    HoldReason.PREORDER: "on its day",
}
"""The condition on which a hold is released without a person."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a hold is kept; `owner` empty: as the reason has it.

    Attributes:
        release_at: from when it is released by itself.
        cancel_at: from when the order is canceled, if it is still held for this.
    """

    owner: str = ""
    release_at: datetime | None = None
    cancel_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of an order are meant: lines, or what a site sends; none: the whole of it."""

    line_ids: tuple[UUID, ...] = ()
    site_id: UUID | None = None

    def __bool__(self) -> bool:
        """Whether only parts are meant."""
        return bool(self.line_ids) or self.site_id is not None


@dataclass(frozen=True, slots=True)
class Queued:
    """An open hold in its owner's queue; `part` names the line or the site that it is of, empty: the whole order."""

    id: UUID
    order_id: UUID
    number: int
    state: str
    merchant: str
    merchant_name: str
    customer: str
    reason: str
    note: str
    scope: str
    part: str
    line_id: UUID | None
    site_id: UUID | None
    owner: str
    placed_by: str
    placed_at: datetime
    release_at: datetime | None
    cancel_at: datetime | None
    leave_by: datetime | None

    @property
    def next(self) -> str:
        """What its owner does next."""
        return NEXT[HoldReason(self.reason)]

    @property
    def by_itself(self) -> str:
        """On which condition it ends without a person; empty when there is none."""
        return BY_ITSELF.get(HoldReason(self.reason), "")
