"""The words of the list: what it is narrowed to, views of it that people keep, and what is done to many orders at once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from doorstep.stages.orders.model.asked import ONE_LINE
from doorstep.stages.orders.model.found import Risk
from doorstep.stages.orders.model.lifecycles import HoldReason, OrderState, PaymentState

TROUBLED = (PaymentState.DECLINED, PaymentState.UNKNOWN, PaymentState.LAPSED)
"""States of a payment by which a list may be narrowed: those that a person looks after."""


class Sort(StrEnum):
    """In which order a list shows orders."""

    NEWEST = "newest"
    RISK = "risk"
    """Open ones that have not left, those first that must leave first to keep their promise."""


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a list is narrowed to, and how it is sorted, as its address says it.

    Attributes:
        at: how far later stages are, such as `floor.picking`.
        merchant: the code of one.
        q: words of a search; the list is newest first then.
    """

    state: OrderState | None = None
    hold: HoldReason | None = None
    payment: PaymentState | None = None
    at: Annotated[str, msgspec.Meta(max_length=60, pattern=ONE_LINE)] = ""
    merchant: Annotated[str, msgspec.Meta(max_length=64, pattern=ONE_LINE)] = ""
    risk: Risk | None = None
    q: Annotated[str, msgspec.Meta(max_length=254, pattern=ONE_LINE)] = ""
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class View:
    """A filter with a name that somebody keeps; a shared one is seen by everybody of the same house or merchant."""

    id: UUID
    name: str
    filter: Filter
    shared: bool
    mine: bool


class BulkAct(StrEnum):
    """What can be done to many orders at once."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    SOURCE = "source"
    """Look anew at where they leave from, together."""


class BulkOutcome(StrEnum):
    """What became of one of them."""

    DONE = "done"
    ALREADY = "already"
    """It was so before: doing it again is harmless."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class BulkRow:
    """What became of one order; `said` tells why, and what to do instead."""

    order_id: UUID
    number: int
    outcome: BulkOutcome
    said: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How an order stands that an act left alone."""

    id: UUID
    number: int
    state: str
    shipped_at: datetime | None
