"""The simulated outside: the parts that `doorstep demo` starts, and a shop to connect to the house that runs here."""

import asyncio
import os
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstep.cli.minding import Kind, Wanted, mind
from doorstep.platform import serving
from doorstep.platform.logs import write_logs
from doorstep.world.carrier import serve_carrier
from doorstep.world.mailbox import serve_mailbox
from doorstep.world.payment import serve_payment
from doorstep.world.serving import serve_until_told

Folder = Annotated[Path, typer.Option(help="Where it keeps its books.")]
Port = Annotated[int, typer.Option(help="Where it listens.")]

outside = typer.Typer(help="The simulated outside of a house.", no_args_is_help=True)


@outside.command(hidden=True)
def carrier(folder: Folder, port: Port) -> None:
    """Run the carrier; `doorstep demo` starts this."""
    asyncio.run(_run(serve_carrier(folder, port)))


@outside.command(hidden=True)
def payment(folder: Folder, port: Port) -> None:
    """Run the payment processor; `doorstep demo` starts this."""
    asyncio.run(_run(serve_payment(folder, port)))


@outside.command(hidden=True)
def mailbox(
    folder: Folder, port: Port, smtp_port: Annotated[int, typer.Option(help="Where it takes mail.")] = 0
) -> None:
    """Run the mailbox; `doorstep demo` starts this."""
    asyncio.run(_run(serve_mailbox(folder, port, smtp_port=smtp_port)))


async def _run(server: AbstractAsyncContextManager[Any]) -> None:
    watch = asyncio.create_task(serving.leave_with_parent())
    await serve_until_told(server)
    watch.cancel()


@outside.command()
def shop(
    kind: Annotated[Kind, typer.Option(help="Which shop it is.")] = Kind.SHOPIFY,
    merchant: Annotated[str, typer.Option(help="Code of whose shop it is; else the first one's.")] = "",
    tenant: Annotated[str, typer.Option(help="Code of the tenant; needed where there are several.")] = "",
    port: Annotated[
        int, typer.Option(help="Where it listens; 0: 8181 for Shopify, 8182 for WooCommerce.")
    ] = 0,
    orders: Annotated[int, typer.Option(help="How many orders it sells by itself.", min=0)] = 0,
    every: Annotated[float, typer.Option(help="Seconds between those.", min=1)] = 10.0,
) -> None:
    """Open a simulated shop beside the house that runs here, to be connected like a real one; Ctrl-C closes it."""
    write_logs("error")
    asyncio.run(mind(Wanted(kind, merchant, tenant, port, orders, every)))
    sys.stdout.flush()
    os._exit(0)  # a thread of the server may outlive it, and aborts the process when Python ends under it
