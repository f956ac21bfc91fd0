"""What is expected: arrivals and their lines, what is incoming of a product, and which orders wait for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model.arrivals import Arrival, ArrivalPlate, Incoming, Supplier, Want
from doorstep.stages.inventory.rules.arrivals import read_sscc

Q = Statements("doorstep.stages.inventory")
COMING = ("expected", "arriving", "open")
SUPPLIERS_MAX = 500
START = (date.min, UUID(int=0))
"""Before the first arrival that is to come."""

END = UUID(int=2**128 - 1)
"""After the newest arrival."""


@dataclass(frozen=True, slots=True)
class Line:
    """What an arrival brings of a product, and what came of it so far, by condition.

    Attributes:
        why: what explains the difference, once the arrival is closed.
        waiting: how many orders wait for this product.
    """

    product_id: UUID
    position: int
    expected: int
    lot: str
    expires_on: date | None
    why: str
    received: int
    accepted: int
    in_check: int
    damaged: int
    refused: int
    waiting: int

    @property
    def left(self) -> int:
        """Units that are expected still."""
        return max(self.expected - self.received, 0)


async def arrivals(
    tx: Tx,
    *,
    states: Sequence[str] = COMING,
    merchant_id: UUID | None = None,
    site_id: UUID | None = None,
    supplier_id: UUID | None = None,
    after: tuple[date, UUID] = START,
    most: int = 50,
) -> list[Arrival]:
    """Return what is to come or being taken in, by the day on which it is expected, after a (day, id)."""
    found = await tx.values(
        Q.arrivals_coming,
        states=list(states),
        merchant_id=merchant_id,
        site_id=site_id,
        supplier_id=supplier_id,
        after_on=after[0],
        after_id=after[1],
        most=most,
    )
    return await _shown(tx, found)


async def arrivals_over(
    tx: Tx,
    state: str,
    *,
    merchant_id: UUID | None = None,
    site_id: UUID | None = None,
    before: UUID = END,
    most: int = 50,
) -> list[Arrival]:
    """Return what was closed or canceled, the newest announcement first, before an id."""
    found = await tx.values(
        Q.arrivals_over,
        states=[state],
        merchant_id=merchant_id,
        site_id=site_id,
        before=before,
        most=most,
    )
    return await _shown(tx, found)


async def _shown(tx: Tx, ids: Sequence[UUID], merchant_id: UUID | None = None) -> list[Arrival]:
    """Return arrivals in the order in which they were asked for, those of a merchant if one is named."""
    if not ids:
        return []
    return await tx.rows(Q.arrivals, Arrival, ids=list(ids), merchant_id=merchant_id)


async def arrival_of(tx: Tx, arrival_id: UUID, merchant_id: UUID | None = None) -> Arrival:
    """Return one arrival, of a merchant if one is named.

    Raises:
        Refused: it is not there, or not for this caller.
    """
    found = await _shown(tx, [arrival_id], merchant_id)
    if not found:
        raise unknown("arrival", arrival_id)
    return found[0]


async def lines_of(tx: Tx, arrival_id: UUID) -> list[Line]:
    """Return the lines of an arrival, as they were announced."""
    return await tx.rows(Q.arrival_lines, Line, arrival_id=arrival_id)


async def plates_of(tx: Tx, arrival_id: UUID) -> list[ArrivalPlate]:
    """Return the plates that an arrival comes on."""
    return await tx.rows(Q.plates_of_arrival, ArrivalPlate, arrival_id=arrival_id)


async def meant_by(tx: Tx, code: str) -> list[Arrival]:
    """Return the arrivals that a scanned code may mean: its number, the carrier's, or one of its plates."""
    found = await tx.values(Q.arrivals_by_code, code=code, sscc=read_sscc(code))
    return await _shown(tx, found)


async def suppliers(
    tx: Tx, *, ids: Sequence[UUID] | None = None, merchant_id: UUID | None = None
) -> list[Supplier]:
    """Return suppliers by their codes, of one merchant or all."""
    return await tx.rows(
        Q.suppliers,
        Supplier,
        ids=None if ids is None else list(ids),
        merchant_id=merchant_id,
        most=SUPPLIERS_MAX,
    )


async def supplier_of(tx: Tx, supplier_id: UUID, merchant_id: UUID | None = None) -> Supplier:
    """Return one supplier, of a merchant if one is named.

    Raises:
        Refused: it is not there, or not for this caller.
    """
    found = await suppliers(tx, ids=[supplier_id], merchant_id=merchant_id)
    if not found:
        raise unknown("supplier", supplier_id)
    return found[0]


async def incoming(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, Incoming]:
    """Return what is announced of products and not here yet; it is told, and not sold."""
    if not product_ids:
        return {}
    rows = await tx.rows(Q.incoming, Incoming, product_ids=list(product_ids))
    return {one.product_id: one for one in rows}


async def want(tx: Tx, order_ids: Sequence[UUID], lacking: Mapping[UUID, Mapping[UUID, int]]) -> None:
    """Write down what orders lack now, instead of what they lacked before: goods that come in are brought to them first.

    Args:
        tx: the open transaction.
        order_ids: the orders that are told about.
        lacking: units by product, for those of them that lack some; the others got what they wanted.
    """
    wants = [
        Want(order_id, product_id, units)
        for order_id in sorted(lacking)
        for product_id, units in sorted(lacking[order_id].items())
        if units > 0
    ]
    await tx.run(
        Q.fill_wants,
        order_ids=list(order_ids),
        want_order_ids=[one.order_id for one in wants],
        product_ids=[one.product_id for one in wants],
    )
    if wants:
        await tx.run(Q.add_wants, **columns(wants, "order_id", "product_id", "quantity"))


async def want_nothing(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Forget what orders lack that are over."""
    await tx.run(Q.drop_wants, order_ids=list(order_ids))


async def forget_wants(tx: Tx) -> int:
    """Forget what orders got more than a month ago; return how much."""
    return await tx.run(Q.forget_wants)
