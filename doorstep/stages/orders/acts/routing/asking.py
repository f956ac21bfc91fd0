"""What if: where an order would leave from if it came now. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from doorstep.stages.orders import rules
from doorstep.stages.orders.acts.knowing import know, know_items, know_routing
from doorstep.stages.orders.acts.routing import sourcing
from doorstep.stages.orders.acts.serving import asked_of
from doorstep.stages.orders.acts.writing import begin_draft
from doorstep.stages.orders.model import NewOrder
from doorstep.stages.orders.model.sourcing import Basket, Decision, Routing
from doorstep.stages.orders.rules.sourcing import Day, Lack, source_all

IMAGINED_MINOR = 1_000_000_000
"""What an imagined order is taken to be worth: enough to be split."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """An order that somebody imagines: units by SKU of a merchant, to a country and postal code."""

    merchant_id: UUID
    country: str
    postal_code: str
    goods: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Preview:
    """Where an order would leave from; None and what is wrong with it, if it would be refused for what it says itself."""

    decision: Decision | None
    lacks: Sequence[Lack]
    faults: Sequence[Fault]
    routing: Routing


async def preview(tx: Tx, order: NewOrder, *, own: UUID | None = None) -> Preview:
    """Say where an order would leave from, with all candidates; it is checked as when it is placed, and not placed."""
    known = await know(tx, [order], own)
    checked = rules.check(order, known, now=tx.now, own=own, imports=False)
    if checked.faults:
        return Preview(None, (), checked.faults, known.routing)
    draft = begin_draft(0, checked)
    return await _decide(tx, asked_of(draft).basket, known.routing)


async def _decide(tx: Tx, basket: Basket, routing: Routing) -> Preview:
    free = await inventory.free_of(tx, sourcing.keys_of([basket], routing))
    day = Day(tx.now, await sourcing.loads(tx, routing))
    chosen = source_all([basket], routing, free, day)
    return Preview(chosen.decisions[basket.order_id], chosen.lacks.get(basket.order_id, ()), (), routing)


async def imagine(tx: Tx, asked: WhatIf) -> Preview:
    """Say where an imagined order would leave from; nothing is written."""
    routing = await know_routing(tx)
    sellers = await catalog.merchants_of(tx, [asked.merchant_id])
    items = await know_items(tx, [(asked.merchant_id, sku) for sku in asked.goods])
    faults = [
        Fault(f"/goods/{sku}", "unknown_sku", f"There is no article {sku}. Write one of the merchant's own.")
        for sku in asked.goods
        if (asked.merchant_id, sku) not in items
    ]
    if not sellers or faults:
        return Preview(None, (), faults, routing)
    wanted = [(new_id(), items[asked.merchant_id, sku], units) for sku, units in asked.goods.items()]
    weights = {
        product_id: weight_g
        for _, item, _ in wanted
        for (product_id, _), weight_g in zip(item.components, item.weights_g, strict=True)
    }
    basket = Basket(
        order_id=new_id(),
        merchant_id=asked.merchant_id,
        country=asked.country,
        postal_code=asked.postal_code,
        lat=None,
        lon=None,
        value_minor=IMAGINED_MINOR,
        delivery=None,
        wants=sourcing.wants_of(rules.demanded(wanted), weights),
    )
    return await _decide(tx, basket, routing)
