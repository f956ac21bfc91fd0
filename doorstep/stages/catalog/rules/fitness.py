"""The judgement of the catalog: what a good code, picture, kit or address of a site is. Facts in, faults out."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID
from zoneinfo import available_timezones

from doorstep.platform.errors import Fault
from doorstep.stages.catalog.model import (
    Box,
    Carrier,
    CarrierKind,
    Merchant,
    NewProduct,
    NewSite,
    Product,
    ProductKind,
    Serials,
    Service,
    Van,
)

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
TOTE = re.compile(r"T-[0-9]{1,6}")
SKU = re.compile(r"[!-~](?:[ -~]{0,62}[!-~])?")
BARCODE = re.compile(r"[!-~](?:[ -~]{0,78}[!-~])?")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
COLOR = re.compile(r"#[0-9a-f]{6}")
CURRENCY = re.compile(r"[A-Z]{3}")
COUNTRY = re.compile(r"[A-Z]{2}")
PICTURE = re.compile(r"(https://|/)[^\s\"'<>\\]{1,500}")
GTIN_LENGTHS = (8, 12, 13, 14)
SIZE_MAX_MM, WEIGHT_MAX_G, PRICE_MAX_MINOR = 20_000, 2_000_000, 10_000_000_000
COMPONENTS_MAX = 50


def is_tote(code: str) -> bool:
    """Whether a code is a tote's, so that no bin may have it: one scan must not mean both."""
    return TOTE.fullmatch(code.strip().upper()) is not None


def gtin_check_digit(payload: str) -> str:
    """Return the check digit that completes a GTIN's digits (GS1 General Specifications, section 7.9)."""
    weighted = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(payload)))
    return str(-weighted % 10)


def barcode_fault(code: str) -> str | None:
    """Return what is wrong with a code, or None: printable ASCII, and what looks like a GTIN must check."""
    if not BARCODE.fullmatch(code):
        return "A barcode has 1 to 80 printable characters. Scan it again."
    if code.isdigit() and len(code) in GTIN_LENGTHS and gtin_check_digit(code[:-1]) != code[-1]:
        wanted = code[:-1] + gtin_check_digit(code[:-1])
        return (
            f"The check digit of this GTIN is wrong; with these digits it would be {wanted}. Scan it again."
        )
    return None


def merchant_faults(merchant: Merchant, at: str = "") -> Iterator[Fault]:
    """Say everything that is wrong with a merchant."""
    yield from _code(merchant.code, f"{at}/code")
    yield from _name(merchant.name, f"{at}/name")
    yield from _matches(CURRENCY, merchant.currency, f"{at}/currency", "an ISO 4217 code like EUR")
    yield from _matches(COLOR, merchant.brand_color, f"{at}/brand_color", "a color like #1f4b99")
    for field in ("sender_email", "support_email"):
        if getattr(merchant, field):
            yield from _matches(EMAIL, getattr(merchant, field), f"{at}/{field}", "an e-mail address")
    yield from _within(merchant.rounding_minor, 0, 1000, f"{at}/rounding_minor")
    yield from _within(merchant.return_days, 0, 3650, f"{at}/return_days")
    if merchant.logo is not None and not merchant.logo.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        yield Fault(f"{at}/logo", "picture", "The logo is neither PNG nor JPEG. Save it as one of them.")


def product_faults(new: NewProduct, known: Mapping[UUID, Product], at: str = "") -> Iterator[Fault]:
    """Say everything that is wrong with a product, its codes and its components (`known`: products by id)."""
    product = new.product
    yield from _matches(SKU, product.sku, f"{at}/sku", "1 to 64 printable ASCII characters")
    yield from _name(product.name, f"{at}/name")
    yield from _matches(CURRENCY, product.currency, f"{at}/currency", "an ISO 4217 code like EUR")
    for field in ("length_mm", "width_mm", "height_mm"):
        yield from _within(getattr(product, field), 1, SIZE_MAX_MM, f"{at}/{field}")
    yield from _within(product.weight_g, 1, WEIGHT_MAX_G, f"{at}/weight_g")
    yield from _within(product.price_minor, 0, PRICE_MAX_MINOR, f"{at}/price_minor")
    if product.picture:
        yield from _matches(
            PICTURE, product.picture, f"{at}/picture", "an address that begins with https:// or /"
        )
    if product.origin_country:
        yield from _matches(COUNTRY, product.origin_country, f"{at}/origin_country", "an ISO code like DE")
    for code, units in new.barcodes.items():
        if wrong := barcode_fault(code):
            yield Fault(f"{at}/barcodes", "barcode", f"{code}: {wrong}")
        yield from _within(units, 1, 100_000, f"{at}/barcodes")
    yield from _component_faults(new, known, at)


