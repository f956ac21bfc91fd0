"""Sites with their floors, boxes and vans as JSON."""

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from msgspec import Meta

from doorstep.platform.auth import DESK, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.platform.ids import new_id
from doorstep.stages.catalog.acts import places
from doorstep.stages.catalog.api.shapes import (
    NO_NUL,
    READERS,
    ClockTime,
    Code,
    Country,
    Currency,
    FloorMillimeters,
    Grams,
    Millimeters,
    Minor,
    Name,
    Text,
)
from doorstep.stages.catalog.model import Aisle, Bin, BinUse, Box, NewSite, Site, Van

Kind = Annotated[
    Literal["face", "bulk", "dock"],
    Meta(description="Picked from; feeds those; goods only pass through."),
]
Capacity = Annotated[int, Meta(ge=1, le=1_000_000_000, description="Milliliters it holds, if known.")]


class AisleIn(msgspec.Struct, forbid_unknown_fields=True):
    """A straight aisle between a front and a back cross-aisle."""

    number: Annotated[int, Meta(ge=0, le=100_000)]
    x_mm: FloorMillimeters
    front_y_mm: FloorMillimeters
    back_y_mm: FloorMillimeters


class BinIn(msgspec.Struct, forbid_unknown_fields=True):
    """A scannable place on an aisle."""

    code: Code
    aisle: Annotated[int, Meta(ge=0, le=100_000)]
    x_mm: FloorMillimeters
    y_mm: FloorMillimeters
    level: Annotated[int, Meta(ge=0, le=100, description="1 is the floor.")] = 1
    pick_seq: Annotated[int, Meta(ge=0, le=1_000_000, description="Its turn in a plain walk.")] = 0
    kind: Kind = "face"
    capacity_ml: Capacity | None = None
    mixes_lots: Annotated[bool, Meta(description="Several lots of a product may lie in it.")] = True


class BinUseIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a bin is for and how much it holds."""

    code: Code
    kind: Kind = "face"
    capacity_ml: Capacity | None = None
    mixes_lots: Annotated[bool, Meta(description="Several lots of a product may lie in it.")] = True


class BinUsesIn(msgspec.Struct, forbid_unknown_fields=True):
    """Bins of a site; those that are not named stay as they are."""

    bins: Annotated[list[BinUseIn], Meta(min_length=1, max_length=20_000)]


class SiteIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A warehouse or local center, with its floor."""

    code: Code
    name: Name
    kind: Literal["warehouse", "center"]
    street: Name
    city: Name
    region: Text = ""
    postal_code: Annotated[str, Meta(max_length=20, pattern=NO_NUL)]
    country: Country
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    timezone: Annotated[Text, Meta(description="Like Europe/Vaduz.")]
    cutoff: Annotated[ClockTime, Meta(description="Until when an order still leaves today.")] = "16:00"
    start_x_mm: Annotated[FloorMillimeters, Meta(description="Where walks begin and end.")] = 0
    start_y_mm: FloorMillimeters = 0
    gs1_prefix: Annotated[str, Meta(pattern=r"^[0-9]{6,12}$", max_length=12)] = "0000000"
    aisles: Annotated[list[AisleIn], Meta(max_length=1000)] = []
    bins: Annotated[list[BinIn], Meta(max_length=20_000)] = []


class SiteOut(msgspec.Struct, kw_only=True):
    """A warehouse or local center; `cutoff` is local time, like 16:00."""

    id: UUID
    code: str
    name: str
    kind: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    lat: float
    lon: float
    timezone: str
    cutoff: str
    start_x_mm: int
    start_y_mm: int
    gs1_prefix: str


def _site(one: Site) -> SiteOut:
    fields = {name: getattr(one, name) for name in SiteOut.__struct_fields__}
    return SiteOut(**{**fields, "cutoff": one.cutoff.strftime("%H:%M")})


class FloorOut(msgspec.Struct):
    """A site with its aisles and bins."""

    site: SiteOut
    aisles: list[Aisle]
    bins: list[Bin]


@get("/api/sites", opt=allow(*READERS, scope="catalog:read"))
async def read_sites(house: InHouse, who: Caller) -> list[SiteOut]:
    """List the warehouses and local centers."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [_site(one) for one in (await places.sites(tx)).values()]


@get("/api/sites/{site_id:uuid}", opt=allow(*READERS, scope="catalog:read"))
async def read_site(house: InHouse, who: Caller, site_id: FromPath[UUID]) -> FloorOut:
    """Read one site with its aisles and bins."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _floor(tx, site_id)


