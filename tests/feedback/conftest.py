"""One doorstep per test."""

from uuid import UUID

import pytest

from doorstep.platform.tasks import Worker
from tests.worlds.feedback import Doorstep


@pytest.fixture
async def door(worker: Worker, tenant: UUID) -> Doorstep:
    """Northside, open for business."""
    return await Doorstep(worker, tenant).open()  # type: ignore[return-value]
