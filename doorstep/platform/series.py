"""Numbers that people say aloud: counted per tenant and series, without gaps a customer would notice."""

from collections.abc import Awaitable, Callable

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")


async def take(tx: Tx, series: str, count: int, *, start: int = 1000) -> list[int]:
    """Return the next `count` numbers of a series (`order`, `parcel`...); the counter row is locked until commit.

    Take them late in a transaction: others who need numbers wait for its end.
    """
    first: int = await tx.value(Q.take_numbers, series=series, count=count, start=start)
    return list(range(first, first + count))


async def take_soon(
    tx: Tx, series: str, count: int, *, start: int = 1000
) -> Callable[[], Awaitable[list[int]]]:
    """Like `take`, but the numbers are read later; in a pipelined transaction that saves a round trip under the lock."""
    taken = await tx.begin(Q.take_numbers, series=series, count=count, start=start)

    async def numbers() -> list[int]:
        ((first,),) = await taken()
        return list(range(first, first + count))

    return numbers


async def give_back(tx: Tx, series: str, count: int) -> None:
    """Give back the last `count` numbers that this transaction took and did not use."""
    await tx.run(Q.give_numbers_back, series=series, count=count)
