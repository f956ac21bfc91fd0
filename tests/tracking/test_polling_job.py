"""Asking a carrier: what webhooks did not tell is found by asking, and a carrier on a bad day is left in peace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from doorstep.platform import clock
from doorstep.platform.house import House
from doorstep.stages.tracking.jobs.polling import poll_carriers
from doorstep.world.carrier import serve_carrier
from tests.conftest import NOON
from tests.worlds.catalog import WORLD
from tests.worlds.tracking import Journeys, Sent, journeys, state_of

KEY = "parcelo-key"
ADDRESS = {"name": "A", "street": "S 1", "city": "Vaduz", "country": "LI", "lat": 47.1, "lon": 9.5}


@dataclass
class Line:
    """The house, and its carrier's server."""

    floor: Journeys
    carrier: httpx.AsyncClient

    async def buy(self) -> tuple[str, str]:
        """Buy a label at the carrier; return its id and its number."""
        wish = {
            "reference": "one",
            "service": "standard",
            "from": ADDRESS,
            "to": ADDRESS,
            "weight_g": 500,
            "sides_mm": [100, 100, 100],
        }
        sold = (await self.carrier.post("/v1/shipments", json=wish, headers={"idempotency-key": "k"})).json()
        return str(sold["id"]), str(sold["tracking_number"])

    async def advance(self, hours: float) -> None:
        """Let time pass at the carrier's and at ours."""
        at = NOON + timedelta(hours=hours)
        await self.carrier.post("/v1/simulate/advance", json={"now": at.isoformat()})
        async with self.floor.tx() as tx:
            await clock.advance(tx, at)

    async def poll(self) -> None:
        """Ask about what is due."""
        await poll_carriers(self.floor.house, self.floor.tenant_id, self.floor.tenant_id)

    async def sent(self) -> Sent:
        """Send a parcel with a number that the carrier knows."""
        await self.advance(0)
        bought, self.floor.number_for_next = await self.buy()
        sent = await self.floor.sent()
        await self.carrier.post("/v1/manifests", json={"shipments": [bought]})
        return sent

    async def state(self, sent: Sent) -> str:
        """Return where the parcel stands with us."""
        async with self.floor.tx() as tx:
            return await state_of(tx, sent)

    async def row(self, question: str) -> Any:
        """Return the first value of a question to the database."""
        return await self.floor.ask(question + " WHERE tenant_id = %s", self.floor.tenant_id)


@asynccontextmanager
async def line(house: House, tenant: UUID, folder: Path) -> AsyncIterator[Line]:
    async with (
        serve_carrier(folder, keys=[KEY]) as url,
        httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}) as carrier,
    ):
        floor = await journeys(house, tenant)
        async with floor.tx() as tx:
            await tx.connection.execute(
                "UPDATE catalog.carriers SET base_url = %s WHERE tenant_id = %s AND id = %s",
                [url, tenant, WORLD.parcelo],
            )
        yield Line(floor, carrier)


async def test_a_parcel_whose_webhooks_were_all_lost_is_found_delivered(
    house: House, tenant: UUID, tmp_path: Path
) -> None:
    async with line(house, tenant, tmp_path) as one:
        sent = await one.sent()
        await one.advance(9)
        await one.poll()
        assert await one.state(sent) in {"picked_up", "in_transit"}
        for hours in (60, 100, 140):
            await one.advance(hours)
            await one.poll()
        assert await one.state(sent) == "delivered"
        assert await one.row("SELECT count(*) FROM tracking.scans") >= 5


async def test_not_found_never_takes_a_status_back(house: House, tenant: UUID, tmp_path: Path) -> None:
    async with line(house, tenant, tmp_path) as one:
        sent = await one.sent()
        await one.advance(9)
        await one.poll()
        before = await one.state(sent)
        await one.carrier.post("/v1/simulate/mishaps", json={"shares": {"not_found": 1}})
        await one.advance(14)
        await one.poll()
        assert await one.state(sent) == before
        assert await one.row("SELECT failures FROM tracking.budgets") == 0


async def test_a_carrier_that_does_not_answer_is_left_in_peace_and_asked_again(
    house: House, tenant: UUID, tmp_path: Path
) -> None:
    async with line(house, tenant, tmp_path) as one:
        await one.sent()
        await one.floor.ask(
            "UPDATE catalog.carriers SET base_url = 'http://127.0.0.1:9' WHERE tenant_id = %s RETURNING 1",
            tenant,
        )
        for hours in (9, 10, 11):
            await one.advance(hours)
            await one.poll()
        assert await one.row("SELECT failures FROM tracking.budgets") == 3
        assert await one.row("SELECT resumes_at FROM tracking.budgets") > NOON + timedelta(hours=11)


async def test_an_account_without_tokens_is_not_asked(house: House, tenant: UUID, tmp_path: Path) -> None:
    async with line(house, tenant, tmp_path) as one:
        sent = await one.sent()
        async with one.floor.tx() as tx:
            await tx.connection.execute(
                "INSERT INTO tracking.budgets (tenant_id, carrier_id, per_hour, tokens, filled_at)"
                " VALUES (%s, %s, 1, 0, %s)",
                [tenant, WORLD.parcelo, NOON + timedelta(hours=9)],
            )
        await one.advance(9)
        await one.poll()
        assert await one.row("SELECT count(*) FROM tracking.scans") == 0
        assert await one.row("SELECT tokens FROM tracking.budgets") == 0
        assert await one.state(sent) == "created"
