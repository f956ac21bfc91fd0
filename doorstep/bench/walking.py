"""One process that walks waves of orders through the house, for a tenant of its own: what a web process and its worker do.

It is started by the bench with the settings of the house in its environment. It furnishes, warms up, says so, waits for a line, walks,
and prints what it measured.
"""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import wraps
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from doorstep import app as house_app
from doorstep.bench.walk_ground import Ground, furnish, orders
from doorstep.platform import clock, config
from doorstep.platform.house import House
from doorstep.platform.tasks import Duties, Worker
from doorstep.stages import delivery, feedback, shipping
from doorstep.stages import orders as ordering
from doorstep.stages.delivery import Handing, ProofKind
from doorstep.stages.feedback import Rated, Word
from doorstep.world.crew import Crew

WAVE, WARM_UP = 125, 50
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
PLAN_WORK = 60
"""Iterations of the route search per wave: its share of the time stays small, its plans stay legal."""

SIGNATURE = "M10 40 L60 20 L110 60 L160 30"


class Measured(msgspec.Struct):
    """What one process did; times by the machine's monotonic clock."""

    walked: int
    begun: float
    ended: float
    spent: dict[str, float]


@dataclass(slots=True)
class Watch:
    """Where the time goes: seconds of the wall by stage."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @asynccontextmanager
    async def on(self, stage: str) -> AsyncIterator[None]:
        """Count the time of a block for a stage."""
        begun = time.perf_counter()
        yield
        self.spent[stage] += time.perf_counter() - begun

    def watched(self, duties: Duties) -> Duties:
        """Return the duties with each one's time counted for its stage."""
        return replace(duties, work={name: self._watched(name, work) for name, work in duties.work.items()})

    def _watched(self, name: str, work: Any) -> Any:
        @wraps(work)
        async def counted(*given: Any) -> Any:
            async with self.on(name.split(".", maxsplit=1)[0]):
                return await work(*given)

        return counted


@dataclass(slots=True)
class Walk:
    """Takes waves of orders through the house."""

    house: House
    tenant_id: UUID
    ground: Ground
    watch: Watch
    worker: Worker
    crew: Crew
    send: Callable[..., Any]

    async def wave(self, new: Iterator[ordering.NewOrder], count: int) -> None:
        """Walk some orders all the way."""
        db, tenant_id, watch = self.house.db, self.tenant_id, self.watch
        async with watch.on("orders"), db.transaction(tenant_id, actor="bench") as tx:
            verdicts = await ordering.place(tx, list(islice(new, count)))
        ids = [one.order_id for one in verdicts if one.order_id is not None]
        await self.crew.settle()
        async with watch.on("warehouse"):
            await self.crew.pick(ids)
        await self.crew.settle()
        async with watch.on("warehouse"):
            await self.crew.pack(ids)
        await self.crew.settle()
        async with watch.on("shipping"):
            await self.crew.hand_over(ids)
        await self.crew.settle()
        async with watch.on("delivery"):
            await self._drive(ids)
        await self.crew.settle()
        async with watch.on("feedback"), db.transaction(tenant_id, actor="bench") as tx:
            await feedback.confirm_each(tx, [Word(one, received=True) for one in ids])
            await feedback.rate_each(tx, [Rated(one, 3 + one.int % 3) for one in ids])
        await self.crew.settle()
        async with watch.on("tracking"):
            await self.send(self.house, tenant_id, tenant_id)

    async def _drive(self, ids: list[UUID]) -> None:
        db, tenant_id, center_id = self.house.db, self.tenant_id, self.ground.center_id
        async with db.transaction(tenant_id, actor="driver:1") as tx:
            codes = [one.tracking_number or "" for one in await shipping.labels_of(tx, ids)]
            await delivery.scan_in(tx, center_id, codes)
        proposal_id, plan = await delivery.propose(
            self.house, tenant_id, "dispatch:1", center_id, work=PLAN_WORK
        )
        async with db.transaction(tenant_id, actor="driver:1") as tx:
            routes = await delivery.accept(tx, proposal_id)
        for route_id, route in zip(routes, plan.routes, strict=True):
            stops = [one.stop_id for one in route.stops]
            async with db.transaction(tenant_id, actor="driver:1") as tx:
                await delivery.take(tx, route_id, "Driver")
                await delivery.load(tx, route_id, codes)
                await delivery.depart(tx, route_id)
                handings = [
                    Handing(stop_id=one, kind=ProofKind.SIGNATURE, received_by="Muster", signature=SIGNATURE)
                    for one in stops
                ]
                await delivery.deliver_each(tx, handings)
                await delivery.finish(tx, route_id)


def walker(house: House, tenant_id: UUID, ground: Ground) -> Walk:
    """Return what walks orders for a tenant, with a worker of its own."""
    watch = Watch()
    worker = Worker(house, watch.watched(house_app.all_duties()))
    crew = Crew(worker, tenant_id, lambda order_id: f"{house.settings.public_url}/t/{order_id}")
    send = house_app.all_duties().work["tracking.send_messages"]
    return Walk(house, tenant_id, ground, watch, worker, crew, send)


async def main(tenant_id: UUID, seed: int, count: int) -> None:
    """Walk `count` orders when told to."""
    async with house_app.open_house(config.read()) as house:
        await clock.simulate(house.db, tenant_id, MORNING, rate=1.0)
        async with house.db.transaction(tenant_id, actor="bench") as tx:
            ground = await furnish(tx, seed)
        walk = walker(house, tenant_id, ground)
        new = orders(ground, seed)
        await walk.wave(new, WARM_UP)
        walk.watch.spent.clear()
        print("warm", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        begun = time.monotonic()
        for done in range(0, count, WAVE):
            await walk.wave(new, min(WAVE, count - done))
            print(min(done + WAVE, count), flush=True)
        ended = time.monotonic()
    measured = Measured(count + WARM_UP, begun, ended, dict(walk.watch.spent))
    print(msgspec.json.encode(measured).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(UUID(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
