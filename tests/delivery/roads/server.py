"""A small OSRM on loopback: its HTTP interface, its answers and its refusals, over streets of our own making.

Streets run east-west and north-south. Northward costs half as long again, so that no table is symmetric.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from doorstep.stages.delivery.ports.roads import osrm

Spot = tuple[float, float]
"""Longitude and latitude, as they stand in an address."""


@dataclass
class Streets:
    """The server, and how it behaves.

    Attributes:
        table_max: places along each side of a table.
        edge_lat: the map ends there; places north of it snap to its edge.
        islands: places (by latitude) to and from which there is no road.
        nowhere: places (by latitude) that snap to nothing.
        says: answered to everything, with this status; None: as OSRM does.
        hangs: it takes calls and never answers.
        asked: what it was asked for, in turn.
    """

    port: int = 0
    table_max: int = 100
    edge_lat: float = 60.0
    islands: set[float] = field(default_factory=set)
    nowhere: set[float] = field(default_factory=set)
    says: tuple[int, bytes] | None = None
    hangs: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def meters(self, a: Spot, b: Spot) -> float:
        """Return how long the way is."""
        return round(75_000 * abs(a[0] - b[0]) + 111_000 * abs(a[1] - b[1]), 1)

    def seconds(self, a: Spot, b: Spot) -> float:
        """Return how long it takes, at 10 m/s; northward longer."""
        north = max(0.0, b[1] - a[1]) * 111_000
        return round(self.meters(a, b) / 10 + north / 20, 1)

    def answer(self, target: str) -> tuple[int, bytes]:
        """Answer one address."""
        self.asked.append(target)
        if self.says is not None:
            return self.says
        parts = urlsplit(target)
        service, _, _, spots = parts.path.strip("/").split("/")
        places = [(float(lon), float(lat)) for lon, lat in (one.split(",") for one in spots.split(";"))]
        options = {name: of[0] for name, of in parse_qs(parts.query, separator="&").items()}
        if len(places) < 2:
            return 400, _refused("InvalidOptions", "Number of coordinates needs to be at least two.")
        for k, (_, lat) in enumerate(places):
            if lat in self.nowhere:
                return 400, _refused("NoSegment", f"Could not find a matching segment for coordinate {k}")
        said = self._table(places, options) if service == "table" else self._route(places, options)
        return (200 if said["code"] == "Ok" else 400), json.dumps(said).encode()

    def _snap(self, place: Spot) -> dict[str, Any]:
        off = max(0.0, place[1] - self.edge_lat) * 111_000
        return {"location": [place[0], min(place[1], self.edge_lat)], "name": "Way", "distance": off + 3.25}

    def _table(self, places: list[Spot], options: dict[str, str]) -> dict[str, Any]:
        rows, columns = (
            [places[int(one)] for one in options[name].split(";")] for name in ("sources", "destinations")
        )
        if len(rows) * len(columns) > self.table_max**2:
            return {"code": "TooBig", "message": "Too many table coordinates"}
        cut = [[(a[1] in self.islands or b[1] in self.islands) and a != b for b in columns] for a in rows]

        def table(measure: Any) -> list[list[float | None]]:
            return [
                [None if cut[r][c] else measure(a, b) for c, b in enumerate(columns)]
                for r, a in enumerate(rows)
            ]

        return {
            "code": "Ok",
            "durations": table(self.seconds),
            "distances": table(self.meters),
            "sources": [self._snap(one) for one in rows],
            "destinations": [self._snap(one) for one in columns],
        }

    def _route(self, places: list[Spot], options: dict[str, str]) -> dict[str, Any]:
        legs = [
            {
                "steps": [],
                "summary": "",
                "weight": 1.0,
                "duration": self.seconds(a, b),
                "distance": self.meters(a, b),
            }
            for a, b in pairwise(places)
        ]
        corners = [spot for a, b in pairwise(places) for spot in (a, (b[0], a[1]), b)]
        route: dict[str, Any] = {
            "legs": legs,
            "weight_name": "routability",
            "weight": 1.0,
            "duration": sum(leg["duration"] for leg in legs),
            "distance": sum(leg["distance"] for leg in legs),
        }
        if options["overview"] != "false":
            route["geometry"] = {"type": "LineString", "coordinates": corners}
        return {"code": "Ok", "routes": [route], "waypoints": [self._snap(one) for one in places]}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the calls of one connection."""
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode()
                if self.hangs:
                    self.asked.append(target)
                    await asyncio.sleep(3600)
                status, body = self.answer(target)
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()


def _refused(code: str, message: str) -> bytes:
    return json.dumps({"code": code, "message": message}).encode()


@asynccontextmanager
async def streets() -> AsyncIterator[Streets]:
    """Serve on loopback until the end of the block."""
    ours = Streets()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        running.add(task)
        task.add_done_callback(running.discard)
        await ours.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    ours.port = server.sockets[0].getsockname()[1]
    for known in (osrm._kept, osrm._resting, osrm._courses):
        known.clear()  # an earlier server may have had this port
    try:
        yield ours
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
