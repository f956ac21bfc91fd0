"""Callers that wait for changes: one look for all of them, so that a thousand who wait cost the database no more than one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from doorstep.platform.edge import Asked
from doorstep.platform.house import House
from doorstep.stages.inventory.acts import telling

log = structlog.get_logger()
LOOK_S = 0.2
ACTOR = "system:feed"


@dataclass(slots=True)
class Follower:
    """Follows the feed of one tenant in this process while somebody waits.

    Attributes:
        news: set when there is something new; take it before you look, so that nothing falls in between.
        waiting: how many callers wait.
    """

    house: House
    tenant_id: UUID
    news: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    async def follow(self) -> None:
        """Look until canceled; when looking fails, callers are woken to look themselves and hear why."""
        seen = -1
        while True:
            try:
                async with self.house.db.transaction(self.tenant_id, actor=ACTOR) as tx:
                    await telling.take_changes(tx)
                    now = (await telling.feed_at(tx)).seq
            except Exception as error:  # noqa: BLE001 - whoever waits finds out by looking
                log.warning("feed_not_followed", error=type(error).__name__)
                now = -1
            if now != seen or now == -1:
                seen = now
                news, self.news = self.news, asyncio.Event()
                news.set()
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def following(request: Asked, house: House, tenant_id: UUID) -> AsyncIterator[Follower]:
    """Follow a tenant's feed together with all who do so in this process; the last one ends it."""
    followers: dict[UUID, tuple[Follower, asyncio.Task[None]]] = request.app.state.setdefault("followers", {})
    if tenant_id not in followers or followers[tenant_id][0].house is not house:
        one = Follower(house, tenant_id)
        followers[tenant_id] = (one, asyncio.create_task(one.follow()))
    follower, task = followers[tenant_id]
    follower.waiting += 1
    try:
        yield follower
    finally:
        follower.waiting -= 1
        if not follower.waiting:
            task.cancel()
            if followers.get(tenant_id, (None,))[0] is follower:
                del followers[tenant_id]
