"""`doorstep demo`: the whole house on this machine, with a simulated world around it.

Everything runs on loopback in child processes: web, workers, the carrier, the payment processor, the mailbox; the people live
in this process. Ports, keys and the day's state are kept in the home folder, so the next start goes on where it was.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, TypeVar

import httpx
import msgspec
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from doorstep.cli.stage import CARRIER_KEY, PAYMENT_KEY, Stage, running
from doorstep.platform import config
from doorstep.platform.config import Settings
from doorstep.platform.logs import write_logs
from doorstep.world.books import Books, Outside, close_books
from doorstep.world.day import Day

console = Console(stderr=True, highlight=False)
T = TypeVar("T")
ENDED = 130
"""Exit status of a day that somebody ended before its evening, as shells count an interrupt."""


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Run one whole day without pages and print its books.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of everything that is up to chance.")] = 1,
    orders: Annotated[
        int, typer.Option(help="How many orders the day of --once has.", min=1, max=100_000)
    ] = 200,
    speed: Annotated[
        float, typer.Option(help="Business seconds in one second of a demo that is watched.")
    ] = 60.0,
    workers: Annotated[int, typer.Option(help="Web processes, each with a worker.", min=1, max=16)] = 1,
    json: Annotated[bool, typer.Option("--json", help="With --once: the books as JSON.")] = False,
) -> None:
    """Run the whole house with a simulated world around it, and open a page that lets you take part."""
    settings = config.read()
    write_logs("error" if settings.log_level == "info" else settings.log_level)
    if once:
        books = asyncio.run(_once(settings, seed, orders, workers))
        if books is None:
            raise typer.Exit(ENDED)
        _print_books(books, json=json)
        raise typer.Exit(1 if books.faults else 0)
    asyncio.run(_watched(settings, seed, speed, workers))


async def _once(settings: Settings, seed: int, orders: int, workers: int) -> Books | None:
    """Run a day to its end and close its books; None: somebody ended it before."""

    async def whole(stage: Stage) -> Books:
        day = await stage.day(seed)
        day.progress = console.print
        console.print(f"A day of {orders} orders, seed {seed}")
        await day.whole(orders)
        outside = Outside(stage.carrier, CARRIER_KEY, stage.payment, PAYMENT_KEY, stage.mailbox)
        return await close_books(day.owner, outside, day.shopper.placed)

    async with running(settings, workers, 0.0, console.print) as stage:
        return await _until_stopped(stage, whole(stage))


async def _until_stopped(stage: Stage, work: Coroutine[Any, Any, T]) -> T | None:
    """Do something until it is done, or until the house is told to end: nobody waits for a house that goes away."""
    doing, told = asyncio.ensure_future(work), asyncio.ensure_future(stage.supervisor.stopping.wait())
    await asyncio.wait((doing, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if doing.done():
        return doing.result()
    doing.cancel()
    await asyncio.gather(doing, return_exceptions=True)
    return None


async def _watched(settings: Settings, seed: int, speed: float, workers: int) -> None:
    async with running(settings, workers, speed, console.print) as stage:
        await _until_stopped(stage, _live(stage, seed))
        await stage.stand_still()


async def _live(stage: Stage, seed: int) -> None:
    """Let the world live, and show in the terminal how it goes."""
    day = await stage.day(seed)
    console.print(f"Open [bold]{stage.settings.public_url}[/bold] and take part. Ctrl-C ends everything.")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(day.lively())
        with Live(console=console, refresh_per_second=2) as live:
            while True:
                live.update(await _table(day))
                await asyncio.sleep(1)


async def _table(day: Day) -> Table:
    """Return the seven stages with what lies in each, for the terminal."""
    table = Table(title="Doorstep, as it lives", title_justify="left")
    for column in ("stage", "open now", "late"):
        table.add_column(column)
    try:
        board = await day.owner.get("/api/tower")
    except (httpx.HTTPError, RuntimeError):
        return table
    for stage, piles in board["piles"].items():
        shown = ", ".join(f"{pile['count']} {pile['state'].replace('_', ' ')}" for pile in piles)
        late = sum(pile["late"] for pile in piles)
        table.add_row(stage, shown or "–", str(late or ""))  # noqa: RUF001 - a dash is meant
    table.caption = f"{datetime.fromisoformat(board['now']):%a %d %b %H:%M}, {day.shopper.count} orders tried"
    return table


def _print_books(books: Books, *, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.encode({**asdict(books), "faults": books.faults}).decode())
        return
    facts: dict[str, Any] = asdict(books)
    for name, value in facts.items():
        console.print(f"{name.replace('_', ' '):18} {value}")
    for fault in books.faults:
        console.print(f"[red]{fault}[/red]")
    console.print(
        "[green]The books add up.[/green]" if not books.faults else "[red]The books do not add up.[/red]"
    )
