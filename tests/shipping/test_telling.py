"""The whole way of a shop's order: found by the poll, packed, handed over, and its shop knows the tracking number.

Also where it was split, or travels with another one: each shop hears of what it sold, under the name that it knows.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from doorstep.platform.tasks import Worker
from doorstep.stages import orders
from doorstep.stages.orders.acts import merge_orders, preview_merge, preview_split, split_order
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.model.merging import Merge
from doorstep.stages.orders.model.shops import CALLED_OFF, ShopKind
from doorstep.stages.orders.model.splitting import Split, SplitLine
from doorstep.stages.shipping.acts import leaving, looking, telling
from doorstep.world.shopify import ShopifyShop, serve_shopify
from tests.conftest import NOON
from tests.worlds.catalog import WORLD
from tests.worlds.changes import lines_of, reserved
from tests.worlds.shipping import Dock, Swift, build_dock, far
from tests.worlds.warehouse import Floor


@dataclass(slots=True)
class Selling:
    """A house with a floor, a dock, and Juniper's shop at Shopify."""

    dock: Dock
    floor: Floor
    shop: ShopifyShop
    shop_id: UUID

    async def sell(self, **goods: int) -> tuple[int, UUID]:
        """Let the shop sell something by SKU; return its number there and the order here."""
        to, prices = far(), {"A": "12.50", "B": "20.00", "K": "48.00"}
        address = {
            "name": to.name, "address1": to.street, "city": to.city, "zip": to.postal_code, "country_code": to.country,
        }  # fmt: skip
        number = await self.shop.sell({sku: (n, prices[sku]) for sku, n in goods.items()}, address)
        await self.hear()
        async with self.dock.tx() as tx:
            heard = {one.ref: one for one in await shops.orders_of(tx, self.shop_id)}[str(number)]
        assert heard.order_id is not None, heard.faults
        return number, heard.order_id

    async def hear(self) -> None:
        """Let the house hear the shop, and do what follows."""
        await self.floor.settle()
        await self.floor.settle()

    async def faults(self, number: int) -> list[str]:
        """What is odd about an order of the shop, in codes."""
        async with self.dock.tx() as tx:
            heard = {one.ref: one for one in await shops.orders_of(tx, self.shop_id)}[str(number)]
        return [one["code"] for one in heard.faults]

    async def state(self, order_id: UUID) -> tuple[str, list[str]]:
        """How an order stands, and what holds it."""
        async with self.dock.tx() as tx:
            found = await orders.read(tx, order_id)
        assert found is not None
        return found.order.state, [one.reason for one in found.open_holds]

    async def leave(self, order_id: UUID) -> tuple[list[UUID], list[str]]:
        """Let everything of an order leave; return its parcels and their tracking numbers."""
        while set(await self.floor.states(order_id)) - {"picked", "canceled"}:
            await self.floor.walk()
        while "picked" in await self.floor.states(order_id):
            await self.floor.pack(order_id)
        await self.floor.settle()
        parcels = await self.floor.parcels(order_id)
        async with self.dock.tx() as tx:
            labels = [
                (await looking.page_of_labels(tx, looking.Narrow(parcel_id=one), None, 10))[0]
                for one in parcels
            ]
            numbers = [label.tracking_number or "" for label in labels]
            await leaving.hand_over(tx, numbers)
        await self.floor.settle()
        return parcels, numbers

    def told(self, number: int) -> list[tuple[str, list[int]]]:
        """What the shop knows: the tracking numbers of an order, with the units of each of its lines in them."""
        return sorted(
            (one["tracking_number"], sorted(part["quantity"] for part in one["line_items"]))
            for one in self.shop.made.get(number, [])
        )


@pytest.fixture
async def selling(worker: Worker, tenant: UUID, carrier: Swift) -> AsyncIterator[Selling]:
    dock, floor, shop = Dock(worker, tenant), Floor(worker, tenant), ShopifyShop()
    async with serve_shopify(shop) as url:
        new = NewShop(
            code="juniper-shop", kind=ShopKind.SHOPIFY, merchant_id=WORLD.merchant, base_url=url, api_key=shop.token,
            hook_secret=shop.secret, location="17", since=NOON,
        )  # fmt: skip
        async with dock.tx() as tx:
            await build_dock(tx, carrier.url)
            shop_id = await shops.connect_shop(tx, new)
        yield Selling(dock, floor, shop, shop_id)


