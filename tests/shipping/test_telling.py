"""The whole way of a shop's order: found by the poll, packed, handed over, and its shop knows the tracking number."""

from uuid import UUID

from doorstep.platform.tasks import Worker
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.model.shops import ShopKind
from doorstep.stages.shipping.acts import leaving, looking, telling
from doorstep.world.shopify import ShopifyShop, serve_shopify
from tests.conftest import NOON
from tests.worlds.catalog import WORLD
from tests.worlds.shipping import Dock, Swift, build_dock, far
from tests.worlds.warehouse import Floor


async def test_a_shop_hears_of_the_parcel_with_a_kit_counted_as_what_was_sold(
    worker: Worker, tenant: UUID, carrier: Swift
) -> None:
    dock, floor, shop = Dock(worker, tenant), Floor(worker, tenant), ShopifyShop()
    to = far()
    async with serve_shopify(shop) as url:
        new = NewShop(
            code="juniper-shop", kind=ShopKind.SHOPIFY, merchant_id=WORLD.merchant, base_url=url, api_key=shop.token,
            hook_secret=shop.secret, location="17", since=NOON,
        )  # fmt: skip
        async with dock.tx() as tx:
            await build_dock(tx, carrier.url)
            shop_id = await shops.connect_shop(tx, new)
        address = {
            "name": to.name,
            "address1": to.street,
            "city": to.city,
            "zip": to.postal_code,
            "country_code": to.country,
        }
        number = await shop.sell({"K": (1, "48.00"), "A": (2, "12.50")}, address)
        await floor.settle()
        await floor.settle()
        async with dock.tx() as tx:
            (heard,) = await shops.orders_of(tx, shop_id)
        assert heard.order_id is not None, heard.faults
        await floor.walk()
        await floor.pack(heard.order_id)
        await floor.settle()
        parcels = await floor.parcels(heard.order_id)
        async with dock.tx() as tx:
            labels = [
                (await looking.page_of_labels(tx, looking.Narrow(parcel_id=one), None, 10))[0]
                for one in parcels
            ]
            numbers = [label.tracking_number or "" for label in labels]
            await leaving.hand_over(tx, numbers)
        await floor.settle()
        made = shop.made[number]
        assert sorted(one["tracking_number"] for one in made) == sorted(numbers)
        assert shop.orders[number]["fulfillment_status"] == "fulfilled"
        units = [part["quantity"] for one in made for part in one["line_items"]]
        assert sorted(units) == [1, 2]
        async with dock.tx() as tx:
            await telling.tell_shops(tx, parcels)
        await floor.settle()
        assert len(shop.made[number]) == len(numbers)
