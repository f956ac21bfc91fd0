"""The only file that knows every stage: their order, life cycles, reactions, routes, pages and tables."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar

from doorstep.platform import auth, config, demo, desk, doctor, jobs, keys, serving, vault, web
from doorstep.platform.aspects import Aspect
from doorstep.platform.config import Settings
from doorstep.platform.db import Database, Tx, connect
from doorstep.platform.embedded import Embedded, kept_secret
from doorstep.platform.house import House
from doorstep.platform.machine import Machine
from doorstep.platform.migrate import Migration, make_database, migrate, read_migrations
from doorstep.platform.reaching import partner_client
from doorstep.platform.statements import Statement
from doorstep.platform.tasks import Duties, Every, duties
from doorstep.platform.thinking import dismiss
from doorstep.platform.webhooks import acts as webhooks
from doorstep.platform.webhooks import api as webhooks_api
from doorstep.platform.webhooks import pages as webhooks_pages
from doorstep.platform.webhooks.announcing import ERRAND, Announcer
from doorstep.platform.webhooks.delivering import deliver
from doorstep.platform.webhooks.model import ENDPOINT, Vocabulary, shared_kinds
from doorstep.stages import catalog, orders

STAGES = ("catalog", "inventory", "orders", "warehouse", "shipping", "tracking", "delivery", "feedback")
"""In the order of knowledge: a later stage may know an earlier one."""

PACKAGE = Path(__file__).parent
MIGRATIONS = PACKAGE / "migrations"


def _parts(name: str) -> list[tuple[str, ModuleType]]:
    """Return the module `name` of every stage that has one."""
    places = [(stage, f"doorstep.stages.{stage}") for stage in STAGES] + [("tower", "doorstep.tower")]
    return [
        (stage, import_module(f"{package}.{name}"))
        for stage, package in places
        if find_spec(package) and find_spec(f"{package}.{name}")
    ]


@cache
def machines() -> tuple[Machine, ...]:
    """Every life cycle of the house: the stages', and that of webhooks."""
    of_stages = (machine for _, model in _parts("model") for machine in getattr(model, "MACHINES", ()))
    return (*of_stages, ENDPOINT)


def told() -> tuple[str, ...]:
    """Every event of things without a life cycle, as the stages' models name them in `TOLD`."""
    return tuple(kind for _, model in _parts("model") for kind in getattr(model, "TOLD", ()))


@cache
def vocabulary() -> Vocabulary:
    """What the outside may learn, as the stages' jobs say in `TELLS`, in the order of an order's walk."""
    return {kind: tells for _, part in _parts("jobs") for kind, tells in getattr(part, "TELLS", {}).items()}


@cache
def aspects() -> tuple[Aspect, ...]:
    """What later stages know of orders, as their pages list it in `ASPECTS`, in the order of an order's walk."""
    return tuple(one for _, part in _parts("pages") for one in getattr(part, "ASPECTS", ()))


async def merchants(tx: Tx) -> dict[UUID, str]:
    """Return the names of the merchants, for the ground, which knows no stage."""
    return {one.id: one.name for one in (await catalog.merchants_of(tx)).values()}


async def gauges(tx: Tx) -> dict[str, float]:
    """Return what the stages measure of a tenant, as their jobs list it in `GAUGES`."""
    found: dict[str, float] = {}
    for _, part in _parts("jobs"):
        for measure in getattr(part, "GAUGES", ()):
            found |= await measure(tx)
    return found


@cache
def all_duties() -> Duties:
    """Every reaction and timer of the house; public events are announced to webhooks."""
    parts = [("platform", jobs), *_parts("jobs")]
    stages = [(stage, getattr(part, "ON", {}), getattr(part, "EVERY", {})) for stage, part in parts]
    on = {kind: [Announcer(vocabulary()).announce] for kind in shared_kinds(vocabulary())}
    every = {"forget": Every(3600.0, webhooks.forget)}
    watches = [watch for _, part in parts for watch in getattr(part, "WATCHES", ())]
    return duties([*stages, ("webhooks", on, every)], {ERRAND: deliver}, watches)


def routes() -> list[Any]:
    """Every route of the house: the desk's own, then each stage's API and pages."""
    return [
        *desk.ROUTES,
        *keys.ROUTES,
        *demo.ROUTES,
        *webhooks_api.ROUTES,
        *webhooks_pages.ROUTES,
        *(route for name in ("api", "pages") for _, part in _parts(name) for route in part.ROUTES),
    ]


def template_folders() -> list[Path]:
    """Where templates live: the shared folder, then one per stage."""
    folders = [PACKAGE / "platform" / "templates", *(PACKAGE / "stages" / s / "templates" for s in STAGES)]
    return [folder for folder in (*folders, PACKAGE / "tower" / "templates") if folder.is_dir()]


