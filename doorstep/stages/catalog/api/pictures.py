"""Pictures of products over the API, and their public address."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, put
from litestar.params import PathParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow, public
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.catalog.acts import pictures
from doorstep.stages.catalog.api.goods import whole
from doorstep.stages.catalog.rules.pictures import PICTURE_MAX, media_type

Digest = Annotated[str, PathParameter(max_length=64)]
HARMLESS = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Opened by itself, a drawing may show its shapes and do nothing."""


class PictureIn(msgspec.Struct, forbid_unknown_fields=True):
    """A picture of a product."""

    picture: Annotated[
        bytes, Meta(max_length=PICTURE_MAX, description="PNG, JPEG, or an SVG of plain shapes; base64.")
    ]


class PictureOut(msgspec.Struct):
    """Where the picture is."""

    picture: str


@put("/api/products/{product_id:uuid}/picture", opt=allow(*DESK, Role.MERCHANT, scope="catalog:write"))
async def put_picture(
    data: JSONBody[PictureIn], request: Asked, house: InHouse, who: Caller, product_id: FromPath[UUID]
) -> Response[PictureOut]:
    """Keep a picture of a product, and show the product with it."""

    async def act(tx: Tx) -> PictureOut:
        await whole(tx, product_id, who)
        return PictureOut(await pictures.keep_picture(tx, product_id, data.picture))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@get("/pictures/{tenant_id:uuid}/{product_id:uuid}/{digest:str}", opt=public(), include_in_schema=False)
async def picture(
    house: InHouse,
    tenant_id: FromPath[UUID],
    product_id: FromPath[UUID],
    digest: Digest,  # noqa: ARG001 - see below
) -> Response[bytes]:
    """Show a picture to anybody. `digest` only makes the address of another picture another one, so this one may be kept."""
    async with house.db.transaction(tenant_id, actor="public") as tx:
        found = await pictures.picture_of(tx, product_id)
    headers = {"cache-control": "public, max-age=31536000, immutable", "content-security-policy": HARMLESS}
    return Response(found, media_type=media_type(found) or "application/octet-stream", headers=headers)


ROUTES: list[Any] = [put_picture, picture]
