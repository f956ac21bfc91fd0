"""Large differences need two people, disagreement needs a lead, and sites are counted by a programme that stops nobody from picking."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform import clock
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import inventory
from doorstep.stages.inventory import AskedCount, Counted, CountVerdict
from doorstep.stages.inventory.acts.counting import deciding, judging, planning
from doorstep.stages.inventory.model import CountStage, CountTerms, CountWhy, Tally
from doorstep.stages.inventory.rules.counting import classes, is_heavy, judge
from tests.conftest import NOON
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import moved, small_world, wrong_in_the_books

PLACE = f"bin:{bin_code(2, 2)}"
LAMPS = 20
"""Units of the product C in that place."""


@pytest.fixture
async def world(house: House, tenant: UUID) -> None:
    """Northside with goods, at noon."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    await clock.simulate(house.db, tenant, NOON)


class Counters:
    """People who count the same place."""

    def __init__(self, house: House, tenant: UUID) -> None:
        self.house, self.tenant = house, tenant

    @asynccontextmanager
    async def tx(self, actor: str = "user:lead") -> AsyncIterator[Tx]:
        """A transaction of somebody."""
        async with self.house.db.transaction(self.tenant, actor=actor) as tx:
            yield tx

    async def begin(self) -> UUID:
        """Let somebody begin to count the place; return the count of the lamps."""
        async with self.tx() as tx:
            [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
        return begun.id

    async def says(self, count_id: UUID, who: str, units: int) -> CountVerdict:
        """Let somebody say how many lie there."""
        async with self.tx(f"user:{who}") as tx:
            [begun] = [one for one in await inventory.open_counts(tx) if one.id == count_id]
            [answer] = await inventory.count(tx, [Counted(count_id, units, begun.as_of)])
        return answer.verdict

    async def lie(self) -> int:
        """How many lie there by the books, which are in order."""
        async with self.tx() as tx:
            assert await wrong_in_the_books(tx) == {}
            return sum(one.on_hand for one in await inventory.lies_in(tx, WORLD.north, PLACE))


@pytest.fixture
def people(house: House, tenant: UUID, world: None) -> Counters:
    """People who count."""
    return Counters(house, tenant)


async def test_a_small_difference_one_person_finds_twice(people: Counters) -> None:
    count_id = await people.begin()
    assert await people.says(count_id, "ana", LAMPS - 1) == CountVerdict.COUNT_AGAIN
    assert await people.lie() == LAMPS
    assert await people.says(count_id, "ana", LAMPS - 1) == CountVerdict.POSTED
    assert await people.lie() == LAMPS - 1


async def test_a_large_difference_is_believed_when_two_people_find_it(people: Counters) -> None:
    count_id = await people.begin()
    assert await people.says(count_id, "ana", 3) == CountVerdict.COUNT_AGAIN
    assert await people.says(count_id, "ana", 3) == CountVerdict.ANOTHER
    assert await people.says(count_id, "ana", 3) == CountVerdict.ANOTHER
    assert await people.lie() == LAMPS
    async with people.tx() as tx:
        [waits] = await inventory.open_counts(tx)
        assert (waits.asks("user:ana"), waits.asks("user:rui")) == (False, True)
    assert await people.says(count_id, "rui", 3) == CountVerdict.POSTED
    assert await people.lie() == 3


async def test_a_second_person_who_finds_what_the_books_say_ends_it(people: Counters) -> None:
    count_id = await people.begin()
    for _ in range(2):
        await people.says(count_id, "ana", 3)
    assert await people.says(count_id, "rui", LAMPS) == CountVerdict.MATCHES
    assert await people.lie() == LAMPS


async def test_people_who_do_not_agree_leave_it_to_a_lead_who_says_why(people: Counters) -> None:
    count_id = await people.begin()
    for who, units, verdict in (
        ("ana", 3, CountVerdict.COUNT_AGAIN),
        ("ana", 4, CountVerdict.ANOTHER),
        ("rui", 5, CountVerdict.COUNT_AGAIN),
        ("rui", 6, CountVerdict.LEAD),
        ("eva", LAMPS, CountVerdict.LEAD),
    ):
        assert await people.says(count_id, who, units) == verdict
    async with people.tx() as tx:
        [(one, tallies)] = await deciding.variances(tx)
        assert (one.expected, [tally.quantity for tally in tallies]) == (LAMPS, [3, 4, 5, 6, LAMPS])
        assert not (await inventory.open_counts(tx))[0].asks("user:eva")
        assert (
            await deciding.decide(tx, Counted(count_id, 5, one.as_of), CountWhy.STOLEN, "the lock is broken")
            == -15
        )
        with pytest.raises(Refused, match="over already"):
            await deciding.decide(tx, Counted(count_id, 5, one.as_of), CountWhy.STOLEN)
        assert await deciding.variances(tx) == []
    assert await people.lie() == 5


async def test_a_lead_decides_on_what_lies_there_now_or_looks_again(people: Counters) -> None:
    count_id = await people.begin()
    async with people.tx() as tx:
        with pytest.raises(Refused, match="not finished"):
            await deciding.decide(tx, Counted(count_id, 5, 1), CountWhy.UNKNOWN)
        with pytest.raises(Refused, match="no count"):
            await deciding.decide(tx, Counted(new_id(), 5, 1), CountWhy.UNKNOWN)
    for _ in range(2):
        await people.says(count_id, "ana", 3)
    async with people.tx() as tx:
        [(one, _)] = await deciding.variances(tx)
        await inventory.move(tx, [moved(WORLD.c, PLACE, "tote:T-1", 2)])
        with pytest.raises(Refused, match="has changed"):
            await deciding.decide(tx, Counted(count_id, 3, one.as_of), CountWhy.UNKNOWN)
        [(again, tallies)] = await deciding.variances(tx)
        assert (again.expected, tallies) == (LAMPS - 2, []), (
            "what was found before it changed says nothing now"
        )
    assert await people.lie() == LAMPS - 2


async def test_what_was_found_before_a_pick_confirms_nothing_after_it(people: Counters) -> None:
    count_id = await people.begin()
    for _ in range(2):
        await people.says(count_id, "ana", 3)
    async with people.tx() as tx:
        await inventory.move(tx, [moved(WORLD.c, PLACE, "tote:T-1", 2)])
    assert await people.says(count_id, "rui", 3) == CountVerdict.COUNT_AGAIN
    assert await people.lie() == LAMPS - 2


async def test_two_people_at_once_post_a_large_difference_once(people: Counters) -> None:
    for units in (3, 19, 0, 8):
        async with people.tx() as tx:
            [begun] = await inventory.start_count(tx, WORLD.north, PLACE, extra=[WORLD.c])

        async def say(who: str, begun: inventory.OpenCount = begun, units: int = units) -> int:
            async with people.tx(f"user:{who}") as tx:
                [answer] = await inventory.count(tx, [Counted(begun.id, units, begun.as_of)])
            return answer.difference

        before = await people.lie()
        found = await asyncio.gather(*(say(who) for who in ("ana", "rui", "eva", "ana")))
        assert sum(found) == units - before
        assert await people.lie() == units


async def test_a_programme_asks_for_what_is_due_and_stops_nobody_from_picking(people: Counters) -> None:
    terms = CountTerms(days_a=7, days_b=7, days_c=7, per_day=3)
    async with people.tx() as tx:
        await planning.plan_counts(tx, [])
        assert await inventory.open_counts(tx) == [], "no site wants a programme"
        await planning.set_terms(tx, WORLD.north, terms)
        for _ in range(2):
            await planning.plan_counts(tx, [])
        asked = await inventory.open_counts(tx)
        assert [one.reason for one in asked] == ["due"] * 3, (
            "as many as the site wants a day, however often it is planned"
        )
        assert await picked_from(tx) == {one.place for one in await everywhere(tx)}
        [first, *_] = asked
        await inventory.start_count(tx, WORLD.north, first.place)
        assert first.place not in await picked_from(tx), "somebody stands there and counts"
        for one in await inventory.open_counts(tx):
            lying = {(b.place, b.product_id): b.on_hand for b in await everywhere(tx)}
            await inventory.count(tx, [Counted(one.id, lying[one.place, one.product_id], one.as_of)])
    for days, waits in ((1, 3), (2, 3)):
        await clock.simulate(people.house.db, people.tenant, NOON + timedelta(days=days, minutes=1))
        async with people.tx() as tx:
            await planning.plan_counts(tx, [])
            assert len(await inventory.open_counts(tx)) == waits
            if days == 1:
                seen = {(one.place, one.product_id) for one in asked}
                assert not seen & {(one.place, one.product_id) for one in await inventory.open_counts(tx)}


async def test_an_emptied_bin_is_looked_at_once(people: Counters) -> None:
    async with people.tx() as tx:
        await planning.set_terms(tx, WORLD.north, CountTerms(per_day=1, empties=True))
        await inventory.move(tx, [moved(WORLD.c, PLACE, "tote:T-1", LAMPS)])
        await planning.plan_counts(tx, [])
        [asked] = await inventory.open_counts(tx)
        assert (asked.reason, asked.place) == ("empty", PLACE)
        [answer] = await inventory.count(tx, [Counted(asked.id, 0, asked.as_of)])
        assert answer.verdict == CountVerdict.MATCHES
    await clock.simulate(people.house.db, people.tenant, NOON + timedelta(days=2))
    async with people.tx() as tx:
        await planning.plan_counts(tx, [])
        assert "empty" not in {one.reason for one in await inventory.open_counts(tx)}


async def test_a_place_that_was_often_wrong_is_counted_before_its_time(people: Counters) -> None:
    async with people.tx() as tx:
        await planning.set_terms(tx, WORLD.north, CountTerms(value_minor=10**9, per_day=50, days_c=3000))
        for units in (19, 18):
            [begun] = await inventory.start_count(tx, WORLD.north, PLACE)
            for _ in range(2):
                await inventory.count(tx, [Counted(begun.id, units, begun.as_of)])
        await planning.plan_counts(tx, [])
        for one in await inventory.open_counts(tx):
            lying = {(b.place, b.product_id): b.on_hand for b in await everywhere(tx)}
            await inventory.count(tx, [Counted(one.id, lying[one.place, one.product_id], one.as_of)])
        [north] = await deciding.accuracy(tx)
        assert (north.counts, north.differing) == (7, 2)
        assert north.accuracy is not None
        assert 0.98 < north.accuracy < 1
    await clock.simulate(people.house.db, people.tenant, NOON + timedelta(days=8))
    async with people.tx() as tx:
        await planning.plan_counts(tx, [])
        assert [(one.reason, one.place) for one in await inventory.open_counts(tx)] == [("unsure", PLACE)]


async def everywhere(tx: Tx) -> list[inventory.Lying]:
    """What lies in bins."""
    products = [WORLD.a, WORLD.b, WORLD.c, WORLD.d]
    return [one for one in await inventory.lying(tx, products) if one.place.startswith("bin:")]


async def picked_from(tx: Tx) -> set[str]:
    """The places from which carts may be planned now."""
    doubted = await tx.connection.execute(
        "SELECT place FROM inventory.counts WHERE tenant_id = %s AND counted_at IS NULL AND blocks",
        [tx.tenant_id],
    )
    return {one.place for one in await everywhere(tx)} - {row[0] for row in await doubted.fetchall()}


async def test_a_doubt_stops_picking_also_where_the_programme_had_asked(people: Counters) -> None:
    asked = {"site_id": WORLD.north, "place": PLACE, "product_id": WORLD.c}
    async with people.tx() as tx:
        await inventory.ask_counts(tx, [AskedCount(**asked, reason="due", blocks=False)])  # type: ignore[arg-type]
        assert PLACE in await picked_from(tx)
        await inventory.ask_counts(tx, [AskedCount(**asked, reason="short_pick")])  # type: ignore[arg-type]
        assert PLACE not in await picked_from(tx)
        assert len(await judging.counts_in(tx, WORLD.north, PLACE)) == 1


async def test_leads_decide_over_the_api_and_others_do_not(
    people: Counters, key: str, web_client: httpx.AsyncClient
) -> None:
    count_id = await people.begin()
    for _ in range(2):
        await people.says(count_id, "ana", 3)
    [one] = (await web_client.get("/api/counts/variances", headers=bearer(key))).json()
    assert (one["count_id"], one["expected"], [tally["quantity"] for tally in one["tallies"]]) == (
        f"{count_id}", LAMPS, [3, 3],
    )  # fmt: skip
    path = f"/api/counts/{count_id}/decide"
    wrong = {"quantity": -1, "as_of": one["as_of"], "why": "because"}
    assert (await web_client.post(path, json=wrong, headers=bearer(key))).status_code == 422
    told = {"quantity": 4, "as_of": one["as_of"], "why": "misplaced", "note": "behind the pillar"}
    assert (await web_client.post(path, json=told, headers=bearer(key))).json() == {"difference": 4 - LAMPS}
    assert (await web_client.post(path, json=told, headers=bearer(key))).status_code == 409
    terms = f"/api/sites/{WORLD.north}/counting"
    said = (await web_client.get(terms, headers=bearer(key))).json()
    said |= {"per_day": 12, "empties": True}
    assert (await web_client.put(terms, json=said, headers=bearer(key))).json() == said
    assert (await web_client.get(terms, headers=bearer(key))).json() == said
    [figures] = (await web_client.get("/api/counts/accuracy", headers=bearer(key))).json()
    assert (figures["counts"], figures["differing"], figures["accuracy"]) == (1, 1, pytest.approx(0.2))


TALLY = Tally(new_id(), "user:ana", NOON, 3, 1)


@given(st.lists(st.tuples(st.sampled_from("ar"), st.integers(0, 4)), max_size=8), st.booleans())
def test_only_what_was_found_twice_is_posted(tries: list[tuple[str, int]], heavy: bool) -> None:
    """Whatever two people say in whatever sequence: what is posted was found before, by another person if it is much."""
    stage: str = CountStage.OPEN
    tallies: list[Tally] = []
    for who, units in tries:
        verdict = judge(units, 2, who, tallies, heavy=heavy, stage=stage)
        before = [one for one in tallies if one.quantity == units]
        if verdict == CountVerdict.POSTED:
            assert units != 2
            assert any(one.counter != who for one in before) if heavy else before
        if verdict == CountVerdict.MATCHES:
            assert units == 2
        if verdict in (CountVerdict.POSTED, CountVerdict.MATCHES):
            return
        stage = {CountVerdict.ANOTHER: CountStage.OTHER, CountVerdict.LEAD: CountStage.LEAD}.get(
            verdict, stage
        )
        tallies.append(Tally(TALLY.count_id, who, NOON, units, 1))


def test_classes_follow_what_moves() -> None:
    ids = [new_id() for _ in range(5)]
    assert list(classes(dict(zip(ids, (70, 20, 6, 4, 0), strict=True))).values()) == ["a", "a", "b", "c", "c"]
    assert classes({}) == {}
    assert set(classes(dict.fromkeys(ids, 0)).values()) == {"c"}


def test_a_difference_is_large_by_units_or_by_value() -> None:
    terms = CountTerms(units=10, value_minor=5_000)
    assert [is_heavy(units, 100, terms) for units in (10, -10, 11, -11)] == [False, False, True, True]
    assert [is_heavy(units, 5_000, terms) for units in (1, -2)] == [False, True]
