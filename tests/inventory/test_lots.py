"""Lots: what comes in says which and until when, what expires first leaves first, and what may not be sold is not promised."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform import clock
from doorstep.platform.auth import Role
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.journal import history
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory import Adjustment, Movement, Receipt
from doorstep.stages.inventory.acts import auditing, lots
from doorstep.stages.inventory.model import LotAct, LotHere
from doorstep.stages.inventory.rules.lots import name_lots
from tests.platform.people import add_person, csrf_of, sign_in
from tests.settle import settle
from tests.worlds.catalog import BARCODES, WORLD, bin_code, build_catalog
from tests.worlds.inventory import moved, shipped, wish, wrong_in_the_books

HOME, OTHER = f"bin:{bin_code(1, 1)}", f"bin:{bin_code(2, 2)}"
SOON, LATER = date(2026, 3, 10), date(2026, 6, 1)


async def expiring(tx: Tx) -> None:
    """Build Northside, where the mug has lots and expires."""
    await build_catalog(tx)
    [mug] = await catalog.products(tx, [WORLD.a])
    values = {name: getattr(mug, name) for name in mug.__slots__}
    changed = catalog.Product(**{**values, "asks_lot": True, "asks_expiry": True})
    await catalog.change_products(tx, [catalog.NewProduct(changed)])


async def comes_in(tx: Tx, lot: str, expires_on: date | None, units: int, place: str = HOME) -> None:
    """Take units of a lot of the mug in."""
    one = Receipt(
        site_id=WORLD.north, product_id=WORLD.a, place=place, quantity=units, lot=lot, expires_on=expires_on
    )
    await inventory.receive(tx, [one])


async def where(tx: Tx) -> dict[tuple[str, str], int]:
    """Return how much of which lot lies where."""
    return {(one.lot, one.place): one.on_hand for one in await lots.lots_lying(tx, WORLD.a)}


async def free(tx: Tx) -> int:
    """Return how many mugs can be sold."""
    return (await inventory.available(tx, [WORLD.a]))[WORLD.a]


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Ten mugs of lot L2 that expire in June, and five of L1 that expire in March, in one bin."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await expiring(tx)
        await comes_in(tx, "L2", LATER, 10)
        await comes_in(tx, "L1", SOON, 5)
    return tenant


@pytest.mark.parametrize(
    ("lot", "expires_on", "said"),
    [
        ("", LATER, "has lots"),
        ("L9", None, "Say until which day"),
        ("L1", LATER, "has the last day 2026-03-10 already"),
        ("L9", date(2026, 3, 1), "expired on 2026-03-01"),
        ("L" * 21, LATER, "up to 20"),
        (" L9", LATER, "up to 20"),
        ("Lö", LATER, "up to 20"),
    ],
)
async def test_what_comes_in_says_its_lot_and_last_day(
    house: House, northside: UUID, lot: str, expires_on: date | None, said: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        with pytest.raises(Refused) as refused:
            await comes_in(tx, lot, expires_on, 1)
        assert any(said in fault.message for fault in refused.value.faults)
    async with house.db.transaction(northside, actor="test") as tx:
        await comes_in(tx, "L1", None, 1)
        assert await free(tx) == 16, "a known lot need not say its day again"


async def test_what_expires_first_leaves_first_and_each_order_gets_what_was_packed_for_it(
    house: House, northside: UUID
) -> None:
    early, late = wish(WORLD.a, 4), wish(WORLD.a, 4)
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.reserve(tx, [early, late])
        for one, tote in ((early, "tote:T-1"), (late, "tote:T-2")):
            for source, goal in ((HOME, tote), (tote, "parcel")):
                await inventory.move(
                    tx,
                    [
                        Movement(
                            site_id=WORLD.north,
                            product_id=WORLD.a,
                            from_place=source,
                            to_place=goal,
                            quantity=4,
                            reason="test",
                            order_id=one.order_id,
                        )
                    ],
                )
        assert await where(tx) == {("L1", "parcel"): 5, ("L2", "parcel"): 3, ("L2", HOME): 7}
        await inventory.ship(tx, [shipped(late, 4)])
        assert await where(tx) == {("L1", "parcel"): 4, ("L2", HOME): 7}
        buyers = {one.order_id: one.left for one in await lots.buyers_of(tx, WORLD.a, "L1")}
        assert buyers == {early.order_id: 0, late.order_id: 1}
        assert await wrong_in_the_books(tx) == {}


async def test_goods_that_expire_leave_what_can_be_sold_by_themselves(
    house: House, northside: UUID, worker: Worker
) -> None:
    old, young = wish(WORLD.a, 8, hold_s=None), wish(WORLD.a, 4, hold_s=None)
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.reserve(tx, [old])
        await inventory.reserve(tx, [young])
        assert await free(tx) == 3
        first = (await lots.lots_of(tx, [WORLD.a]))[0]
        await clock.advance(tx, tx.now + timedelta(days=8))
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        assert await free(tx) == 3, "on its last day it may be sold"
        await clock.advance(tx, tx.now + timedelta(days=1))
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        assert await free(tx) == 0
        held = {one.order_id: one.quantity for one in await inventory.held_by(tx, WORLD.a)}
        assert held == {old.order_id: 8, young.order_id: 2}, (
            "the youngest promise is broken, by no more than lacks"
        )
        events = [(one.name, one.facts.get("units")) for one in await history(tx, [first.id])]
        assert events == [("sellable", None), ("expired", 5)]
        await auditing.audit(tx)
        assert await auditing.drifts(tx) == []
        assert await wrong_in_the_books(tx) == {}


async def test_a_recall_blocks_and_lists_who_got_it_and_a_hold_can_be_released(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await lots.change_lot(tx, WORLD.a, "L2", LotAct.HOLD, "seal looks odd")
        assert await free(tx) == 5
        await comes_in(tx, "L2", LATER, 3, OTHER)
        assert await free(tx) == 5, "more of a held lot is held too"
        await lots.change_lot(tx, WORLD.a, "L2", LotAct.RELEASE, "seal is fine")
        assert await free(tx) == 18
        await lots.change_lot(tx, WORLD.a, "L2", LotAct.RECALL, "maker's notice 7")
        assert await free(tx) == 5
        with pytest.raises(Refused, match="cannot be told to release"):
            await lots.change_lot(tx, WORLD.a, "L2", LotAct.RELEASE, "no")
        with pytest.raises(Refused, match="There is no lot"):
            await lots.change_lot(tx, WORLD.a, "L3", LotAct.RECALL, "no")
        assert await wrong_in_the_books(tx) == {}


async def test_blocked_goods_go_to_quarantine_or_scrap_and_to_no_customer(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await lots.change_lot(tx, WORLD.a, "L1", LotAct.RECALL, "notice")
        await inventory.move(tx, [moved(WORLD.a, HOME, "tote:T-1", 10)])
        assert await where(tx) == {("L1", HOME): 5, ("L2", "tote:T-1"): 10}
    with pytest.raises(Refused) as refused:
        async with house.db.transaction(northside, actor="test") as tx:
            await inventory.move(tx, [moved(WORLD.a, HOME, "tote:T-1", 1)])
    assert "expired, recalled or held" in refused.value.faults[0].message
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.move(tx, [moved(WORLD.a, HOME, "quarantine", 2)])
        gone = Adjustment(site_id=WORLD.north, product_id=WORLD.a, place=HOME, quantity=-3, reason="expired")
        await inventory.adjust(tx, [gone])
        assert await where(tx) == {("L1", "quarantine"): 2, ("L2", "tote:T-1"): 10}
        assert await free(tx) == 10, "blocked units were no part of it"
        assert await wrong_in_the_books(tx) == {}


LOTS = st.lists(
    st.tuples(
        st.integers(1, 9), st.sampled_from([None, SOON, LATER]), st.sampled_from(["sellable", "expired"])
    ),
    max_size=4,
)


@given(LOTS, st.integers(0, 9), st.lists(st.integers(1, 9), min_size=1, max_size=3), st.booleans())
def test_lots_are_taken_in_the_order_of_their_last_days(
    kept: Sequence[tuple[int, Any, str]], loose: int, asked: Sequence[int], forward: bool
) -> None:
    here = [
        LotHere(WORLD.north, WORLD.a, HOME, f"L{i}", n, day, state) for i, (n, day, state) in enumerate(kept)
    ]
    goal = "tote:T-1" if forward else "quarantine"
    parts, lacking = name_lots(
        [moved(WORLD.a, HOME, goal, n) for n in asked], here, {(WORLD.north, WORLD.a, HOME): loose}, {}
    )
    if not here:
        assert [one.quantity for one in parts] == list(asked), "without lots nothing is taken apart"
        return
    may = sum(one.on_hand for one in here if one.state == "sellable" or not forward) + loose
    assert sum(one.quantity for one in parts) == min(sum(asked), may)
    assert sum(units for _, units in lacking) == max(sum(asked) - may, 0)
    named = {one.lot: one for one in here}
    for lot, one in named.items():
        taken = sum(part.quantity for part in parts if part.lot == lot)
        assert taken <= one.on_hand
        if taken and one.state == "sellable":
            sooner = [
                o
                for o in here
                if o.state == "sellable" and (o.expires_on or date.max) < (one.expires_on or date.max)
            ]
            assert all(sum(p.quantity for p in parts if p.lot == o.lot) == o.on_hand for o in sooner)


async def test_a_gs1_label_tells_lot_and_day_on_the_handheld(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    await sign_in(web_client, await add_person(house, northside, Role.MANAGER))

    async def send(path: str, **fields: str) -> str:
        token = csrf_of((await web_client.get("/receive")).text)
        answer = await web_client.post(path, data={"_csrf_token": token, **fields}, follow_redirects=True)
        return answer.text

    label = f"(01)0{BARCODES['A']}(17)261231(10)L7"
    page = await send("/receive/scan", site=str(WORLD.north), code=label)
    assert 'value="L7"' in page
    assert 'value="2026-12-31"' in page
    open_receipt = {"site": str(WORLD.north), "product": str(WORLD.a), "quantity": "2"}
    assert "has lots" in await send("/receive/scan", **open_receipt, code=bin_code(1, 1))
    full = {**open_receipt, "lot": "L7", "expires": "2026-12-31"}
    assert "Put lot L7 to a bin before it" in await send(
        "/receive/scan", **full, code=label.replace("L7", "L8")
    )
    assert "3 of A" in await send("/receive/scan", **full, code=label)
    assert "2 units lie in" in await send("/receive/scan", **full, code=bin_code(1, 1))
    async with house.db.transaction(northside, actor="test") as tx:
        assert (await where(tx))["L7", HOME] == 2
    assert "L7" in (await web_client.get(f"/stock/{WORLD.a}")).text
    path = f"/stock/{WORLD.a}/lots"
    assert "Lot L7 is recalled now" in await send(path, lot="L7", act="recall", why="maker's notice")
    assert "Say what is to be done" in await send(path, lot="L7", act="expire", why="x")
    assert "There is no lot" in await send(path, lot="L0", act="recall", why="x")
