"""The auditor finds whatever somebody changed around the ledger, says so, mends nothing, and explains how a balance came to be."""

from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from psycopg import AsyncConnection

from doorstep import app as house_app
from doorstep.cli.auditing import read
from doorstep.platform import auth, doctor
from doorstep.platform.auth import Role
from doorstep.platform.config import Settings
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import bound, new_ids
from doorstep.platform.journal import history
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory import jobs
from doorstep.stages.inventory.acts import auditing
from doorstep.stages.inventory.acts.explaining import course_of
from doorstep.tower import figures
from tests.platform.people import add_person, sign_in
from tests.settle import settle
from tests.worlds.catalog import WORLD, bin_code, product
from tests.worlds.inventory import moved, receive, shipped, small_world, wish
from tests.worlds.plates import build, line

HOME = f"bin:{bin_code(1, 1)}"
SPOILS = {
    "place": ("UPDATE inventory.balances SET on_hand = on_hand + 3 WHERE tenant_id = %s AND product_id = %s AND place = '" + HOME + "'", 3),
    "on_hand": ("UPDATE inventory.stock SET on_hand = on_hand + 5 WHERE tenant_id = %s AND product_id = %s", 5),
    "plate": ("UPDATE inventory.plate_contents SET quantity = 64 WHERE tenant_id = %s AND product_id = %s", 4),
    "reserved": ("UPDATE inventory.stock SET reserved = reserved + 2 WHERE tenant_id = %s AND product_id = %s", 2),
}  # fmt: skip
"""What somebody with the owner's password may do, and by how much each book is off then."""


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection of the owner of the tables, past every fence."""
    async with await AsyncConnection.connect(settings.owner_url or "", autocommit=True) as connection:
        yield connection


@pytest.fixture
async def stocked(house: House, tenant: UUID) -> UUID:
    """Northside with goods on its shelves, looked at once by the auditor."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await build(tx, "P-1", line(20))
        await auditing.audit(tx)
        assert await auditing.drifts(tx) == []
    return tenant


async def spoil(owner: AsyncConnection[Any], tenant: UUID, statement: str, *more: object) -> None:
    """Do something around the ledger, as the owner."""
    async with owner.transaction():
        await owner.execute("SELECT set_config('doorstep.tenant', %s, true)", [str(tenant)])
        assert (await owner.execute(cast("Any", statement), [tenant, *more])).rowcount == 1


@pytest.mark.proves("I10")
@pytest.mark.parametrize("book", SPOILS)
async def test_a_planted_drift_alarms_everywhere_and_nothing_is_mended(
    book: str,
    house: House,
    stocked: UUID,
    owner: AsyncConnection[Any],
    worker: Worker,
    web_client: httpx.AsyncClient,
) -> None:
    statement, units = SPOILS[book]
    await spoil(owner, stocked, statement, WORLD.a)
    await settle(worker, stocked)
    async with house.db.transaction(stocked, actor="test") as tx:
        found = {one.book: one for one in await auditing.drifts(tx)}
        assert found[book].difference == units
        assert found[book].sku == "A"
        [event] = await history(tx, [found[book].id])
        assert (event.kind, event.name, event.facts["found"]) == ("drift", "open", found[book].found)
        assert {one.book for one in (await figures.board(tx)).drifts} == set(found)
        assert (await jobs.measure_audit(tx))["doorstep_audit_drifts"] == len(found)
    rules = {one.rule for one in await doctor.examine(house.db, stocked, house_app.invariants())}
    assert "the_auditor_sees_no_drift" in rules
    await sign_in(web_client, await add_person(house, stocked, Role.MANAGER))
    assert "The books of" in (await web_client.get("/tower")).text
    assert "The books disagree" in (await web_client.get(f"/stock/{WORLD.a}")).text
    assert "doorstep_audit_drifts" in (await web_client.get("/metrics")).text
    await settle(worker, stocked)
    async with house.db.transaction(stocked, actor="test") as tx:
        assert {one.book: one.difference for one in await auditing.drifts(tx)} == {
            one.book: one.difference for one in found.values()
        }


