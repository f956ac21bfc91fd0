"""Amazon: its whole conversation over HTTP. Missed for an hour, in any sequence, step by step with lost answers: the same end."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from doorstep.platform.config import Settings
from doorstep.platform.errors import Refused
from doorstep.stages import orders
from doorstep.stages.orders import ParcelLeft
from doorstep.stages.orders.acts.channels import shops as shop_acts
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.model.shops import CALLED_OFF, Said, ShopKind
from doorstep.stages.orders.ports.channels.amazon import reading
from doorstep.stages.orders.ports.channels.amazon.reading import read_shipment
from doorstep.stages.orders.ports.channels.port import patience_s
from doorstep.world.amazon import AmazonSeller, serve_amazon
from tests.conftest import NOON
from tests.datasets import sample_files
from tests.orders.shops import Selling, selling
from tests.worlds.catalog import WORLD

Juniper = tuple[Selling, AmazonSeller]
ANA = {
    "name": "Ana Keller", "addressLine1": "Im Rietle 14", "city": "Schaan", "postalCode": "9494", "countryCode": "LI",
    "phoneNumber": "+423 232 12 34",
}  # fmt: skip


@pytest.fixture
async def juniper(settings: Settings, tenant: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Juniper]:
    """Juniper as a seller at Amazon, connected; lists come in small pages."""
    books = AmazonSeller()
    books.page, books.listed = 2, ["A", "B", "NOT-OURS"]
    async with serve_amazon(books) as url:
        new = NewShop(
            code="juniper-amazon", kind=ShopKind.AMAZON, merchant_id=WORLD.merchant, base_url=url, api_key=books.client,
            api_secret=books.secret, refresh_token=books.refresh, login_url=f"{url}/auth/o2/token", location="ABCD",
            market="A1PA6795UKMFR9", account="A3TH9S8BH6GOGM", since=NOON,
        )  # fmt: skip
        async with selling(settings, tenant, new) as (house, _hook):
            yield house, books


async def test_a_shipment_comes_in_by_the_poll_and_is_confirmed(juniper: Juniper) -> None:
    house, books = juniper
    name = books.sell({"A": (2, "25.00"), "B": (1, "20.00")}, ANA)
    await house.settle()
    assert (await house.state())["orders"] == {name: ("accepted", [])}
    assert books.shipments[name]["status"] == "CONFIRMED"
    await house.settle()
    assert books.asked.count(f"POST 2024-09-11/shipments/{name}") == 1


@pytest.mark.proves("O8")
async def test_what_was_missed_for_an_hour_comes_in_whole_and_in_no_sequence_of_time(
    juniper: Juniper,
) -> None:
    house, books = juniper
    names = [books.sell({"A": (1, "12.50")}, ANA) for _ in range(5)]
    books.change(names[1], status=CALLED_OFF.upper())
    books.change(names[3], status="SHIPPED")
    books.tick(3600)
    late = books.sell({"B": (1, "20.00")}, ANA)
    await house.settle()
    outcomes = dict.fromkeys([*names, late], "created") | {names[3]: "done", names[1]: "canceled"}
    for _ in range(2):
        state = await house.state()
        assert state["outcomes"] == outcomes
        assert state["stock"] == {WORLD.a: 97, WORLD.b: 99, WORLD.c: 30}
        await house.settle()


async def test_a_look_that_breaks_off_halfway_misses_nothing(juniper: Juniper) -> None:
    house, books = juniper
    early = books.sell({"A": (1, "12.50")}, ANA, status="CONFIRMED")
    late = books.sell({"B": (1, "20.00")}, ANA, status="CREATED")
    books.befall("none", "down")
    await house.fold()
    await house.rest()
    await house.settle()
    books.next.clear()
    await house.settle()
    assert set(await house.heard()) == {early, late}


@pytest.mark.proves("O8")
async def test_a_shipment_that_is_listed_again_or_as_it_was_before_changes_nothing(juniper: Juniper) -> None:
    house, books = juniper
    name = books.sell({"A": (2, "25.00")}, ANA)
    await house.settle()
    early = dict(books.shipments[name])
    state = await house.state()
    for _ in range(3):
        books.change(name)
        await house.settle()
        assert await house.state() == state, "listed again, with a newer time and nothing else"
    books.change(name, status=CALLED_OFF.upper())
    await house.settle()
    state, newest = await house.state(), books.shipments[name]
    assert (state["outcomes"], state["stock"][WORLD.a]) == ({name: "canceled"}, 100)
    books.shipments[name] = early
    await house.settle()
    assert await house.state() == state, "an old reading of the list counts less than the newest one"
    books.shipments[name] = newest
    await house.settle()
    assert await house.state() == state


@pytest.mark.proves("O8")
async def test_an_amazon_that_was_away_for_an_hour_is_told_each_parcel_once_and_the_newest_count(
    juniper: Juniper,
) -> None:
    house, books = juniper
    name = books.sell({"A": (2, "25.00")}, ANA)
    await house.settle()
    order_id = (await house.heard())[name].order_id
    assert order_id is not None
    books.befall(*["down"] * 40)
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        await orders.start_shipping(tx, [order_id])
        parcel = ParcelLeft(
            uuid4(), order_id, "P-1", "Parcelo", {"A": 2}, last=True, weight_g=420, length_mm=300, width_mm=200, height_mm=95
        )  # fmt: skip
        await orders.tell_shops(tx, [parcel])
    for _ in range(3):
        await house.rest()
        await house.fold()
    assert books.shipments[name]["status"] == "CONFIRMED"
    late = books.sell({"A": (3, "37.50")}, ANA)
    books.next.clear()
    for _ in range(2):
        await house.settle()
    assert (books.shipments[name]["status"], books.shipments[late]["status"]) == ("SHIPPED", "CONFIRMED")
    assert books.tracking == {"P-1": ("P-1", "Parcelo")}
    assert {sku: count for sku, (count, _) in books.levels.items()} == {"A": 95, "B": 100}


async def test_a_shipment_called_off_later_is_canceled_here(juniper: Juniper) -> None:
    house, books = juniper
    name = books.sell({"A": (2, "25.00")}, ANA)
    await house.settle()
    books.change(name, status=CALLED_OFF.upper())
    await house.settle()
    state = await house.state()
    assert (state["outcomes"], state["orders"], state["stock"][WORLD.a]) == ({name: "canceled"}, {}, 100)


async def test_what_is_refused_is_not_confirmed_until_it_gets_in(juniper: Juniper) -> None:
    house, books = juniper
    name = books.sell({"UNKNOWN": (1, "12.50")}, ANA)
    await house.settle()
    assert (await house.heard())[name].outcome == "refused"
    assert books.shipments[name]["status"] == "ACCEPTED"


@pytest.mark.parametrize(
    ("step", "mishap"), [*((step, "late") for step in range(7)), (3, "down"), (4, "busy"), (5, "expired")]
)
async def test_a_parcel_becomes_one_package_shipped_whatever_answer_is_lost(
    juniper: Juniper, step: int, mishap: str
) -> None:
    house, books = juniper
    name = books.sell({"A": (2, "25.00")}, ANA)
    await house.settle()
    order_id = (await house.heard())[name].order_id
    assert order_id is not None
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        await orders.start_shipping(tx, [order_id])
        for number, last in (("P-1", False), ("P-2", True)):
            parcel = ParcelLeft(
                uuid4(), order_id, number, "Parcelo", {"A": 1}, last, weight_g=420, length_mm=300, width_mm=200, height_mm=95
            )  # fmt: skip
            await orders.tell_shops(tx, [parcel])
    books.befall(*["none"] * step, mishap)
    await house.fold()
    books.next.clear()
    await house.settle()
    shipment = books.shipments[name]
    assert shipment["status"] == "SHIPPED"
    assert [(one["id"], one["status"]) for one in shipment["packages"]] in (
        [("P-1", "SHIPPED"), ("P-2", "SHIPPED")],
        [("P-2", "SHIPPED"), ("P-1", "SHIPPED")],
    )
    assert books.tracking == {"P-1": ("P-1", "Parcelo"), "P-2": ("P-2", "Parcelo")}
    first = shipment["packages"][0]
    assert first["weight"] == {"value": "420", "weightUnit": "G"}
    assert first["dimensions"]["height"] == {"value": "9.5", "dimensionUnit": "CM"}
    await house.settle()
    assert (await house.state())["outcomes"] == {name: "created"}


async def test_stock_is_told_of_what_both_know(juniper: Juniper) -> None:
    house, books = juniper
    await house.settle()
    assert {sku: count for sku, (count, _) in books.levels.items()} == {"A": 100, "B": 100}
    books.sell({"B": (2, "40.00")}, ANA)
    await house.settle()
    await house.settle()
    assert books.levels["B"][0] == 98


async def test_an_access_token_is_kept_and_renewed_only_when_it_ran_out(juniper: Juniper) -> None:
    house, books = juniper
    await house.settle()
    await house.settle()
    assert books.granted == 1
    books.befall("expired")
    await house.settle()
    assert ((await house.shop()).error, books.granted) == (None, 3)


async def test_wrong_keys_are_said_where_people_look(juniper: Juniper) -> None:
    house, books = juniper
    books.refresh = "Atzr|another"
    books.befall("expired")
    await house.settle()
    assert "check client id, client secret and refresh token" in str((await house.shop()).error)


async def test_a_busy_amazon_is_left_in_peace_as_long_as_its_limit_says(juniper: Juniper) -> None:
    house, books = juniper
    books.befall("busy")
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        now = tx.now
    await house.settle()
    shop = await house.shop()
    assert shop.resumes_at is not None
    assert 2 <= (shop.resumes_at - now).total_seconds() < 15
    asked = len(books.asked)
    await house.fold()
    assert len(books.asked) == asked


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"x-amzn-RateLimit-Limit": "0.0167"}, 59.88), ({"x-amzn-RateLimit-Limit": "5.0"}, 1.0), ({"retry-after": "7"}, 7.0),
        ({"x-amzn-RateLimit-Limit": "none"}, 5.0), ({"x-amzn-RateLimit-Limit": "0"}, 5.0), ({}, 5.0),
    ],
)  # fmt: skip
def test_how_long_a_busy_shop_is_left_in_peace(headers: dict[str, str], wait_s: float) -> None:
    assert patience_s(httpx.Headers(headers)) == pytest.approx(wait_s, abs=0.01)


async def test_a_seller_without_its_keys_is_not_connected_and_hears_of_each(juniper: Juniper) -> None:
    house, _ = juniper
    bare = NewShop(
        code="bare", kind=ShopKind.AMAZON, merchant_id=WORLD.merchant, base_url="http://x", api_key="k"
    )
    with pytest.raises(Refused) as caught:
        async with house.house.db.transaction(house.tenant, actor="test") as tx:
            await shop_acts.connect_shop(tx, bare)
    named = {fault.pointer for fault in caught.value.faults}
    assert named == {"/api_secret", "/refresh_token", "/location", "/market", "/account"}


def money(value: str) -> dict[str, Any]:
    return {"value": value, "currencyCode": "EUR"}


def charge(kind: str, base: str, net: str, tax: str, total: str) -> dict[str, Any]:
    def parts(before: str, after: str) -> dict[str, Any]:
        return {"baseAmount": money(before), "netAmount": money(after), "discountAmount": money("0")}

    return {
        "chargeType": kind, "baseCharge": parts(base, net), "totalCharge": parts(base, total),
        "totalTax": {"charge": parts(tax, tax)},
    }  # fmt: skip


def sample(**changed: Any) -> bytes:
    """A shipment with a discount, tax, a gift wrap and shipping."""
    line = {
        "shipmentLineItemId": "1", "merchantSku": "A", "numberOfUnits": 3,
        "charges": [charge("PRODUCT", "10.00", "9.00", "1.71", "10.71"), charge("GIFT_WRAP", "2.00", "2.00", "0.38", "2.38")],
    }  # fmt: skip
    values = {
        "id": "D1", "status": "ACCEPTED", "lastUpdatedDateTime": "2026-03-01T10:00:00Z", "lineItems": [line],
        "charges": [charge("SHIPPING", "5.00", "5.00", "0.95", "5.95"), charge("TOTAL", "17.00", "16.00", "3.04", "19.04")],
        "shippingInfo": {"shipToAddress": ANA, "shippingType": "SELF"},
    }  # fmt: skip
    return json.dumps({**values, **changed}).encode()


def test_sums_are_exact_before_and_after_discounts_and_tax() -> None:
    asked = read_shipment(sample()).asked
    (line,) = asked["lines"]
    assert 3 * line["unit_minor"] - line["discount_minor"] == 1100
    assert (line["tax_minor"], asked["shipping_minor"], asked["tax_minor"], asked["total_minor"]) == (
        209,
        500,
        95,
        1904,
    )


def test_units_that_were_called_off_are_not_shipped() -> None:
    line = json.loads(sample())["lineItems"][0]
    line["cancellations"] = [{f"{CALLED_OFF}Quantity": 2}]
    assert [one["quantity"] for one in read_shipment(sample(lineItems=[line])).asked["lines"]] == [1]


@pytest.mark.parametrize(
    ("status", "said"),
    [("CREATED", Said.READY), ("SHIPPED", Said.DONE), (CALLED_OFF.upper(), Said.GONE), ("INVENTED", Said.WAITING)],
)  # fmt: skip
def test_a_status_says_one_of_four_things(status: str, said: Said) -> None:
    assert read_shipment(sample(status=status)).said is said


def test_what_amazon_labels_itself_is_refused_with_what_to_do() -> None:
    heard = read_shipment(sample(shippingInfo={"shipToAddress": ANA, "shippingType": "MARKETPLACE"}))
    assert [fault.code for fault in heard.faults] == ["marketplace_ships"]


@pytest.mark.proves("E8")
@pytest.mark.parametrize(
    "path", sample_files("amazon", "examples/externalFulfillmentShipments_2024-09-11/getShipment*.200*.json"), ids=lambda p: p.stem
)  # fmt: skip
async def test_every_sample_of_a_shipment_comes_in_or_is_refused_with_a_typed_reason(
    juniper: Juniper, path: Path
) -> None:
    house, books = juniper
    answer = msgspec.json.decode(path.read_bytes())["response"]  # noqa: ASYNC240 - a small file
    found = answer.get("shipments", [answer])
    for one in found:
        books.shipments[one["id"]] = {"packages": [], **one, "lastUpdatedDateTime": books.tick()}
    await house.settle()
    heard = await house.heard()
    assert set(heard) == {one["id"] for one in found}
    for one in heard.values():
        assert one.outcome == "created" or (one.outcome == "refused" and all(f["code"] for f in one.faults))


@pytest.mark.parametrize(
    "path", sample_files("amazon", "examples/*rder*/*.json"), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_what_is_no_shipment_is_refused_as_such(path: Path) -> None:
    with pytest.raises(ValueError, match=r"required field|Expected|malformed"):
        read_shipment(msgspec.json.encode(msgspec.json.decode(path.read_bytes())["response"]))


def test_every_status_of_the_model_is_known() -> None:
    assert len(reading.SAID) == 10
