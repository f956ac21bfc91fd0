"""The dock of every shipping test: Northside with goods, and an outside carrier over real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from doorstep.platform.tasks import Worker
from doorstep.stages.shipping.acts import buying
from doorstep.stages.shipping.ports import rate_table
from tests.worlds.shipping import Dock, Swift, build_dock, swift


@pytest.fixture
async def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Swift]:
    """The carrier Swift; calls to it are given up soon, and it settles soon."""
    monkeypatch.setattr(rate_table, "DEADLINE_S", 0.25)
    monkeypatch.setattr(buying, "SETTLING_S", 0.05)
    async with swift(tmp_path) as server:
        yield server


@pytest.fixture
async def dock(worker: Worker, tenant: UUID, carrier: Swift) -> Dock:
    """Northside's dock."""
    made = Dock(worker, tenant)
    async with made.tx() as tx:
        await build_dock(tx, carrier.url)
    return made
