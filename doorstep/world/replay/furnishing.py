"""The house that the export's orders walk through: its sellers as merchants, their goods, one warehouse or three, a carrier.

All of it goes in through the catalog's acts, and what is there already is left alone, so that furnishing again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, orders
from doorstep.world.replay.olist import Olist, RawProduct
from doorstep.world.replay.parts import Part

CURRENCY = "BRL"


@dataclass(frozen=True, slots=True)
class Depot:
    """A warehouse of the replay, what its work costs in centavos, and how many orders can leave it on a day."""

    code: str
    street: str
    city: str
    region: str
    postal_code: str
    lat: float
    lon: float
    timezone: str
    gs1_prefix: str
    order_minor: int = 0
    line_minor: int = 0
    daily_orders: int | None = None


DEPOTS = (
    Depot(
        "sao-paulo", "Avenida das Nações Unidas 1000", "São Paulo", "SP", "04795-000", -23.65, -46.71, "America/Sao_Paulo",
        "7890001", 250, 60,
    ),
    Depot(
        "belo-horizonte", "Avenida Amazonas 5000", "Belo Horizonte", "MG", "30410-000", -19.93, -43.98, "America/Sao_Paulo",
        "7890002", 220, 50, 12,
    ),
    Depot(
        "recife", "Avenida Caxangá 3000", "Recife", "PE", "50670-000", -8.04, -34.93, "America/Recife", "7890003", 200, 50, 6,
    ),
)  # fmt: skip
"""The first alone serves a replay with one site."""

ROUNDING_MINOR = 2
"""By so many centavos the payments of an order may differ from its lines; what differs is noted on the order."""

AISLES, BINS_PER_AISLE = 25, 40
AISLE_MM, BIN_MM = 3_000, 1_000
AT_ONCE = 1_000

BOXES = (
    ("P", (180, 130, 90), 80, 3_000, 90),
    ("M", (270, 200, 140), 150, 8_000, 160),
    ("G", (360, 270, 270), 300, 15_000, 290),
    ("GG", (540, 360, 270), 520, 25_000, 420),
    ("LONGA", (1050, 220, 220), 600, 20_000, 480),
    ("XG", (700, 500, 500), 1_100, 35_000, 750),
    ("BAU", (1100, 700, 700), 3_500, 60_000, 1_900),
    ("PALETE", (1200, 1200, 1600), 20_000, 600_000, 6_000),
)
"""Code, inner sides in mm, tare and greatest gross mass in g, price in centavos; the pallet takes what no box takes."""

PALLET = BOXES[-1][0]
STEPS_G = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 100_000, 700_000)
SERVICES = (("economica", "Econômica", (4, 15), 900, "EC"), ("expressa", "Expressa", (2, 7), 1_700, "EX"))
"""Code, name, days, price of the lightest parcel within São Paulo in centavos, prefix of its numbers."""


RECKONING = orders.SourcingHouse(
    currency=CURRENCY,
    parcel_minor=900,
    kg_minor=150,
    km100_minor=60,
    split_minor=500,
    late_minor=200,
    scarcity_minor=100,
    target_days=8,
    reject_days=0,
)
"""What a parcel costs in Brazil, roughly: 9.00 and 1.50 per kg, and 0.60 for each 100 km. What a floor did not find is counted at
once, so no site is passed by for it."""


@dataclass(frozen=True, slots=True)
class Furnished:
    """What the replay needs to know of the house.

    Attributes:
        site_ids: the warehouses; what comes back, and what runs out, comes to the first.
        merchants: seller id -> merchant.
        products: (merchant, sku) -> product.
        bins: product -> the bin where it lies.
        oversized: SKUs that fit no box, only the pallet.
    """

    site_ids: tuple[UUID, ...]
    merchants: Mapping[str, UUID]
    products: Mapping[tuple[UUID, str], UUID]
    bins: Mapping[UUID, str]
    oversized: frozenset[str]

    @property
    def site_id(self) -> UUID:
        """The first warehouse."""
        return self.site_ids[0]


async def furnish(tx: Tx, olist: Olist, parts: Sequence[Part], sites: int = 1) -> Furnished:
    """Add what is missing of merchants, goods, places, boxes and carriage; with several sites also what sourcing reckons with."""
    site_ids = tuple([await _site(tx, depot) for depot in DEPOTS[:sites]])
    if sites > 1:
        await orders.set_house(tx, RECKONING)
        for site_id, depot in zip(site_ids, DEPOTS, strict=False):
            await orders.set_site(
                tx,
                orders.SiteTerms(site_id, depot.order_minor, depot.line_minor, depot.daily_orders),
            )
    there = {box.code for box in await catalog.boxes_of(tx)}
    await catalog.add_boxes(tx, [_box(*box) for box in BOXES if box[0] not in there])
    await _carriage(tx)
    merchants = await _merchants(tx, olist, sorted({part.seller for part in parts}))
    products = await _products(tx, olist, parts, merchants)
    codes = [_bin_code(aisle, number) for aisle in range(AISLES) for number in range(BINS_PER_AISLE)]
    return Furnished(
        site_ids=site_ids,
        merchants=merchants,
        products=products,
        bins={product_id: codes[product_id.int % len(codes)] for product_id in products.values()},
        oversized=frozenset(sku for sku, product in olist.products.items() if not _fits_a_box(product)),
    )


async def _site(tx: Tx, depot: Depot) -> UUID:
    there = {site.code: site.id for site in await catalog.warehouses(tx)}
    if depot.code in there:
        return there[depot.code]
    site = catalog.Site(
        id=new_id(),
        code=depot.code,
        name=depot.city,
        kind=catalog.SiteKind.WAREHOUSE,
        street=depot.street,
        city=depot.city,
        region=depot.region,
        postal_code=depot.postal_code,
        country="BR",
        lat=depot.lat,
        lon=depot.lon,
        timezone=depot.timezone,
        cutoff=time(18),
        gs1_prefix=depot.gs1_prefix,
    )
    depth_mm = BINS_PER_AISLE * BIN_MM
    aisles = tuple(
        catalog.Aisle(number=aisle + 1, x_mm=aisle * AISLE_MM, front_y_mm=0, back_y_mm=depth_mm)
        for aisle in range(AISLES)
    )
    bins = tuple(
        catalog.Bin(
            id=new_id(),
            code=_bin_code(aisle, number),
            aisle=aisle + 1,
            x_mm=aisle * AISLE_MM,
            y_mm=number * BIN_MM + BIN_MM // 2,
            pick_seq=aisle * BINS_PER_AISLE + number,
        )
        for aisle in range(AISLES)
        for number in range(BINS_PER_AISLE)
    )
    await catalog.add_sites(tx, [catalog.NewSite(site, aisles, bins)])
    return site.id


def _bin_code(aisle: int, number: int) -> str:
    return f"{chr(ord('A') + aisle)}-{number + 1:02d}-1"


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
        currency=CURRENCY,
    )


def _fits_a_box(product: RawProduct) -> bool:
    sides = sorted((product.length_mm, product.width_mm, product.height_mm))
    return any(
        code != PALLET
        and product.weight_g + tare_g <= max_gross_g
        and all(one <= room for one, room in zip(sides, sorted(inner), strict=True))
        for code, inner, tare_g, max_gross_g, _ in BOXES
    )


async def _carriage(tx: Tx) -> None:
    there = {carrier.code: carrier.id for carrier in (await catalog.carriers_of(tx)).values()}
    if "transportadora" not in there:
        carrier = catalog.Carrier(
            id=new_id(), code="transportadora", name="Transportadora", kind=catalog.CarrierKind.OWN_LABELS
        )
        await catalog.add_carriers(tx, [carrier])
        await catalog.add_services(tx, [_service(carrier.id, *service) for service in SERVICES])


def _service(
    carrier_id: UUID, code: str, name: str, days: tuple[int, int], price_minor: int, prefix: str
) -> catalog.Service:
    """Return a service whose price grows with mass and with the region, by the first digit of the postal code."""
    regions = {str(digit): 100 + 20 * digit for digit in range(10)}
    rates = [
        {
            "up_to_g": up_to_g,
            "zone": zone,
            "price_minor": price_minor * percent * (100 + 45 * step) // 10_000,
        }
        for zone, percent in regions.items()
        for step, up_to_g in enumerate(STEPS_G)
    ]
    return catalog.Service(
        id=new_id(),
        carrier_id=carrier_id,
        code=code,
        name=name,
        days_min=days[0],
        days_max=days[1],
        tracking_prefix=prefix,
        dim_divisor=6000,
        max_weight_g=STEPS_G[-1],
        rates=rates,
        zones=[{"country": "BR", "postal_prefix": zone, "zone": zone} for zone in regions],
        currency=CURRENCY,
    )


async def _merchants(tx: Tx, olist: Olist, sellers: Sequence[str]) -> dict[str, UUID]:
    found = await catalog.merchants_by_code(tx, sellers)
    new = []
    for seller in sellers:
        if seller not in found:
            address = olist.sellers[seller]
            where = f"{address.city or 'cidade não informada'}, {address.state}"
            found[seller] = new_id()
            new.append(
                catalog.Merchant(
                    id=found[seller],
                    code=seller,
                    name=f"Vendedor {seller[:8]} ({where})",
                    currency=CURRENCY,
                    rounding_minor=ROUNDING_MINOR,
                    language="pt",
                )
            )
    await catalog.add_merchants(tx, new)
    return found


async def _products(
    tx: Tx, olist: Olist, parts: Sequence[Part], merchants: Mapping[str, UUID]
) -> dict[tuple[UUID, str], UUID]:
    prices = {
        (merchants[part.seller], line.sku): line.unit_minor for part in reversed(parts) for line in part.lines
    }
    asked = sorted(prices)
    found: dict[tuple[UUID, str], UUID] = {}
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        there = {key: product.id for key, product in (await catalog.products_by_sku(tx, some)).items()}
        new = [_product(olist.products[key[1]], key[0], prices[key]) for key in some if key not in there]
        await catalog.add_products(tx, [catalog.NewProduct(one) for one in new])
        found |= there | {(one.merchant_id, one.sku): one.id for one in new}
    return found


def _product(raw: RawProduct, merchant_id: UUID, price_minor: int) -> catalog.Product:
    """Return goods of a seller; a measure that the data has not is taken as the least there is."""
    return catalog.Product(
        id=new_id(),
        merchant_id=merchant_id,
        sku=raw.product_id,
        name=f"{(raw.category or 'sem categoria').capitalize()} {raw.product_id[:8]}",
        length_mm=max(raw.length_mm, 1),
        width_mm=max(raw.width_mm, 1),
        height_mm=max(raw.height_mm, 1),
        weight_g=max(raw.weight_g, 1),
        price_minor=price_minor,
        currency=CURRENCY,
    )
