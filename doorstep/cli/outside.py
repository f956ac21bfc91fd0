"""The outside of the demo, each part a process of its own: the carrier, the payment processor, the mailbox."""

import asyncio
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstep.platform import serving
from doorstep.world.carrier import serve_carrier
from doorstep.world.mailbox import serve_mailbox
from doorstep.world.payment import serve_payment
from doorstep.world.serving import serve_until_told


class Outside(StrEnum):
    """What is outside of the house."""

    CARRIER = "carrier"
    PAYMENT = "payment"
    MAILBOX = "mailbox"


def outside(
    which: Outside,
    folder: Annotated[Path, typer.Option(help="Where it keeps its books.")],
    port: Annotated[int, typer.Option(help="Where it listens.")],
    smtp_port: Annotated[int, typer.Option(help="Where the mailbox takes mail.")] = 0,
) -> None:
    """Run one part of the simulated outside; `doorstep demo` starts this."""
    servers: dict[Outside, AbstractAsyncContextManager[Any]] = {
        Outside.CARRIER: serve_carrier(folder, port),
        Outside.PAYMENT: serve_payment(folder, port),
        Outside.MAILBOX: serve_mailbox(folder, port, smtp_port=smtp_port),
    }
    asyncio.run(_run(servers[which]))


async def _run(server: AbstractAsyncContextManager[Any]) -> None:
    watch = asyncio.create_task(serving.leave_with_parent())
    await serve_until_told(server)
    watch.cancel()
