"""What the catalog says about a batch of orders, remembered for five seconds in each process.

A product that is new is seen at once, since only what was found is remembered; a changed name or kit is seen five seconds
late, and so are the rules of sourcing and of fraud. Stock is never remembered.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.orders.model import Item, Known, NewOrder, Seller
from doorstep.stages.orders.model.fraud import FraudRule, Screen
from doorstep.stages.orders.model.sourcing import (
    Depot,
    House,
    Lane,
    Lanes,
    MerchantTerms,
    Routing,
    SiteTerms,
)

Q = Statements("doorstep.stages.orders")
REMEMBERED_S = 5.0
ITEMS_MAX = 50_000


@dataclass(slots=True)
class _Memory:
    """What one tenant's catalog said, and until when that is believed."""

    until: float
    sellers: dict[str, Seller] = field(default_factory=dict)
    items: dict[tuple[UUID, str], Item] = field(default_factory=dict)
    routing: Routing | None = None
    screen: Screen | None = None


_memories: dict[UUID, _Memory] = {}


async def know(tx: Tx, orders: Iterable[NewOrder], own: UUID | None) -> Known:
    """Return the merchants, products and warehouses that a batch of orders needs.

    Args:
        tx: the open transaction.
        orders: the batch.
        own: the merchant that the caller is bound to; its orders need not name it.
    """
    memory = _memory(tx.tenant_id)
    codes = {order.merchant for order in orders if order.merchant is not None} - memory.sellers.keys()
    unseen = own is not None and all(seller.id != own for seller in memory.sellers.values())
    if codes or unseen:
        found = await tx.rows(Q.sellers, Seller, codes=sorted(codes), ids=[own] if own else [])
        memory.sellers.update({seller.code: seller for seller in found})
    bound = next((code for code, seller in memory.sellers.items() if seller.id == own), "")
    await know_items(tx, _wanted(memory, orders, bound))
    return Known(memory.sellers, memory.items, await know_routing(tx), await know_screen(tx))


async def know_screen(tx: Tx) -> Screen:
    """Return what orders are held against for fraud."""
    memory = _memory(tx.tenant_id)
    if memory.screen is None:
        rules = await tx.rows(Q.fraud_rules, FraudRule, own=None)
        memory.screen = Screen(tuple(rules), bool(await tx.value(Q.any_fraud_block)))
    return memory.screen


def forget_screen(tenant_id: UUID) -> None:
    """Let this process look at fraud rules and blocks anew, because it has changed them itself."""
    memory = _memories.get(tenant_id)
    if memory is not None:
        memory.screen = None


async def know_routing(tx: Tx) -> Routing:
    """Return the warehouses that may ship and, where there are several, all that says which one shall."""
    memory = _memory(tx.tenant_id)
    if memory.routing is None or not memory.routing.depots:
        memory.routing = await learn_routing(tx)
    return memory.routing


async def learn_routing(tx: Tx) -> Routing:
    """Return the same as it is right now, past what this process remembers."""
    depots = tuple(await tx.rows(Q.depots, Depot))
    if len(depots) < 2:
        return Routing(depots)
    lanes: dict[UUID, list[Lane]] = {}
    for lane in await tx.rows(Q.lanes, Lane):
        lanes.setdefault(lane.site_id, []).append(lane)
    rules = await tx.tuples(Q.merchant_terms)
    return Routing(
        depots=depots,
        house=await tx.row(Q.house_terms, House) or House(),
        sites={one.site_id: one for one in await tx.rows(Q.site_terms, SiteTerms)},
        lanes={site_id: Lanes(some) for site_id, some in lanes.items()},
        merchants={row[0]: MerchantTerms(row[0], tuple(row[1]), tuple(row[2]), *row[3:]) for row in rules},
        services=dict(await tx.tuples(Q.service_days)),
        rejected=frozenset(await tx.tuples(Q.rejected)),
    )


def forget_routing(tenant_id: UUID) -> None:
    """Let this process look at the rules of sourcing anew, because it has changed them itself."""
    memory = _memories.get(tenant_id)
    if memory is not None:
        memory.routing = None


def _wanted(memory: _Memory, orders: Iterable[NewOrder], bound: str) -> set[tuple[UUID, str]]:
    return {
        (seller.id, line.sku)
        for order in orders
        if (seller := memory.sellers.get(order.merchant or bound))
        for line in order.lines
    }


async def know_items(tx: Tx, pairs: Iterable[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], Item]:
    """Return the products of (merchant, SKU) pairs, and those asked for lately; what is not there is left out."""
    memory = _memory(tx.tenant_id)
    wanted = set(pairs) - memory.items.keys()
    if not wanted:
        return memory.items
    unseen = sorted(wanted)
    rows = await tx.tuples(Q.items, merchant_ids=[one for one, _ in unseen], skus=[sku for _, sku in unseen])
    for merchant_id, sku, item_id, name, component_ids, quantities, weights_g, ships_on in rows:
        parts = tuple(zip(component_ids or (), quantities or (), strict=True))
        memory.items[merchant_id, sku] = Item(item_id, name, parts, tuple(weights_g or ()), ships_on)
    return memory.items


def _memory(tenant_id: UUID) -> _Memory:
    memory, now = _memories.get(tenant_id), time.monotonic()
    if memory is None or memory.until < now or len(memory.items) > ITEMS_MAX:
        if len(_memories) > 1000:
            _memories.clear()
        memory = _memories[tenant_id] = _Memory(now + REMEMBERED_S)
    return memory
