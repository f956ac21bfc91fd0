"""The last mile: a dispatcher at the local center, and drivers in vans who meet people at doors, or do not."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from doorstep.world.people.person import Person
from doorstep.world.people.visitors import Visitors
from doorstep.world.people.watch import Watch

SEARCH_S = 0.5
TRY_AGAIN = timedelta(hours=1)
PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63601860000000030001"
        "3f0d8d5b0000000049454e44ae426082"
    )
).decode()
"""A photo of one pixel."""


@dataclass(slots=True)
class Dispatcher:
    """Scans in what arrives at the center and plans it over the free vans.

    Attributes:
        stuck: what the last plan left lying, and until when it is not planned again.
    """

    person: Person
    site_id: str
    watch: Watch
    stuck: tuple[frozenset[str], datetime] | None = None

    async def work(self) -> bool:
        """Take in what is on its way to the center, and plan; return whether there was something."""
        failed = await self._stops("failed")
        arrived = [*await self._stops("expected"), *failed]
        taken = await self._scan_in([stop["tracking_number"] for stop in arrived])
        for stop in failed:  # somebody looked the address up
            await self.person.post(f"/api/stops/{stop['id']}/place", {"lat": stop["lat"], "lon": stop["lon"]})
        return await self._plan() or taken

    async def _scan_in(self, codes: list[str]) -> bool:
        if not codes:
            return False
        _, verdicts = await self.person.post("/api/stops/scan-in", {"site_id": self.site_id, "codes": codes})
        return any(one["ok"] for one in verdicts)

    async def _plan(self) -> bool:
        now = await self.watch.now()
        waiting = frozenset(stop["id"] for stop in await self._stops("at_center"))
        if not waiting or (self.stuck and self.stuck[0] >= waiting and now < self.stuck[1]):
            return False
        status, plan = await self.person.post(
            "/api/routes/plan", {"site_id": self.site_id, "seconds": SEARCH_S}
        )
        if status != 201 or not plan["routes"]:
            self.stuck = (waiting, now + TRY_AGAIN)  # what lies here waits for a van, or for another day
            return False
        status, _ = await self.person.post("/api/routes/accept", {"proposal_id": plan["proposal_id"]})
        return status == 201

    async def _stops(self, state: str) -> list[dict[str, Any]]:
        found = await self.person.get("/api/stops", site_id=self.site_id, state=state, limit=200)
        return list(found["stops"])


@dataclass(frozen=True, slots=True)
class Luck:
    """What happens at doors, as shares of one."""

    absent: float = 0.06
    wrong_address: float = 0.01
    refused: float = 0.005
    photo: float = 0.3


@dataclass(slots=True)
class Driver:
    """Takes a route and drives it stop by stop; who stopped in the middle of one goes on with it.

    Attributes:
        name: how the house knows the driver: by the name of their key.
        visitors: a visitor who drives finds the planned routes untaken; those on the road go on.
        here: where the last door was, and when it was left.
        sequence: counts the positions of this device; it follows the clock, so that a phone that was off goes on counting.
    """

    person: Person
    name: str
    luck: Luck
    watch: Watch
    visitors: Visitors
    sequence: int = 0
    here: tuple[float, float, datetime] | None = None
    route: dict[str, Any] | None = None
    ahead: list[dict[str, Any]] = field(default_factory=list)

    async def work(self) -> bool:
        """Do the next thing: go on, set out, serve one stop, or come back; return whether there was something."""
        if self.route is None:
            return await self._set_out()
        if not self.ahead:
            await self.person.post(f"/api/routes/{self.route['id']}/finish", {})
            self.route = self.here = None
            return True
        now = await self.watch.now()
        if self.watch.standing is None and await self._still_driving(self.ahead[0], now):
            return True
        await self._serve(self.ahead.pop(0), now)
        return True

    async def _set_out(self) -> bool:
        """Go on with the route that was begun before this device was switched off, else take one that waits."""
        routes = await self.person.get("/api/routes", limit=50)
        for route in routes:
            if route["driver"] == self.name and route["state"] in {"driving", "loading"}:
                whole = await self.person.get(f"/api/routes/{route['id']}")
                return self._follow(whole) if route["state"] == "driving" else await self._load(whole)
        for route in routes:
            if route["state"] == "planned" and "driver" not in self.visitors.roles:
                status, whole = await self.person.post(f"/api/routes/{route['id']}/take", {})
                if status == 200:
                    return await self._load(whole)
        return False

    async def _load(self, whole: dict[str, Any]) -> bool:
        """Load the last stop first, and leave."""
        path = f"/api/routes/{whole['route']['id']}"
        codes = [stop["tracking_number"] for stop in reversed(whole["stops"])]
        await self.person.post(f"{path}/load", {"codes": codes})
        status, left = await self.person.post(f"{path}/depart", {"leave_behind": True})
        return status == 200 and self._follow(left)

    def _follow(self, whole: dict[str, Any]) -> bool:
        self.route = whole["route"]
        self.ahead = [stop for stop in whole["stops"] if stop["state"] in {"out", "arrived"}]
        return True

    async def _still_driving(self, stop: dict[str, Any], now: datetime) -> bool:
        """Drive on to the next door by a clock that goes by itself; return whether it is still ahead."""
        eta = datetime.fromisoformat(stop["eta"]) if stop["eta"] else now
        if now >= eta:
            return False
        if self.here:
            lat, lon, left = self.here
            share = (now - left) / (eta - left)
            await self._report(lat + (stop["lat"] - lat) * share, lon + (stop["lon"] - lon) * share, now)
        return True

    async def _report(self, lat: float, lon: float, now: datetime) -> dict[str, Any]:
        """Tell where the van is; return the place."""
        assert self.route is not None  # noqa: S101 - who drives has a route
        self.sequence = max(self.sequence + 1, int(now.timestamp() * 1000))
        place = {"lat": lat, "lon": lon, "accuracy_m": 8}
        position = {
            "van_id": self.route["van_id"],
            "device": self.name,
            "seq": self.sequence,
            "occurred_at": now.isoformat(),
            **place,
        }
        await self.person.post("/api/positions", {"positions": [position]})
        return place

    async def _serve(self, stop: dict[str, Any], now: datetime) -> None:
        place = await self._report(stop["lat"], stop["lon"], now)
        self.here = (stop["lat"], stop["lon"], now)
        await self.person.post(f"/api/stops/{stop['id']}/arrive", {})
        dice, luck = self.person.dice, self.luck
        chance = dice.random()
        for reason, share in (
            ("absent", luck.absent),
            ("wrong_address", luck.wrong_address),
            ("refused", luck.refused),
        ):
            if chance < share:
                await self.person.post(f"/api/stops/{stop['id']}/fail", {"reason": reason, "place": place})
                return
            chance -= share
        proof = {"proof": "signature", "received_by": stop["name"]}
        if dice.random() < luck.photo:
            proof = {"proof": "photo", "photo": PIXEL}
        await self.person.post(f"/api/stops/{stop['id']}/deliver", {**proof, "place": place})
