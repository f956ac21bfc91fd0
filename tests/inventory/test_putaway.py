"""Putting away: together with its own, where it is picked, near if it sells fast; and to the dock when orders wait for it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import catalog, inventory
from doorstep.stages.catalog import BinUse
from doorstep.stages.inventory import Receipt
from doorstep.stages.inventory.acts.putaway import offers_for
from doorstep.stages.inventory.acts.receiving import expecting, taking
from doorstep.stages.inventory.model.arrivals import Intake
from doorstep.stages.inventory.rules.putaway import FAST_PICKS, Goods, Offer, Room, may_join, offers
from tests.worlds.arrivals import announce
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import small_world, wrong_in_the_books

NEAR, FAR = Room("N", "face", 1000), Room("F", "face", 9000)
SLOW = Goods(quantity=10, unit_ml=1000)
FAST = Goods(quantity=10, unit_ml=1000, picks=FAST_PICKS)


def room(code: str, kind: str = "face", walk_mm: int = 5000, **changed: object) -> Room:
    """A bin with some facts changed."""
    return Room(code, kind, walk_mm, **changed)  # type: ignore[arg-type]


def order(goods: Goods, *rooms: Room) -> list[str]:
    """Return the codes that are offered, the best first."""
    return [one.code for one in offers(goods, rooms)]


@pytest.mark.parametrize(
    ("goods", "rooms", "best"),
    [
        (SLOW, [NEAR, room("own", walk_mm=9000, units=3, lots=("",))], ["own", "N"]),
        (
            Goods(10, 1000, "L7"),
            [room("other", units=5, lots=("L6",)), room("same", units=2, lot_units=2, lots=("L7",)), NEAR],
            ["same", "other", "N"],
        ),
        (
            SLOW,
            [room("stock", "bulk", units=90, lots=("",)), room("pick", units=1, lots=("",))],
            ["pick", "stock"],
        ),
        (FAST, [FAR, room("B", "bulk", 100), NEAR], ["N", "F", "B"]),
        (SLOW, [NEAR, room("B", "bulk", 9000)], ["B", "N"]),
        (
            SLOW,
            [room("large", capacity_ml=90_000), room("small", capacity_ml=12_000), NEAR],
            ["N", "small", "large"],
        ),
        (SLOW, [room("tight", capacity_ml=9_999), room("full", capacity_ml=50_000, used_ml=41_000)], []),
        (SLOW, [room("shared", walk_mm=1, others=2), FAR], ["F", "shared"]),
        (SLOW, [room("doubted", units=9, lots=("",), doubted=True), FAR], ["F", "doubted"]),
        (SLOW, [room("D", "dock", 1)], []),
        (
            Goods(10, 1000, waiting=2, wanted=7),
            [room("own", units=5, lots=("",)), room("D", "dock")],
            ["D", "own"],
        ),
        (SLOW, [room(str(i), walk_mm=i) for i in range(9)], ["0", "1", "2"]),
    ],
    ids=[
        "with its own",
        "same lot first",
        "face before bulk",
        "fast: near",
        "slow: bulk",
        "best fit",
        "no room",
        "alone first",
        "found full lately",
        "docks are passed through",
        "cross-dock",
        "three at most",
    ],
)
def test_the_best_bin_is_offered_first(goods: Goods, rooms: Sequence[Room], best: list[str]) -> None:
    assert order(goods, *rooms) == best


def test_every_offer_says_why() -> None:
    rooms = [room("D", "dock"), room("own", units=5, lots=("",), capacity_ml=60_000, used_ml=20_500)]
    cross, own = offers(Goods(10, 1000, waiting=1, wanted=7), rooms)
    assert (cross.why, cross.said) == ("cross_dock", "1 order waits for 7")
    assert (own.why, own.said, own.fits) == ("same_product", "5 of it lie here", 39)


ROOMS = st.builds(
    Room,
    code=st.text("ABC", min_size=1, max_size=3),
    kind=st.sampled_from(["face", "bulk", "dock"]),
    walk_mm=st.integers(0, 9),
    capacity_ml=st.one_of(st.none(), st.integers(1, 20_000)),
    mixes_lots=st.booleans(),
    used_ml=st.integers(0, 20_000),
    units=st.integers(0, 5),
    lots=st.lists(st.sampled_from(["", "L1", "L2"]), max_size=2, unique=True).map(tuple),
    others=st.integers(0, 2),
    doubted=st.booleans(),
)


@given(st.lists(ROOMS, max_size=8), st.integers(1, 9), st.sampled_from(["", "L1"]), st.integers(0, 9))
def test_what_is_offered_fits_and_may_be_used(rooms: list[Room], n: int, lot: str, wanted: int) -> None:
    goods = Goods(n, 1000, lot, wanted=wanted, waiting=wanted)
    found = offers(goods, rooms)
    able = [
        one
        for one in rooms
        if (one.capacity_ml is None or one.used_ml + n * 1000 <= one.capacity_ml)
        and (one.mixes_lots or set(one.lots) <= {lot})
        and (one.kind != "dock" or wanted)
    ]
    assert len(found) == min(len(able), 3)
    assert {one.code for one in found} <= {one.code for one in able}
    if wanted and any(one.kind == "dock" and not one.doubted for one in able):
        assert found[0].why == "cross_dock"


def test_lots_are_kept_apart_where_it_was_said() -> None:
    assert may_join(room("A", lots=("L1",)), "L2")
    assert may_join(room("A", lots=("L1",), mixes_lots=False), "L1")
    assert not may_join(room("A", lots=("L1",), mixes_lots=False), "L2")
    assert not may_join(room("A", lots=("",), mixes_lots=False), "L2")


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with goods on its shelves, a dock bin, and a bulk bin that keeps lots apart."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        uses = [
            BinUse(code=bin_code(4, 10), kind="dock"),
            BinUse(code=bin_code(3, 9), kind="bulk", capacity_ml=100_000, mixes_lots=False),
        ]
        await catalog.change_bins(tx, WORLD.north, uses)
    return tenant


async def offered(tx: Tx, product_id: UUID, units: int = 5, lot: str = "") -> list[Offer]:
    """Where units of a product are best put."""
    return await offers_for(tx, WORLD.north, product_id, units, lot)


async def test_bins_are_offered_from_what_lies_there(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        own = await offered(tx, WORLD.a)
        assert [(one.code, one.said) for one in own[:2]] == [
            (bin_code(1, 1), "60 of it lie here"),
            (bin_code(3, 4), "40 of it lie here"),
        ]
        assert own[2].why == "empty"
        assert (own[2].code, own[2].fits) == (bin_code(3, 9), 92), "slow goods go to bulk"
        assert await offered(tx, WORLD.a, 93) == [one for one in own if one.code != bin_code(3, 9)] + [
            one for one in await offered(tx, WORLD.a, 93) if one.why == "empty"
        ]


async def test_what_orders_wait_for_is_brought_to_the_dock(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await expecting.want(tx, [WORLD.kit], {WORLD.kit: {WORLD.a: 40}})
        assert (await offered(tx, WORLD.a))[0].code == bin_code(1, 1), (
            "a hundred are free: nobody waits for more"
        )
        await expecting.want(tx, [WORLD.kit], {WORLD.kit: {WORLD.a: 107}})
        best = (await offered(tx, WORLD.a))[0]
        assert (best.code, best.said) == (bin_code(4, 10), "1 order waits for 7")
        await expecting.want_nothing(tx, [WORLD.kit])
        assert (await offered(tx, WORLD.a))[0].code == bin_code(1, 1)


async def test_lots_do_not_mix_where_they_are_kept_apart(house: House, northside: UUID) -> None:
    apart = f"bin:{bin_code(3, 9)}"

    def lot(name: str) -> Receipt:
        return Receipt(
            site_id=WORLD.north,
            product_id=WORLD.c,
            place=apart,
            quantity=1,
            lot=name,
            expires_on=date(2027, 1, 1) if name else None,
        )

    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.receive(tx, [lot("L1")])
        await inventory.receive(tx, [lot("L1")])
    for name in ("L2", ""):
        with pytest.raises(Refused) as refused:
            async with house.db.transaction(northside, actor="test") as tx:
                await inventory.receive(tx, [lot(name)])
        assert "Mixed lots not allowed here: A-03-09 holds lot L1" in refused.value.faults[0].message
    async with house.db.transaction(northside, actor="test") as tx:
        assert bin_code(3, 9) not in [one.code for one in await offered(tx, WORLD.c, 1, "L2")]
        assert (await offered(tx, WORLD.c, 1, "L1"))[0].said == "2 of lot L1 lie here"


async def test_another_bin_needs_a_reason_that_is_kept_and_heeded(house: House, northside: UUID) -> None:
    best = [f"bin:{bin_code(1, 1)}", f"bin:{bin_code(3, 4)}"]

    def scan(command: str, **changed: object) -> Intake:
        values: dict[str, object] = {
            "product_id": WORLD.a,
            "quantity": 1,
            "place": f"bin:{bin_code(2, 5)}",
            "offered": best,
        }
        return Intake(**{**values, "command": command, **changed})  # type: ignore[arg-type]

    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 9})
        for wrong in ("", "because"):
            with pytest.raises(Refused) as refused:
                await taking.take_in(tx, arrival_id, [scan(f"w{wrong}", placed_why=wrong)])
            assert {fault.code for fault in refused.value.faults} == {"elsewhere"}
        await taking.take_in(tx, arrival_id, [scan("s1", place=best[1])])
        assert (await offered(tx, WORLD.a))[0].code == bin_code(1, 1)
        await taking.take_in(tx, arrival_id, [scan("s2", placed_why="full")])
        assert (await offered(tx, WORLD.a))[0].code != bin_code(1, 1), "somebody found it full"
        assert await wrong_in_the_books(tx) == {}


async def test_offers_and_uses_of_bins_over_the_api(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 9})
    asked = {"product_id": str(WORLD.a), "quantity": "4"}
    path = f"/api/arrivals/{arrival_id}/offers"
    found = (await web_client.get(path, params=asked, headers=headers)).json()
    assert [one["code"] for one in found][:2] == [bin_code(1, 1), bin_code(3, 4)]
    bins = f"/api/sites/{WORLD.north}/bins"
    wrong = {"bins": [{"code": "Z-99"}, {"code": bin_code(1, 1), "kind": "bulk"}]}
    answer = await web_client.put(bins, json=wrong, headers=headers)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/bins/0/code"]
    answer = await web_client.put(bins, json={"bins": wrong["bins"][1:]}, headers=headers)
    [changed] = [one for one in answer.json()["bins"] if one["code"] == bin_code(1, 1)]
    assert (changed["kind"], changed["mixes_lots"]) == ("bulk", True)
    found = (await web_client.get(path, params=asked, headers=headers)).json()
    assert found[0]["code"] == bin_code(3, 4), "where it is picked comes first"
