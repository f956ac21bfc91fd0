"""The running house and its outside: everything in child processes on loopback, ended together."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random
from uuid import UUID

import httpx

from doorstep import app as house
from doorstep.cli.kept import Kept, keep
from doorstep.cli.running import parts, running_database
from doorstep.platform import auth, clock
from doorstep.platform.auth import NewUser
from doorstep.platform.config import Settings
from doorstep.platform.demo import PASSWORD, PEOPLE
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.supervisor import Part, Supervisor
from doorstep.world.day import Day
from doorstep.world.furnishing import Furnished, Furnisher
from doorstep.world.people.person import Person
from doorstep.world.people.staff import STAFF

TENANT = "demo"
MORNING = time(7, 30)
READY_S = 60.0
CARRIER_KEY, PAYMENT_KEY = "carrier-demo-key", "payment-demo-key"


@dataclass
class Stage:
    """The running house, its outside, and what becomes of them.

    Attributes:
        say: told in a few words what is being done.
    """

    settings: Settings
    kept: Kept
    opened: House
    tenant_id: UUID
    supervisor: Supervisor
    say: Callable[[str], None]
    house: httpx.AsyncClient
    carrier: httpx.AsyncClient
    payment: httpx.AsyncClient
    mailbox: httpx.AsyncClient

    async def day(self, seed: int) -> Day:
        """Furnish the house if it is empty, and return its people."""
        owner = Person("owner", self.house, self.kept.keys["owner"], Random(seed))
        furnished = await self._furnish(owner)
        hook = f"{self.settings.public_url}/hooks/carriers/{TENANT}/parcelo"
        await self.carrier.put(
            "/v1/webhooks",
            json={"url": hook, "secret": self.kept.hook_secret},
            headers={"authorization": f"Bearer {CARRIER_KEY}"},
        )
        run = datetime.now(UTC).strftime("%y%m%d%H%M%S")
        day = Day(self.house, self.carrier, self.mailbox, self.kept.keys, furnished, seed, "simulated", run)
        await day.begin()
        return day

    async def _furnish(self, owner: Person) -> Furnished:
        carrier = f"http://127.0.0.1:{self.kept.carrier_port}"
        furnisher = Furnisher(
            owner, carrier, CARRIER_KEY, self.kept.hook_secret, lambda line: self.say(f"  furnishing {line}")
        )
        return await furnisher.furnish()

    async def stand_still(self) -> None:
        """Stop the tenant's clock, so that the next start goes on at this moment."""
        async with self.opened.db.transaction(self.tenant_id, actor="demo") as tx:
            now = tx.now
        await clock.simulate(self.opened.db, self.tenant_id, now, rate=0.0)


@asynccontextmanager
async def running(
    settings: Settings, workers: int, speed: float, say: Callable[[str], None]
) -> AsyncIterator[Stage]:
    """Start everything, wait until it answers, and end everything at the end.

    Args:
        settings: of the house; where mail, text messages and payments go is ours to say.
        workers: web processes, each with a worker.
        speed: business seconds in one second; 0: the clock stands until it is moved.
        say: told in a few words what is being done.
    """
    kept = keep(settings.home)
    settings = _with_outside(settings, kept)
    async with running_database(settings) as keep_database, house.open_house(settings) as opened:
        tenant_id = await _tenant(opened, speed)
        kept = await _with_keys(settings, opened, tenant_id, kept)
        supervisor = Supervisor(_all_parts(settings, kept, workers), keep_database)
        at_work = asyncio.create_task(supervisor.run())
        try:
            async with _clients(settings, kept) as clients:
                yield Stage(settings, kept, opened, tenant_id, supervisor, say, *clients)
        finally:
            supervisor.stopping.set()
            await at_work


@asynccontextmanager
async def _clients(settings: Settings, kept: Kept) -> AsyncIterator[tuple[httpx.AsyncClient, ...]]:
    """Open a client to the house and to each of the outside; none keeps cookies, for each speaks for many people."""
    urls = (
        f"http://{settings.host}:{settings.port}",
        *(f"http://127.0.0.1:{port}" for port in (kept.carrier_port, kept.payment_port, kept.mailbox_port)),
    )
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=50)
    clients = [
        httpx.AsyncClient(
            base_url=url,
            timeout=30,
            limits=limits,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        for url in urls
    ]
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
        "DOORSTEP_PARTNER_NETWORKS": settings.partner_networks,
        "DOORSTEP_DEMO": TENANT,
        "DOORSTEP_DEMO_MAILBOX": f"http://127.0.0.1:{kept.mailbox_port}",
        "DOORSTEP_LOG_LEVEL": os.environ.get("DOORSTEP_LOG_LEVEL", "error"),
    }
    outside = {
        "carrier": (kept.carrier_port,),
        "payment": (kept.payment_port,),
        "mailbox": (kept.mailbox_port, "--smtp-port", kept.smtp_port),
    }
    folder = settings.home / "outside"
    return [
        *(
            Part(name, ("outside", name, "--folder", str(folder), "--port", *map(str, port)))
            for name, port in outside.items()
        ),
        *(
            replace(part, environment={**environment, **part.environment})
            for part in parts(settings, workers)
        ),
    ]


def _with_outside(settings: Settings, kept: Kept) -> Settings:
    return replace(
        settings,
        public_url=f"http://{settings.host}:{settings.port}",
        mail_url=f"smtp://127.0.0.1:{kept.smtp_port}",
        sms_url=f"http://127.0.0.1:{kept.mailbox_port}/sms",
        payment_url=f"http://127.0.0.1:{kept.payment_port}",
        partner_networks="127.0.0.1/32",
    )


async def _with_keys(settings: Settings, opened: House, tenant_id: UUID, kept: Kept) -> Kept:
    """Give everybody in the world who has none a key of their own, and keep it."""
    new = {
        name: await auth.make_key(opened.db, tenant_id, one.key_name, list(one.scopes))
        for name, one in STAFF.items()
        if name not in kept.keys
    }
    kept = replace(kept, keys={**kept.keys, **new})
    kept.write(settings.home)
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
