"""What the outside may learn of a site's work and of parcels."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import About
from doorstep.stages import orders

Q = Statements("doorstep.stages.warehouse")


async def about_fulfillments(tx: Tx, ids: Sequence[UUID]) -> list[About]:
    """Return what may be told of fulfillment orders."""
    return await orders.about_parts(tx, await tx.rows(Q.fulfillments_told, orders.Part, ids=list(ids)))


async def about_parcels(tx: Tx, ids: Sequence[UUID]) -> list[About]:
    """Return what may be told of parcels."""
    return await orders.about_parts(tx, await tx.rows(Q.parcels_told, orders.Part, ids=list(ids)))
