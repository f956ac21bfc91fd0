"""The floor over JSON, as the devices and the simulated people use it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.house import House
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.warehouse import Floor


class Device:
    """A program with a key."""

    def __init__(self, client: httpx.AsyncClient, key: str, name: str = "") -> None:
        self.client, self.name = client, name
        self.headers = {"authorization": f"Bearer {key}"}

    async def get(self, path: str, status: int = 200, **query: Any) -> Any:
        """Read something."""
        answer = await self.client.get(path, params=query, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.content

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        """Do something."""
        if self.name:
            body["device"] = self.name
        answer = await self.client.post(path, json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def act(self, path: str, status: int = 200, **body: Any) -> Any:
        """Do something under a command id of its own."""
        return await self.post(path, status, command_id=uuid4().hex, **body)


@pytest.fixture
def device(web_client: httpx.AsyncClient, key: str) -> Device:
    return Device(web_client, key)


async def test_an_order_is_picked_packed_and_read_over_http(floor: Floor, device: Device) -> None:
    [order] = await floor.work({"A": 2, "B": 1})
    [waiting] = await device.get("/api/batches", site_id=str(WORLD.north))
    assert (waiting["orders"], waiting["lines"], waiting["units"]) == (1, 2, 3)
    assert waiting["walk_mm"] <= waiting["s_shape_mm"]
    work = await device.post("/api/batches/next", site_id=str(WORLD.north))
    cart = work["cart"]
    while cart["stop"]:
        stop = cart["stop"]
        code = {"bin": stop["bin"], "item": BARCODES[stop["sku"]], "tote": "T-1"}[cart["expects"]]
        quantity = {"quantity": stop["quantity"]} if cart["expects"] == "item" else {}
        cart = await device.act("/api/picks/scan", batch_id=cart["batch_id"], code=code, **quantity)
        assert cart["accepted"], cart
    assert cart["batch_state"] == "picked"
    whole = await device.get(f"/api/batches/{cart['batch_id']}")
    assert [stop["done"] for stop in whole["stops"]] == [True, True]
    [picked] = await device.get("/api/fulfillments", state="picked", order_id=str(order))
    assert (picked["picked"], picked["totes"]) == (3, ["T-1"])
    bench = await device.act("/api/pack/open", code="T-1")
    for line in bench["lines"]:
        bench = await device.act(
            "/api/pack/scan",
            fulfillment_id=bench["fulfillment_id"],
            code=BARCODES[line["sku"]],
            quantity=line["need"],
        )
        assert bench["accepted"], bench
    assert (await device.get(f"/api/pack/{bench['fulfillment_id']}"))["left"] == 0
    parcel = bench["parcel"]
    closed = await device.act("/api/pack/close", parcel_id=parcel["id"], weight_g=parcel["expected_g"])
    assert (closed["code"], closed["state"]) == ("closed", "packed")
    assert (await device.get(closed["slip"]))[:5] == b"%PDF-"
    [listed] = await device.get("/api/parcels", order_id=str(order), state="packed")
    read = await device.get(f"/api/parcels/{listed['id']}")
    assert sorted((item["sku"], item["quantity"]) for item in read["items"]) == [("A", 2), ("B", 1)]
    assert await floor.wrong() == {}


async def test_of_two_devices_that_take_one_cart_one_is_told_who_was_first(
    floor: Floor, web_client: httpx.AsyncClient, key: str
) -> None:
    await floor.work({"A": 1})
    one, two = Device(web_client, key, "H-1"), Device(web_client, key, "H-2")
    [cart] = await one.get("/api/batches")
    path = f"/api/batches/{cart['id']}/take"
    answers = await asyncio.gather(
        *(web_client.post(path, json={"device": d.name}, headers=d.headers) for d in (one, two))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [lost] = [answer.json() for answer in answers if answer.status_code == 409]
    assert "was taken by test (H-" in lost["detail"]
    winner = one if answers[0].status_code == 200 else two
    loser = two if winner is one else one
    await loser.act("/api/picks/scan", 409, batch_id=cart["id"], code=bin_code(1, 1))
    await winner.act("/api/picks/scan", batch_id=cart["id"], code=bin_code(1, 1))
    await winner.post(f"/api/batches/{cart['id']}/give-back")
    await loser.post(path)


async def test_trouble_at_a_stop_over_http(floor: Floor, device: Device) -> None:
    await floor.work({"A": 2})
    cart = (await device.post("/api/batches/next", site_id=str(WORLD.north)))["cart"]
    ids = {"batch_id": cart["batch_id"], "pick_id": cart["stop"]["pick_id"]}
    assert (await device.act("/api/picks/skip", **ids))["code"] == "skipped"
    assert (await device.act("/api/picks/tote-full", batch_id=cart["batch_id"]))["code"] == "no_tote"
    await device.act("/api/picks/scan", batch_id=cart["batch_id"], code=bin_code(1, 1))
    short = await device.act("/api/picks/short", **ids, reason="damaged")
    assert (short["code"], short["stop"]["bin"]) == ("short", bin_code(3, 4))


async def test_a_box_is_changed_and_goods_are_put_back_over_http(floor: Floor, device: Device) -> None:
    [order] = await floor.picked({"A": 1})
    bench = await device.act("/api/pack/open", code="T-1")
    bench = await device.act(
        "/api/pack/box", fulfillment_id=bench["fulfillment_id"], box="M", reason="S is used up"
    )
    assert bench["parcel"]["box"] == "M"
    await floor.cancel(order)
    await floor.settle()
    [line] = await device.get("/api/put-backs", site_id=str(WORLD.north))
    body = {"source": line["source"], "code": BARCODES["A"], "bin": line["bin"]}
    assert (await device.act("/api/put-backs", **body))["accepted"]
    assert await device.get("/api/put-backs") == []


async def test_an_idempotency_key_answers_the_first_take_again(floor: Floor, device: Device) -> None:
    await floor.work({"A": 1})
    body = {"site_id": str(WORLD.north)}
    headers = {**device.headers, "idempotency-key": "take-1"}
    first = await device.client.post("/api/batches/next", json=body, headers=headers)
    second = await device.client.post("/api/batches/next", json=body, headers=headers)
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/picks/scan", {"batch_id": str(WORLD.a), "code": "x"}),
        ("/api/picks/skip", {"batch_id": str(WORLD.a), "pick_id": str(WORLD.a)}),
        ("/api/picks/short", {"batch_id": str(WORLD.a), "pick_id": str(WORLD.a)}),
        ("/api/pack/scan", {"fulfillment_id": str(WORLD.a), "code": "x"}),
        ("/api/pack/box", {"fulfillment_id": str(WORLD.a), "box": "S"}),
        ("/api/pack/close", {"parcel_id": str(WORLD.a), "weight_g": 1}),
    ],
)
async def test_what_is_not_there_is_unknown(
    floor: Floor, device: Device, path: str, body: dict[str, Any]
) -> None:
    await device.act(path, 404, **body)


async def test_unknown_things_are_not_found(floor: Floor, device: Device) -> None:
    for path in ("/api/batches/{}", "/api/pack/{}", "/api/parcels/{}", "/api/parcels/{}/slip"):
        await device.get(path.format(WORLD.a), 404)
    await device.post(f"/api/batches/{WORLD.a}/take", 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": ""},
        {"code": "x" * 201},
        {"code": "a\0b"},
        {"quantity": 0},
        {"quantity": 10_001},
        {"command_id": ""},
        {"command_id": "with blank"},
        {"device": "x" * 41},
        {"surprise": 1},
    ],
)
async def test_a_scan_out_of_shape_is_refused(floor: Floor, device: Device, wrong: dict[str, Any]) -> None:
    body = {"command_id": "c", "batch_id": str(WORLD.a), "code": "x", **wrong}
    answer = await device.client.post("/api/picks/scan", json=body, headers=device.headers)
    assert answer.status_code == 422


async def test_a_merchant_reads_own_work_and_touches_no_cart(
    floor: Floor, house: House, tenant: UUID, web_client: httpx.AsyncClient
) -> None:
    await floor.packed({"A": 1})
    own = Device(web_client, await auth.make_key(house.db, tenant, "own", ["*"], WORLD.merchant))
    other = Device(web_client, await auth.make_key(house.db, tenant, "other", ["*"], uuid4()))
    assert len(await own.get("/api/fulfillments")) == len(await own.get("/api/parcels")) == 1
    assert await other.get("/api/fulfillments") == await other.get("/api/parcels") == []
    [parcel] = await own.get("/api/parcels")
    await own.get(f"/api/parcels/{parcel['id']}/slip")
    await other.get(f"/api/parcels/{parcel['id']}", 404)
    await other.get(f"/api/parcels/{parcel['id']}/slip", 404)
    await own.get("/api/batches", 403)
    await own.post("/api/batches/next", 403, site_id=str(WORLD.north))
    await own.act("/api/pack/open", 403, code="T-1")
    await own.act("/api/put-backs", 403, source="T-1", code="x", bin="y")


async def test_another_tenants_cart_is_not_there(
    floor: Floor, house: House, web_client: httpx.AsyncClient
) -> None:
    await floor.work({"A": 1})
    cart = await floor.take()
    stranger = await auth.add_tenant(house.db, f"t-{uuid4().hex[:20]}", "Elsewhere")
    device = Device(web_client, await auth.make_key(house.db, stranger, "x", ["*"]))
    await device.act("/api/picks/scan", 404, batch_id=str(cart.batch_id), code="x")
    await device.get(f"/api/batches/{cart.batch_id}", 404)


async def test_a_key_without_the_scope_of_leads_confirms_no_weight(
    floor: Floor, house: House, tenant: UUID, web_client: httpx.AsyncClient
) -> None:
    await floor.picked({"A": 1})
    packer = Device(web_client, await auth.make_key(house.db, tenant, "bench", ["pack:write"]))
    lead = Device(web_client, await auth.make_key(house.db, tenant, "lead", ["pack:write", "floor:lead"]))
    bench = await packer.act("/api/pack/open", code="T-1")
    await packer.act("/api/pack/scan", fulfillment_id=bench["fulfillment_id"], code=BARCODES["A"])
    close = {"parcel_id": bench["parcel"]["id"], "weight_g": 2000, "reason": "sure"}
    assert (await packer.act("/api/pack/close", **close))["code"] == "weight_off"
    assert (await lead.act("/api/pack/open", code="T-1", take_over=True))["accepted"]
    assert (await lead.act("/api/pack/close", **close))["code"] == "closed"
