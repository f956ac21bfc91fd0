"""Telling shops how much can be sold, as soon as it changes."""

import asyncio
import time
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.tasks import errand, wake_timer
from doorstep.stages.orders.acts.channels import levels
from doorstep.stages.orders.jobs.shops import ACTOR, RUN_S, Troubles, note_trouble, ready_shops
from doorstep.stages.orders.model.shops import Level, Shop
from doorstep.stages.orders.ports.channels import PORTS

TIMER = "orders.tell_levels"
IN_A_CALL = 10


async def follow_feed(tx: Tx) -> None:
    """Let the errand to the shops come as soon as one of them does not know all that changed."""
    if await levels.any_behind(tx):
        await wake_timer(tx, TIMER)


@errand
async def tell_levels(house: House, tenant_id: UUID, _subject: UUID) -> None:
    """Tell each shop what changed of what it may sell, the newest count only; all shops at once, so that none waits for another."""
    until = time.monotonic() + RUN_S
    ready = [one for one in await ready_shops(house, tenant_id) if one.levels and one.goods_at is not None]
    await asyncio.gather(*(_tell_shop(house, tenant_id, one, until) for one in ready))


async def _tell_shop(house: House, tenant_id: UUID, shop: Shop, until: float) -> None:
    more = True
    while more and time.monotonic() < until:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            asked = await levels.to_tell(tx, shop.id)
        told: dict[str, int] = {}
        trouble: Exception | None = None
        for some in (asked.stale[i : i + IN_A_CALL] for i in range(0, len(asked.stale), IN_A_CALL)):
            if time.monotonic() > until:
                break
            try:
                await PORTS[shop.kind].tell_levels(
                    house.http, shop, [Level(one.ref, one.available) for one in some]
                )
            except Troubles as error:
                trouble = error
                break
            told |= {one.sku: one.available for one in some}
        everything = asked.is_all and len(told) == len(asked.stale)
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await levels.told(tx, shop.id, told, asked.seq if everything else None)
        if trouble is not None:
            await note_trouble(house, tenant_id, shop, trouble)
        more = trouble is None and not everything
