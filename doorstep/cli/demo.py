"""`doorstep demo`: the whole house on this machine, with a simulated world around it.

Everything runs on loopback in child processes: web, workers, the carrier, the payment processor, the mailbox; the people live
in this process. Ports, keys and the day's state are kept in the home folder, so the next start goes on where it was.
"""

import asyncio
import base64
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Any
from uuid import UUID

import httpx
import msgspec
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from doorstep import app as house
from doorstep.cli.running import parts, running_database
from doorstep.platform import auth, clock, config
from doorstep.platform.auth import NewUser
from doorstep.platform.config import Settings
from doorstep.platform.demo import PASSWORD, PEOPLE
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.logs import write_logs
from doorstep.platform.supervisor import Part, Supervisor
from doorstep.world.books import Books, close_books
from doorstep.world.day import Day
from doorstep.world.furnishing import Furnished, Furnisher
from doorstep.world.people.person import Person

TENANT = "demo"
MORNING = time(7, 30)
READY_S = 60.0
CARRIER_KEY, PAYMENT_KEY = "carrier-demo-key", "payment-demo-key"
console = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a demo keeps between its starts: ports, the key of its people, the secret of its carrier."""

    carrier_port: int
    payment_port: int
    mailbox_port: int
    smtp_port: int
    key: str
    hook_secret: str


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
        _print_books(books, json=json)
        raise typer.Exit(1 if books.faults else 0)
    asyncio.run(_watched(settings, seed, speed, workers))


async def _once(settings: Settings, seed: int, orders: int, workers: int) -> Books:
    async with _running(settings, workers) as (stage, _supervisor):
        day = await stage.day(seed)
        day.progress = console.print
        console.print(f"A day of {orders} orders, seed {seed}")
        await day.whole(orders)
        return await close_books(
            day.owner, day.carrier, CARRIER_KEY, stage.payment, PAYMENT_KEY, day.mailbox, day.shopper.placed
        )


async def _watched(settings: Settings, seed: int, speed: float, workers: int) -> None:
    async with _running(settings, workers, speed) as (stage, supervisor):
        day = await stage.day(seed)
        console.print(f"Open [bold]{stage.settings.public_url}[/bold] and take part. Ctrl-C ends everything.")
        living = asyncio.create_task(day.lively(supervisor.stopping))
        with Live(console=console, refresh_per_second=2) as live:
            while not supervisor.stopping.is_set():
                live.update(await _table(day))
                await asyncio.sleep(1)
        await living
        await stage.stand_still()


@dataclass
class Stage:
    """The running house and its outside."""

    settings: Settings
    kept: Kept
    opened: House
    tenant_id: UUID
    house: httpx.AsyncClient
    carrier: httpx.AsyncClient
    payment: httpx.AsyncClient
    mailbox: httpx.AsyncClient

    async def day(self, seed: int) -> Day:
        """Furnish the house if it is empty, and return its people."""
        owner = Person("owner", self.house, self.kept.key, Random(seed))
        furnished = await self._furnish(owner)
        hook = f"{self.settings.public_url}/hooks/carriers/{TENANT}/parcelo"
        await self.carrier.put(
            "/v1/webhooks",
            json={"url": hook, "secret": self.kept.hook_secret},
            headers={"authorization": f"Bearer {CARRIER_KEY}"},
        )
        run = datetime.now(UTC).strftime("%y%m%d%H%M%S")
        day = Day(self.house, self.carrier, self.mailbox, self.kept.key, furnished, seed, "simulated", run)
        await day.advance_carrier()
        return day

    async def _furnish(self, owner: Person) -> Furnished:
        furnisher = Furnisher(
            owner,
            f"http://127.0.0.1:{self.kept.carrier_port}",
            CARRIER_KEY,
            self.kept.hook_secret,
            lambda line: console.print(f"  furnishing {line}"),
        )
        return await furnisher.furnish()

    async def stand_still(self) -> None:
        """Stop the tenant's clock, so that the next start goes on at this moment."""
        async with self.opened.db.transaction(self.tenant_id, actor="demo") as tx:
            now = tx.now
        await clock.simulate(self.opened.db, self.tenant_id, now, rate=0.0)


@asynccontextmanager
async def _running(
    settings: Settings, workers: int, speed: float = 0.0
) -> AsyncIterator[tuple[Stage, Supervisor]]:
    """Start everything, wait until it answers, and end everything at the end."""
    kept = _keep(settings.home)
    settings = _with_outside(settings, kept)
    async with running_database(settings) as keep_database, house.open_house(settings) as opened:
        tenant_id = await _tenant(opened, speed)
        kept = await _with_key(settings.home, opened, tenant_id, kept)
        supervisor = Supervisor(_all_parts(settings, kept, workers), keep_database)
        running = asyncio.create_task(supervisor.run())
        try:
            async with _clients(settings, kept) as (web, carrier, payment, mailbox):
                stage = Stage(settings, kept, opened, tenant_id, web, carrier, payment, mailbox)
                yield stage, supervisor
        finally:
            supervisor.stopping.set()
            await running


