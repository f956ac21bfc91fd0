"""A day of the house: shoppers buy, the floor works, vans drive, customers answer, each through the house's own doors.

`Day.lively` runs beside a clock that goes by itself, for people who watch. `Day.whole` moves the clock in steps and waits for
the house to come to rest after each, until nothing is left to happen; no one sleeps for the sake of time. Everybody works at
once, and who has nothing to do is told so by one look at the board of the tower.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

import httpx
import structlog

from doorstep.world.furnishing import Furnished
from doorstep.world.people.customers import Household, Opinions
from doorstep.world.people.desk import Desk
from doorstep.world.people.drivers import Dispatcher, Driver, Luck
from doorstep.world.people.floor import Dock, Habits, Packer, Picker, Tidier
from doorstep.world.people.person import Person
from doorstep.world.people.shoppers import Moods, Shopper
from doorstep.world.people.staff import STAFF
from doorstep.world.people.visitors import Visitors
from doorstep.world.people.watch import Watch

log = structlog.get_logger()

STEP = timedelta(minutes=20)
LONG_STEP = timedelta(hours=2)
DAYS_MAX = 12
ROUNDS_MAX = 40
"""So often everybody looks for work within one step; who still finds some goes on in the next."""

IN_A_ROW_MAX = 500
"""So many things a person does within a round; more wait for the next one."""

REST_S = 60.0
"""So long the house may take to come to rest after a step."""

Piles = frozenset[tuple[str, str]]


class Worker(Protocol):
    """Somebody who can be asked to work."""

    async def work(self) -> bool:
        """Do what waits; return whether there was something."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody's place in the house.

    Attributes:
        who: works here.
        every_s: how often they look for work in a day that is watched.
        piles: (stage, state) of what on the tower's board is theirs; none: they look for themselves, once in a step.
        role: whose work it is; while a visitor has this role in a day that is watched, they stand back.
    """

    who: Worker
    every_s: float
    piles: Piles = frozenset()
    role: str = ""


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
        house: client with the house's base URL; it keeps no cookies.
        carrier: client with the outside carrier's base URL.
        mailbox: client with the mailbox's base URL.
        keys: everybody's own API key, by their name in `STAFF`.
        furnished: what there is.
        seed: of everybody's dice.
        processor: how shoppers pay.
        run: makes the ids of this run differ from those of another with the same seed.
    """

    house: httpx.AsyncClient
    carrier: httpx.AsyncClient
    mailbox: httpx.AsyncClient
    keys: Mapping[str, str]
    furnished: Furnished
    seed: int
    processor: str
    run: str = ""
    chances: Chances = field(default_factory=Chances)
    progress: Callable[[str], None] = lambda _line: None

    def __post_init__(self) -> None:
        made = self.furnished
        self.owner = self._person("owner")
        self.watch = Watch(self.owner)
        self.visitors = Visitors(self.owner)
        self.shopper = Shopper(self._person("shop"), made.shops, self.processor, self.chances.moods)
        self.household = Household(self.house, self.mailbox, self.seed, self.chances.opinions)
        self.posts = [*self._floor(), *self._road(), self._office()]

    def _person(self, name: str) -> Person:
        """Return a person with dice of their own, so that one's luck does not depend on another's speed."""
        return Person(name, self.house, self.keys[name], Random(f"{self.seed}-{name}"), self.run)

    def _crew(self, role: str) -> list[Person]:
        return [self._person(name) for name, one in STAFF.items() if one.role == role]

    def _floor(self) -> list[Post]:
        made, habits = self.furnished, self.chances.habits
        site, codes = made.warehouse_id, made.barcodes
        pickers = [Picker(one, site, codes, habits) for one in self._crew("picker")]
        crew = self._crew("packer")
        packers = [Packer(one, site, codes, habits, n, len(crew)) for n, one in enumerate(crew)]
        (tidier,), (dock,) = self._crew("tidier"), self._crew("dock")
        return [
            *(Post(one, 30.0, _piles("warehouse", "batched", "picking"), "picker") for one in pickers),
            *(Post(one, 30.0, _piles("warehouse", "picked"), "packer") for one in packers),
            Post(Tidier(tidier, site, codes, made.spare_bin), 6.0),
            Post(Dock(dock, site, tuple(made.carriers.values())), 12.0, _piles("shipping", "to_hand_over")),
        ]

    def _road(self) -> list[Post]:
        (dispatcher,) = self._crew("dispatcher")
        at_desk = Dispatcher(dispatcher, self.furnished.center_id, self.watch)
        drivers = [
            Driver(one, STAFF[one.name].key_name, self.chances.luck, self.watch, self.visitors)
            for one in self._crew("driver")
        ]
        return [
            Post(at_desk, 15.0, _piles("delivery", "expected", "at_center", "failed"), "dispatcher"),
            *(Post(one, 6.0, _piles("delivery", "planned", "loaded", "out", "arrived")) for one in drivers),
        ]

    def _office(self) -> Post:
        (desk,) = self._crew("desk")
        feedback = _piles("feedback", "case open", "case answered", "return approved", "return received")
        return Post(Desk(desk, self.furnished.spare_bin), 6.0, _piles("orders", "held") | feedback)

    async def begin(self) -> None:
        """Bring the outside to the house's time."""
        await self.household.catch_up()
        await self.advance_carrier()

    # A day that goes by itself.

    async def lively(self, pause_s: float = 6.0) -> None:
        """Live beside a running clock until canceled; somebody buys every `pause_s` seconds or so.

        Work lies for a while at each post, so that visitors see it go by and find some to do.
        """
        dice = Random(self.seed)

        async def every(seconds: float, work: Callable[[], Awaitable[Any]], role: str = "") -> None:
            while True:
                await asyncio.sleep(seconds * (0.4 + 1.2 * dice.random()))
                try:
                    if role not in self.visitors.roles:
                        await work()
                except Exception as error:  # noqa: BLE001 - who stumbles gets up again; the day goes on
                    log.warning("person_stumbled", error=f"{type(error).__name__}: {error}")

        await asyncio.gather(
            every(pause_s, self.shopper.buy),
            *(every(post.every_s, post.who.work, post.role) for post in self.posts),
            every(8.0, self.household.work),
            every(1.0, self.advance_carrier),
            every(3.0, self.visitors.look),
        )

    async def advance_carrier(self) -> bool:
        """Let the outside carrier live at the house's time."""
        now = await self.watch.now()
        await self.carrier.post("/v1/simulate/advance", json={"now": now.isoformat(), "deliver": True})
        return True

    # A whole day in steps.

    async def whole(self, orders: int) -> None:
        """Place so many orders over ten hours and go on until everything has come to its end."""
        start = now = await self.watch.now()
        until, last = start + timedelta(hours=10), start + timedelta(days=DAYS_MAX)
        while now < last:
            self.watch.standing = now
            if now < until:
                due = min(orders, round(orders * (now - start + STEP) / (until - start)))
                await asyncio.gather(*(self.shopper.buy() for _ in range(due - self.shopper.count)))
            await self._work_out()
            if now >= until and not await self.board():
                break
            now = await self._step(now + (STEP if now < until else LONG_STEP))
        self.watch.standing = None

    async def _work_out(self) -> None:
        """Let everybody work until nobody has anything to do."""
        for number in range(ROUNDS_MAX):
            await self.settle()
            board = await self.board()
            called = [
                post.who for post in self.posts if post.piles & board.keys() or not (post.piles or number)
            ]
            done = await asyncio.gather(*(_while_busy(who) for who in called), self.household.work())
            if not any(done):
                return
        log.warning("people_are_busy")

    async def _step(self, later: datetime) -> datetime:
        await self.owner.post("/api/clock", {"to": later.isoformat()})
        self.watch.standing = later
        await self.advance_carrier()
        self.progress(f"{later:%a %d %b %H:%M}, {self.shopper.count} ordered")
        return later

    async def settle(self) -> None:
        """Wait until the house owes nothing that is due now, and nothing is under way."""
        deadline = time.monotonic() + REST_S
        while time.monotonic() < deadline:
            tasks = await self.owner.get("/api/tasks")
            owed = [
                one for one in tasks if one["under_way"] or (one["owed"] > one["dead"] and one["age_s"] > 0)
            ]
            if not owed:
                return
            await asyncio.sleep(0.1)
        log.warning("house_is_busy", owed=owed)

    async def board(self) -> dict[tuple[str, str], int]:
        """Return how many things lie open in which stage and state; counts of bins apart, no order waits for them."""
        board = await self.owner.get("/api/tower")
        return {
            (stage, pile["state"]): pile["count"]
            for stage, piles in board["piles"].items()
            if stage != "inventory"
            for pile in piles
        }


def _piles(stage: str, *states: str) -> Piles:
    return frozenset((stage, state) for state in states)


async def _while_busy(who: Worker) -> bool:
    """Let somebody work as long as they find something; return whether there was anything."""
    for turn in range(IN_A_ROW_MAX):
        if not await who.work():
            return turn > 0
    return True
