"""Two clocks: a simulated tenant's time starts where it is told and only moves forward; everyone else lives in real time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth, clock
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from tests.conftest import NOON


async def test_a_simulated_clock_stands_until_it_is_moved_and_never_goes_back(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        assert tx.now == NOON
        assert await clock.advance(tx, NOON + timedelta(hours=1)) == NOON + timedelta(hours=1)
    async with house.db.transaction(tenant, actor="test") as tx:
        assert tx.now == NOON + timedelta(hours=1)
        with pytest.raises(Refused):
            await clock.advance(tx, NOON)


async def test_a_clock_with_a_rate_goes_by_itself(house: House, tenant: UUID) -> None:
    await clock.simulate(house.db, tenant, NOON, rate=3600.0)
    async with house.db.transaction(tenant, actor="test") as tx:
        first = tx.now
    async with house.db.transaction(tenant, actor="test") as tx:
        assert tx.now > first >= NOON


async def test_real_time_cannot_be_moved(house: House) -> None:
    real = await auth.add_tenant(house.db, f"r-{uuid4().hex[:16]}", "Real")
    async with house.db.transaction(real, actor="test") as tx:
        assert abs(tx.now - datetime.now(UTC)) < timedelta(minutes=1)
        with pytest.raises(Refused):
            await clock.advance(tx, tx.now + timedelta(days=1))


async def test_the_clock_is_read_and_moved_through_the_api(web_client: httpx.AsyncClient, key: str) -> None:
    bearer = {"authorization": f"Bearer {key}"}
    later = (NOON + timedelta(days=1)).isoformat()
    moved = await web_client.post("/api/clock", json={"to": later}, headers=bearer)
    assert (moved.status_code, datetime.fromisoformat(moved.json()["now"])) == (201, NOON + timedelta(days=1))
    back = await web_client.post("/api/clock", json={"to": NOON.isoformat()}, headers=bearer)
    assert back.status_code == 409
