"""Speaking with shops: what changed since the last look, and what they are owed to hear of parcels.

A call that is lost is found by the poll. A shop that is busy or away is left in peace, for as long as it asks or twice as long
each time; what it is owed waits.
"""

import time
from datetime import timedelta
from uuid import UUID

import structlog

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.links import write_link
from doorstep.platform.tasks import errand
from doorstep.stages.orders.acts.channels import hearing, shops
from doorstep.stages.orders.model.shops import Shop
from doorstep.stages.orders.ports.channels import CONFIRMING, PORTS
from doorstep.stages.orders.ports.channels.port import ShopAwayError, ShopBusyError, ShopRefusesError

log = structlog.get_logger()
ACTOR = "system:shop"
OVERLAP = timedelta(minutes=2)
"""A change may be seen late by the list of changes; what was seen before changes nothing."""

GOODS_AFTER = timedelta(hours=1)
RUN_S = 9.0
"""An errand stops asking well before its lease ends, and goes on at its next turn."""

FOLLOWED = timedelta(days=180)
Troubles = (ShopBusyError, ShopAwayError, ShopRefusesError)


@errand
async def attend_shops(house: House, tenant_id: UUID, _subject: UUID) -> None:
    """Ask each shop what changed since the last look, and what it sells once an hour.

    One shop after the other; one that fails holds up none of the others.
    """
    until = time.monotonic() + RUN_S
    ready = await ready_shops(house, tenant_id)
    for shop in sorted(ready, key=lambda one: (one.polled_at is not None, one.polled_at)):
        if time.monotonic() > until:
            return
        try:
            await _poll(house, tenant_id, shop, until)
        except Troubles as trouble:
            await note_trouble(house, tenant_id, shop, trouble)


async def ready_shops(house: House, tenant_id: UUID) -> list[Shop]:
    """Return the shops that may be called now."""
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        return [
            one
            for one in await shops.shops(tx)
            if one.active and (one.resumes_at is None or one.resumes_at <= tx.now)
        ]


async def note_trouble(house: House, tenant_id: UUID, shop: Shop, trouble: Exception) -> None:
    """Note what went wrong with a shop, where its page shows it."""
    log.info("shop_trouble", shop=shop.code, kind=type(trouble).__name__)
    wait_s = trouble.wait_s if isinstance(trouble, ShopBusyError) else None
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await shops.went_wrong(tx, shop, str(trouble), wait_s)


async def _poll(house: House, tenant_id: UUID, shop: Shop, until: float) -> None:
    port, at, unread, newest = PORTS[shop.kind], None, 0, shop.polled_to
    while True:
        leaf = await port.changed(house.http, shop, shop.polled_to - OVERLAP, at)
        unread += leaf.unread
        newest = max([newest, *(one.heard.version for one in leaf.tellings)])
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await hearing.hear(tx, shop.id, leaf.tellings, "poll")
            if leaf.by_time or leaf.next is None:
                await shops.polled(tx, shop.id, newest)
        at = leaf.next
        if at is None or time.monotonic() > until:
            break
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await hearing.hear_again(tx, shop.id)
        if unread:
            await shops.went_wrong(
                tx, shop, f"{unread} changed orders cannot be understood. Look at them in the shop.", 0
            )
        else:
            await shops.went_well(tx, shop.id)
        looks = shop.goods_at is None or shop.goods_at + GOODS_AFTER <= tx.now
    if looks and shop.levels:
        await _learn_goods(house, tenant_id, shop, until)


async def _learn_goods(house: House, tenant_id: UUID, shop: Shop, until: float) -> None:
    at = None
    while time.monotonic() < until:
        goods, at = await PORTS[shop.kind].goods(house.http, shop, at)
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await shops.learn_goods(tx, shop.id, goods, whole=at is None)
        if at is None:
            return


@errand
async def confirm(house: House, tenant_id: UUID, confirming: UUID) -> None:
    """Tell a shop that waits for it that we took an order; a newer telling of the order owes its own word.

    Raises:
        Refused: the shop is busy or away; the worker comes back later.
    """
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        owed = await shops.confirmation_owed(tx, confirming)
        if owed is None:
            return
        shop = await shops.find_shop(tx, owed[0])
    try:
        await CONFIRMING[shop.kind].confirm(house.http, shop, owed[1])
    except Troubles as trouble:
        await note_trouble(house, tenant_id, shop, trouble)
        raise Refused(Reason.OUTSIDE, str(trouble)) from None
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await shops.confirmed(tx, shop.id, owed[1])


@errand
async def tell_parcel(house: House, tenant_id: UUID, owed_id: UUID) -> None:
    """Tell a shop that a parcel left, with its tracking number; the shop is asked first whether it knows already.

    Raises:
        Refused: the shop is busy or away; the worker comes back later.
    """
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        owed = await shops.parcel_owed(tx, owed_id)
        if owed is None or owed.told_at is not None:
            return
        shop = await shops.find_shop(tx, owed.shop_id)
        token = write_link(house, "order", tenant_id, owed.order_id, (tx.now + FOLLOWED).date())
    url = f"{house.settings.public_url.rstrip('/')}/t/{token}"
    try:
        await PORTS[shop.kind].tell_parcel(house.http, shop, owed.ref, owed.left(url))
    except Troubles as trouble:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await shops.parcel_told(tx, owed_id, str(trouble))
        await note_trouble(house, tenant_id, shop, trouble)
        raise Refused(Reason.OUTSIDE, str(trouble)) from None
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await shops.parcel_told(tx, owed_id)