async def test_a_drift_that_changes_is_noted_and_one_that_goes_is_taken_back(
    house: House, stocked: UUID, owner: AsyncConnection[Any]
) -> None:
    statement, _ = SPOILS["reserved"]
    seen = set()
    for done in (
        statement,
        statement,
        "UPDATE inventory.stock SET reserved = 0 WHERE tenant_id = %s AND product_id = %s",
    ):
        await spoil(owner, stocked, done, WORLD.b)
        async with house.db.transaction(stocked, actor="test") as tx:
            await auditing.audit(tx)
            seen |= {one.id for one in await auditing.drifts(tx)}
    async with house.db.transaction(stocked, actor="test") as tx:
        assert await auditing.drifts(tx) == []
        [drift] = seen
        told = [(event.name, event.facts.get("found")) for event in await history(tx, [drift])]
    assert told == [("open", 2), ("changed", 4), ("gone", None)]


async def test_a_line_slipped_into_the_ledger_is_found_though_the_ledger_was_closed(
    house: House, stocked: UUID, owner: AsyncConnection[Any]
) -> None:
    """The closed sum is older than a day, or something else of the product disagrees: then all is read again."""
    async with house.db.transaction(stocked, actor="test") as tx:
        await tx.connection.execute(
            "INSERT INTO inventory.closings (tenant_id, product_id, site_id, place, units, until_id) "
            "SELECT tenant_id, product_id, site_id, place, on_hand, %s "
            "FROM inventory.balances WHERE tenant_id = %s",
            [bound(-1), stocked],
        )
    spoiled = (
        "UPDATE inventory.movements SET quantity = quantity + 1 WHERE tenant_id = %s AND product_id = %s"
    )
    await spoil(owner, stocked, spoiled, WORLD.d)
    async with house.db.transaction(stocked, actor="test") as tx:
        await auditing.audit(tx)
        assert await auditing.drifts(tx) == [], "within the day the closed sum is believed"
    yesterday = "UPDATE inventory.closings SET until_id = %s WHERE tenant_id = %s AND product_id = %s"
    async with house.db.transaction(stocked, actor="test") as tx:
        await tx.connection.execute(yesterday, [bound(90_000), stocked, WORLD.d])
        await auditing.audit(tx)
        assert [(one.sku, one.book, one.difference) for one in await auditing.drifts(tx)] == [
            ("D", "place", -1)
        ]


async def test_long_ledgers_are_closed_and_what_comes_after_counts(
    house: House, stocked: UUID, owner: AsyncConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "LONG_LEDGER", 2)
    early = (
        "UPDATE inventory.movements SET id = ('01930000' || substr(id::text, 9))::uuid WHERE tenant_id = %s"
    )
    async with owner.transaction():
        await owner.execute("SELECT set_config('doorstep.tenant', %s, true)", [str(stocked)])
        await owner.execute(cast("Any", early), [stocked])
    async with house.db.transaction(stocked, actor="test") as tx:
        await auditing.audit(tx)
        closed = "SELECT place, units FROM inventory.closings WHERE tenant_id = %s AND product_id = %s ORDER BY place"
        rows = await (await tx.connection.execute(cast("Any", closed), [stocked, WORLD.a])).fetchall()
        assert rows == [(HOME, 60), (f"bin:{bin_code(3, 4)}", 40)]
        await receive(tx, WORLD.a, 7)
        await inventory.move(tx, [moved(WORLD.a, HOME, "quarantine", 2)])
    async with house.db.transaction(stocked, actor="test") as tx:
        await auditing.audit(tx)
        assert await auditing.drifts(tx) == []


async def test_a_round_takes_the_products_in_parts_and_begins_anew(house: House, stocked: UUID) -> None:
    async with house.db.transaction(stocked, actor="test") as tx:
        more = [product(one, f"X-{i}") for i, one in enumerate(new_ids(4))]
        await catalog.add_products(tx, [catalog.NewProduct(one) for one in more])
        on = [await auditing.audit(tx, most=4) for _ in range(4)]
        assert on == [True, True, False, True]
        last = await auditing.round_of(tx)
        assert last is not None
        assert last.products == 9
        assert 0 <= last.took_s < 60


