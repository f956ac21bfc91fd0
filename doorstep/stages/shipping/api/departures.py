"""What left, as a table for those who sold it: the tracking numbers of their orders, page by page."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.cells import inert
from doorstep.platform.edge import Caller, InHouse
from doorstep.stages.shipping.acts.departures import Departure, departures
from doorstep.stages.shipping.api.cursors import MOMENT, moment_of, read_cursor, write_cursor

READERS = allow(*DESK, Role.MERCHANT, scope="labels:read")
HEADING = (
    "Merchant", "Channel", "Order number", "Our number", "Carrier", "Service", "Tracking number", "SKU", "Quantity", "Left at",
)  # fmt: skip


@get("/api/hand-overs/export", opt=READERS, media_type="text/csv")
async def export_hand_overs(
    house: InHouse,
    who: Caller,
    since: Annotated[
        str,
        QueryParameter(max_length=40, pattern=MOMENT, description="From this moment on; left out: all."),
    ] = "",
    cursor: Annotated[
        str,
        QueryParameter(
            max_length=64,
            description="Where to go on; from the header `Link` or `x-cursor` of the page before.",
        ),
    ] = "",
    most: Annotated[int, QueryParameter(ge=1, le=1000, description="Parcels.")] = 1000,
) -> Response[bytes]:
    """Take what left as CSV: a row for each SKU in each parcel, with the order's number at its channel and the tracking number.

    In the order of leaving. `x-cursor` says where to go on, also when nothing more is there yet; `Link` is there when more is.
    """
    begin, after = read_cursor(cursor) if cursor else (moment_of(since), UUID(int=0))
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        left, units = await departures(tx, begin, after, most, who.merchant_id)
    last = write_cursor(left[-1].handed_over_at, left[-1].id) if left else write_cursor(begin, after)
    headers = {"x-cursor": last, "content-disposition": 'attachment; filename="hand-overs.csv"'}
    if len(left) == most:
        headers["link"] = f'</api/hand-overs/export?cursor={last}&most={most}>; rel="next"'
    return Response(_csv(left, units), headers=headers, media_type="text/csv; charset=utf-8")


def _csv(left: Sequence[Departure], units: Mapping[UUID, Mapping[str, int]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADING)
    for one in left:
        writer.writerows(
            [inert(str(cell)) for cell in row] for row in _rows(one, units.get(one.parcel_id, {}))
        )
    return text.getvalue().encode()


def _rows(one: Departure, units: Mapping[str, int]) -> Iterator[Sequence[object]]:
    at = one.handed_over_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for sku, quantity in sorted(units.items()):
        yield (
            one.merchant, one.channel, one.reference, one.order_number, one.carrier, one.service, one.tracking_number, sku, quantity, at,
        )  # fmt: skip


ROUTES: list[Any] = [export_hand_overs]
