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
MOMENT = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


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
    begin, after = _read(cursor) if cursor else (_moment(since), UUID(int=0))
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


def _moment(since: str) -> datetime:
    """Return a moment as it is written in the address; a plain number, which may be meant as anything, is none."""
    try:
        return datetime.fromisoformat(since) if since else BEGINNING
    except ValueError as bad:
        raise invalid(
            [Fault("/since", "not_a_moment", "There is no such moment. Write it as 2026-03-02T08:00:00Z.")]
        ) from bad


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