def tables() -> str:
    """Return the present of the database: the ground's tables, then every stage's."""
    ground = ["doorstep.platform", "doorstep.platform.webhooks"]
    packages = [*ground, *(f"doorstep.stages.{stage}" for stage in STAGES)]
    sources = [source for package in packages if find_spec(package) for source in _tables_of(package)]
    return "\n".join(source.read_text(encoding="utf-8") for source in sources)


def _tables_of(package: str) -> list[Path]:
    """Return the `tables.sql` of a package, or the files of its folder `tables/`: the one that makes the schema first."""
    home = PACKAGE.parent.joinpath(*package.split("."))
    rooms = sorted((home / "tables").glob("*.sql"), key=lambda room: (room.stem != home.name, room.name))
    return rooms or [source for source in [home / "tables.sql"] if source.is_file()]


def migrations() -> list[Migration]:
    """Return the past of the database."""
    return read_migrations(MIGRATIONS)


def invariants() -> list[tuple[str, Statement]]:
    """Every invariant of the ground and of the stages, by name."""
    packages = ["doorstep.platform", *(f"doorstep.stages.{stage}" for stage in STAGES)]
    return doctor.invariants([package for package in packages if find_spec(package)], machines())


async def prepare(settings: Settings, *, anew: bool = False) -> tuple[Settings, list[str]]:
    """Start and migrate the embedded database unless another is set; return settings that name it and what was applied.

    The fences are laid when they are others than those laid last, or `anew`.
    """
    if settings.database_url is None:
        embedded = Embedded(settings.home)
        await embedded.start()
        await make_database(embedded)
        settings = with_urls(settings, embedded.url("app"), embedded.url("owner"))
    if settings.owner_url is None:
        return settings, []
    app_role = httpx.URL(settings.database_url or "").username or "doorstep_app"
    applied = await migrate(settings.owner_url, app_role, migrations(), machines(), anew=anew)
    return settings, applied


def with_urls(settings: Settings, database_url: str, owner_url: str) -> Settings:
    """Return the settings with the database's two addresses."""
    values = {name: getattr(settings, name) for name in settings.__slots__}
    return Settings(**{**values, "database_url": database_url, "owner_url": owner_url})


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open the pool and the HTTP client; close them at the end, and send home whoever still thinks for us."""
    url = settings.database_url or Embedded(settings.home).url("app")
    secret = settings.secret or kept_secret(settings.home / "secrets" / "signing")
    async with (
        connect(
            url, pool_max=settings.pool_max, listeners=all_duties().listeners, vault=vault_of(settings)
        ) as db,
        partner_client(settings) as http,
    ):
        try:
            yield House(settings, db, http, secret, vocabulary(), merchants, gauges, aspects(), orders.named)
        finally:
            await dismiss()


def vault_file(settings: Settings) -> Path:
    """Return where the keys of the vault are kept when no setting lists them."""
    return settings.home / "secrets" / "vault"


def vault_of(settings: Settings) -> vault.Vault:
    """Return what seals the keys of partners.

    Raises:
        ValueError: a key of the setting is none.
    """
    return vault.listed(settings.vault_keys) if settings.vault_keys else vault.kept(vault_file(settings))


async def reseal(db: Database) -> int:
    """Seal every secret of every tenant with the newest key; return how many things have secrets."""
    count = 0
    for tenant in await auth.tenants(db):
        async with db.transaction(tenant.id, actor="system:vault") as tx:
            count += await catalog.reseal(tx) + await orders.reseal(tx)
    return count


async def locked_secrets(db: Database, tenant_id: UUID) -> list[str]:
    """Return the things of a tenant whose secrets cannot be opened."""
    async with db.transaction(tenant_id, actor="system:vault") as tx:
        return [*await catalog.locked(tx), *await orders.locked(tx)]


def bench(module: str) -> Callable[[Any], Any]:
    """Return the `run` of a bench by the name of its module: it takes `Options` and returns a `Report`."""
    run: Callable[[Any], Any] = import_module(module).run
    return run


def create() -> Litestar:
    """Return the web application; the server calls this in each of its processes."""
    settings = config.read()

    @asynccontextmanager
    async def opened() -> AsyncIterator[House]:
        watch = asyncio.create_task(serving.leave_with_parent())
        async with open_house(settings) as house:
            serving.settle_memory()
            yield house
        watch.cancel()

    return application(settings, opened)


def application(settings: Settings, opened: Callable[[], AbstractAsyncContextManager[House]]) -> Litestar:
    """Return the web application of a house that `opened` opens when the server starts."""
    secret = settings.secret or kept_secret(settings.home / "secrets" / "signing")
    return web.build(
        opened,
        routes(),
        template_folders(),
        secret=secret,
        body_max=settings.body_max,
        tile_url=settings.tile_url,
    )
