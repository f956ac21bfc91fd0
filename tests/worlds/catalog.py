"""Northside: a small known world. One operator, one merchant, five products, one warehouse, one center, two carriers.

Ids are the same in every tenant (keys lead with the tenant), so a test may name them without asking.
"""

from dataclasses import replace
from datetime import time
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.stages import catalog
from doorstep.stages.catalog import (
    Aisle,
    Bin,
    Box,
    Carrier,
    Merchant,
    NewProduct,
    NewSite,
    Product,
    Service,
    Site,
    Van,
)

LOGO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63601860000000030001"
    "3f0d8d5b0000000049454e44ae426082"
)
"""A PNG of one dark pixel."""


def fixed(kind: int, number: int) -> UUID:
    """A frozen id that reads like one: version 7, its kind and number at the end."""
    return UUID(f"01930000-0000-7000-8{kind:03x}-{number:012x}")


class World:
    """The ids of Northside's things.

    Attributes:
        a: a mug, 350 g, 12.50 EUR. b: a book, 500 g, 20.00 EUR. c: a lamp, fragile, upright, 1.8 kg, 89.90 EUR.
        d: a poster tube, 900 mm long, 7.00 EUR. kit: K, one A and two B, 48.00 EUR.
        barcodes: by SKU.
    """

    merchant = fixed(1, 1)
    a = fixed(2, 1)
    b = fixed(2, 2)
    c = fixed(2, 3)
    d = fixed(2, 4)
    kit = fixed(2, 5)
    north = fixed(3, 1)
    center = fixed(3, 2)
    box_small = fixed(4, 1)
    box_medium = fixed(4, 2)
    box_large = fixed(4, 3)
    parcelo = fixed(5, 1)
    house = fixed(5, 2)
    parcelo_standard = fixed(6, 1)
    parcelo_express = fixed(6, 2)
    house_next_day = fixed(6, 3)
    van_1 = fixed(7, 1)
    van_2 = fixed(7, 2)

    @property
    def products(self) -> tuple[UUID, ...]:
        """The four that lie on shelves."""
        return (self.a, self.b, self.c, self.d)


BARCODES = {"A": "4006381333931", "B": "9783161484100", "C": "5901234123457", "D": "96385074", "K": "K-SET-1"}
CASE_OF_A = "14006381333938"
"""A case code: 12 mugs."""

WORLD = World()


def bin_code(aisle: int, number: int) -> str:
    """`A-01-03` for the third bin of the first aisle."""
    return f"A-{aisle:02d}-{number:02d}"


async def build_catalog(tx: Tx) -> World:
    """Build Northside's catalog: everything that exists, no goods yet."""
    await catalog.add_merchants(tx, [juniper()])
    await catalog.add_products(tx, products())
    await catalog.add_sites(tx, [warehouse(WORLD.north, "north"), center()])
    await catalog.add_boxes(tx, boxes())
    await catalog.add_carriers(
        tx,
        [
            Carrier(
                id=WORLD.parcelo,
                code="parcelo",
                name="Parcelo",
                kind="rate_table",
                base_url="http://127.0.0.1:9",
                api_key="parcelo-key",
                hook_secret="whsec_bm9ydGhzaWRlLXBhcmNlbG8taG9vaw==",
            ),
            Carrier(id=WORLD.house, code="house", name="Northside Vans", kind="fleet"),
        ],
    )
    await catalog.add_services(tx, services())
    await catalog.add_vans(tx, [van(WORLD.van_1, "van-1"), van(WORLD.van_2, "van-2")])
    return WORLD


def juniper(**changed: object) -> Merchant:
    """The merchant Juniper, with some fields changed."""
    values: dict[str, object] = {
        "id": WORLD.merchant,
        "code": "juniper",
        "name": "Juniper",
        "currency": "EUR",
        "brand_color": "#2d6a4f",
        "logo": LOGO,
        "message": "Thank you for choosing slow things.",
        "sender_email": "hello@juniper.example",
        "support_email": "care@juniper.example",
        "rounding_minor": 2,
        "return_days": 30,
    }
    return Merchant(**{**values, **changed})  # type: ignore[arg-type]


def product(product_id: UUID, sku: str, **changed: object) -> Product:
    """A product of Juniper, with some fields changed."""
    values: dict[str, object] = {
        "id": product_id,
        "merchant_id": WORLD.merchant,
        "sku": sku,
        "name": f"Product {sku}",
        "length_mm": 120,
        "width_mm": 100,
        "height_mm": 90,
        "weight_g": 350,
        "price_minor": 1250,
        "currency": "EUR",
    }
    return Product(**{**values, **changed})  # type: ignore[arg-type]


def products() -> list[NewProduct]:
    """The mug, the book, the lamp, the tube, and the set of a mug and two books."""
    mug = product(WORLD.a, "A", name="Stoneware mug", hs_code="691200", origin_country="PT")
    book = product(
        WORLD.b,
        "B",
        name="Field guide",
        length_mm=210,
        width_mm=148,
        height_mm=30,
        weight_g=500,
        price_minor=2000,
    )
    lamp = product(
        WORLD.c,
        "C",
        name="Glass lamp",
        length_mm=220,
        width_mm=220,
        height_mm=300,
        weight_g=1800,
        price_minor=8990,
        fragile=True,
        upright=True,
    )
    tube = product(
        WORLD.d, "D", name="Poster", length_mm=900, width_mm=60, height_mm=60, weight_g=300, price_minor=700
    )
    kit = product(
        WORLD.kit,
        "K",
        name="Evening set",
        kind="kit",
        length_mm=220,
        width_mm=160,
        height_mm=120,
        weight_g=1350,
        price_minor=4800,
    )
    return [
        NewProduct(mug, {BARCODES["A"]: 1, CASE_OF_A: 12}),
        NewProduct(book, {BARCODES["B"]: 1}),
        NewProduct(lamp, {BARCODES["C"]: 1}),
        NewProduct(tube, {BARCODES["D"]: 1}),
        NewProduct(kit, {BARCODES["K"]: 1}, {WORLD.a: 1, WORLD.b: 2}),
    ]


