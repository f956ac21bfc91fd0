"""A day of the house: shoppers buy, the floor works, vans drive, customers answer, each through the house's own doors.

`Day.lively` runs beside a clock that goes by itself, for people who watch. `Day.whole` moves the clock in steps and waits for
the house to come to rest after each, until nothing is left to happen; no one sleeps for the sake of time.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import httpx
import structlog

from doorstep.world.furnishing import Furnished
from doorstep.world.people.customers import Household, Opinions
from doorstep.world.people.drivers import Dispatcher, Driver, Luck
from doorstep.world.people.floor import Dock, Habits, Packer, Picker, Tidier
from doorstep.world.people.person import GaveUpError, Person
from doorstep.world.people.shoppers import Moods, Shopper

log = structlog.get_logger()

PICKERS, PACKERS, DRIVERS = 2, 2, 3
STEP = timedelta(minutes=20)
LONG_STEP = timedelta(hours=2)
DAYS_MAX = 12
ROUNDS_MAX = 40
"""So often everybody looks for work within one step; who still finds some goes on in the next."""

REST_S = 60.0
"""So long the house may take to come to rest after a step."""


@dataclass(frozen=True, slots=True)
class Chances:
    """How often things go another way, for everybody."""

    moods: Moods = field(default_factory=Moods)
    habits: Habits = field(default_factory=Habits)
    luck: Luck = field(default_factory=Luck)
    opinions: Opinions = field(default_factory=Opinions)


@dataclass
class Day:
    """The people of one simulated house.

    Attributes:
        house: client with the house's base URL.
        carrier: client with the outside carrier's base URL.
        mailbox: client with the mailbox's base URL.
        key: API key that may do everything; each person uses only what their work needs.
        furnished: what there is.
        seed: of everybody's dice.
        processor: how shoppers pay.
        run: makes the ids of this run differ from those of another with the same seed.
    """

    house: httpx.AsyncClient
    carrier: httpx.AsyncClient
    mailbox: httpx.AsyncClient
    key: str
    furnished: Furnished
    seed: int
    processor: str
    run: str = ""
    chances: Chances = field(default_factory=Chances)
    progress: Callable[[str], None] = lambda _line: None

    def __post_init__(self) -> None:
        made, habits = self.furnished, self.chances.habits
        self.owner = self._person("owner")
        self.shopper = Shopper(self._person("shopper"), made.shops, self.processor, self.chances.moods)
        self.pickers = [
            Picker(self._person(f"picker-{n}"), made.warehouse_id, made.barcodes, habits)
            for n in range(PICKERS)
        ]
        self.packers = [
            Packer(self._person(f"packer-{n}"), made.warehouse_id, made.barcodes, habits)
            for n in range(PACKERS)
        ]
        self.tidier = Tidier(self._person("tidier"), made.warehouse_id, made.barcodes, made.spare_bin)
        self.dock = Dock(self._person("dock"), made.warehouse_id, tuple(made.carriers.values()))
        self.dispatcher = Dispatcher(self._person("dispatcher"), made.center_id)
        self.drivers = [Driver(self._person(f"driver-{n}"), self.chances.luck) for n in range(DRIVERS)]
        self.household = Household(
            self.house, self.mailbox, Random(self.seed * 31 + 7), self.chances.opinions
        )
        self.desk = Desk(self._person("desk"), made.spare_bin)

    def _person(self, name: str) -> Person:
        """Return a person with dice of their own, so that one's luck does not depend on another's speed."""
        return Person(name, self.house, self.key, Random(f"{self.seed}-{name}"), self.run)

    async def now(self) -> datetime:
        """Return the house's business time."""
        return datetime.fromisoformat((await self.owner.get("/api/clock"))["now"])

    # A day that goes by itself.

    async def lively(self, stopping: asyncio.Event, pause_s: float = 4.0) -> None:
        """Live beside a running clock until told to stop; somebody buys every `pause_s` seconds or so."""

        async def every(seconds: float, work: Callable[[], Any]) -> None:
            while not stopping.is_set():
                try:
                    busy = await work()
                except (GaveUpError, httpx.HTTPError, KeyError) as error:
                    log.warning("person_stumbled", error=f"{type(error).__name__}: {error}")
                    busy = False
                wait_s = seconds * (0.4 + self.owner.dice.random()) * (1 if busy else 2)
                try:
                    await asyncio.wait_for(stopping.wait(), wait_s)
                except TimeoutError:
                    continue

        await asyncio.gather(
            every(pause_s, self.shopper.buy),
            *(every(1.5, picker.work) for picker in self.pickers),
            *(every(2.0, packer.work) for packer in self.packers),
            every(6.0, self.tidier.work),
            every(5.0, self.dock.work),
            every(5.0, self.dispatcher.work),
            *(every(3.0, partial(self._drive, driver)) for driver in self.drivers),
            every(4.0, self.household.work),
            every(6.0, self.desk.work),
            every(1.0, self.advance_carrier),
        )

    async def _drive(self, driver: Driver) -> bool:
        return await driver.work(await self.now())

    async def advance_carrier(self) -> bool:
        """Let the outside carrier live at the house's time."""
        now = await self.now()
        await self.carrier.post("/v1/simulate/advance", json={"now": now.isoformat(), "deliver": True})
        return True

    # A whole day in steps.

    async def whole(self, orders: int) -> None:
        """Place so many orders over ten hours and go on until everything has come to its end."""
        start = await self.now()
        until = start + timedelta(hours=10)
        last = start + timedelta(days=DAYS_MAX)
        now = start
        while now < last:
            if now < until:
                due = round(orders * (now - start + STEP) / (until - start))
                await asyncio.gather(
                    *(self.shopper.buy() for _ in range(min(due, orders) - self.shopper.count))
                )
            await self._work_out(now)
            if now >= until and not await self.open_orders():
                return
            now = await self._step(now, STEP if now < until else LONG_STEP)

    async def _work_out(self, now: datetime) -> None:
        """Let everybody work until nobody has anything to do."""
        await self.settle()
        for _ in range(ROUNDS_MAX):
            floor: list[Any] = [
                *self.pickers,
                *self.packers,
                self.tidier,
                self.dock,
                self.dispatcher,
                self.desk,
            ]
            done = [await one.work() for one in floor]
            for driver in self.drivers:
                while await driver.work(now):
                    done.append(True)
            await self.settle()
            if not (any(done) or await self.household.work()):
                return
        log.warning("people_are_busy", now=now.isoformat())

    async def _step(self, now: datetime, step: timedelta) -> datetime:
        later = now + step
        await self.owner.post("/api/clock", {"to": later.isoformat()})
        await self.advance_carrier()
        self.progress(f"{later:%a %d %b %H:%M}, {self.shopper.count} ordered")
        return later

    async def settle(self) -> None:
        """Wait until the house owes nothing that is due now."""
        deadline = time.monotonic() + REST_S
        while time.monotonic() < deadline:
            owed = [
                one
                for one in await self.owner.get("/api/tasks")
                if one["owed"] > one["dead"] and one["age_s"] > 0
            ]
            if not owed:
                return
            await asyncio.sleep(0.05)
        log.warning("house_is_busy", owed=owed)

    async def open_orders(self) -> int:
        """Return how many orders are not at their end."""
        board = await self.owner.get("/api/tower")
        return sum(
            pile["count"] for stage, piles in board["piles"].items() if stage != "inventory" for pile in piles
        )


