"""Pictures that we keep of products: put there once checked, and read by anybody."""

import hashlib
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.catalog.rules.pictures import PICTURE_MAX, media_type

Q = Statements("doorstep.stages.catalog")


async def keep_picture(tx: Tx, product_id: UUID, picture: bytes) -> str:
    """Keep a product's picture and show the product with it; return its address, which changes with the picture.

    Args:
        tx: the open transaction.
        product_id: whose picture it is; it must be there.
        picture: PNG, JPEG, or an SVG of plain shapes.

    Raises:
        Refused: it is too large, or no such picture.
    """
    if len(picture) > PICTURE_MAX or media_type(picture) is None:
        message = f"A picture is a PNG, a JPEG or an SVG of plain shapes with at most {PICTURE_MAX // 1000} kB. Save it so."
        raise Refused(Reason.INVALID, message, [Fault("/picture", "picture", message)])
    address = f"/pictures/{tx.tenant_id}/{product_id}/{hashlib.sha256(picture).hexdigest()[:12]}"
    await tx.run(Q.keep_picture, product_id=product_id, bytes=picture, picture=address)
    return address


async def picture_of(tx: Tx, product_id: UUID) -> bytes:
    """Return the picture that we keep of a product.

    Raises:
        Refused: there is none.
    """
    found: bytes | None = await tx.value(Q.picture, product_id=product_id)
    if found is None:
        raise unknown("picture of product", product_id)
    return found