def warehouse(site_id: UUID, code: str) -> NewSite:
    """A warehouse of 4 aisles (3 m apart, 20 m deep) with 10 bins each; walks begin at the middle of the front."""
    aisles = tuple(
        Aisle(number=n, x_mm=(n - 1) * 3000, front_y_mm=2000, back_y_mm=22_000) for n in range(1, 5)
    )
    first = int(site_id) & 0xFFFF
    bins = tuple(
        Bin(
            id=fixed(8, first * 1000 + (n - 1) * 10 + k),
            code=bin_code(n, k),
            aisle=n,
            x_mm=(n - 1) * 3000 + (700 if k % 2 else -700),
            y_mm=1000 + k * 2000,
            pick_seq=(n - 1) * 10 + (k if n % 2 else 11 - k),
        )
        for n in range(1, 5)
        for k in range(1, 11)
    )
    site = Site(
        id=site_id,
        code=code,
        name="Northside warehouse",
        kind="warehouse",
        street="Industriestrasse 12",
        city="Vaduz",
        postal_code="9490",
        country="LI",
        lat=47.141,
        lon=9.521,
        timezone="Europe/Vaduz",
        cutoff=time(16),
        start_x_mm=4500,
        start_y_mm=0,
        gs1_prefix="0612345",
    )
    return NewSite(site, aisles, bins)


def center() -> NewSite:
    """The local center in the next village."""
    return NewSite(
        Site(
            id=WORLD.center,
            code="center",
            name="Northside center",
            kind="center",
            street="Landstrasse 40",
            city="Schaan",
            postal_code="9494",
            country="LI",
            lat=47.165,
            lon=9.509,
            timezone="Europe/Vaduz",
            cutoff=time(20),
            gs1_prefix="0612345",
        )
    )


def boxes() -> list[Box]:
    """Three cartons; the long tube only fits the large one."""
    sizes = [
        (WORLD.box_small, "S", (250, 180, 120), 120, 5_000, 45),
        (WORLD.box_medium, "M", (350, 250, 320), 260, 15_000, 80),
        (WORLD.box_large, "L", (950, 400, 400), 700, 30_000, 190),
    ]
    return [
        Box(
            id=box_id,
            code=code,
            inner_length_mm=inner[0],
            inner_width_mm=inner[1],
            inner_height_mm=inner[2],
            outer_length_mm=inner[0] + 10,
            outer_width_mm=inner[1] + 10,
            outer_height_mm=inner[2] + 10,
            tare_g=tare_g,
            max_gross_g=max_gross_g,
            price_minor=price_minor,
            currency="EUR",
        )
        for box_id, code, inner, tare_g, max_gross_g, price_minor in sizes
    ]


def services() -> list[Service]:
    """Two services of the outside carrier, everywhere; one of the vans, in the country only."""
    anywhere = [
        {"country": "LI", "postal_prefix": "", "zone": "1"},
        {"country": "*", "postal_prefix": "", "zone": "9"},
    ]
    return [
        Service(
            id=WORLD.parcelo_standard,
            carrier_id=WORLD.parcelo,
            code="standard",
            name="Parcelo Standard",
            days_min=2,
            days_max=3,
            tracking_prefix="PS",
            max_weight_g=30_000,
            rates=_rates({"1": 490, "9": 1290}),
            zones=anywhere,
            currency="EUR",
        ),
        Service(
            id=WORLD.parcelo_express,
            carrier_id=WORLD.parcelo,
            code="express",
            name="Parcelo Express",
            days_min=1,
            days_max=1,
            tracking_prefix="PX",
            max_weight_g=20_000,
            rates=_rates({"1": 990, "9": 2490}),
            zones=anywhere,
            currency="EUR",
        ),
        Service(
            id=WORLD.house_next_day,
            carrier_id=WORLD.house,
            code="next-day",
            name="Northside Next Day",
            days_min=1,
            days_max=1,
            tracking_prefix="NV",
            max_weight_g=25_000,
            rates=_rates({"1": 390}),
            zones=[{"country": "LI", "postal_prefix": "94", "zone": "1"}],
            currency="EUR",
        ),
    ]


def _rates(base: dict[str, int]) -> list[dict[str, object]]:
    return [
        {"up_to_g": up_to_g, "zone": zone, "price_minor": price_minor * factor // 10}
        for zone, price_minor in base.items()
        for up_to_g, factor in ((1000, 10), (5000, 14), (10_000, 20), (30_000, 35))
    ]


def van(van_id: UUID, code: str) -> Van:
    """A van of the center that drives from 8 to 17."""
    return Van(
        id=van_id,
        site_id=WORLD.center,
        code=code,
        capacity_g=800_000,
        capacity_ml=6_000_000,
        shift_start=time(8),
        shift_end=time(17),
    )


async def asks_serials(tx: Tx, product_id: UUID, serials: catalog.Serials = catalog.Serials.OUTBOUND) -> None:
    """Let a product ask for serial numbers: of units that leave, or of all."""
    [one] = await catalog.products(tx, [product_id])
    await catalog.change_products(tx, [NewProduct(replace(one, serials=serials))])
