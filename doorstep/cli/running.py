"""The parts that run: the server with its workers, and a worker alone."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
import typer
import uvloop

from doorstep import app as house
from doorstep.cli import roads
from doorstep.platform import config, serving
from doorstep.platform.config import Settings
from doorstep.platform.embedded import Embedded
from doorstep.platform.logs import write_logs
from doorstep.platform.supervisor import Part, Supervisor
from doorstep.platform.tasks import Worker

log = structlog.get_logger()


def serve(
    workers: Annotated[
        int, typer.Option(help="Web processes; each has a worker process beside it.", min=1, max=64)
    ] = 1,
) -> None:
    """Serve the pages and the API, and work off what is owed, until Ctrl-C.

    Starts the embedded PostgreSQL unless DOORSTEP_DATABASE_URL is set, brings it to the present, and starts again
    whatever dies.
    """
    settings = config.read()
    write_logs(settings.log_level)
    asyncio.run(_serve(settings, workers))


async def _serve(settings: Settings, workers: int) -> None:
    async with running_database(settings) as keep:
        typer.echo(f"Doorstep listens on http://{settings.host}:{settings.port} (Ctrl-C ends it)", err=True)
        await Supervisor(parts(settings, workers), keep).run()


def parts(settings: Settings, workers: int) -> list[Part]:
    """Return the processes of a running house: the web server with its processes, as many workers, the roads if it has some."""
    network, told = roads.part(settings)
    return [
        *network,
        Part("web", ("web", "--processes", str(workers)), told),
        *(Part(f"work-{number}", ("work",), told) for number in range(1, workers + 1)),
    ]


@asynccontextmanager
async def running_database(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[None]] | None]:
    """Start and migrate the database; yield what keeps it up (None where it is somebody else's); stop what we started."""
    embedded = Embedded(settings.home) if settings.database_url is None else None
    found_running = embedded is None or embedded.running()
    _, applied = await house.prepare(settings)
    if applied:
        log.info("migrated", applied=applied)
    try:
        yield embedded.start if embedded else None
    finally:
        if embedded and not found_running:
            await embedded.stop()


def web(processes: Annotated[int, typer.Option(min=1)] = 1) -> None:
    """Answer requests; `doorstep serve` starts this."""
    settings = config.read()
    write_logs(settings.log_level)
    serving.serve("doorstep.app:create", settings.host, settings.port, processes=processes)


def work() -> None:
    """Work off what is owed until Ctrl-C; `doorstep serve` starts one beside each web process."""
    settings = config.read()
    write_logs(settings.log_level)
    uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    async with house.open_house(settings) as opened:
        worker = Worker(opened, house.all_duties())
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, worker.stopping.set)
        watch = asyncio.create_task(serving.leave_with_parent())
        await worker.run()
        watch.cancel()