@asynccontextmanager
async def _clients(settings: Settings, kept: Kept) -> AsyncIterator[tuple[httpx.AsyncClient, ...]]:
    urls = (
        f"http://{settings.host}:{settings.port}",
        *(f"http://127.0.0.1:{port}" for port in (kept.carrier_port, kept.payment_port, kept.mailbox_port)),
    )
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
    clients = [httpx.AsyncClient(base_url=url, timeout=30, limits=limits) for url in urls]
    try:
        await asyncio.gather(*(_until_ready(client) for client in clients))
        yield tuple(clients)
    finally:
        for client in clients:
            await client.aclose()


async def _until_ready(server: httpx.AsyncClient) -> None:
    """Wait until a server answers; one of the outside has no `/ready` and answers 404."""
    async with asyncio.timeout(READY_S):
        while True:
            with suppress(httpx.TransportError):
                if (await server.get("/ready")).status_code in {200, 404}:
                    return
            await asyncio.sleep(0.1)


def _all_parts(settings: Settings, kept: Kept, workers: int) -> list[Part]:
    environment = {
        "DOORSTEP_HOME": str(settings.home),
        "DOORSTEP_HOST": settings.host,
        "DOORSTEP_PORT": str(settings.port),
        "DOORSTEP_PUBLIC_URL": settings.public_url,
        "DOORSTEP_MAIL_URL": settings.mail_url,
        "DOORSTEP_SMS_URL": settings.sms_url or "",
        "DOORSTEP_PAYMENT_URL": settings.payment_url or "",
        "DOORSTEP_PAYMENT_KEY": PAYMENT_KEY,
        "DOORSTEP_DEMO": TENANT,
        "DOORSTEP_DEMO_MAILBOX": f"http://127.0.0.1:{kept.mailbox_port}",
        "DOORSTEP_LOG_LEVEL": os.environ.get("DOORSTEP_LOG_LEVEL", "error"),
    }
    folder = str(settings.home / "outside")
    outside = {"carrier": kept.carrier_port, "payment": kept.payment_port, "mailbox": kept.mailbox_port}
    return [
        *(
            Part(
                name,
                (
                    "outside",
                    name,
                    "--folder",
                    folder,
                    "--port",
                    str(port),
                    "--smtp-port",
                    str(kept.smtp_port),
                ),
            )
            for name, port in outside.items()
        ),
        *(replace(part, environment=environment) for part in parts(workers)),
    ]


def _with_outside(settings: Settings, kept: Kept) -> Settings:
    return replace(
        settings,
        public_url=f"http://{settings.host}:{settings.port}",
        mail_url=f"smtp://127.0.0.1:{kept.smtp_port}",
        sms_url=f"http://127.0.0.1:{kept.mailbox_port}/sms",
        payment_url=f"http://127.0.0.1:{kept.payment_port}",
    )


def _keep(home: Path) -> Kept:
    """Read what the demo kept, or choose it now; ports are free ones, the same at every start."""
    path = _path(home)
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    carrier, payment, mailbox, smtp = _free_ports(4)
    kept = Kept(carrier, payment, mailbox, smtp, key="", hook_secret=_hook_secret())
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(kept))
    return kept


def _hook_secret() -> str:
    """Return a secret as Standard Webhooks spell it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def _path(home: Path) -> Path:
    return home / "secrets" / "demo.json"


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


async def _with_key(home: Path, opened: House, tenant_id: UUID, kept: Kept) -> Kept:
    """Make the key of the demo's people at the first start, and keep it."""
    if not kept.key:
        kept = replace(kept, key=await auth.make_key(opened.db, tenant_id, "demo", ["*"]))
        _path(home).write_bytes(msgspec.json.encode(kept))
    return kept


async def _tenant(opened: House, speed: float) -> UUID:
    """Make the tenant with its people and clock if it is not there; let its clock run at `speed`."""
    known = {one.code: one.id for one in await auth.tenants(opened.db)}
    if TENANT not in known:
        known[TENANT] = await auth.add_tenant(opened.db, TENANT, "Northside Fulfillment")
        morning = datetime.combine(datetime.now(UTC).date() - timedelta(days=1), MORNING, UTC)
        await clock.simulate(opened.db, known[TENANT], morning)
    tenant_id = known[TENANT]
    for person in PEOPLE:
        try:
            await auth.add_user(
                opened.db, tenant_id, NewUser(person.login, person.name, PASSWORD, (person.role,))
            )
        except Refused:  # there since the first start
            continue
    async with opened.db.transaction(tenant_id, actor="demo") as tx:
        now = tx.now
    await clock.simulate(opened.db, tenant_id, now, rate=speed)
    return tenant_id


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