def turns(before: str, after: str) -> bool:
    """Whether units of a product begin or cease to be known by number, by what it asked of serials and will ask."""
    return (before == Serials.ALL) != (after == Serials.ALL)


def serials_faults(
    known: Mapping[UUID, Product], changed: Sequence[Product], lying: Collection[UUID]
) -> list[Fault]:
    """Say which products cannot turn to or from serial numbers of all units: of some that lie here nobody knows the number.

    Args:
        known: products as they are, by id.
        changed: as they are to be.
        lying: ids of those of which units lie here.
    """
    said = "Units of {} lie here. Send or book them out first, then take them in by number."
    return [
        Fault(f"/{i}/serials" if len(changed) > 1 else "/serials", "units_lie", said.format(one.sku))
        for i, one in enumerate(changed)
        if one.id in lying and turns(known[one.id].serials, one.serials)
    ]


def _component_faults(new: NewProduct, known: Mapping[UUID, Product], at: str) -> Iterator[Fault]:
    is_kit = new.product.kind == ProductKind.KIT
    if is_kit and not 1 <= len(new.components) <= COMPONENTS_MAX:
        yield Fault(
            f"{at}/components", "components", f"A kit has 1 to {COMPONENTS_MAX} components. List them."
        )
    if not is_kit and new.components:
        yield Fault(
            f"{at}/components",
            "components",
            "Only a kit has components. Make its kind kit, or leave them out.",
        )
    for component_id, quantity in new.components.items():
        component = known.get(component_id)
        if component is None or component.merchant_id != new.product.merchant_id:
            yield Fault(
                f"{at}/components",
                "unknown_product",
                f"The merchant has no product {component_id}. Check it.",
            )
        yield from _within(quantity, 1, 10_000, f"{at}/components")


def site_faults(new: NewSite, at: str = "") -> Iterator[Fault]:
    """Say everything that is wrong with a site, its aisles and its bins."""
    site = new.site
    yield from _code(site.code, f"{at}/code")
    yield from _name(site.name, f"{at}/name")
    yield from _matches(COUNTRY, site.country, f"{at}/country", "an ISO code like DE")
    yield from _matches(re.compile(r"\d{6,12}"), site.gs1_prefix, f"{at}/gs1_prefix", "6 to 12 digits")
    if site.timezone not in available_timezones():
        yield Fault(
            f"{at}/timezone", "timezone", f"{site.timezone} is not a time zone. Use one like Europe/Vaduz."
        )
    if not (-90 <= site.lat <= 90 and -180 <= site.lon <= 180):
        yield Fault(
            f"{at}/lat",
            "place",
            "Latitude is -90 to 90, longitude -180 to 180. Check that they are not swapped.",
        )
    for i, aisle in enumerate(new.aisles):
        if aisle.back_y_mm <= aisle.front_y_mm:
            yield Fault(
                f"{at}/aisles/{i}",
                "aisle",
                f"Aisle {aisle.number} ends before it begins. Swap front and back.",
            )
    spans = {aisle.number: (aisle.front_y_mm, aisle.back_y_mm) for aisle in new.aisles}
    for i, one in enumerate(new.bins):
        yield from _code(one.code, f"{at}/bins/{i}/code")
        if is_tote(one.code):
            said = f"{one.code} is how totes are numbered. Call the bin otherwise, such as {one.code}-1."
            yield Fault(f"{at}/bins/{i}/code", "tote", said)
        front, back = spans.get(one.aisle, (None, None))
        if front is None or back is None:
            yield Fault(
                f"{at}/bins/{i}/aisle",
                "unknown_aisle",
                f"There is no aisle {one.aisle}. Add it, or mend the number.",
            )
        elif not front <= one.y_mm <= back:
            yield Fault(
                f"{at}/bins/{i}/y_mm",
                "bin",
                f"{one.code} lies outside of aisle {one.aisle} ({front} to {back} mm).",
            )


