"""A house that orders can walk all through: goods in three hundred bins, cartons, two carriers, a center with vans in the same town."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from doorstep.bench.goods import NAMES, STREETS
from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from doorstep.stages.orders import Contact, NewLine, NewOrder, NewPayment

PRODUCTS, EACH = 1_000, 200_000
AISLES, BINS_PER_AISLE = 10, 30
VANS = 400
TOWN = (53.55, 9.99)
SPREAD = 0.06
"""Degrees around the town's middle in which the customers live: some four by seven kilometers each way."""

BOXES = (
    ("XS", (200, 150, 100), 70, 5_000, 30),
    ("S", (300, 220, 160), 140, 10_000, 50),
    ("M", (400, 300, 220), 260, 20_000, 80),
    ("L", (600, 400, 400), 600, 31_000, 150),
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What can be bought, and where it is delivered from."""

    warehouse_id: UUID
    center_id: UUID
    prices: dict[str, int]


async def furnish(tx: Tx, seed: int) -> Ground:
    """Add everything that a walk needs."""
    dice = random.Random(seed)
    merchant = catalog.Merchant(id=new_id(), code="bench", name="Bench", currency="EUR", message="Thank you!")
    await catalog.add_merchants(tx, [merchant])
    warehouse, center = _warehouse(), _site("center", "Center", "center", ())
    await catalog.add_sites(tx, [warehouse, center])
    products = [_product(merchant.id, number, dice) for number in range(PRODUCTS)]
    await catalog.add_products(tx, products)
    await inventory.receive(
        tx,
        [
            inventory.Receipt(
                site_id=warehouse.site.id,
                product_id=one.product.id,
                place=f"bin:{warehouse.bins[number % len(warehouse.bins)].code}",
                quantity=EACH,
            )
            for number, one in enumerate(products)
        ],
    )
    await catalog.add_boxes(tx, [_box(*box) for box in BOXES])
    await _carriage(tx, center.site.id)
    return Ground(
        warehouse.site.id, center.site.id, {one.product.sku: one.product.price_minor for one in products}
    )


def _warehouse() -> catalog.NewSite:
    depth_mm = BINS_PER_AISLE * 1_000
    aisles = tuple(
        catalog.Aisle(number=n + 1, x_mm=n * 3_000, front_y_mm=0, back_y_mm=depth_mm) for n in range(AISLES)
    )
    bins = tuple(
        catalog.Bin(
            id=new_id(),
            code=f"{chr(65 + aisle)}-{number + 1:02d}",
            aisle=aisle + 1,
            x_mm=aisle * 3_000,
            y_mm=number * 1_000 + 500,
        )
        for aisle in range(AISLES)
        for number in range(BINS_PER_AISLE)
    )
    site = _site("north", "North", "warehouse", bins)
    return catalog.NewSite(site.site, aisles, bins)


def _site(code: str, name: str, kind: str, bins: tuple[catalog.Bin, ...]) -> catalog.NewSite:
    site = catalog.Site(
        id=new_id(),
        code=code,
        name=name,
        kind=kind,
        street="Hafenstrasse 1",
        city="Hamburg",
        postal_code="20457",
        country="DE",
        lat=TOWN[0],
        lon=TOWN[1],
        timezone="Europe/Berlin",
        cutoff=time(18),
        gs1_prefix="0612345",
    )
    return catalog.NewSite(site, (), bins)


def _product(merchant_id: UUID, number: int, dice: random.Random) -> catalog.NewProduct:
    product = catalog.Product(
        id=new_id(),
        merchant_id=merchant_id,
        sku=f"SKU-{number:05d}",
        name=f"Product {number}",
        length_mm=dice.randrange(60, 280),
        width_mm=dice.randrange(40, 200),
        height_mm=dice.randrange(20, 140),
        weight_g=dice.randrange(50, 2_000),
        price_minor=dice.randrange(500, 20_000),
        currency="EUR",
    )
    return catalog.NewProduct(product, {f"BC{number:010d}": 1})


def _box(
    code: str, sides: tuple[int, int, int], tare_g: int, max_gross_g: int, price_minor: int
) -> catalog.Box:
    length, width, height = sides
    return catalog.Box(
        id=new_id(),
        code=code,
        inner_length_mm=length,
        inner_width_mm=width,
        inner_height_mm=height,
        outer_length_mm=length + 10,
        outer_width_mm=width + 10,
        outer_height_mm=height + 10,
        tare_g=tare_g,
        max_gross_g=max_gross_g,
        price_minor=price_minor,
        currency="EUR",
    )


async def _carriage(tx: Tx, center_id: UUID) -> None:
    kinds = (("vans", catalog.CarrierKind.FLEET, 390), ("post", catalog.CarrierKind.OWN_LABELS, 590))
    carriers = [
        catalog.Carrier(id=new_id(), code=code, name=code.title(), kind=kind) for code, kind, _ in kinds
    ]
    await catalog.add_carriers(tx, carriers)
    await catalog.add_services(
        tx,
        [
            catalog.Service(
                id=new_id(),
                carrier_id=carrier.id,
                code=f"{carrier.code}-{days}",
                name=f"{carrier.name} {days}",
                days_min=1,
                days_max=days,
                tracking_prefix="BN",
                max_weight_g=31_000,
                rates=[
                    {"up_to_g": up_to_g, "zone": "1", "price_minor": price + up_to_g // 100}
                    for up_to_g in (1_000, 5_000, 40_000)
                ],
                zones=[{"country": "DE", "postal_prefix": "", "zone": "1"}],
                currency="EUR",
            )
            for carrier, (_, _, price) in zip(carriers, kinds, strict=True)
            for days in (1, 2)
        ],
    )
    vans = [
        catalog.Van(
            id=new_id(),
            site_id=center_id,
            code=f"van-{number:03d}",
            capacity_g=1_200_000,
            capacity_ml=12_000_000,
            shift_start=time(0),
            shift_end=time(23, 59),
        )
        for number in range(VANS)
    ]
    await catalog.add_vans(tx, vans)


def orders(ground: Ground, seed: int, lines: int = 3) -> Iterator[NewOrder]:
    """Return orders without end, for customers in town."""
    dice = random.Random(seed)
    skus = list(ground.prices)
    number = 0
    while True:
        number += 1
        chosen = [
            NewLine(sku=sku, quantity=dice.choice((1, 1, 1, 2)), unit_minor=ground.prices[sku])
            for sku in dice.sample(skus, lines)
        ]
        total = sum(line.quantity * line.unit_minor for line in chosen) + 490
        name = dice.choice(NAMES)
        yield NewOrder(
            merchant="bench",
            channel="webshop",
            external_ref=f"W{seed:04d}-{number:010d}",
            currency="EUR",
            lines=chosen,
            shipping_minor=490,
            total_minor=total,
            ship_to=Contact(
                name=f"{name} Muster {number}",
                street=f"{dice.choice(STREETS)} {dice.randrange(1, 200)}",
                city="Hamburg",
                postal_code="20095",
                country="DE",
                email=f"{name.lower()}.{seed}.{number}@example.org",
                lat=TOWN[0] + dice.uniform(-SPREAD, SPREAD),
                lon=TOWN[1] + dice.uniform(-SPREAD, SPREAD),
            ),
            payments=[NewPayment(processor="manual", method="invoice", amount_minor=total)],
        )