async def split(selling: Selling, order_id: UUID, **units: int) -> UUID:
    """Make units an order of their own, by SKU."""
    async with selling.dock.tx() as tx:
        lines = await lines_of(tx, order_id)
        going = [SplitLine(line_id=lines[sku], quantity=n) for sku, n in units.items()]
        asked = Split(why="the rest later", lines=going)
        return await split_order(tx, order_id, asked, (await preview_split(tx, order_id, asked)).token)


async def merge(selling: Selling, first: UUID, second: UUID) -> None:
    """Let an order join another one."""
    async with selling.dock.tx() as tx:
        asked = Merge(why="one parcel", orders=[second])
        await merge_orders(tx, first, asked, (await preview_merge(tx, first, asked)).token)


async def test_a_shop_hears_of_the_parcel_with_a_kit_counted_as_what_was_sold(selling: Selling) -> None:
    number, order_id = await selling.sell(K=1, A=2)
    parcels, numbers = await selling.leave(order_id)
    told = selling.told(number)
    assert [one for one, _ in told] == sorted(numbers)
    assert sorted(n for _, units in told for n in units) == [1, 2]
    assert selling.shop.orders[number]["fulfillment_status"] == "fulfilled"
    async with selling.dock.tx() as tx:
        await telling.tell_shops(tx, parcels)
    await selling.floor.settle()
    assert len(selling.shop.made[number]) == len(numbers)


async def test_both_orders_of_a_split_are_told_to_the_shop_as_the_one_that_it_sold(selling: Selling) -> None:
    number, first = await selling.sell(A=3, B=1)
    second = await split(selling, first, A=2)
    await selling.floor.settle()
    _, [before] = await selling.leave(first)
    assert selling.told(number) == [(before, [1, 1])]
    assert selling.shop.orders[number]["fulfillment_status"] == "partial"
    _, [after] = await selling.leave(second)
    assert selling.told(number) == sorted([(before, [1, 1]), (after, [2])])
    assert selling.shop.orders[number]["fulfillment_status"] == "fulfilled"
    await selling.hear()
    assert (await selling.faults(number), await selling.state(second)) == ([], ("accepted", []))


async def test_each_order_of_a_merge_is_told_with_what_was_sold_under_it(selling: Selling) -> None:
    (one, first), (other, second) = await selling.sell(A=2), await selling.sell(A=1, B=1)
    await merge(selling, first, second)
    await selling.floor.settle()
    _, numbers = await selling.leave(first)
    assert [units for _, units in selling.told(one)] == [[2]]
    assert [units for _, units in selling.told(other)] == [[1, 1]]
    assert {name for name, _ in [*selling.told(one), *selling.told(other)]} == set(numbers)
    assert {selling.shop.orders[n]["fulfillment_status"] for n in (one, other)} == {"fulfilled"}
    await selling.hear()
    assert (await selling.faults(one), await selling.faults(other)) == ([], [])


async def test_what_a_shop_cancels_is_canceled_wherever_it_was_split_to(selling: Selling) -> None:
    number, first = await selling.sell(A=3)
    second = await split(selling, first, A=1)
    await selling.shop.change(number, f"orders/{CALLED_OFF}", cancelled_at=selling.shop.tick())
    await selling.hear()
    assert [await selling.state(one) for one in (first, second)] == [("canceled", [])] * 2


async def test_what_a_shop_cancels_of_a_merged_order_holds_it_until_somebody_took_it_out(
    selling: Selling,
) -> None:
    (_, first), (other, second) = await selling.sell(A=2), await selling.sell(B=1)
    await merge(selling, first, second)
    await selling.shop.change(other, f"orders/{CALLED_OFF}", cancelled_at=selling.shop.tick())
    await selling.hear()
    assert await selling.faults(other) == ["travels_with_another"]
    assert [await selling.state(one) for one in (first, second)] == [("held", ["manual"]), ("merged", [])]
    async with selling.dock.tx() as tx:
        assert await reserved(tx, first) == {WORLD.a: 2, WORLD.b: 1}


async def test_what_a_shop_changes_holds_the_orders_that_carry_it(selling: Selling) -> None:
    number, first = await selling.sell(A=3)
    second = await split(selling, first, A=1)
    to = {
        "name": "Somebody else",
        "address1": "Elsewhere 1",
        "city": "Vaduz",
        "zip": "9490",
        "country_code": "LI",
    }
    await selling.shop.change(number, "orders/updated", shipping_address=to)
    await selling.hear()
    assert [await selling.state(one) for one in (first, second)] == [("held", ["manual"])] * 2
