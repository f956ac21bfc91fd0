"""Plates as JSON: what stands on one, where it stands and how that came; a whole plate is moved, nested, filled or broken down."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from doorstep.platform import journal
from doorstep.platform.auth import allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromQuery, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts.plates import filling, handling, looking
from doorstep.stages.inventory.api.goods import FLOOR, NO_NUL, READERS, Quantity
from doorstep.stages.inventory.model import LOT_MAX
from doorstep.stages.inventory.model.plates import LINES_MAX, OnPlate, Plate, PlateLine, Tree

Called = Annotated[
    str, PathParameter(max_length=60, description="Its SSCC, the code that the house gave it, or its id.")
]
Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=NO_NUL,
        description="An SSCC, or a code of the house like `P-1041`.",
    ),
]
Stand = Annotated[
    str,
    Meta(
        pattern=r"^(bin:[!-~]{1,40}|quarantine|damaged)$",
        max_length=45,
        description="`bin:A-01-02`, `quarantine` or `damaged`.",
    ),
]


class PlateEvent(msgspec.Struct):
    """What happened to a plate."""

    name: Annotated[str, Meta(examples=["moved"])]
    at: str
    actor: str
    facts: dict[str, Any]


class PlateOut(msgspec.Struct):
    """A plate: what is on it, what stands on it and on what it stands, and its story, the oldest first."""

    plate: Plate
    contents: Annotated[list[OnPlate], Meta(description="Of the plate and of all that stands on it.")]
    nested: list[Plate]
    below: Annotated[list[Plate], Meta(description="What it stands on, the nearest first.")]
    history: list[PlateEvent]


class PlatesOut(msgspec.Struct):
    """A page of plates by their codes; `next` is the cursor of the page after it."""

    items: list[Plate]
    next: str | None


@get("/api/plates", opt=allow(*READERS, scope="stock:read"))
async def read_plates(
    house: InHouse,
    who: Caller,
    site_id: FromQuery[UUID | None] = None,
    place: Annotated[str | None, QueryParameter(max_length=45, pattern=NO_NUL)] = None,
    product_id: Annotated[UUID | None, QueryParameter(description="Some of it is on the plate.")] = None,
    lot: Annotated[str, QueryParameter(max_length=LOT_MAX, pattern=NO_NUL)] = "",
    cursor: Annotated[str, QueryParameter(max_length=60, pattern=NO_NUL)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> PlatesOut:
    """List the plates in use, all or of a place, or those that a product or lot is on."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.plates(
            tx,
            site_id=site_id,
            place=place,
            product_id=product_id,
            lot=lot,
            own=who.merchant_id,
            after=cursor,
            most=limit + 1,
        )
    return PlatesOut(found[:limit], found[limit - 1].code if len(found) > limit else None)


@get("/api/plates/{plate:str}", opt=allow(*READERS, scope="stock:read"))
async def read_plate(house: InHouse, who: Caller, plate: Called) -> PlateOut:
    """Show a plate: what is on it, where it stands, and its story."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await shown(tx, await looking.plate_called(tx, plate, who.merchant_id))


@get("/api/plates/{plate:str}/label", opt=allow(*READERS, scope="stock:read"), media_type="application/pdf")
async def read_label(house: InHouse, who: Caller, plate: Called) -> Response[bytes]:
    """Print the label of a plate, four by six inches: its number as a bar code, and what is on it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        tree = await looking.plate_called(tx, plate, who.merchant_id)
        return sent(tree, await looking.label_of(tx, tree))


def sent(tree: Tree, label: bytes) -> Response[bytes]:
    """Return the label of a plate as a browser shows it."""
    headers = {"content-disposition": f'inline; filename="plate-{tree.root.code}.pdf"'}
    return Response(label, media_type="application/pdf", headers=headers)


async def shown(tx: Tx, tree: Tree) -> PlateOut:
    """Return a plate as it is now, with its story."""
    return PlateOut(
        tree.root,
        list(tree.contents),
        list(tree.plates[1:]),
        list(tree.below),
        [
            PlateEvent(one.name, one.occurred_at.isoformat(), one.actor, dict(one.facts))
            for one in await journal.history(tx, [tree.root.id])
        ],
    )


class PlateLineIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Units of a product."""

    product_id: UUID
    quantity: Quantity
    lot: Annotated[
        str, Meta(max_length=LOT_MAX, pattern=NO_NUL, description="Which lot; else what expires first.")
    ] = ""


Lines = Annotated[list[PlateLineIn], Meta(max_length=LINES_MAX)]


def lines_of(lines: list[PlateLineIn]) -> list[PlateLine]:
    """Return lines as acts take them."""
    return [PlateLine(one.product_id, one.quantity, one.lot) for one in lines]


class BuiltIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A plate that is built up of goods that lie loose in a place, and of plates."""

    code: Code
    site_id: UUID
    place: Stand
    lines: Lines = []
    plates: Annotated[list[Code], Meta(max_length=100, description="Plates that stand on it.")] = []


@post("/api/plates", opt=allow(*FLOOR, scope="stock:write"))
async def build(data: JSONBody[BuiltIn], request: Asked, house: InHouse, who: Caller) -> Response[PlateOut]:
    """Build a plate up of what lies loose in a place, and of plates that stand there."""

    async def act(tx: Tx) -> PlateOut:
        return await shown(
            tx,
            await filling.build_plate(
                tx, data.code, data.site_id, data.place, lines_of(data.lines), data.plates
            ),
        )

    return await once(request, house, who, act)  # type: ignore[return-value]


class PlateMoveIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where a plate is put."""

    place: Stand
    seen_in: Annotated[
        str,
        Meta(
            max_length=45,
            pattern=NO_NUL,
            description="Where it stood when that was decided: elsewhere by now, it stays.",
        ),
    ] = ""


@post("/api/plates/{plate:str}/move", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def move(
    data: JSONBody[PlateMoveIn], request: Asked, house: InHouse, who: Caller, plate: Called
) -> Response[PlateOut]:
    """Move a plate with all that is on it; one that stands on another plate is taken off it."""

    async def act(tx: Tx) -> PlateOut:
        return await shown(tx, await handling.move_plate(tx, plate, data.place, seen_in=data.seen_in))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class NestIn(msgspec.Struct, forbid_unknown_fields=True):
    """On which plate a plate is put."""

    onto: Code


@post("/api/plates/{plate:str}/nest", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def nest(
    data: JSONBody[NestIn], request: Asked, house: InHouse, who: Caller, plate: Called
) -> Response[PlateOut]:
    """Put a plate on another one, where that stands; the other one is answered."""

    async def act(tx: Tx) -> PlateOut:
        return await shown(tx, await handling.nest_plate(tx, plate, data.onto))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class FillIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is put on a plate of the goods that lie loose where it stands."""

    lines: Annotated[Lines, Meta(min_length=1)]


@post("/api/plates/{plate:str}/fill", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def fill(
    data: JSONBody[FillIn], request: Asked, house: InHouse, who: Caller, plate: Called
) -> Response[PlateOut]:
    """Put goods on a plate that lie loose where it stands."""

    async def act(tx: Tx) -> PlateOut:
        return await shown(tx, await filling.fill_plate(tx, plate, lines_of(data.lines)))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class TakeOffIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is taken off a plate, and where it lies then."""

    lines: Annotated[Lines, Meta(min_length=1)]
    place: Annotated[
        Stand | None, Meta(description="Where the plate stands, unless another place is named.")
    ] = None


@post("/api/plates/{plate:str}/take", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def take(
    data: JSONBody[TakeOffIn], request: Asked, house: InHouse, who: Caller, plate: Called
) -> Response[PlateOut]:
    """Take goods off a plate, to lie loose; a plate that nothing is on any more ends."""

    async def act(tx: Tx) -> PlateOut:
        off = await filling.take_off(tx, plate, lines_of(data.lines), place=data.place or "")
        return await shown(tx, off)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/plates/{plate:str}/break", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def break_down(request: Asked, house: InHouse, who: Caller, plate: Called) -> Response[PlateOut]:
    """Break a plate down: its goods lie loose where it stood, and plates that stood on it stand there by themselves."""

    async def act(tx: Tx) -> PlateOut:
        return await shown(tx, await filling.break_down(tx, plate))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [read_plates, read_plate, read_label, build, move, nest, fill, take, break_down]
