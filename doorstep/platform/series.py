"""Numbers that people say aloud: counted per tenant and series, without gaps a customer would notice."""

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")


async def take(tx: Tx, series: str, count: int, *, start: int = 1000) -> list[int]:
    """Return the next `count` numbers of a series (`order`, `parcel`...); the counter row is locked until commit.

    Take them late in a transaction: others who need numbers wait for its end.
    """
    first: int = await tx.value(Q.take_numbers, series=series, count=count, start=start)
    return list(range(first, first + count))
