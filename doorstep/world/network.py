"""The carrier's network: its clock, what happened to its parcels so far, and who is told."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from doorstep.platform import signatures
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.world.ledger import Ledger
from doorstep.world.mishaps import Mishaps, MishapsIn
from doorstep.world.wire import Stop

Q = Statements("doorstep.world")

TELLING = {
    "hook_duplicate": "a webhook is sent twice",
    "hook_late": "a webhook is held back for two seconds and so overtaken",
    "hook_drop": "a webhook is never sent",
}
HOOK_ATTEMPTS_MAX = 12
HOOK_TIMEOUT_S = 5.0
AT_ONCE = 64
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class ToTell:
    """A scan that somebody is waiting for."""

    id: str
    body: str
    attempts: int
    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A scan as the books hold it."""

    id: str
    body: str


class Network:
    """Parcels on their way, by the carrier's own clock."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        kept = ledger.value(Q.carrier_setting, name="mishaps")
        self.mishaps = Mishaps(msgspec.json.decode(kept, type=MishapsIn) if kept else None)
        self._http = httpx.AsyncClient(timeout=HOOK_TIMEOUT_S)
        self._telling = asyncio.Lock()

    def now(self) -> float:
        """Return the carrier's time, seconds since 1970: simulated once it was moved, else real."""
        kept = self.ledger.value(Q.carrier_setting, name="now")
        return float(kept) if kept else time.time()

    def advance(self, to: float) -> int:
        """Move the clock forward and return how many scans happened meanwhile; a time in the past moves nothing."""
        since = self.now() if self.ledger.value(Q.carrier_setting, name="now") else 0.0
        if to <= since:
            return 0
        self.ledger.run(Q.set_carrier_setting, name="now", value=repr(to))
        return int(self.ledger.value(Q.count_happened, since=since, now=to))

    def befall(self, asked: MishapsIn, *known: Mapping[str, str]) -> None:
        """Change what goes wrong, and remember it.

        Raises:
            Stop: 422, a mishap that this carrier cannot meet.
        """
        mishaps = Mishaps(asked)
        if stray := mishaps.unknown(TELLING, *known):
            raise Stop(422, "unknown_mishap", f"There is no mishap {', '.join(stray)}.")
        self.ledger.run(Q.set_carrier_setting, name="mishaps", value=msgspec.json.encode(asked).decode())
        self.mishaps = mishaps

    def schedule(self, account: str, number: str, scans: list[dict[str, Any]]) -> None:
        """Write what will happen to a parcel."""
        for scan in scans:
            event = {"id": f"evt_{new_id().hex}", "tracking_number": number, **scan}
            happens_at = event.pop("happens_at")
            self.ledger.run(
                Q.plan_scan,
                id=event["id"],
                account=account,
                number=number,
                happens_at=happens_at,
                body=msgspec.json.encode(event).decode(),
            )

    def so_far(self, account: str, number: str) -> list[msgspec.Raw]:
        """Return what has happened to a parcel, oldest first."""
        found = self.ledger.rows(Q.scans_so_far, Happened, account=account, number=number, now=self.now())
        return [msgspec.Raw(one.body.encode()) for one in found]

    async def tell_on(self) -> None:
        """Call the webhooks as scans happen, until canceled."""
        while True:
            if not await self.tell():
                await asyncio.sleep(LOOK_EVERY_S)

    async def tell(self) -> int:
        """Try every due webhook once; return how many were taken."""
        taken = 0
        async with self._telling:
            asked_at = time.time()
            while due := self.ledger.rows(
                Q.scans_to_tell, ToTell, now=self.now(), due=asked_at, most=AT_ONCE
            ):
                taken += sum(await asyncio.gather(*(self._call(one) for one in due)))
        return taken

    async def _call(self, one: ToTell) -> bool:
        mishap = self.mishaps.draw(TELLING)
        if mishap == "hook_late" and not one.attempts:
            self.ledger.run(Q.tell_later, id=one.id, due=time.time() + 2)
            return False
        body = msgspec.json.encode({"type": "tracking.updated", "event": msgspec.Raw(one.body.encode())})
        taken = mishap == "hook_drop"
        for _ in range({"hook_drop": 0, "hook_duplicate": 2}.get(mishap or "", 1)):
            taken = await self._post(one, body)
        if taken or one.attempts + 1 >= HOOK_ATTEMPTS_MAX:
            self.ledger.run(Q.told, id=one.id)
        else:
            self.ledger.run(Q.tell_later, id=one.id, due=time.time() + min(2**one.attempts, 60))
        return taken

    async def _post(self, one: ToTell, body: bytes) -> bool:
        headers = signatures.headers(one.secret, one.id, int(time.time()), body)
        headers["content-type"] = "application/json"
        with suppress(httpx.HTTPError):
            return (await self._http.post(one.url, content=body, headers=headers)).is_success
        return False

    async def close(self) -> None:
        """Close the books and the connections."""
        await self._http.aclose()
        self.ledger.close()
