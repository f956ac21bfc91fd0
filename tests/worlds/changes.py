"""Changes of orders, through the real acts."""

from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.stages import inventory, orders
from doorstep.stages.inventory import Shipped
from doorstep.stages.orders import NewLine
from doorstep.stages.orders.acts import Preview, change_order, preview_change
from doorstep.stages.orders.model.changing import Change, FurtherPayment, LineChange
from tests.worlds.catalog import WORLD

CASH = FurtherPayment(processor="manual", method="invoice")
"""More is paid by invoice."""


async def lines_of(tx: Tx, order_id: UUID) -> dict[str, UUID]:
    """The lines of an order by SKU."""
    found = await orders.read(tx, order_id)
    assert found is not None
    return {line.sku: line.id for line in found.lines}


async def wanted(tx: Tx, order_id: UUID, **quantities: int) -> list[LineChange]:
    """Other quantities for lines, by SKU."""
    lines = await lines_of(tx, order_id)
    return [LineChange(line_id=lines[sku], quantity=n) for sku, n in quantities.items()]


async def done(tx: Tx, order_id: UUID, **changed: Any) -> Preview:
    """Preview a change and do it."""
    change = Change(**{"why": "customer asked", **changed})
    preview = await preview_change(tx, order_id, change)
    await change_order(tx, order_id, change, preview.token)
    return preview


async def reserved(tx: Tx, order_id: UUID) -> dict[UUID, int]:
    """Units promised to an order, by product."""
    units: dict[UUID, int] = {}
    for one in await inventory.reserved_for(tx, [order_id]):
        units[one.product_id] = units.get(one.product_id, 0) + one.quantity
    return units


async def money_of(tx: Tx, order_id: UUID) -> tuple[int, list[tuple[str, int, int, int]]]:
    """The total, and state, amount, released and refunded of each payment."""
    found = await orders.read(tx, order_id)
    assert found is not None
    return found.order.total_minor, [
        (one.state, one.amount_minor, one.released_minor, one.refunded_minor) for one in found.payments
    ]


async def ship(tx: Tx, order_id: UUID, sku: str, units: int) -> None:
    """Let units of a line leave the house, and take the money."""
    line_id = (await lines_of(tx, order_id))[sku]
    product_id = {"A": WORLD.a, "B": WORLD.b, "C": WORLD.c}[sku]
    move = inventory.Movement(
        site_id=WORLD.north, product_id=product_id, from_place="bin:A-01-01", to_place="parcel",
        quantity=units, reason="pack", reference=order_id,
    )  # fmt: skip
    await inventory.move(tx, [move])
    await inventory.ship(
        tx,
        [
            Shipped(
                order_id=order_id, line_id=line_id, site_id=WORLD.north, product_id=product_id,
                quantity=units, reference=order_id,
            )
        ],
    )  # fmt: skip
    assert await orders.start_shipping(tx, [order_id]) == []
    await orders.want_capture(tx, [order_id])


def added(sku: str, units: int, unit_minor: int = 1000) -> NewLine:
    """A line that comes to an order."""
    return NewLine(sku=sku, quantity=units, unit_minor=unit_minor)
