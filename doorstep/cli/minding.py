"""Minding a simulated shop in a terminal: how it is connected is printed, Enter sells, what the house tells is shown.

The shop speaks HTTP with the house like any other. Only what its owner would know anyway is read from the house's own books: the
merchant's goods, and what time it is there, since a demo's day lasts minutes.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from random import Random
from uuid import UUID

import httpx
import typer
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from doorstep import app as house
from doorstep.platform import auth, config
from doorstep.platform.addresses import networks
from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.house import House
from doorstep.stages import catalog
from doorstep.world.serving import HOST, serve_until_told
from doorstep.world.storefront import ShopifyFront, Storefront, Trade, Ware, WooFront

WARES_MAX = 12
LOOK_EVERY_S = 0.5
LINE_MAX = 4096
CODE_MAX = 28
"""The name of a shop has 40 letters at most, its kind among them."""


class Kind(StrEnum):
    """Which shop it is."""

    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"


FRONTS: dict[Kind, Callable[[Trade, Random], Storefront]] = {
    Kind.SHOPIFY: ShopifyFront,
    Kind.WOOCOMMERCE: WooFront,
}
PORTS = {Kind.SHOPIFY: 8181, Kind.WOOCOMMERCE: 8182}
"""Where each kind listens by itself, so that a shop which is opened again is found where it was connected."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which shop is opened.

    Attributes:
        merchant, tenant: codes; empty: the first merchant, the only tenant.
        port: where it listens; 0: where its kind does.
        orders, every_s: how many it sells by itself, and how long it waits before each.
    """

    kind: Kind
    merchant: str
    tenant: str
    port: int
    orders: int
    every_s: float


async def mind(wanted: Wanted) -> None:
    """Open a shop and mind it until Ctrl-C.

    Raises:
        ValueError: no house runs here, the port is taken, or there is nothing to sell.
        Refused: there is no such tenant or merchant.
    """
    settings = config.read()
    url = f"http://{settings.host}:{settings.port}"
    is_demo = _is_demo(url)
    port = wanted.port or PORTS[wanted.kind]
    _check_free(port)
    async with house.open_house(settings) as opened:
        tenant_id = await _tenant_id(opened, wanted.tenant)
        async with opened.db.transaction(tenant_id, actor="cli") as tx:
            owner = await _merchant(tx, wanted.merchant)
            front = FRONTS[wanted.kind](await _trade(tx, owner), Random())
        for line in _how(front, owner, f"http://{HOST}:{port}", url, is_demo=is_demo):
            typer.echo(line)
        if not is_demo and not any(ip_address(HOST) in one for one in networks(settings.partner_networks)):
            typer.echo(
                f"It calls a shop on this machine if it was started with DOORSTEP_PARTNER_NETWORKS={HOST}/32."
            )
        await serve_until_told(_Counter(front, opened, tenant_id).minded(port, wanted.orders, wanted.every_s))


def _is_demo(url: str) -> bool:
    try:
        return httpx.get(f"{url}/demo", trust_env=False).is_success
    except httpx.TransportError:
        message = f"No house answers at {url}. Start `make demo` or `doorstep serve` in another terminal, and leave it running."
        raise ValueError(message) from None


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise ValueError(f"Port {port} is taken. Name another one with --port.") from None


async def _tenant_id(opened: House, code: str) -> UUID:
    known = {one.code: one.id for one in await auth.tenants(opened.db)}
    if not code and len(known) == 1:
        return next(iter(known.values()))
    if not code:
        raise ValueError(
            f"Say whose shop it is with --tenant; there is {', '.join(sorted(known)) or 'none yet'}."
        )
    if code not in known:
        raise unknown("tenant", code)
    return known[code]


async def _merchant(tx: Tx, code: str) -> catalog.Merchant:
    known = {one.code: one for one in (await catalog.merchants_of(tx)).values()}
    if not known:
        raise ValueError("There is no merchant yet whose shop it could be. Add one first.")
    if code and code not in known:
        raise unknown("merchant", code)
    return known[code or next(iter(known))]


async def _trade(tx: Tx, owner: catalog.Merchant) -> Trade:
    """Return what a merchant sells; its customers live around the first warehouse, so that parcels can get there."""
    found = await catalog.find_products(tx, merchant_id=owner.id, most=WARES_MAX)
    places = await catalog.warehouses(tx)
    if not found or not places:
        raise ValueError(
            f"{owner.name} has nothing to sell yet: it takes a warehouse and a product. Add them first."
        )
    near = places[0]
    return Trade(
        currency=owner.currency,
        wares=[Ware(one.sku, one.price_minor) for one in found],
        street=near.street.rstrip("0123456789 "),
        city=near.city,
        region=near.region,
        postal_code=near.postal_code,
        country=near.country,
    )


def _how(
    front: Storefront, owner: catalog.Merchant, url: str, house_url: str, *, is_demo: bool
) -> Iterator[str]:
    """Yield how the shop is connected, in the words of the page and of docs/channels.md."""
    yield f"A simulated {front.kind} shop of {owner.name} is open at {url}. Ctrl-C closes it."
    yield ""
    yield f"1. {f'Open {house_url}/demo, come in as Manager' if is_demo else f'Sign in at {house_url}'}, and open Channels."
    yield "2. Under Connect a shop, fill in:"
    rows = {
        "Kind": front.kind,
        "Whose shop": owner.name,
        "Our name of it": f"{owner.code[:CODE_MAX]}-{front.kind.lower()}",
        "Address": url,
        **front.keys,
    }
    for label, text in rows.items():
        yield f"     {label:40} {text}"
    yield "3. Press Connect, then Test."
    yield "4. Copy the address under Its calls, paste it here, and press Enter."
    yield "5. From then on each Enter sells an order."
    yield ""


class _Counter:
    """The counter of one open shop."""

    def __init__(self, front: Storefront, opened: House, tenant_id: UUID) -> None:
        self.front, self.opened, self.tenant_id = front, opened, tenant_id
        self.connected = asyncio.Event()

    @asynccontextmanager
    async def minded(self, port: int, orders: int, every_s: float) -> AsyncIterator[None]:
        """Serve the shop, and mind it until the end of the block."""
        async with self.front.served(port), asyncio.TaskGroup() as tasks:
            minding = [
                tasks.create_task(one)
                for one in (self._listen(), self._look(), self._sell_some(orders, every_s))
            ]
            yield
            for one in minding:
                one.cancel()

    async def _listen(self) -> None:
        """Sell at each Enter; what is an address is where the house wants to be called."""
        async for line in _typed():
            if line.startswith(("http://", "https://")):
                self.front.shop.hook = line
                typer.echo(f"The shop calls {line} from now on. {await self.front.call()}")
            elif line:
                typer.echo("Paste the address under Its calls, or press Enter alone to sell an order.")
            else:
                await self._sell()

    async def _look(self) -> None:
        """Show what the house told, as it tells it."""
        while True:
            for line in self.front.news():
                typer.echo(line)
            if self.front.connected:
                self.connected.set()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _sell_some(self, orders: int, every_s: float) -> None:
        for _ in range(orders):
            await asyncio.sleep(every_s)
            await self.connected.wait()
            await self._sell()

    async def _sell(self) -> None:
        if not self.connected.is_set():
            typer.echo("The house does not know this shop yet. Connect it first, as it says above.")
            return
        try:
            typer.echo(await self.front.sell(await self._now()))
        except (OperationalError, PoolTimeout):
            typer.echo("The house is away. Nothing was sold.")

    async def _now(self) -> datetime:
        async with self.opened.db.transaction(self.tenant_id, actor="cli") as tx:
            return tx.now


async def _typed() -> AsyncIterator[str]:
    """Yield each line that is typed; none where nobody can type."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop, rest = asyncio.get_running_loop(), bytearray()

    def read() -> None:
        some = os.read(sys.stdin.fileno(), LINE_MAX)
        rest.extend(some)
        while b"\n" in rest:
            line, _, after = bytes(rest).partition(b"\n")
            rest[:] = after
            lines.put_nowait(line.decode("utf-8", "replace").strip())
        if not some:
            lines.put_nowait(None)

    with suppress(PermissionError):  # a file, which is always ready, cannot be waited for
        loop.add_reader(sys.stdin.fileno(), read)
        try:
            while (line := await lines.get()) is not None:
                yield line
        finally:
            loop.remove_reader(sys.stdin.fileno())
