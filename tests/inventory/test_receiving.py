"""Taking in what arrives: every scan once, no more than agreed without a second look, every difference with its reason."""

from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest

from doorstep.platform import clock
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.journal import history
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, inventory, orders
from doorstep.stages.catalog import NewProduct
from doorstep.stages.inventory.acts.receiving import announcing, closing, expecting, taking
from doorstep.stages.inventory.model.arrivals import Found, Intake
from doorstep.stages.inventory.rules.arrivals import Over, over
from doorstep.stages.orders import HoldReason
from tests.settle import settle
from tests.worlds.arrivals import PLATES, announce, announced
from tests.worlds.catalog import WORLD, bin_code, juniper, product
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.orders import place_one

HOME = f"bin:{bin_code(1, 1)}"


def scan(product_id: UUID, quantity: int, command: str, **changed: object) -> Intake:
    """Accepted units that are put to the first bin, with some fields changed."""
    values: dict[str, object] = {"product_id": product_id, "quantity": quantity, "place": HOME}
    return Intake(**{**values, "command": command, **changed})  # type: ignore[arg-type]


async def free(tx: Tx, product_id: UUID = WORLD.a) -> int:
    """Return how many can be sold."""
    return (await inventory.available(tx, [product_id]))[product_id]


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with goods on its shelves."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    return tenant


@pytest.mark.parametrize(
    ("expected", "got", "percent", "verdict"),
    [
        (100, 100, 0, Over.FINE),
        (100, 101, 0, Over.CONFIRM),
        (100, 105, 5, Over.FINE),
        (100, 106, 5, Over.CONFIRM),
        (100, 200, 5, Over.CONFIRM),
        (100, 201, 5, Over.LEAD),
        (3, 3, 10, Over.FINE),
        (3, 4, 10, Over.CONFIRM),
        (0, 1, 100, Over.CONFIRM),
    ],
)
def test_more_than_expected_needs_a_second_look(expected: int, got: int, percent: int, verdict: Over) -> None:
    assert over(expected, got, percent) == verdict


@pytest.mark.proves("I9")
async def test_a_scan_that_arrives_twice_acts_once(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 24})
        [first] = await taking.take_in(tx, arrival_id, [scan(WORLD.a, 10, "s1")])
        again = await taking.take_in(
            tx, arrival_id, [scan(WORLD.a, 10, "s1"), scan(WORLD.a, 4, "s2"), scan(WORLD.a, 4, "s2")]
        )
        assert [first.repeated, *(one.repeated for one in again)] == [False, True, False, True]
        assert await free(tx) == 114
        [line] = await expecting.lines_of(tx, arrival_id)
        assert (line.received, line.left) == (14, 10)
        found = await expecting.arrival_of(tx, arrival_id)
        assert (found.state, found.received) == ("open", 14)
        assert (await expecting.incoming(tx, [WORLD.a]))[WORLD.a].units == 10
        assert await wrong_in_the_books(tx) == {}


async def test_a_scan_that_was_refused_may_be_sent_again(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 24})
    with pytest.raises(Refused):
        async with house.db.transaction(northside, actor="test") as tx:
            await taking.take_in(tx, arrival_id, [scan(WORLD.a, 1, "s1", place="bin:Z-99")])
    async with house.db.transaction(northside, actor="test") as tx:
        [done] = await taking.take_in(tx, arrival_id, [scan(WORLD.a, 1, "s1")])
        assert not done.repeated
        assert await free(tx) == 101


async def test_what_is_refused_never_enters_and_what_is_damaged_is_not_sold(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 24})
        await taking.take_in(
            tx,
            arrival_id,
            [
                scan(WORLD.a, 10, "s1"),
                scan(WORLD.a, 3, "s2", found=Found.REFUSED, why="wet", place=""),
                scan(WORLD.a, 2, "s3", found=Found.DAMAGED, why="broken", place=""),
                scan(WORLD.a, 9, "s4", found=Found.QUALITY_CHECK, why="other glaze", place=""),
            ],
        )
        assert await free(tx) == 110
        [line] = await expecting.lines_of(tx, arrival_id)
        assert (line.received, line.accepted, line.in_check, line.damaged, line.refused) == (24, 10, 9, 2, 3)
        lies = sum(one.on_hand for one in await inventory.lying(tx, [WORLD.a]))
        assert lies == 121, "what was refused lies nowhere"
        assert await wrong_in_the_books(tx) == {}


