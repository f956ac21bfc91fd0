"""Suppliers' scores: on time, in full and undamaged, by what was scanned at the dock."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from doorstep.platform import clock
from doorstep.platform.auth import Role
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.stages.inventory.acts.receiving import closing, expecting, scoring, taking
from doorstep.stages.inventory.acts.receiving.scoring import Score
from doorstep.stages.inventory.model.arrivals import Found, Intake
from tests.conftest import NOON
from tests.platform.people import add_person, sign_in
from tests.worlds.arrivals import announce, announced
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import small_world

TODAY = date(2026, 3, 2)
YESTERDAY = date(2026, 3, 1)


async def came(tx: Tx, arrival_id: UUID, units: Mapping[Found, int]) -> None:
    """Take mugs of an arrival in, by condition, and close it."""
    intakes = [
        Intake(
            command=f"{arrival_id}-{found}",
            product_id=WORLD.a,
            quantity=n,
            found=found,
            why="" if found == Found.ACCEPTED else "wet",
            place=f"bin:{bin_code(1, 1)}",
        )
        for found, n in units.items()
    ]
    if intakes:
        await taking.take_in(tx, arrival_id, intakes)
    await closing.close(tx, arrival_id, {WORLD.a: "short_shipped"})


@pytest.fixture
async def kiln(house: House, tenant: UUID) -> UUID:
    """A supplier that brought one arrival as announced, one late, one short, one with broken mugs, one without a word."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        for reference, day, units in (
            ("good", TODAY, {Found.ACCEPTED: 10}),
            ("late", YESTERDAY, {Found.ACCEPTED: 10}),
            ("short", TODAY, {Found.ACCEPTED: 9}),
            ("wet", TODAY, {Found.ACCEPTED: 7, Found.DAMAGED: 1, Found.REFUSED: 2}),
            ("no day", None, {Found.ACCEPTED: 10}),
        ):
            arrival_id = await announce(tx, reference, {WORLD.a: 10}, expected_on=day)
            await came(tx, arrival_id, units)
        stood = await taking.begin_unannounced(tx, announced("DN-1", {}))
        await came(tx, stood.id, {Found.ACCEPTED: 1})
        await announce(tx, "open", {WORLD.a: 10})
        [supplier] = await expecting.suppliers(tx)
        return supplier.id


async def test_a_supplier_is_scored_by_what_was_scanned(house: House, tenant: UUID, kiln: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        assert (await scoring.scores(tx, [kiln]))[kiln] == Score(
            kiln,
            arrivals=6,
            unannounced=1,
            dated=4,
            on_time=3,
            announced=5,
            in_full=3,
            otif=1,
            units=50,
            bad=3,
            minutes=0,
        )
        await clock.advance(tx, tx.now + timedelta(days=181))
    async with house.db.transaction(tenant, actor="test") as tx:
        assert (await scoring.scores(tx, [kiln]))[kiln] == Score(kiln), "what is old does not count"
        assert (await scoring.scores(tx, [kiln], days=200))[kiln].arrivals == 6


async def test_the_day_is_that_of_the_site(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 10}, expected_on=TODAY)
        late: datetime = NOON + timedelta(hours=11, minutes=30)
        await clock.advance(tx, late)
    async with house.db.transaction(tenant, actor="test") as tx:
        await came(tx, arrival_id, {Found.ACCEPTED: 10})
        [supplier] = await expecting.suppliers(tx)
        score = (await scoring.scores(tx, [supplier.id]))[supplier.id]
        assert (score.dated, score.on_time) == (1, 0), "in Vaduz it is half past midnight"


async def test_scores_are_shown_to_the_desk_and_answered_to_programs(
    house: House, tenant: UUID, kiln: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}
    path = f"/api/suppliers/{kiln}/score"
    score = (await web_client.get(path, params={"days": "30"}, headers=headers)).json()
    assert (score["otif"], score["dated"], score["bad"]) == (1, 4, 3)
    await sign_in(web_client, await add_person(house, tenant, Role.VIEWER))
    listed = (await web_client.get("/suppliers")).text
    assert "Kiln &amp; Co" in listed
    assert "75 %" in listed
    page = (await web_client.get(f"/suppliers/{kiln}")).text
    assert "1 of 4 with a day" in page
    assert "6.0 %" in page
    assert ">open<" in page, "what is to come"
