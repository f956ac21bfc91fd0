"""A person with a device: speaks to the house over HTTP, tries again when it is away, and carries an id for each act."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import structlog

log = structlog.get_logger()

PATIENCE_S = 90.0
"""So long a person tries again while the house is away, before giving up."""

AWAY = (502, 503, 504)


class GaveUpError(RuntimeError):
    """The house was away for longer than a person's patience."""


@dataclass(slots=True)
class Person:
    """One who works or buys through HTTP.

    Attributes:
        name: for logs.
        http: with the house's base URL.
        key: API key that says what this person may do.
        dice: decides everything that is up to chance.
        run: makes the ids of this run differ from those of another with the same dice.
        refusals: how often the house said no, by status and title, for the books of the day.
    """

    name: str
    http: httpx.AsyncClient
    key: str
    dice: Random
    run: str = ""
    refusals: dict[str, int] = field(default_factory=dict)

    def new_id(self) -> str:
        """Return an id for one act: repeated with it, the act counts once."""
        return f"{self.name}-{self.run}-{self.dice.getrandbits(64):016x}"

    async def get(self, path: str, **params: Any) -> Any:
        """Return what an address answers, as JSON.

        Raises:
            GaveUpError: the house stayed away.
            httpx.HTTPStatusError: it refused.
        """
        wanted = {name: value for name, value in params.items() if value is not None}
        answer = await self._send("GET", path, params=wanted)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, body: Any, *, key: str | None = None) -> tuple[int, Any]:
        """Do one act and return status and JSON; sent again under the same key until it is answered.

        Raises:
            GaveUpError: the house stayed away.
        """
        return await self._act("POST", path, body, key)

    async def put(self, path: str, body: Any) -> tuple[int, Any]:
        """Put something in its place, like `post`."""
        return await self._act("PUT", path, body, None)

    async def _act(self, method: str, path: str, body: Any, key: str | None) -> tuple[int, Any]:
        answer = await self._send(method, path, json=body, headers={"idempotency-key": key or self.new_id()})
        found = answer.json() if answer.content else None
        if answer.status_code >= 400:
            title = f"{answer.status_code} {(found or {}).get('title', '')}"
            self.refusals[title] = self.refusals.get(title, 0) + 1
        return answer.status_code, found

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.key}", **request.pop("headers", {})}

        async def send() -> httpx.Response:
            return await self.http.request(method, path, headers=headers, **request)

        return await patiently(send, f"{self.name}: {method} {path}")


async def patiently(send: Callable[[], Awaitable[httpx.Response]], what: str) -> httpx.Response:
    """Send until the house answers: not while it is away, nor while the same request is still under way.

    Raises:
        GaveUpError: the house stayed away.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_S
    while True:
        try:
            answer = await send()
            in_flight = answer.status_code == 409 and answer.headers.get("retry-after")
            if answer.status_code not in AWAY and not in_flight:
                return answer
        except httpx.TransportError as error:
            log.debug("house_away", what=what, error=type(error).__name__)
        if loop.time() > until:
            raise GaveUpError(f"{what} was not answered for {PATIENCE_S:.0f} s")
        await asyncio.sleep(
            0.2 + random.random() * 0.3
        )  # jitter; from no seeded die, or outages would change the day
