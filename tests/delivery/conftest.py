"""One last mile per test."""

from uuid import UUID

import pytest

from doorstep.platform.tasks import Worker
from tests.worlds.delivery import LastMile


@pytest.fixture
async def mile(worker: Worker, tenant: UUID) -> LastMile:
    """Northside's last mile, open for business."""
    return await LastMile(worker, tenant).open()  # type: ignore[return-value]