@dataclass(slots=True)
class Desk:
    """The office: clears doubts about addresses, answers customers, takes returns in."""

    person: Person
    bin_code: str

    async def work(self) -> bool:
        """Do what waits; return whether there was something."""
        return any([await self._holds(), await self._cases(), await self._returns()])

    async def _holds(self) -> bool:
        """Look at held orders: a doubtful address is right after all, a payment that failed is given up."""
        held = await self.person.get("/api/orders", state="held", limit=100)
        for order in held["orders"]:
            path = f"/api/orders/{order['id']}"
            if "payment" in order["holds"] or "out_of_stock" in order["holds"]:
                await self.person.post(f"{path}/cancel", {"why": "it could not be put right"})
            for reason in order["holds"]:
                if reason in {"address", "manual", "fraud"}:
                    await self.person.post(f"{path}/release-hold", {"reason": reason, "note": "looked at"})
        return bool(held["orders"])

    async def _cases(self) -> bool:
        cases = await self.person.get("/api/cases")
        for case in cases:
            path = f"/api/cases/{case['id']}"
            if case["state"] == "open":
                await self.person.post(f"{path}/answer", {"answer": "We are sorry, and will make it good."})
            await self.person.post(f"{path}/close", {})
        return bool(cases)

    async def _returns(self) -> bool:
        shown = await self.person.get("/api/returns")
        for one in shown:
            path = f"/api/returns/{one['id']}"
            if one["state"] == "approved":
                await self.person.post(f"{path}/receive", {})
            whole = await self.person.get(path)
            grades = [
                {
                    "line_id": i["line_id"],
                    "product_id": i["product_id"],
                    "grade": self.person.dice.choice("aaabc"),
                }
                for i in whole["items"]
            ]
            await self.person.post(f"{path}/grade", {"items": grades, "bin": self.bin_code})
        return bool(shown)
