"""The line to an endpoint: its name is resolved and judged once, and then only that address is called.

A name may lead to a private address, and may lead elsewhere when it is asked again; so the address that was judged is the one
that is dialed, while TLS and the `Host` header go by the name. Redirects are answers, not invitations. No proxy is asked.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address

import httpx

from doorstep.platform.trust import trusted
from doorstep.platform.webhooks.model import ANSWER_MAX, Answer
from doorstep.platform.webhooks.rules import Address, Network, may_call

CALL_S = 10.0
"""Whoever has not answered by then has not answered."""

CONNECT_S = 3.0
RESOLVE_S = 4.0
ADDRESSES_MAX = 4

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, as the system says."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(slots=True)
class Line:
    """A line to one endpoint, open for a while.

    Attributes:
        addresses: what may be dialed, in order; the one that answered last is first.
        broken: why nothing may be dialed.
    """

    client: httpx.AsyncClient
    url: httpx.URL
    addresses: list[str]
    broken: str = ""

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Call once, and say what it came to; this never raises for what the other side does."""
        if self.broken:
            return Answer(None, 0, error=self.broken)
        begun = time.monotonic()
        try:
            async with asyncio.timeout(CALL_S):
                status, said, retry_after = await self._post(headers, body)
        except TimeoutError:
            return Answer(None, _ms(begun), error=f"no answer within {CALL_S:.0f} seconds")
        except (httpx.HTTPError, ssl.SSLError, OSError, UnicodeError) as error:
            return Answer(None, _ms(begun), error=f"{type(error).__name__}: {error}"[:300])
        if 300 <= status < 400:
            return Answer(status, _ms(begun), said, "redirects are not followed; change the address")
        return Answer(
            status, _ms(begun), said, "" if 200 <= status < 300 else f"answered {status}", retry_after
        )

    async def _post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, int]:
        for address in tuple(self.addresses):
            request = self.client.build_request(
                "POST",
                self.url.copy_with(host=address),
                content=body,
                headers={**headers, "host": self.url.netloc.decode()},
                extensions={"sni_hostname": self.url.host},
            )
            try:
                answer = await self.client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if address == self.addresses[-1]:
                    raise
                continue
            try:
                said = await _beginning(answer)
            finally:
                await answer.aclose()
            self.addresses.sort(key=lambda one: one != address)
            return answer.status_code, said, _seconds(answer.headers.get("retry-after", ""))
        raise httpx.ConnectError("the name has no address")


@asynccontextmanager
async def line(url: str, allowed: Sequence[Network], look_up: Resolve = resolve) -> AsyncIterator[Line]:
    """Resolve an endpoint's name, judge what it leads to, and open a line to just that."""
    parsed = httpx.URL(url)
    addresses, broken = await _judged(parsed, allowed, look_up)
    async with httpx.AsyncClient(
        verify=trusted(),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(CALL_S, connect=CONNECT_S),
        headers={"user-agent": "doorstep-webhooks/1", "content-type": "application/json"},
    ) as client:
        yield Line(client, parsed, addresses, broken)


async def _judged(url: httpx.URL, allowed: Sequence[Network], look_up: Resolve) -> tuple[list[str], str]:
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        async with asyncio.timeout(RESOLVE_S):
            named = [ip_address(one.partition("%")[0]) for one in await look_up(url.host, port)]
    except (OSError, UnicodeError, TimeoutError, ValueError):
        return [], "the name is not known"
    private = [one for one in named if not may_call(one, allowed)]
    if private:
        return [], "the name leads to a private address, which is not called"
    if url.scheme == "http" and not all(_allowed(one, allowed) for one in named):
        return [], "only https is called outside of the allowed networks"
    ordered = sorted(named, key=lambda one: one.version)[:ADDRESSES_MAX]
    return [str(one) for one in ordered], "" if ordered else "the name has no address"


def _allowed(address: Address, allowed: Sequence[Network]) -> bool:
    return any(address in network for network in allowed)


async def _beginning(answer: httpx.Response) -> str:
    """Read no more of an answer than is kept."""
    read = b""
    async for chunk in answer.aiter_raw(ANSWER_MAX):
        read += chunk
        if len(read) >= ANSWER_MAX:
            break
    return read[:ANSWER_MAX].decode(errors="replace").replace("\0", "\ufffd")


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _ms(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
