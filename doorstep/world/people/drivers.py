"""The last mile: a dispatcher at the local center, and drivers in vans who meet people at doors, or do not."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from doorstep.world.people.person import Person

SEARCH_S = 1.0
PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63601860000000030001"
        "3f0d8d5b0000000049454e44ae426082"
    )
).decode()
"""A photo of one pixel."""


@dataclass(slots=True)
class Dispatcher:
    """Scans in what arrives at the center and plans it over the free vans."""

    person: Person
    site_id: str

    async def work(self) -> bool:
        """Take in what is on its way to the center, and plan; return whether there was something."""
        expected = await self.person.get("/api/stops", site_id=self.site_id, state="expected", limit=200)
        failed = await self.person.get("/api/stops", site_id=self.site_id, state="failed", limit=200)
        codes = [stop["tracking_number"] for stop in (*expected["stops"], *failed["stops"])]
        if codes:
            await self.person.post("/api/stops/scan-in", {"site_id": self.site_id, "codes": codes})
        for stop in failed["stops"]:  # somebody looked the address up
            await self.person.post(f"/api/stops/{stop['id']}/place", {"lat": stop["lat"], "lon": stop["lon"]})
        waiting = await self.person.get("/api/stops", site_id=self.site_id, state="at_center", limit=200)
        if not waiting["stops"]:
            return bool(codes)
        body = {"site_id": self.site_id, "seconds": SEARCH_S}
        status, plan = await self.person.post("/api/routes/plan", body)
        if status != 201 or not plan["routes"]:
            return bool(codes)  # what lies here waits for another day
        await self.person.post("/api/routes/accept", {"proposal_id": plan["proposal_id"]})
        return True


@dataclass(frozen=True, slots=True)
class Luck:
    """What happens at doors, as shares of one."""

    absent: float = 0.06
    wrong_address: float = 0.01
    refused: float = 0.005
    photo: float = 0.3


@dataclass(slots=True)
class Driver:
    """Takes a route and drives it stop by stop.

    Attributes:
        sequence: counts the positions of this device.
    """

    person: Person
    luck: Luck
    sequence: int = 0
    route: dict[str, Any] | None = None
    ahead: list[dict[str, Any]] = field(default_factory=list)

    async def work(self, now: datetime) -> bool:
        """Do the next thing: take and load a route, serve one stop, or come back; return whether there was something."""
        if self.route is None:
            return await self._set_out()
        if not self.ahead:
            await self.person.post(f"/api/routes/{self.route['id']}/finish", {})
            self.route = None
            return True
        await self._serve(self.ahead.pop(0), now)
        return True

    async def _set_out(self) -> bool:
        for route in await self.person.get("/api/routes", state="planned", limit=20):
            status, whole = await self.person.post(f"/api/routes/{route['id']}/take", {})
            if status not in {200, 201}:
                continue
            codes = [stop["tracking_number"] for stop in reversed(whole["stops"])]
            await self.person.post(f"/api/routes/{route['id']}/load", {"codes": codes})
            status, whole = await self.person.post(
                f"/api/routes/{route['id']}/depart", {"leave_behind": True}
            )
            if status in {200, 201}:
                self.route, self.ahead = whole["route"], [s for s in whole["stops"] if s["state"] == "out"]
                return True
        return False

    async def _serve(self, stop: dict[str, Any], now: datetime) -> None:
        assert self.route is not None  # noqa: S101 - a stop is served on a route
        self.sequence += 1
        place = {"lat": stop["lat"], "lon": stop["lon"], "accuracy_m": 8}
        position = {
            "van_id": self.route["van_id"],
            "device": self.person.name,
            "seq": self.sequence,
            "occurred_at": now.isoformat(),
            **place,
        }
        await self.person.post("/api/positions", {"positions": [position]})
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
