"""Which addresses may be called, when others say where: shops, carriers, webhooks.

A name may lead to a private address, and may lead elsewhere when it is asked again; so a name is resolved and judged, and just
the address that was judged is dialed, while TLS and the `Host` header go by the name.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

from doorstep.platform.addresses import Network, networks
from doorstep.platform.config import Settings
from doorstep.platform.trust import trusted

Address = IPv4Address | IPv6Address

NAT64 = IPv6Network("64:ff9b::/96")
RESOLVE_S = 4.0
ADDRESSES_MAX = 4
CONNECTIONS_MAX = 100
KEPT_MAX = 20
KEPT_S = 5.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


def may_call(address: Address, allowed: Sequence[Network]) -> bool:
    """Return whether an address may be called: a public one, or one of the networks that the operator allows.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, Teredo, NAT64) is judged as that one.
    """
    if isinstance(address, IPv6Address):
        teredo = address.teredo[1] if address.teredo else None
        inner = address.ipv4_mapped or address.sixtofour or teredo
        if inner is None and address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return may_call(inner, allowed)
    if any(address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, as the system says."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


async def judged(
    host: str, port: int, allowed: Sequence[Network], *, plain: bool, look_up: Resolve = resolve
) -> tuple[list[str], str]:
    """Return what may be dialed for a name, at most four addresses, and why nothing may; `plain` when it is called by http."""
    try:
        async with asyncio.timeout(RESOLVE_S):
            named = [ip_address(one.partition("%")[0]) for one in await look_up(host, port)]
    except (OSError, UnicodeError, TimeoutError, ValueError):
        return [], "the name is not known"
    private = [one for one in named if not may_call(one, allowed)]
    if private:
        return [], "the name leads to a private address, which is not called"
    if plain and not all(_allowed(one, allowed) for one in named):
        return [], "only https is called outside of the allowed networks"
    ordered = sorted(named, key=lambda one: one.version)[:ADDRESSES_MAX]
    return [str(one) for one in ordered], "" if ordered else "the name has no address"


def _allowed(address: Address, allowed: Sequence[Network]) -> bool:
    return any(address in network for network in allowed)


@dataclass(frozen=True, slots=True)
class Dialer(httpcore.AsyncNetworkBackend):
    """Dials judged addresses only.

    Attributes:
        allowed: private networks that may be called.
        known: (host, port) that the operator's own settings name: they are called wherever they are.
        plain: for http; else for https.
    """

    allowed: tuple[Network, ...]
    known: frozenset[tuple[str, int]]
    plain: bool
    look_up: Resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Open a connection to a name.

        Raises:
            httpcore.ConnectError: it may not be called, or does not answer.
        """
        wire = httpcore.AnyIOBackend()
        if (host, port) in self.known:
            return await wire.connect_tcp(host, port, timeout, local_address, socket_options)
        addresses, broken = await judged(host, port, self.allowed, plain=self.plain, look_up=self.look_up)
        if broken:
            raise httpcore.ConnectError(broken)
        for address in addresses[:-1]:
            try:
                return await wire.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await wire.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts."""
        await asyncio.sleep(seconds)


def partner_client(settings: Settings, look_up: Resolve = resolve) -> httpx.AsyncClient:
    """Return the client that calls shops, carriers and whom the settings name; it follows no redirect and asks no proxy.

    Raises:
        ValueError: `partner_networks` names no networks.
    """
    allowed = networks(settings.partner_networks)
    named = [httpx.URL(one) for one in (settings.payment_url, settings.sms_url, settings.osrm_url) if one]
    known = frozenset((one.host, one.port or (443 if one.scheme == "https" else 80)) for one in named)
    mounts = {
        f"{scheme}://": _transport(Dialer(allowed, known, scheme == "http", look_up))
        for scheme in ("http", "https")
    }
    return httpx.AsyncClient(
        mounts=mounts,
        verify=trusted(),
        trust_env=False,
        timeout=httpx.Timeout(10.0, connect=3.0),
        follow_redirects=False,
    )


def _transport(dialer: Dialer) -> httpx.AsyncHTTPTransport:
    """Return httpx's own transport with another way to dial, for which it has no parameter."""
    transport = httpx.AsyncHTTPTransport(verify=trusted(), trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 - see above
        ssl_context=trusted(),
        max_connections=CONNECTIONS_MAX,
        max_keepalive_connections=KEPT_MAX,
        keepalive_expiry=KEPT_S,
        network_backend=dialer,
    )
    return transport
