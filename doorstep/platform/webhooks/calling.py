"""The line to an endpoint: its name is resolved and judged once, and then only that address is called.

A name may lead to a private address, and may lead elsewhere when it is asked again; so the address that was judged is the one
that is dialed, while TLS and the `Host` header go by the name. Redirects are answers, not invitations. No proxy is asked.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from doorstep.platform.addresses import Network
from doorstep.platform.reaching import Resolve, judged, resolve
from doorstep.platform.trust import trusted
from doorstep.platform.webhooks.model import ANSWER_MAX, Answer

CALL_S = 10.0
"""Whoever has not answered by then has not answered."""

CONNECT_S = 3.0


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
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    addresses, broken = await judged(
        parsed.host, port, allowed, plain=parsed.scheme == "http", look_up=look_up
    )
    async with httpx.AsyncClient(
        verify=trusted(),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(CALL_S, connect=CONNECT_S),
        headers={"user-agent": "doorstep-webhooks/1", "content-type": "application/json"},
    ) as client:
        yield Line(client, parsed, addresses, broken)


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