async def test_every_fault_of_a_scan_is_named_at_once(house: House, northside: UUID) -> None:
    other = product(WORLD.merchant, "X", merchant_id=WORLD.van_1)
    async with house.db.transaction(northside, actor="test") as tx:
        await catalog.add_merchants(tx, [juniper(id=WORLD.van_1, code="sorrel")])
        await catalog.add_products(tx, [NewProduct(other)])
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 5})
    scans = [
        scan(WORLD.a, 0, "s1", place=""),
        scan(WORLD.a, 1, "s2", found=Found.REFUSED, place=""),
        scan(WORLD.a, 1, "s3", plate="12"),
        scan(other.id, 1, "s4"),
    ]
    async with house.db.transaction(northside, actor="test") as tx:
        with pytest.raises(Refused) as refused:
            await taking.take_in(tx, arrival_id, scans)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/receipts/0/quantity", "range"),
        ("/receipts/0/place", "place"),
        ("/receipts/1/why", "why"),
        ("/receipts/2/plate", "sscc"),
        ("/receipts/3/product_id", "unknown_product"),
        ("/receipts/3/confirmed", "over_confirm"),
    ]


async def test_faults_of_lots_point_at_the_scan(house: House, northside: UUID) -> None:
    mug = product(WORLD.a, "A", asks_lot=True, asks_expiry=True)
    async with house.db.transaction(northside, actor="test") as tx:
        await catalog.change_products(tx, [NewProduct(mug)])
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 5})
    scans = [scan(WORLD.a, 1, "s1", found=Found.REFUSED, why="wet", place=""), scan(WORLD.a, 1, "s2")]
    with pytest.raises(Refused) as refused:
        async with house.db.transaction(northside, actor="test") as tx:
            await taking.take_in(tx, arrival_id, scans)
    assert [fault.pointer for fault in refused.value.faults] == ["/receipts/1/lot", "/receipts/1/expires_on"]
    async with house.db.transaction(northside, actor="test") as tx:
        good = scan(WORLD.a, 1, "s2", lot="L7", expires_on=date(2027, 1, 1))
        await taking.take_in(tx, arrival_id, [good])
        assert await free(tx) == 101


async def test_too_many_are_confirmed_and_far_too_many_taken_in_by_the_desk(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 10})

    async def refused(one: Intake) -> list[str]:
        with pytest.raises(Refused) as answer:
            async with house.db.transaction(northside, actor="test") as tx:
                await taking.take_in(tx, arrival_id, [one])
        return [fault.code for fault in answer.value.faults]

    assert await refused(scan(WORLD.a, 12, "s1")) == ["over_confirm"]
    assert await refused(scan(WORLD.a, 21, "s1", confirmed=True)) == ["over_lead"]
    assert await refused(scan(WORLD.b, 1, "s1")) == ["over_confirm"], "nobody expects a book"
    async with house.db.transaction(northside, actor="test") as tx:
        await taking.take_in(tx, arrival_id, [scan(WORLD.a, 12, "s1", confirmed=True)])
        await taking.take_in(tx, arrival_id, [scan(WORLD.b, 1, "s2", confirmed=True)])
        await taking.take_in(tx, arrival_id, [scan(WORLD.a, 9, "s3", confirmed=True)], lead=True)
        lines = [(one.expected, one.received) for one in await expecting.lines_of(tx, arrival_id)]
        assert lines == [(10, 21), (0, 1)]


async def test_what_is_refused_counts_against_nothing(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 10})
        wet = scan(WORLD.a, 10, "s1", found=Found.REFUSED, why="wet", place="")
        await taking.take_in(tx, arrival_id, [wet])
        await taking.take_in(tx, arrival_id, [scan(WORLD.a, 10, "s2")])
        assert await free(tx) == 110


