"""What left, as an EPCIS 2.0 document, page by page."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Caller, InHouse
from doorstep.stages.shipping.acts.epcis import left_since
from doorstep.stages.shipping.api.cursors import MOMENT, moment_of, read_cursor, write_cursor
from doorstep.stages.shipping.rules.epcis import document

READERS = allow(*DESK, Role.MERCHANT, scope="manifests:read")


@get("/api/epcis", opt=READERS)
async def read_epcis(
    house: InHouse,
    who: Caller,
    since: Annotated[
        str,
        QueryParameter(max_length=40, pattern=MOMENT, description="From this moment on; left out: all."),
    ] = "",
    cursor: Annotated[
        str,
        QueryParameter(
            max_length=64, description="Where to go on; from the header `Link` of the page before."
        ),
    ] = "",
    most: Annotated[int, QueryParameter(ge=1, le=500)] = 200,
) -> Response[dict[str, Any]]:
    """Tell as EPCIS 2.0 what was packed and left: an AggregationEvent and an ObjectEvent a parcel, in the order of leaving.

    Parcels are named by SSCC and articles by GTIN as GS1 Digital Link URIs; articles that carry no GTIN by an address of this house.
    """
    begin, after = read_cursor(cursor) if cursor else (moment_of(since), UUID(int=0))
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        left, inside = await left_since(tx, begin, after, most, who.merchant_id)
        now = tx.now
    headers = {}
    if len(left) == most:
        headers["link"] = (
            f'</api/epcis?cursor={write_cursor(left[-1].handed_over_at, left[-1].id)}&most={most}>; rel="next"'
        )
    base = house.settings.public_url.rstrip("/")
    return Response(document(left, inside, now, base), headers=headers, media_type="application/json")


ROUTES: list[Any] = [read_epcis]
