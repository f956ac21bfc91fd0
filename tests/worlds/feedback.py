"""Northside's customers with a delivered parcel, brought to their doors by the house itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from doorstep.platform.links import write_link
from doorstep.stages import shipping, tracking
from doorstep.stages.tracking import Scan, Status
from tests.worlds.warehouse import Floor


class Doorstep(Floor):
    """One tenant's floor, and the doors behind it."""

    async def delivered(self, *goods: dict[str, int]) -> list[UUID]:
        """Sell, pick, pack, label, hand over and deliver orders of these goods; return them."""
        order_ids = await self.packed(*goods)
        await self.bring(order_ids)
        return order_ids

    async def bring(self, order_ids: list[UUID]) -> None:
        """Label, hand over and deliver orders that are packed."""
        await self.settle()
        for order_id in order_ids:
            code = await self.ask("SELECT tracking_number FROM shipping.labels WHERE order_id = %s", order_id)
            async with self.tx() as tx:
                await shipping.hand_over(tx, [code])
            parcel_id = (await self.parcels(order_id))[0]
            async with self.tx() as tx:
                scan = Scan(parcel_id=parcel_id, status=Status.DELIVERED, occurred_at=tx.now, via="fleet")
                await tracking.record(tx, [scan])
        await self.settle()

    def link(self, order_id: UUID) -> str:
        """Return the text of the customer's link."""
        last_day = (datetime.now(UTC) + timedelta(days=3650)).date()
        return write_link(self.house, "order", self.tenant_id, order_id, last_day)

    async def line(self, order_id: UUID) -> UUID:
        """Return the first line of an order."""
        found = await self.ask(
            "SELECT id FROM orders.lines WHERE order_id = %s ORDER BY position LIMIT 1", order_id
        )
        return UUID(str(found))
