"""Looking at goods: what can be sold, what lies where, who holds it, and how it came to be so."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model import Coming, Held, LedgerLine, Level, Lying, Standing, Wanting

Q = Statements("doorstep.stages.inventory")


async def available(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how often each product can be sold right now, over all sites; a kit by its scarcest component."""
    if not product_ids:
        return {}
    return dict(await tx.tuples(Q.availability, product_ids=list(dict.fromkeys(product_ids))))


async def places_of(tx: Tx, site_id: UUID, product_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    """Return the bins of a site in which products lie: `{product: [(place, units)]}`, in the order of the places."""
    found: dict[UUID, list[tuple[str, int]]] = {}
    for one in await tx.rows(Q.places_of, Lying, site_id=site_id, product_ids=list(product_ids)):
        found.setdefault(one.product_id, []).append((one.place, one.on_hand))
    return found


async def levels(tx: Tx, product_ids: Sequence[UUID]) -> list[Level]:
    """Return what each site holds of products and has promised."""
    return await tx.rows(Q.levels, Level, product_ids=list(product_ids))


async def overview(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, list[Standing]]:
    """Return how products stand at each site that ever had them."""
    found: dict[UUID, list[Standing]] = {}
    for one in await tx.rows(Q.overview, Standing, product_ids=list(product_ids)):
        found.setdefault(one.product_id, []).append(one)
    return found


async def lying(tx: Tx, product_ids: Sequence[UUID]) -> list[Lying]:
    """Return every place in which products lie, at all sites."""
    return await tx.rows(Q.lying, Lying, product_ids=list(product_ids))


async def lies_in(tx: Tx, site_id: UUID, place: str) -> list[Lying]:
    """Return what lies in one place."""
    return await tx.rows(Q.lies_in, Lying, site_id=site_id, place=place)


async def held_by(tx: Tx, product_id: UUID, *, most: int = 200) -> list[Held]:
    """Return who holds units of a product, oldest order first."""
    return await tx.rows(Q.held_by, Held, product_id=product_id, most=most)


async def waiting_for(tx: Tx, product_id: UUID, *, most: int = 200) -> list[Wanting]:
    """Return the orders that want a product and could not get it, who wants it longest first."""
    return await tx.rows(Q.waiting_for, Wanting, product_id=product_id, most=most)


async def coming(tx: Tx, product_id: UUID, *, most: int = 50) -> list[Coming]:
    """Return what suppliers are to bring of a product and nobody has begun to take in, what comes first in front."""
    return await tx.rows(Q.coming, Coming, product_id=product_id, most=most)


async def reserved_for(tx: Tx, order_ids: Sequence[UUID]) -> list[Held]:
    """Return what is still promised to orders, per line, site and product."""
    return await tx.rows(Q.reserved_for, Held, order_ids=list(order_ids))


async def ledger_of(
    tx: Tx, product_id: UUID, *, before: UUID | None = None, most: int = 100
) -> list[LedgerLine]:
    """Return the movements of a product, newest first, before a movement's id."""
    return await tx.rows(
        Q.ledger_of, LedgerLine, product_id=product_id, before=before or UUID(int=2**128 - 1), most=most
    )
