"""The people of the simulated world: what they do follows from their dice, what they may do from their role, and a restart loses nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from doorstep.stages.catalog.rules.pictures import media_type
from doorstep.world.goods import BRANDS
from doorstep.world.people.drivers import Dispatcher, Driver, Luck
from doorstep.world.people.floor import Habits, Packer
from doorstep.world.people.person import Person
from doorstep.world.people.shoppers import Good, Moods, Shop, Shopper
from doorstep.world.people.staff import SCOPES, STAFF
from doorstep.world.people.visitors import Visitors
from doorstep.world.people.watch import Watch
from doorstep.world.pictures import drawing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Scripted(Person):
    """A person whose house answers as it is told, and who remembers what was asked.

    Attributes:
        answers: by path: what GET answers, or (status, answer) of a POST.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    async def get(self, path: str, **params: Any) -> Any:
        """Return the scripted answer."""
        self.asked.append((path, params))
        key = f"{path}?{params['state']}" if "state" in params else path
        return self.answers.get(key, {"stops": []})

    async def post(self, path: str, body: Any, *, key: str | None = None) -> tuple[int, Any]:
        """Do as if the house had done it."""
        self.asked.append((path, body))
        answer: tuple[int, Any] = self.answers.get(path, (200, {"id": key, "accepted": False}))
        return answer

    @property
    def paths(self) -> list[str]:
        """What was asked, in order."""
        return [path for path, _ in self.asked]


def scripted(**answers: Any) -> Scripted:
    """Return a person at a house that answers so; `/` is spelled `__` and starts with the api."""
    said = {f"/api/{name.replace('__', '/')}": answer for name, answer in answers.items()}
    return Scripted("somebody", None, "", Random(1), answers=said)  # type: ignore[arg-type]


def route(state: str, driver: str | None) -> dict[str, Any]:
    """A route as the house shows it."""
    return {"id": "r1", "state": state, "driver": driver, "van_id": "v1"}


def stop(number: str, state: str) -> dict[str, Any]:
    """A stop as the house shows it."""
    return {"id": number, "state": state, "tracking_number": number, "lat": 47.1, "lon": 9.5, "name": "Ana"}


def driver(person: Scripted) -> Driver:
    """A driver called Zoe."""
    return Driver(person, "Zoe", Luck(), Watch(person, NOON), Visitors(person))


async def test_a_driver_who_was_switched_off_goes_on_with_the_stops_that_are_left() -> None:
    whole = {"route": route("driving", "Zoe"), "stops": [stop("a", "delivered"), stop("b", "out")]}
    person = scripted(routes=[route("driving", "Zoe")], routes__r1=whole)
    zoe = driver(person)
    assert await zoe.work()
    assert [one["id"] for one in zoe.ahead] == ["b"]
    assert not any(path.endswith("/take") for path in person.paths)


async def test_a_driver_leaves_the_route_of_another_alone() -> None:
    person = scripted(routes=[route("driving", "Arno")])
    assert not await driver(person).work()


async def test_a_driver_who_stopped_while_loading_loads_and_leaves() -> None:
    whole = {"route": route("loading", "Zoe"), "stops": [stop("a", "planned")]}
    left = {"route": route("driving", "Zoe"), "stops": [stop("a", "out")]}
    person = scripted(routes=[route("loading", "Zoe")], routes__r1=whole, routes__r1__depart=(200, left))
    assert await driver(person).work()
    assert person.paths[-2:] == ["/api/routes/r1/load", "/api/routes/r1/depart"]


async def test_a_visitor_who_drives_finds_the_planned_routes_untaken() -> None:
    just_now = datetime.now(UTC)
    person = scripted(
        routes=[route("planned", None)],
        users=[
            {"roles": ["driver"], "seen_at": just_now.isoformat()},
            {"roles": ["picker"], "seen_at": (just_now - timedelta(minutes=2)).isoformat()},
            {"roles": ["packer"], "seen_at": None},
        ],
    )
    zoe = driver(person)
    await zoe.visitors.look()
    assert zoe.visitors.roles == {"driver"}
    assert not await zoe.work()
    assert not any(path.endswith("/take") for path in person.paths)
    person.answers |= {"/api/users": [], "/api/routes/r1/take": (409, {})}
    await zoe.visitors.look()
    await zoe.work()
    assert any(path.endswith("/take") for path in person.paths)


async def test_positions_go_on_counting_after_a_restart() -> None:
    person = scripted(routes__r1={"route": route("driving", "Zoe"), "stops": []})
    before, after = driver(person), driver(person)
    for zoe in (before, after):
        zoe.route, zoe.ahead = route("driving", "Zoe"), [stop("a", "out")]
    await before.work()
    after.watch.standing = NOON.replace(minute=1)
    await after.work()
    assert after.sequence > before.sequence


async def test_what_a_plan_leaves_lying_is_planned_again_an_hour_later_or_when_more_comes() -> None:
    lying = {"stops": [stop("a", "at_center")]}
    person = scripted(routes__plan=(201, {"routes": [], "proposal_id": "p"}))
    person.answers["/api/stops?at_center"] = lying
    dispatcher = Dispatcher(person, "center", Watch(person, NOON))
    for _ in range(3):
        assert not await dispatcher.work()
    assert person.paths.count("/api/routes/plan") == 1
    lying["stops"].append(stop("b", "at_center"))
    await dispatcher.work()
    assert person.paths.count("/api/routes/plan") == 2
    dispatcher.watch.standing = NOON.replace(hour=14)
    await dispatcher.work()
    assert person.paths.count("/api/routes/plan") == 3


async def test_packers_share_the_totes_among_their_benches() -> None:
    opened = []
    for bench in range(3):
        person = scripted()
        person.answers["/api/fulfillments?picked"] = [{"order_number": n} for n in range(1000, 1010)]
        await Packer(person, "north", {}, Habits(), bench, 3).work()
        opened += [body["code"] for path, body in person.asked if path == "/api/pack/open"]
    assert sorted(opened) == [str(n) for n in range(1000, 1010)]


async def test_what_shoppers_want_follows_from_the_seed_alone() -> None:
    baskets = []
    for _ in range(2):
        person = scripted(orders=(201, {"id": "o"}))
        shopper = Shopper(
            person, [Shop("juniper", "EUR", [Good("A", 100), Good("B", 200)])], "manual", Moods()
        )
        for _ in range(20):
            await shopper.buy()
        baskets.append([body for path, body in person.asked if path == "/api/orders"])
    assert baskets[0] == baskets[1]
    assert len({str(body["lines"]) for body in baskets[0]}) > 1


def test_only_the_owner_may_do_everything() -> None:
    assert [name for name, one in STAFF.items() if "*" in one.scopes] == ["owner"]
    assert {one.role for one in STAFF.values()} == set(SCOPES)
    assert len({one.key_name for one in STAFF.values()}) == len(STAFF)


@pytest.mark.parametrize("brand", BRANDS, ids=lambda brand: brand.code)
def test_every_picture_is_a_drawing_that_the_catalog_takes(brand: Any) -> None:
    pictures = [drawing(thing.sides_mm, brand.color) for thing in brand.things]
    assert {media_type(one.encode()) for one in pictures} == {"image/svg+xml"}
    assert len(set(pictures)) == len(pictures)
