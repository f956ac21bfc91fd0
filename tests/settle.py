"""Letting the house come to rest: workers do everything that is owed and due."""

from uuid import UUID

from doorstep.platform.statements import Statements
from doorstep.platform.tasks import Worker

Q = Statements("doorstep.platform")


async def settle(worker: Worker, tenant_id: UUID, *, steps_max: int = 200) -> None:
    """Run the worker until nothing of the tenant's is due, timers included once.

    Raises:
        AssertionError: work does not end, or a task failed (its error is shown).
    """
    await worker.prepare(tenant_id)
    async with worker.house.db.transaction(tenant_id, actor="test") as tx:
        await tx.connection.execute(
            "UPDATE platform.tasks SET due_at = now() WHERE tenant_id = %s", [tenant_id]
        )
    for _ in range(steps_max):
        if not await worker.step(tenant_id):
            break
    else:
        raise AssertionError(f"work does not end after {steps_max} steps")
    async with worker.house.db.transaction(tenant_id, actor="test") as tx:
        cursor = await tx.connection.execute(
            "SELECT name, error FROM platform.tasks WHERE tenant_id = %s AND error IS NOT NULL", [tenant_id]
        )
        if failed := await cursor.fetchall():
            raise AssertionError(f"tasks failed: {failed}")
