"""`doorstep replay DIR`: real orders of an Olist export, driven through the whole house on the clock of the data."""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from doorstep import app as house
from doorstep.platform import config
from doorstep.platform.logs import write_logs
from doorstep.platform.measures import money
from doorstep.platform.tasks import Worker
from doorstep.world.replay.books import Books, Served
from doorstep.world.replay.furnishing import CURRENCY
from doorstep.world.replay.running import Asked
from doorstep.world.replay.running import replay as run

console = Console(stderr=True, highlight=False)
SHOWN_MAX = 20


def replay(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the export.", exists=True, file_okay=False)
    ],
    *,
    tenant: Annotated[str, typer.Option(help="Code of the tenant that it becomes.")] = "olist",
    step_hours: Annotated[
        float, typer.Option(help="How far the clock goes at once.", min=0.25, max=744)
    ] = 24.0,
    sites: Annotated[int, typer.Option(help="Warehouses that the goods are spread over.", min=1, max=3)] = 1,
    greedy: Annotated[
        bool, typer.Option("--greedy", help="Leave each order where it was sourced first.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")] = False,
) -> None:
    """Replay an Olist export as one tenant, its sellers as merchants, through the acts of all stages.

    What was replayed before is left as it is: stop it whenever you like, and run it again. The exit status is 1 when an order or
    a centavo is not where it should be.
    """
    settings = config.read()
    write_logs(settings.log_level)
    books = asyncio.run(
        _replay(Asked(folder, tenant, timedelta(hours=step_hours), sites, together=not greedy))
    )
    if json:
        typer.echo(msgspec.json.encode(asdict(books)).decode())
    else:
        _print(books)
    raise typer.Exit(1 if books.faults else 0)


async def _replay(asked: Asked) -> Books:
    settings, _ = await house.prepare(config.read())
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[day]}"),
        TimeRemainingColumn(),
    )
    async with house.open_house(settings) as opened:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("replaying", total=None, day="reading")
            return await run(
                opened,
                Worker(opened, house.all_duties()),
                asked,
                lambda at: bar.update(
                    task, total=at.events, completed=at.done, day=f"{at.now:%d %b %Y}", refresh=False
                ),
            )


def _print_sourced(out: Console, served: Served) -> None:
    out.print(
        f"{'sourced':20} {served.orders:>20,} orders, {served.exact:,} exactly; {served.split:,} from several sites"
    )
    for part, amount in served.costs.items():
        out.print(f"  {part:18} {money(amount, CURRENCY):>20}")
    out.print(f"{'in all':20} {money(served.total_minor, CURRENCY):>20}")
    out.print(
        f"{'moved together':20} {served.moved:>20,} orders; that saved {money(served.saved_minor, CURRENCY)}"
    )


def _print(books: Books) -> None:
    table = Table("state", "in the export", "here")
    for state in sorted({*books.wanted, *books.states}):
        table.add_row(state, f"{books.wanted.get(state, 0):,}", f"{books.states.get(state, 0):,}")
    out = Console(highlight=False)
    out.print(table)
    out.print(f"{books.orders:,} orders became {books.ours:,}: one per seller")
    rows = (
        ("paid", books.paid_minor),
        ("paid, here", books.here_minor),
        ("items and freight", books.due_minor),
        ("captured", books.taken_minor),
        ("given back", books.given_back_minor),
    )
    for name, amount in rows:
        out.print(f"{name:20} {money(amount, CURRENCY):>20}")
    out.print(f"{'rounded':20} {books.rounded:>20,} orders")
    promised = books.promised
    out.print(
        f"{'promised':20} {promised.made:>20,} orders; {promised.kept:,} of {promised.delivered:,} came by it"
    )
    if books.sourced:
        _print_sourced(out, books.sourced)
    for what, count in books.oddities.items():
        out.print(f"odd: {what.replace('_', ' '):32} {count:>6,}")
    for fault in books.faults[:SHOWN_MAX]:
        out.print(f"[red]{fault}[/red]")
    if books.faults:
        out.print(f"[red]{len(books.faults):,} things are not as they should be.[/red]")
    else:
        out.print("[green]Every order and every centavo is where it should be.[/green]")
