"""The house that the export's orders walk through: its sellers as merchants, their goods, one warehouse in São Paulo, a carrier.

All of it goes in through the catalog's acts, and what is there already is left alone, so that furnishing again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.stages import catalog
from doorstep.world.replay.olist import Olist, RawProduct
from doorstep.world.replay.parts import Part

CURRENCY = "BRL"
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


@dataclass(frozen=True, slots=True)
class Furnished:
    """What the replay needs to know of the house.

    Attributes:
        merchants: seller id -> merchant.
        products: (merchant, sku) -> product.
        bins: product -> the bin where it lies.
        oversized: SKUs that fit no box, only the pallet.
    """

    site_id: UUID
    merchants: Mapping[str, UUID]
    products: Mapping[tuple[UUID, str], UUID]
    bins: Mapping[UUID, str]
    oversized: frozenset[str]


async def furnish(tx: Tx, olist: Olist, parts: Sequence[Part]) -> Furnished:
    """Add what is missing of merchants, goods, places, boxes and carriage."""
    site_id = await _site(tx)
    there = {box.code for box in await catalog.boxes_of(tx)}
    await catalog.add_boxes(tx, [_box(*box) for box in BOXES if box[0] not in there])
    await _carriage(tx)
    merchants = await _merchants(tx, olist, sorted({part.seller for part in parts}))
    products = await _products(tx, olist, parts, merchants)
    codes = [_bin_code(aisle, number) for aisle in range(AISLES) for number in range(BINS_PER_AISLE)]
    return Furnished(
        site_id=site_id,
        merchants=merchants,
        products=products,
        bins={product_id: codes[product_id.int % len(codes)] for product_id in products.values()},
        oversized=frozenset(sku for sku, product in olist.products.items() if not _fits_a_box(product)),
    )


async def _site(tx: Tx) -> UUID:
    there = {site.code: site.id for site in await catalog.warehouses(tx)}
    if "sao-paulo" in there:
        return there["sao-paulo"]
    site = catalog.Site(
        id=new_id(),
        code="sao-paulo",
        name="São Paulo",
        kind=catalog.SiteKind.WAREHOUSE,
        street="Avenida das Nações Unidas 1000",
        city="São Paulo",
        region="SP",
        postal_code="04795-000",
        country="BR",
        lat=-23.65,
        lon=-46.71,
        timezone="America/Sao_Paulo",
        cutoff=time(18),
        gs1_prefix="7890001",
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
    return f"{chr(ord('A') + aisle)}-{number + 1:02d}"


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