async def _floor(tx: Tx, site_id: UUID) -> FloorOut:
    found = await places.sites(tx, [site_id])
    if site_id not in found:
        raise unknown("site", site_id)
    return FloorOut(_site(found[site_id]), *await places.floor_of(tx, site_id))


@post("/api/sites", opt=allow(*DESK, scope="sites:write"))
async def add_site(data: JSONBody[SiteIn], request: Asked, house: InHouse, who: Caller) -> Response[FloorOut]:
    """Add a site with its aisles and bins."""

    async def act(tx: Tx) -> FloorOut:
        plain = set(SiteIn.__struct_fields__) - {"aisles", "bins", "cutoff"}
        site = Site(
            id=new_id(),
            cutoff=time.fromisoformat(data.cutoff),
            **{name: getattr(data, name) for name in plain},
        )
        aisles = tuple(Aisle(**msgspec.structs.asdict(one)) for one in data.aisles)
        bins = tuple(Bin(id=new_id(), **msgspec.structs.asdict(one)) for one in data.bins)
        await places.add_sites(tx, [NewSite(site, aisles, bins)])
        return await _floor(tx, site.id)

    return await once(request, house, who, act)  # type: ignore[return-value]


@put("/api/sites/{site_id:uuid}/bins", opt=allow(*DESK, scope="sites:write"))
async def change_bins(
    data: JSONBody[BinUsesIn], house: InHouse, who: Caller, site_id: FromPath[UUID]
) -> FloorOut:
    """Say what bins are for and how much they hold: what comes in is put away by it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await _floor(tx, site_id)
        await places.change_bins(tx, site_id, [BinUse(**msgspec.structs.asdict(one)) for one in data.bins])
        return await _floor(tx, site_id)


class BoxIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A carton to pack into."""

    code: Code
    inner_length_mm: Millimeters
    inner_width_mm: Millimeters
    inner_height_mm: Millimeters
    outer_length_mm: Millimeters
    outer_width_mm: Millimeters
    outer_height_mm: Millimeters
    tare_g: Annotated[int, Meta(ge=0, le=2_000_000, description="Grams of the empty box.")]
    max_gross_g: Grams
    price_minor: Minor = 0
    currency: Currency


@get("/api/boxes", opt=allow(*READERS, scope="catalog:read"))
async def read_boxes(house: InHouse, who: Caller) -> list[Box]:
    """List the cartons, smallest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await places.boxes_of(tx)


@post("/api/boxes", opt=allow(*DESK, scope="sites:write"))
async def add_box(data: JSONBody[BoxIn], request: Asked, house: InHouse, who: Caller) -> Response[Box]:
    """Add a carton."""

    async def act(tx: Tx) -> Box:
        box = Box(id=new_id(), **msgspec.structs.asdict(data))
        await places.add_boxes(tx, [box])
        return box

    return await once(request, house, who, act)  # type: ignore[return-value]


class VanIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A van of a local center."""

    site_id: UUID
    code: Code
    capacity_g: Annotated[int, Meta(ge=1, le=100_000_000, description="Grams it may load.")]
    capacity_ml: Annotated[int, Meta(ge=1, le=10_000_000_000, description="Milliliters it holds.")]
    shift_start: ClockTime
    shift_end: ClockTime
    driver_user_id: UUID | None = None


class VanOut(msgspec.Struct, kw_only=True):
    """A van; its shift is local time, like 08:00."""

    id: UUID
    site_id: UUID
    code: str
    capacity_g: int
    capacity_ml: int
    shift_start: str
    shift_end: str
    driver_user_id: UUID | None


def _van(one: Van) -> VanOut:
    fields = {name: getattr(one, name) for name in VanOut.__struct_fields__}
    shift = {name: fields[name].strftime("%H:%M") for name in ("shift_start", "shift_end")}
    return VanOut(**{**fields, **shift})


@get("/api/vans", opt=allow(*READERS, scope="catalog:read"))
async def read_vans(house: InHouse, who: Caller) -> list[VanOut]:
    """List the vans."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [_van(one) for one in await places.vans_of(tx)]


@post("/api/vans", opt=allow(*DESK, scope="sites:write"))
async def add_van(data: JSONBody[VanIn], request: Asked, house: InHouse, who: Caller) -> Response[VanOut]:
    """Add a van."""

    async def act(tx: Tx) -> VanOut:
        values = msgspec.structs.asdict(data)
        for name in ("shift_start", "shift_end"):
            values[name] = time.fromisoformat(values[name])
        van = Van(id=new_id(), **values)
        await places.add_vans(tx, [van])
        return _van(van)

    return await once(request, house, who, act)  # type: ignore[return-value]


ROUTES = [read_sites, read_site, add_site, change_bins, read_boxes, add_box, read_vans, add_van]