async def test_plates_are_scanned_at_the_door_and_belong_to_one_arrival(
    house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        first = await announce(tx, "PO-1", {WORLD.a: 10}, plates=PLATES)
        other = await announce(tx, "PO-2", {WORLD.a: 10})
        assert await taking.scan_plate(tx, first, f"00{PLATES[0]}") == (1, 2)
        assert await taking.scan_plate(tx, first, PLATES[0]) == (1, 2)
        with pytest.raises(Refused, match="not one of PO-2"):
            await taking.scan_plate(tx, other, PLATES[1])
    with pytest.raises(Refused) as refused:
        async with house.db.transaction(northside, actor="test") as tx:
            await taking.take_in(tx, other, [scan(WORLD.a, 1, "s1", plate=PLATES[1])])
    assert "belongs to PO-1" in refused.value.faults[0].message
    async with house.db.transaction(northside, actor="test") as tx:
        await taking.take_in(tx, first, [scan(WORLD.a, 1, "s1", plate=PLATES[1])])
        assert (await expecting.arrival_of(tx, first)).plates_here == 2


async def test_closing_asks_a_reason_for_every_difference_and_says_what_was_filled(
    house: House, northside: UUID, worker: Worker
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 10, WORLD.b: 5, WORLD.c: 2})
        order_id = await place_one(tx, {"B": 4})
        await inventory.release(tx, [order_id], "gone")
        await orders.hold(tx, [order_id], HoldReason.OUT_OF_STOCK, "gone")
        await place_one(tx, {"B": await free(tx, WORLD.b)})
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        broken = scan(WORLD.c, 1, "s3", found=Found.DAMAGED, why="glass", place="")
        await taking.take_in(
            tx, arrival_id, [scan(WORLD.a, 7, "s1"), scan(WORLD.b, 5, "s2"), broken, scan(WORLD.c, 1, "s4")]
        )
        await clock.advance(tx, tx.now + timedelta(minutes=12))
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        found = await orders.read(tx, order_id)
        assert found is not None
        assert found.order.state == "accepted", "the order that waited goes on"
        with pytest.raises(Refused) as refused:
            await closing.close(tx, arrival_id, {WORLD.a: "because"})
        assert {fault.pointer for fault in refused.value.faults} == {f"/whys/{WORLD.a}", f"/whys/{WORLD.c}"}
        whys = {WORLD.a: "short_shipped", WORLD.c: "damaged_on_the_way"}
        came_to = await closing.close(tx, arrival_id, whys)
        assert (came_to.short, came_to.over, came_to.damaged, came_to.refused) == (3, 0, 1, 0)
        assert (came_to.filled, came_to.minutes) == (1, 12)
        assert [one.why for one in await expecting.lines_of(tx, arrival_id)] == [
            "short_shipped",
            "",
            "damaged_on_the_way",
        ]
        assert await expecting.incoming(tx, [WORLD.a]) == {}, "what is closed does not come any more"
        with pytest.raises(Refused, match="closed"):
            await taking.take_in(tx, arrival_id, [scan(WORLD.a, 1, "s9")])
        assert [event.name for event in await history(tx, [arrival_id])] == ["expected", "open", "closed"]


async def test_what_nobody_announced_is_taken_in_if_its_supplier_may(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        noted = await taking.begin_unannounced(tx, announced("DN-9", {}))
        await taking.take_in(tx, noted.id, [scan(WORLD.a, 50, "s1")])
        came_to = await closing.close(tx, noted.id, {})
        assert (came_to.short, came_to.over) == (0, 0), "nothing was expected"
        [supplier] = await expecting.suppliers(tx)
        strict = {name: getattr(supplier, name) for name in supplier.__slots__}
        await announcing.change_supplier(tx, type(supplier)(**{**strict, "sends_unannounced": False}))
        with pytest.raises(Refused, match="announces what it sends"):
            await taking.begin_unannounced(tx, announced("DN-10", {}))


async def test_receiving_over_the_api(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}

    async def post(path: str, body: dict[str, object]) -> httpx.Response:
        return await web_client.post(f"/api/arrivals{path}", json=body, headers=headers)

    stood = await post("/unannounced", {"supplier": "KILN", "reference": "DN-1"})
    assert stood.status_code == 201, stood.text
    assert (stood.json()["arrival"]["state"], stood.json()["arrival"]["announced"]) == ("open", False)
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 10}, plates=PLATES[:1])
    assert (await post(f"/{arrival_id}/plates", {"plate": PLATES[0]})).json()["arrival"]["plates_here"] == 1
    one = {"command_id": "c1", "product_id": str(WORLD.a), "quantity": 12, "place": HOME}
    answer = await post(f"/{arrival_id}/receipts", {"receipts": [one]})
    assert [fault["code"] for fault in answer.json()["errors"]] == ["over_confirm"]
    answer = await post(f"/{arrival_id}/receipts", {"receipts": [{**one, "confirmed": True}]})
    assert answer.json()["receipts"][0]["repeated"] is False
    answer = await post(f"/{arrival_id}/receipts", {"receipts": [{**one, "confirmed": True}]})
    assert answer.json()["receipts"][0]["repeated"] is True
    assert (await post(f"/{arrival_id}/close", {})).status_code == 422
    answer = await post(f"/{arrival_id}/close", {"whys": {str(WORLD.a): "over_shipped"}})
    assert (answer.json()["closing"]["over"], answer.json()["arrival"]["arrival"]["state"]) == (2, "closed")
