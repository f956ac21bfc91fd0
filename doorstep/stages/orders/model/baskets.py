"""Goods that are kept for a basket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from doorstep.stages.orders.model.asked import Word


class BasketLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of an article."""

    sku: Annotated[Word, Meta(description="The merchant's article number.", examples=["MUG-BLUE"])]
    quantity: Annotated[int, Meta(ge=1, le=1_000_000, description="Whole units.", examples=[2])]


@dataclass(frozen=True, slots=True)
class Basket:
    """What is kept for a basket, and until when; `order_id` is the order that it was given to."""

    id: UUID
    merchant_id: UUID
    merchant: str
    lines: Sequence[BasketLine]
    until: datetime
    order_id: UUID | None
