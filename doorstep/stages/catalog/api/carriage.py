"""Carriers and their services as JSON. A carrier's secrets go in and never come out."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.platform.ids import new_id
from doorstep.stages.catalog.acts import carriage
from doorstep.stages.catalog.api.shapes import NO_NUL, Code, Currency, Grams, Minor, Name, Text
from doorstep.stages.catalog.model import Carrier, Service

READERS = (*DESK, Role.VIEWER, Role.DISPATCHER, Role.PACKER)
ZoneName = Annotated[str, Meta(min_length=1, max_length=20, pattern=NO_NUL)]


class CarrierIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who carries parcels."""

    code: Code
    name: Name
    kind: Annotated[
        Literal["rate_table", "own_labels", "fleet"],
        Meta(description="Behind an API; without one, with labels of ours; or our own vans."),
    ]
    base_url: Text | None = None
    api_key: Annotated[Text, Meta(description="Ours at the carrier; never shown again.")] | None = None
    hook_secret: Annotated[Text, Meta(description="Signs the carrier's calls; never shown again.")] | None = (
        None
    )


class CarrierOut(msgspec.Struct, kw_only=True):
    """A carrier, without its secrets."""

    id: UUID
    code: str
    name: str
    kind: str
    base_url: str | None
    active: bool


def _shown(one: Carrier) -> CarrierOut:
    return CarrierOut(**{name: getattr(one, name) for name in CarrierOut.__struct_fields__})


@get("/api/carriers", opt=allow(*READERS, scope="catalog:read"))
async def read_carriers(house: InHouse, who: Caller) -> list[CarrierOut]:
    """List the carriers."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [_shown(one) for one in (await carriage.carriers_of(tx)).values()]


@post("/api/carriers", opt=allow(*DESK, scope="carriers:write"))
async def add_carrier(
    data: JSONBody[CarrierIn], request: Asked, house: InHouse, who: Caller
) -> Response[CarrierOut]:
    """Add a carrier."""

    async def act(tx: Tx) -> CarrierOut:
        carrier = Carrier(id=new_id(), **msgspec.structs.asdict(data))
        await carriage.add_carriers(tx, [carrier])
        return _shown(carrier)

    return await once(request, house, who, act)  # type: ignore[return-value]


class SwitchIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a carrier is used."""

    active: bool


@post("/api/carriers/{carrier_id:uuid}/switch", opt=allow(*DESK, scope="carriers:write"), status_code=200)
async def switch_carrier(
    data: JSONBody[SwitchIn], request: Asked, house: InHouse, who: Caller, carrier_id: FromPath[UUID]
) -> Response[CarrierOut]:
    """Use a carrier again, or no longer."""

    async def act(tx: Tx) -> CarrierOut:
        await carriage.switch_carrier(tx, carrier_id, active=data.active)
        return _shown((await carriage.carriers_of(tx, [carrier_id]))[carrier_id])

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class RateIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a parcel up to a weight costs to a zone."""

    up_to_g: Grams
    zone: ZoneName
    price_minor: Minor


class ZoneIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which zone an address lies in; the longest prefix wins."""

    country: Annotated[
        str, Meta(pattern=r"^([A-Z]{2}|\*)$", max_length=2, description="ISO 3166, or * for any.")
    ]
    zone: ZoneName
    postal_prefix: Annotated[str, Meta(max_length=20, pattern=NO_NUL)] = ""


class ServiceIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A product of a carrier."""

    carrier_id: UUID
    code: Code
    name: Name
    days_min: Annotated[int, Meta(ge=0, le=365)]
    days_max: Annotated[int, Meta(ge=0, le=365)]
    tracking_prefix: Annotated[str, Meta(pattern=r"^[A-Z0-9]{0,10}$", max_length=10)]
    dim_divisor: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Cubic centimeters rated as one kilogram.")
    ] = 5000
    max_weight_g: Grams
    rates: Annotated[
        list[RateIn], Meta(max_length=1000, description="None: the carrier is asked for each parcel's price.")
    ]
    zones: Annotated[list[ZoneIn], Meta(min_length=1, max_length=10_000)]
    currency: Currency


@get("/api/services", opt=allow(*READERS, scope="catalog:read"))
async def read_services(house: InHouse, who: Caller) -> list[Service]:
    """List the carriers' services with rates and zones."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return list((await carriage.services_of(tx)).values())


@post("/api/services", opt=allow(*DESK, scope="carriers:write"))
async def add_service(
    data: JSONBody[ServiceIn], request: Asked, house: InHouse, who: Caller
) -> Response[Service]:
    """Add a service of a carrier."""

    async def act(tx: Tx) -> Service:
        values = msgspec.to_builtins(data) | {"carrier_id": data.carrier_id}
        service = Service(id=new_id(), **values)
        await carriage.add_services(tx, [service])
        return service

    return await once(request, house, who, act)  # type: ignore[return-value]


ROUTES = [read_carriers, add_carrier, switch_carrier, read_services, add_service]
