"""The floor of the small world."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from doorstep.platform.tasks import Worker
from doorstep.stages.warehouse import jobs
from tests.worlds.warehouse import Floor


@pytest.fixture(autouse=True)
def _thinks_at_once(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Let solvers answer in this process: starting one for each test takes a second. `test_jobs.py` has the real one."""

    async def think(work: Callable[..., Any], *args: Any, seconds: float) -> Any:
        assert seconds > 0
        return work(*args)

    if "test_jobs" not in request.node.nodeid:
        monkeypatch.setattr(jobs, "think", think)


@pytest.fixture
async def floor(worker: Worker, tenant: UUID) -> Floor:
    """Northside's floor with goods on its shelves and no work yet."""
    return await Floor(worker, tenant).open()
