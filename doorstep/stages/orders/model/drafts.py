"""Draft orders: made by hand, maybe not whole yet, binding once they are placed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.baskets import Basket


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A draft as it is kept; `body` is the order as it would be sent, empty once the draft has ended."""

    id: UUID
    state: str
    merchant_id: UUID
    merchant: str
    merchant_name: str
    currency: str
    body: Mapping[str, Any]
    basket_id: UUID | None
    order_id: UUID | None
    order_number: int | None
    made_by: str
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What would become of a draft if it were placed now.

    Attributes:
        faults: everything that would refuse it.
        holds: the reasons for which it would be held.
        basket: the goods that are kept for it, if any are and their time is not over.
    """

    faults: Sequence[Fault]
    holds: Sequence[str]
    basket: Basket | None
