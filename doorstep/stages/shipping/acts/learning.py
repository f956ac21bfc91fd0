"""What our own deliveries say of a service, brought back by the stage that asks customers."""

from collections.abc import Sequence

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.model import Record

Q = Statements("doorstep.stages.shipping")


async def learn(tx: Tx, records: Sequence[Record]) -> None:
    """Replace the measured records of services; the next choice weighs them."""
    names = ("service_id", "parcels", "on_time", "damaged", "ratings", "rating_sum")
    if records:
        await tx.run(
            Q.learn_records, **{f"{name}s": [getattr(one, name) for one in records] for name in names}
        )
