"""What left, as an EPCIS 2.0 document, page by page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Caller, InHouse
from doorstep.platform.errors import Fault, invalid
from doorstep.stages.shipping.acts.epcis import left_since
from doorstep.stages.shipping.rules.epcis import document

READERS = allow(*DESK, Role.MERCHANT, scope="manifests:read")
CURSOR = re.compile(r"(\d{1,17})-([0-9a-f]{32})")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@get("/api/epcis", opt=READERS)
async def read_epcis(
    house: InHouse,
    who: Caller,
    since: Annotated[
        datetime | None, QueryParameter(description="From this moment on; left out: all.")
    ] = None,
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
    begin, after = _read(cursor) if cursor else (_aware(since) or BEGINNING, UUID(int=0))
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        left, inside = await left_since(tx, begin, after, most, who.merchant_id)
        now = tx.now
    headers = {}
    if len(left) == most:
        headers["link"] = (
            f'</api/epcis?cursor={_written(left[-1].handed_over_at, left[-1].id)}&most={most}>; rel="next"'
        )
    base = house.settings.public_url.rstrip("/")
    return Response(document(left, inside, now, base), headers=headers, media_type="application/json")


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _written(moment: datetime, label_id: UUID) -> str:
    return f"{(moment - BEGINNING) // timedelta(microseconds=1)}-{label_id.hex}"


def _read(cursor: str) -> tuple[datetime, UUID]:
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise invalid(
            [Fault("/cursor", "not_a_cursor", "Use the address in the header Link of the page before.")]
        )
    return BEGINNING + timedelta(microseconds=int(found[1])), UUID(found[2])


ROUTES: list[Any] = [read_epcis]
