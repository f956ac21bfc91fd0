"""The counter of a simulated shop: what it sells is understood by the house, what the house told is said in plain lines."""

from datetime import datetime, timedelta
from random import Random

import httpx
import pytest

from doorstep.stages.orders.ports.channels.shopify.reading import read_order as read_shopify
from doorstep.stages.orders.ports.channels.woocommerce.reading import read_order as read_woo
from doorstep.world.serving import free_port
from doorstep.world.storefront import ShopifyFront, Storefront, Trade, Ware, WooFront
from tests.conftest import NOON

FRONTS = pytest.mark.parametrize(
    ("front_of", "read"), [(ShopifyFront, read_shopify), (WooFront, read_woo)], ids=["shopify", "woo"]
)
FULFILLED = {
    "tracking_info": {"number": "DV1", "company": "Our vans", "url": "https://house.example/t/1"},
}


def trade(currency: str = "EUR") -> Trade:
    """One ware, so that every basket holds it."""
    return Trade(currency, [Ware("MUG", 1450)], "Industriestrasse", "Vaduz", "", "9490", "LI")


async def ask(front: Storefront, method: str, path: str, **sent: object) -> int:
    """Ask the shop as the house does, with the right key; return the status."""
    key = {"x-shopify-access-token": "shpat_demo"} if isinstance(front, ShopifyFront) else None
    auth = None if key else ("ck_demo", "cs_demo")
    async with front.served(free_port()) as url, httpx.AsyncClient(base_url=url) as http:
        return (await http.request(method, path, headers=key, auth=auth, json=sent or None)).status_code


@FRONTS
@pytest.mark.parametrize(("currency", "each"), [("JPY", 1450), ("KWD", 1450), ("EUR", 1450)])
async def test_what_it_sells_is_understood_to_the_minor_unit(
    front_of: type[Storefront], read: type, currency: str, each: int
) -> None:
    front = front_of(trade(currency), Random(1))
    said = await front.sell(NOON)
    ((_, _, body),) = front.shop.kept_back
    heard = read(body)
    (line,) = heard.asked["lines"]
    assert (line["sku"], line["unit_minor"], heard.asked["currency"]) == ("MUG", each, currency)
    assert heard.asked["total_minor"] == line["quantity"] * each
    assert heard.asked["ship_to"]["street"].startswith("Industriestrasse ")
    assert f"{line['quantity']} x MUG" in said
    assert "the house finds it when it looks" in said


@FRONTS
async def test_its_orders_are_of_the_houses_time_and_no_number_comes_twice(
    front_of: type[Storefront], read: type
) -> None:
    numbers: set[str] = set()
    front = front_of(trade(), Random(1))
    for now in (NOON, NOON + timedelta(days=900)):
        await front.sell(now)
        heard = read(front.shop.kept_back[-1][2])
        assert timedelta() <= heard.version - now <= timedelta(seconds=5)
        numbers.add(heard.ref)
    assert len(numbers) == 2
    assert min(map(int, numbers)) > 1_000_000  # by the real time: those of a shop that was closed lie below


@FRONTS
async def test_a_house_that_is_away_is_called_later(front_of: type[Storefront], read: type) -> None:
    front = front_of(trade(), Random(1))
    front.shop.hook = f"http://127.0.0.1:{free_port()}/hooks/shops/demo/juniper"
    assert "does not answer the call" in await front.sell(NOON)
    assert len(front.shop.kept_back) == 1


async def test_a_fulfillment_is_said_once_with_its_number() -> None:
    front = ShopifyFront(trade(), Random(1))
    await front.sell(datetime.now(NOON.tzinfo))
    (number, order), *_ = front.shop.orders.items()
    (line,) = order["line_items"]
    assert list(front.news()) == []
    parts = [{"id": line["id"] * 10, "quantity": line["quantity"]}]
    wanted = {"fulfillment_order_id": number * 10, "fulfillment_order_line_items": parts}
    made = {**FULFILLED, "line_items_by_fulfillment_order": [wanted]}
    assert await ask(front, "POST", "/admin/api/2026-01/fulfillments.json", fulfillment=made) == 201
    assert list(front.news()) == [
        "The house has come with the right key: the shop is connected.",
        f"#{number} left with Our vans, tracking number DV1: {line['quantity']} x MUG. https://house.example/t/1",
        f"#{number} is fulfilled.",
    ]
    assert list(front.news()) == []


async def test_notes_and_the_end_of_an_order_are_said_by_woocommerce() -> None:
    front = WooFront(trade(), Random(1))
    await front.sell(NOON)
    number = next(iter(front.shop.orders))
    path = f"/wp-json/wc/v3/orders/{number}"
    assert await ask(front, "POST", f"{path}/notes", note="Shipped with Our vans, tracking number DV1") == 201
    assert await ask(front, "PUT", path, status="completed") == 200
    assert list(front.news())[1:] == [
        f"#{number}: Shipped with Our vans, tracking number DV1",
        f"#{number} is completed.",
    ]


async def test_only_levels_that_changed_are_said() -> None:
    front = ShopifyFront(trade(), Random(1))
    said = []
    for left in (7, 7, 6):
        level = {"inventory_item_id": 8000, "available": left, "location_id": 17}
        await ask(front, "POST", "/admin/api/2026-01/inventory_levels/set.json", **level)
        said += [line for line in front.news() if line.startswith("Can be sold")]
    assert said == ["Can be sold: 7 MUG", "Can be sold: 6 MUG"]


async def test_a_wrong_key_is_said() -> None:
    front = ShopifyFront(trade(), Random(1))
    async with front.served(free_port()) as url, httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/admin/api/2026-01/shop.json")).status_code == 401
    assert not front.connected
    assert list(front.news()) == ["Somebody came with a wrong key and was sent away. Compare the keys."]