def box_faults(box: Box, at: str = "") -> Iterator[Fault]:
    """Say everything that is wrong with a box."""
    yield from _code(box.code, f"{at}/code")
    for side in ("length", "width", "height"):
        inner, outer = getattr(box, f"inner_{side}_mm"), getattr(box, f"outer_{side}_mm")
        yield from _within(inner, 1, SIZE_MAX_MM, f"{at}/inner_{side}_mm")
        yield from _within(outer, max(inner, 1), SIZE_MAX_MM, f"{at}/outer_{side}_mm")
    yield from _within(box.tare_g, 0, WEIGHT_MAX_G, f"{at}/tare_g")
    yield from _within(box.max_gross_g, box.tare_g + 1, WEIGHT_MAX_G, f"{at}/max_gross_g")
    yield from _matches(CURRENCY, box.currency, f"{at}/currency", "an ISO 4217 code like EUR")


def carrier_faults(carrier: Carrier, at: str = "") -> Iterator[Fault]:
    """Say everything that is wrong with a carrier."""
    yield from _code(carrier.code, f"{at}/code")
    yield from _name(carrier.name, f"{at}/name")
    if carrier.kind == CarrierKind.RATE_TABLE and not (carrier.base_url or "").startswith(
        ("https://", "http://")
    ):
        yield Fault(
            f"{at}/base_url", "address", "A carrier with an API needs its address: https://... or http://..."
        )


def service_faults(service: Service, kind: str | None, at: str = "") -> Iterator[Fault]:
    """Say everything that is wrong with a service of a carrier of some kind: every zone needs a price, or an API to ask for it."""
    yield from _code(service.code, f"{at}/code")
    yield from _name(service.name, f"{at}/name")
    yield from _within(service.days_max, service.days_min, 365, f"{at}/days_max")
    asked = kind == CarrierKind.RATE_TABLE and not service.rates
    zones = set() if asked else {zone.get("zone") for zone in service.zones}
    priced = {rate.get("zone") for rate in service.rates}
    for zone in sorted(str(zone) for zone in zones - priced):
        yield Fault(
            f"{at}/rates", "unpriced_zone", f"Zone {zone} has no rate. Add one, or take the zone away."
        )


def van_faults(van: Van, at: str = "") -> Iterator[Fault]:
    """Say everything that is wrong with a van."""
    yield from _code(van.code, f"{at}/code")
    yield from _within(van.capacity_g, 1, 100_000_000, f"{at}/capacity_g")
    yield from _within(van.capacity_ml, 1, 10_000_000_000, f"{at}/capacity_ml")
    if van.shift_end <= van.shift_start:
        yield Fault(f"{at}/shift_end", "shift", "The shift ends before it begins. Swap the times.")


def all_faults(found: Sequence[Iterator[Fault]]) -> list[Fault]:
    """Return every fault of every thing, in order."""
    return [fault for one in found for fault in one]


def _code(value: str, at: str) -> Iterator[Fault]:
    yield from _matches(CODE, value, at, "1 to 40 letters, digits, dots, dashes and underscores")


def _name(value: str, at: str) -> Iterator[Fault]:
    if not value.strip() or len(value) > 200 or "\x00" in value:
        yield Fault(at, "name", "A name has 1 to 200 characters. Write one.")


def _matches(pattern: re.Pattern[str], value: str, at: str, wanted: str) -> Iterator[Fault]:
    if not pattern.fullmatch(value):
        yield Fault(at, "format", f"{value[:60]!r} is not {wanted}. Mend it.")


def _within(value: int, least: int, most: int, at: str) -> Iterator[Fault]:
    if not least <= value <= most:
        yield Fault(at, "range", f"{value} is not between {least} and {most}. Mend it.")
