"""Suppliers: how they keep their word, by what was scanned at the dock."""

from typing import Any
from uuid import UUID

from litestar import get

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse
from doorstep.platform.pages import page
from doorstep.stages.inventory.acts.receiving import expecting, scoring

READERS = (*DESK, Role.VIEWER, Role.MERCHANT)


@get("/suppliers", opt=allow(*READERS), include_in_schema=False)
async def supplier_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """List the suppliers with their scores."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        suppliers = await expecting.suppliers(tx, merchant_id=who.merchant_id)
        scores = await scoring.scores(tx, [one.id for one in suppliers])
    return page(request, "inventory/suppliers.html", suppliers=suppliers, scores=scores, days=scoring.DAYS)


@get("/suppliers/{supplier_id:uuid}", opt=allow(*READERS), include_in_schema=False)
async def supplier_page(request: Asked, house: InHouse, who: Caller, supplier_id: FromPath[UUID]) -> Any:
    """Show one supplier: figures, what is agreed, and what is to come."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        supplier = await expecting.supplier_of(tx, supplier_id, who.merchant_id)
        score = (await scoring.scores(tx, [supplier_id]))[supplier_id]
        coming = await expecting.arrivals(tx, states=expecting.COMING, supplier_id=supplier_id)
    return page(
        request,
        "inventory/supplier.html",
        supplier=supplier,
        score=score,
        coming=coming,
        days=scoring.DAYS,
    )


ROUTES = [supplier_list, supplier_page]