async def test_the_next_part_of_a_round_is_due_at_once(
    house: House, stocked: UUID, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing.audit, "__kwdefaults__", {"most": 2})
    await settle(worker, stocked)
    async with house.db.transaction(stocked, actor="test") as tx:
        last = await auditing.round_of(tx)
    assert last is not None
    assert last.products == 5


async def explained(tx: Tx) -> list[tuple[str, int, list[tuple[int, int, str]]]]:
    """Return every balance of the mug with its steps: (change, after, other)."""
    return [
        (one.place, one.on_hand, [(step.change, step.after, step.other) for step in one.steps])
        for one in await inventory.explain(tx, product_ids=[WORLD.a])
    ]


async def test_every_balance_is_explained_by_its_lines(house: House, stocked: UUID) -> None:
    mugs = wish(WORLD.a, 3)
    async with house.db.transaction(stocked, actor="user:ana") as tx:
        await inventory.reserve(tx, [mugs])
        await inventory.commit(tx, [mugs.order_id])
        await inventory.move(tx, [moved(WORLD.a, HOME, "parcel", 3)])
        await inventory.ship(tx, [shipped(mugs, 3)])
    async with house.db.transaction(stocked, actor="test") as tx:
        assert await explained(tx) == [
            (HOME, 57, [(60, 60, "supplier"), (-3, 57, "parcel")]),
            (f"bin:{bin_code(3, 4)}", 40, [(40, 40, "supplier")]),
            ("parcel", 0, [(3, 3, HOME), (-3, 0, "customer")]),
        ]
        [parcel] = [one for one in await inventory.explain(tx, place="parcel") if one.product_id == WORLD.a]
        assert [(step.order_id, step.actor, step.reason) for step in parcel.steps][1] == (
            mugs.order_id,
            "user:ana",
            "shipped",
        )
        newest = await inventory.explain(tx, product_ids=[WORLD.a], most=1)
        assert [[step.after for step in one.steps] for one in newest] == [[57], [40], [0]]
        assert [units for _, units in await course_of(tx, WORLD.a)] == [60, 100, 97]


async def test_the_command_explains_an_article_and_a_bin(house: House, stocked: UUID) -> None:
    async with house.db.transaction(stocked, actor="test") as tx:
        found = await read(tx, "A", 20)
        assert [(level.on_hand, level.reserved) for level in found.levels] == [(100, 0)]
        assert [one.on_hand for one in found.balances] == [60, 40]
        by_bin = await read(tx, bin_code(1, 1), 20)
        assert [(by_bin.skus[one.product_id], one.sum) for one in by_bin.balances] == [("A", 60)]
        with pytest.raises(Refused, match="No article has the number"):
            await read(tx, "nothing-like-it", 20)


async def test_a_balance_has_a_page_and_other_merchants_none(
    house: House, stocked: UUID, web_client: httpx.AsyncClient
) -> None:
    where = {"site": str(WORLD.north), "place": HOME}
    await sign_in(web_client, await add_person(house, stocked, Role.MANAGER))
    page = (await web_client.get(f"/stock/{WORLD.a}/history", params=where)).text
    assert "+60" in page
    assert "supplier" in page
    assert '<svg class="course"' in (await web_client.get(f"/stock/{WORLD.a}")).text
    missing = await web_client.get(f"/stock/{WORLD.a}/history", params={**where, "place": "bin:Z-9"})
    assert missing.status_code == 404
    other = await auth.add_tenant(house.db, f"t-{stocked.hex[:20]}", "Elsewhere")
    await sign_in(web_client, await add_person(house, other, Role.MANAGER))
    assert (await web_client.get(f"/stock/{WORLD.a}/history", params=where)).status_code == 404
