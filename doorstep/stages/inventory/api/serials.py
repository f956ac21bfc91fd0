"""Serial numbers as JSON: where a unit is, and that it came back."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform import journal
from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts import serials
from doorstep.stages.inventory.api.goods import NO_NUL, Number, product_of
from doorstep.stages.inventory.model import SERIAL_MAX, Serial


class SerialEvent(msgspec.Struct):
    """What happened to a unit."""

    name: Annotated[str, Meta(examples=["packed"])]
    at: str
    actor: str
    facts: dict[str, Any]


class SerialOut(msgspec.Struct):
    """A unit, and its story, the oldest first."""

    serial: Serial
    story: list[SerialEvent]


@get("/api/serials", opt=allow(*DESK, Role.VIEWER, Role.MERCHANT, scope="stock:read"))
async def read_serials(
    house: InHouse,
    who: Caller,
    serial: Annotated[str, QueryParameter(max_length=SERIAL_MAX, pattern=NO_NUL, description="The number.")],
) -> list[SerialOut]:
    """Say where the units are that carry a number: several products may use the same one."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await serials.serials_called(tx, serial, who.merchant_id)
        events = await journal.history(tx, [one.id for one in found]) if found else []
    return [
        SerialOut(
            one,
            [
                SerialEvent(event.name, event.occurred_at.isoformat(), event.actor, dict(event.facts))
                for event in events
                if event.subject == one.id
            ],
        )
        for one in found
    ]


class ReturnedIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A unit that came back."""

    product_id: UUID
    serial: Number


@post("/api/serials/returned", opt=allow(*DESK, Role.PACKER, scope="stock:write"), status_code=200)
async def take_back(
    data: JSONBody[ReturnedIn], request: Asked, house: InHouse, who: Caller
) -> Response[list[Serial]]:
    """Write down that a unit came back; it can be packed again. Its goods come in by their return."""

    async def act(tx: Tx) -> list[Serial]:
        await product_of(tx, data.product_id, who)
        await serials.take_back_serial(tx, data.serial, data.product_id)
        return [
            one for one in await serials.serials_called(tx, data.serial) if one.product_id == data.product_id
        ]

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [read_serials, take_back]
