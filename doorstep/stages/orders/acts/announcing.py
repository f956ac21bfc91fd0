"""What the outside may learn of orders and of what belongs to one: numbers and codes that never change, no person's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import About

Q = Statements("doorstep.stages.orders")


@dataclass(frozen=True, slots=True)
class Part:
    """A thing of an order: what may be told of itself, and where the API tells more."""

    id: UUID
    order_id: UUID
    data: Mapping[str, Any]
    path: str


@dataclass(frozen=True, slots=True)
class _Named:
    id: UUID
    merchant_id: UUID
    merchant: str
    number: int
    reference: str | None
    channel: str


async def about(tx: Tx, order_ids: Sequence[UUID]) -> list[About]:
    """Return what may be told of orders."""
    return [
        About(
            one.id,
            one.merchant_id,
            {
                "merchant": one.merchant,
                "number": one.number,
                "reference": one.reference,
                "channel": one.channel,
            },
            f"/api/orders/{one.id}",
        )
        for one in await _named(tx, order_ids)
    ]


async def about_parts(tx: Tx, parts: Sequence[Part]) -> list[About]:
    """Return what may be told of things that belong to orders: their own data, and which order it is."""
    named = {one.id: one for one in await _named(tx, list({part.order_id for part in parts}))}
    return [
        About(
            part.id,
            order.merchant_id,
            {
                "merchant": order.merchant,
                **part.data,
                "order": {"id": order.id, "number": order.number, "reference": order.reference},
            },
            part.path,
        )
        for part in parts
        if (order := named.get(part.order_id))
    ]


async def about_refunds(tx: Tx, refund_ids: Sequence[UUID]) -> list[About]:
    """Return what may be told of refunds."""
    return await about_parts(tx, await tx.rows(Q.refunds_told, Part, ids=list(refund_ids)))


async def _named(tx: Tx, order_ids: Sequence[UUID]) -> list[_Named]:
    return await tx.rows(Q.orders_told, _Named, ids=list(order_ids))
