"""`doorstep roads`: a road network of one's own, from any map file of OpenStreetMap."""

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from doorstep.platform import config
from doorstep.platform.config import Settings
from doorstep.platform.supervisor import Part
from doorstep.stages.delivery.ports.roads.graph import STEPS, Graph

WATCH_S = 1.0

roads = typer.Typer(
    name="roads", help="Make a road network from a map, so that routes follow streets.", no_args_is_help=True
)


@roads.command()
def build(
    file: Annotated[Path, typer.Argument(help="A map of OpenStreetMap: FILE.osm.pbf.")],
    *,
    profile: Annotated[
        str, typer.Option(help="car, another one of OSRM's, or the path of a Lua file.")
    ] = "car",
) -> None:
    """Make the road network from a map; `doorstep serve` runs it from its next start on."""
    settings = config.read()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        step_now = progress.add_task("Reading the map")

        def told(step: str, line: str) -> None:
            said = line.partition("] ")[2].rpartition("] ")[2] or line
            progress.update(
                step_now, description=f"{STEPS.index(step) + 1} of {len(STEPS)}, {step}: {said[:60]}"
            )

        made = Graph(settings.home).build(file, profile, told)
    typer.echo(
        f"The road network of {made.source} is made, in {made.seconds:.1f} s. Start `doorstep serve` anew."
    )


@roads.command(hidden=True)
def serve(port: Annotated[int, typer.Option(help="On loopback.")]) -> None:
    """Serve the road network; `doorstep serve` starts this."""
    raise typer.Exit(asyncio.run(_served(Graph(config.read().home).command(port))))


async def _served(command: list[str]) -> int:
    """Run the server until it ends, somebody ends us, or whoever started us is gone: it never outlives the house."""
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    parent = os.getppid()
    ended = asyncio.create_task(process.wait())
    while not ended.done() and not stopping.is_set() and os.getppid() == parent:
        await asyncio.wait(
            {ended, stop := asyncio.create_task(stopping.wait())},
            timeout=WATCH_S,
            return_when="FIRST_COMPLETED",
        )
        stop.cancel()
    if not ended.done():
        process.kill()  # it holds nothing that could be lost
    return await ended


def part(settings: Settings) -> tuple[list[Part], dict[str, str]]:
    """Return the road server that a house runs for itself, and what its other parts must know; nothing without a graph."""
    if settings.osrm_url or not Graph(settings.home).ready():
        return [], {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [Part("roads", ("roads", "serve", "--port", str(port)))], {
        "DOORSTEP_OSRM_URL": f"http://127.0.0.1:{port}"
    }


def described(settings: Settings) -> str:
    """Say in a line where roads come from."""
    if settings.osrm_url:
        return f"Roads: by the server of DOORSTEP_OSRM_URL, {_greeted(settings.osrm_url)}."
    made = Graph(settings.home).made()
    if made and Graph(settings.home).ready():
        return f"Roads: of {made.source} (© OpenStreetMap contributors), served by `doorstep serve`."
    if made:
        return "Roads: straight lines, for OSRM's programs are gone: pip install 'doorstep[osrm]'."
    return "Roads: straight lines, as long as driven legs teach; `doorstep roads build FILE.osm.pbf` makes a road network."


def _greeted(url: str) -> str:
    try:
        httpx.get(f"{url.rstrip('/')}/nearest/v1/driving/0,0", timeout=3).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return "which does not answer: straight lines until it does"
    return "which answers"
