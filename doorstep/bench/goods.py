"""A tenant with a thousand products on its shelves, and orders for them as shops send them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from uuid import UUID

import msgspec

from doorstep.bench.house_under_test import UnderTest
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from doorstep.stages.orders import Contact, NewLine, NewOrder, NewPayment

STREETS = ("Ahornweg", "Birkenallee", "Dorfstrasse", "Hauptstrasse", "Lindenplatz", "Seestrasse", "Waldweg")
TOWNS = (
    ("10115", "Berlin"),
    ("20095", "Hamburg"),
    ("50667", "Koeln"),
    ("80331", "Muenchen"),
    ("01067", "Dresden"),
)
NAMES = ("Ana", "Ben", "Clara", "David", "Emre", "Fatima", "Greta", "Hugo", "Ines", "Jonas")
PLENTY = 1_000_000


@dataclass(frozen=True, slots=True)
class Goods:
    """What can be bought.

    Attributes:
        prices: by SKU.
    """

    site_id: UUID
    product_ids: tuple[UUID, ...]
    prices: dict[str, int]


async def stock_up(under: UnderTest, products: int = 1000, each: int = PLENTY) -> Goods:
    """Add a merchant, products, a warehouse and `each` units of every product."""
    merchant_id, site_id = new_id(), new_id()
    rng = random.Random(1)
    prices = {f"SKU-{i:05d}": rng.randrange(500, 20_000) for i in range(products)}
    new = [
        catalog.NewProduct(
            catalog.Product(
                id=new_id(),
                merchant_id=merchant_id,
                sku=sku,
                name=f"Product {sku}",
                length_mm=200,
                width_mm=100,
                height_mm=80,
                weight_g=400,
                price_minor=price,
                currency="EUR",
            )
        )
        for sku, price in prices.items()
    ]
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        await catalog.add_merchants(
            tx, [catalog.Merchant(id=merchant_id, code="bench", name="Bench", currency="EUR")]
        )
        await catalog.add_products(tx, new)
        await catalog.add_sites(tx, [_site(site_id)])
        await inventory.receive(
            tx,
            [
                inventory.Receipt(site_id=site_id, product_id=one.product.id, place="bin:A-01", quantity=each)
                for one in new
            ],
        )
    return Goods(site_id, tuple(one.product.id for one in new), prices)


def _site(site_id: UUID) -> catalog.NewSite:
    return catalog.NewSite(
        catalog.Site(
            id=site_id,
            code="north",
            name="North",
            kind="warehouse",
            street="Hafenstrasse 1",
            city="Hamburg",
            postal_code="20457",
            country="DE",
            lat=53.54,
            lon=9.99,
            timezone="Europe/Berlin",
            cutoff=time(16),
            gs1_prefix="0612345",
        ),
        (catalog.Aisle(number=1, x_mm=0, front_y_mm=0, back_y_mm=10_000),),
        (catalog.Bin(id=new_id(), code="A-01", aisle=1, x_mm=0, y_mm=5000),),
    )


def orders(goods: Goods, seed: int, lines: int = 3) -> Iterator[NewOrder]:
    """Return orders without end: each for `lines` products and a customer of its own."""
    rng = random.Random(seed)
    skus = list(goods.prices)
    number = 0
    while True:
        number += 1
        chosen = [
            NewLine(sku=sku, quantity=rng.choice((1, 1, 1, 2)), unit_minor=goods.prices[sku])
            for sku in rng.sample(skus, min(lines, len(skus)))
        ]
        total = sum(line.quantity * line.unit_minor for line in chosen) + 490
        postal_code, city = rng.choice(TOWNS)
        name = rng.choice(NAMES)
        yield NewOrder(
            merchant="bench",
            channel="webshop",
            external_ref=f"B{seed:04d}-{number:010d}",
            currency="EUR",
            lines=chosen,
            shipping_minor=490,
            total_minor=total,
            ship_to=Contact(
                name=f"{name} Muster {number}",
                street=f"{rng.choice(STREETS)} {rng.randrange(1, 200)}",
                city=city,
                postal_code=postal_code,
                country="DE",
                email=f"{name.lower()}.{number}@example.org",
                phone=f"+49 30 {rng.randrange(10**6, 10**7)}",
            ),
            payments=[NewPayment(processor="manual", method="invoice", amount_minor=total)],
        )


def bodies(goods: Goods, seed: int, count: int) -> list[bytes]:
    """Return the JSON of `count` orders."""
    endless = orders(goods, seed)
    return [msgspec.json.encode(next(endless)) for _ in range(count)]
