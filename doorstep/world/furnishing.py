"""Furnishes an empty house through its API: merchants, goods, a warehouse, a center, boxes, carriers, vans and stock."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from doorstep.world.goods import BRANDS, Brand
from doorstep.world.people.person import Person
from doorstep.world.people.shoppers import Good, Shop
from doorstep.world.pictures import drawing

AISLES, BINS_PER_AISLE = 6, 12
STOCK = 400
"""Units of every product at the beginning, in two bins."""

ANYWHERE = ({"country": "LI", "postal_prefix": "94", "zone": "1"}, {"country": "CH", "zone": "2"}, {"country": "AT", "zone": "2"},
            {"country": "DE", "zone": "2"}, {"country": "*", "zone": "9"})  # fmt: skip


@dataclass(slots=True)
class Furnished:
    """What people need to know to work and buy here."""

    warehouse_id: str = ""
    center_id: str = ""
    carriers: dict[str, str] = field(default_factory=dict)
    vans: list[str] = field(default_factory=list)
    barcodes: dict[str, str] = field(default_factory=dict)
    shops: list[Shop] = field(default_factory=list)
    spare_bin: str = ""


class FurnishingError(RuntimeError):
    """The house refused a piece of furniture; the message says which and why."""


@dataclass(slots=True)
class Furnisher:
    """Builds everything once; what is there already is taken as it is.

    Attributes:
        owner: may do everything.
        carrier_url: where the outside carrier's API is.
        carrier_key: ours at the carrier.
        hook_secret: signs the carrier's calls.
        progress: told what is being done.
    """

    owner: Person
    carrier_url: str
    carrier_key: str
    hook_secret: str
    progress: Callable[[str], None] = lambda _line: None

    async def furnish(self) -> Furnished:
        """Build what is missing and return what people need to know."""
        made = Furnished()
        self.progress("a warehouse and a local center")
        await self._sites(made)
        await self._boxes()
        self.progress("carriers, services and vans")
        await self._carriage(made)
        for brand in BRANDS:
            self.progress(f"the goods of {brand.name}")
            await self._brand(made, brand)
        return made

    async def _make(self, path: str, body: dict[str, Any], key: str) -> Any:
        status, answer = await self.owner.post(path, body, key=f"furnish-{key}")
        if status not in {200, 201}:
            raise FurnishingError(f"{path} refused {key}: {answer}")
        return answer

    async def _sites(self, made: Furnished) -> None:
        there = {site["code"]: site["id"] for site in await self.owner.get("/api/sites")}
        if "north" not in there:
            floor = await self._make("/api/sites", warehouse(), "north")
            there["north"] = floor["site"]["id"]
        if "center" not in there:
            floor = await self._make("/api/sites", center(), "center")
            there["center"] = floor["site"]["id"]
        made.warehouse_id, made.center_id = there["north"], there["center"]
        made.spare_bin = bin_code(AISLES, BINS_PER_AISLE)

    async def _boxes(self) -> None:
        there = {box["code"] for box in await self.owner.get("/api/boxes")}
        for code, sides, tare_g, max_gross_g, price_minor in BOXES:
            if code not in there:
                names = ("length_mm", "width_mm", "height_mm")
                inner = {f"inner_{name}": side for name, side in zip(names, sides, strict=True)}
                outer = {f"outer_{name}": side + 10 for name, side in zip(names, sides, strict=True)}
                box = {"code": code, "tare_g": tare_g, "max_gross_g": max_gross_g, "price_minor": price_minor}
                await self._make("/api/boxes", {**box, **inner, **outer, "currency": "EUR"}, f"box-{code}")

    async def _carriage(self, made: Furnished) -> None:
        there = {one["code"]: one["id"] for one in await self.owner.get("/api/carriers")}
        if "parcelo" not in there:
            outside = {
                "base_url": self.carrier_url,
                "api_key": self.carrier_key,
                "hook_secret": self.hook_secret,
            }
            body = {"code": "parcelo", "name": "Parcelo", "kind": "rate_table", **outside}
            there["parcelo"] = (await self._make("/api/carriers", body, "parcelo"))["id"]
        if "vans" not in there:
            body = {"code": "vans", "name": "Our vans", "kind": "fleet"}
            there["vans"] = (await self._make("/api/carriers", body, "vans"))["id"]
        made.carriers = there
        known = {(one["carrier_id"], one["code"]) for one in await self.owner.get("/api/services")}
        for carrier, code, name, days, prices, prefix in SERVICES:
            if (there[carrier], code) not in known:
                body = service(there[carrier], code, name, days, prices, prefix)
                await self._make("/api/services", body, f"service-{code}")
        vans = {van["code"]: van["id"] for van in await self.owner.get("/api/vans")}
        for number in (1, 2, 3):
            if f"van-{number}" not in vans:
                van = {"code": f"van-{number}", "capacity_g": 900_000, "capacity_ml": 6_000_000}
                shift = {"shift_start": "06:00", "shift_end": "22:00", "site_id": made.center_id}
                vans[van["code"]] = (await self._make("/api/vans", {**van, **shift}, f"van-{number}"))["id"]
        made.vans = list(vans.values())

    async def _brand(self, made: Furnished, brand: Brand) -> None:
        there = {one["code"]: one["id"] for one in await self.owner.get("/api/merchants")}
        new = brand.code not in there
        if new:
            body = {
                "code": brand.code,
                "name": brand.name,
                "currency": "EUR",
                "brand_color": brand.color,
                "message": brand.message,
                "sender_email": f"hello@{brand.code}.example",
                "support_email": f"care@{brand.code}.example",
                "rounding_minor": 2,
            }
            there[brand.code] = (await self._make("/api/merchants", body, brand.code))["id"]
        goods = [Good(one.sku, one.price_minor, one.popularity) for one in brand.things]
        goods += [Good(sku, price, 2) for sku, (_, price, _) in brand.kits.items()]
        made.shops.append(Shop(brand.code, "EUR", goods))
        for index, thing in enumerate(brand.things):
            made.barcodes[thing.sku] = barcode(brand.code, index)
        if new:
            await self._goods(made, brand, there[brand.code])

    async def _goods(self, made: Furnished, brand: Brand, merchant_id: str) -> None:
        ids = {}
        first_bin = BRANDS.index(brand) * 16
        for index, thing in enumerate(brand.things):
            length_mm, width_mm, height_mm = thing.sides_mm
            body = {
                "merchant_id": merchant_id,
                "sku": thing.sku,
                "name": thing.name,
                "length_mm": length_mm,
                "width_mm": width_mm,
                "height_mm": height_mm,
                "weight_g": thing.weight_g,
                "price_minor": thing.price_minor,
                "fragile": thing.fragile,
                "upright": thing.upright,
                "barcodes": [{"code": made.barcodes[thing.sku], "units": 1}],
            }
            ids[thing.sku] = (await self._make("/api/products", body, thing.sku))["product"]["id"]
            await self._picture(ids[thing.sku], drawing(thing.sides_mm, brand.color))
            for half in (0, 1):
                place = first_bin + index + 8 * half
                aisle, number = divmod(place, BINS_PER_AISLE)
                receipt = {
                    "site_id": made.warehouse_id,
                    "product_id": ids[thing.sku],
                    "place": f"bin:{bin_code(aisle % AISLES + 1, number + 1)}",
                    "quantity": STOCK // 2,
                }
                await self._make("/api/receipts", {"receipts": [receipt]}, f"receipt-{thing.sku}-{half}")
        for sku, (name, price_minor, parts) in brand.kits.items():
            body = {
                "merchant_id": merchant_id,
                "sku": sku,
                "name": name,
                "kind": "kit",
                **dict(zip(("length_mm", "width_mm", "height_mm"), KIT_SIDES_MM, strict=True)),
                "weight_g": sum(t.weight_g * parts.get(t.sku, 0) for t in brand.things),
                "price_minor": price_minor,
                "components": [{"product_id": ids[part], "quantity": count} for part, count in parts.items()],
            }
            kit = await self._make("/api/products", body, sku)
            await self._picture(kit["product"]["id"], drawing(KIT_SIDES_MM, brand.color))

    async def _picture(self, product_id: str, svg: str) -> None:
        body = {"picture": b64encode(svg.encode()).decode()}
        status, answer = await self.owner.put(f"/api/products/{product_id}/picture", body)
        if status != 200:
            raise FurnishingError(f"The picture of {product_id} was refused: {answer}")


KIT_SIDES_MM = (300, 200, 150)

BOXES = (
    ("XS", (190, 140, 70), 70, 3_000, 30),
    ("S", (260, 190, 130), 130, 8_000, 45),
    ("M", (360, 270, 180), 240, 15_000, 75),
    ("L", (480, 360, 320), 520, 25_000, 140),
    ("TUBE", (760, 130, 130), 310, 10_000, 120),
)
"""Code, inner sides in mm, tare and greatest gross mass in g, price in cents."""

SERVICES = (
    ("parcelo", "economy", "Parcelo Economy", (3, 5), {"1": 420, "2": 690, "9": 1890}, "PE"),
    ("parcelo", "standard", "Parcelo Standard", (2, 3), {"1": 520, "2": 890, "9": 2390}, "PS"),
    ("parcelo", "express", "Parcelo Express", (1, 1), {"1": 1150, "2": 1690, "9": 4490}, "PX"),
    ("vans", "same-day", "Our vans", (0, 1), {"1": 390}, "DV"),
)
"""Carrier, code, name, days, price of a light parcel by zone in cents, prefix of its numbers."""


def service(
    carrier_id: str, code: str, name: str, days: tuple[int, int], prices: dict[str, int], prefix: str
) -> dict[str, Any]:
    """Return a service whose price grows by steps of weight."""
    steps = ((2_000, 100), (5_000, 130), (10_000, 170), (31_500, 240))
    rates = [
        {"up_to_g": up_to_g, "zone": zone, "price_minor": price * percent // 100}
        for zone, price in prices.items()
        for up_to_g, percent in steps
    ]
    return {
        "carrier_id": carrier_id,
        "code": code,
        "name": name,
        "days_min": days[0],
        "days_max": days[1],
        "tracking_prefix": prefix,
        "max_weight_g": 31_500,
        "rates": rates,
        "zones": [zone for zone in ANYWHERE if zone["zone"] in prices],
        "currency": "EUR",
    }


def bin_code(aisle: int, number: int) -> str:
    """Return the code of a bin, such as `A-02-07`."""
    return f"A-{aisle:02d}-{number:02d}"


def barcode(brand: str, index: int) -> str:
    """Return a GTIN-13 of a made-up range (prefix 200 to 299 is for use inside a company)."""
    digits = f"2{sum(map(ord, brand)) % 1000:03d}{index:08d}"
    check = -sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits)) % 10
    return f"{digits}{check}"


def warehouse() -> dict[str, Any]:
    """Return the demo's warehouse: six aisles, 3 m apart and 26 m deep, with twelve bins each."""
    aisles = [
        {"number": n, "x_mm": (n - 1) * 3000, "front_y_mm": 2000, "back_y_mm": 28_000}
        for n in range(1, AISLES + 1)
    ]
    bins = [
        {
            "code": bin_code(n, k),
            "aisle": n,
            "x_mm": (n - 1) * 3000 + (700 if k % 2 else -700),
            "y_mm": 2000 + k * 2000,
            "pick_seq": (n - 1) * BINS_PER_AISLE + (k if n % 2 else BINS_PER_AISLE + 1 - k),
        }
        for n in range(1, AISLES + 1)
        for k in range(1, BINS_PER_AISLE + 1)
    ]
    return {
        "code": "north",
        "name": "Northside warehouse",
        "kind": "warehouse",
        "street": "Industriestrasse 12",
        "city": "Vaduz",
        "postal_code": "9490",
        "country": "LI",
        "lat": 47.1415,
        "lon": 9.5140,
        "timezone": "Europe/Vaduz",
        "cutoff": "16:00",
        "start_x_mm": 7500,
        "start_y_mm": 0,
        "gs1_prefix": "0612345",
        "aisles": aisles,
        "bins": bins,
    }


def center() -> dict[str, Any]:
    """Return the demo's local center."""
    return {
        "code": "center",
        "name": "Rhine valley center",
        "kind": "center",
        "street": "Landstrasse 40",
        "city": "Schaan",
        "postal_code": "9494",
        "country": "LI",
        "lat": 47.1650,
        "lon": 9.5090,
        "timezone": "Europe/Vaduz",
        "cutoff": "20:00",
        "gs1_prefix": "0612345",
    }
