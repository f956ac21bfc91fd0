"""Counting for leads as JSON: what waits for a decision, how a site wants to be counted, and how right its books are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.counting import deciding, planning
from doorstep.stages.inventory.api.counts import FoundNumbers
from doorstep.stages.inventory.model import Accuracy, Counted, CountTerms, CountWhy, Tally, Variance
from doorstep.stages.inventory.rules.units_counted import compare

LEADS = allow(*DESK, scope="stock:write")
READERS = allow(*DESK, Role.VIEWER, scope="stock:read")
Days = Annotated[int, Meta(ge=1, le=3650)]


class TallyOut(msgspec.Struct):
    """What somebody found; who is missing then and who is unexpected, where each unit is known by number."""

    counter: str
    quantity: int
    counted_at: datetime
    missing: Sequence[str] = ()
    unexpected: Sequence[str] = ()


class VarianceOut(msgspec.Struct):
    """A count that waits for a lead or another person: what the books say and what was found."""

    count_id: UUID
    site_id: UUID
    place: str
    product_id: UUID
    sku: str
    reason: str
    expected: int
    as_of: int
    tallies: list[TallyOut]


def _shown(one: Variance, tallies: list[Tally]) -> VarianceOut:
    found = []
    for tally in tallies:
        units = compare(one.numbers or (), tally.serials or (), {})
        out = TallyOut(tally.counter, tally.quantity, tally.counted_at, units.missing, units.unexpected)
        found.append(out)
    return VarianceOut(
        one.id, one.site_id, one.place, one.product_id, one.sku, one.reason, one.expected, one.as_of, found
    )


@get("/api/counts/variances", opt=allow(*DESK, scope="stock:read"))
async def read_variances(house: InHouse, who: Caller) -> list[VarianceOut]:
    """List the counts that wait for a lead or another person. What is expected stands here, so do not show it to who counts."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [_shown(one, tallies) for one, tallies in await deciding.variances(tx)]


class DecisionIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What lies there, and why the books said otherwise."""

    quantity: Annotated[int, Meta(ge=0, le=999_999, description="Units that lie there.")]
    as_of: Annotated[int, Meta(ge=0, le=2_147_483_647, description="`as_of` of the variance.")]
    why: CountWhy
    note: Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""
    serials: FoundNumbers | None = None


class DecisionOut(msgspec.Struct):
    """The difference that is in the ledger now."""

    difference: int


@post("/api/counts/{count_id:uuid}/decide", opt=LEADS, status_code=200)
async def decide(
    data: JSONBody[DecisionIn], request: Asked, house: InHouse, who: Caller, count_id: FromPath[UUID]
) -> Response[DecisionOut]:
    """Decide what a place holds where counters do not agree, with the cause."""

    async def act(tx: Tx) -> DecisionOut:
        found = Counted(count_id, data.quantity, data.as_of, data.serials)
        return DecisionOut(await deciding.decide(tx, found, data.why, data.note))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@get("/api/counts/accuracy", opt=READERS)
async def read_accuracy(house: InHouse, who: Caller) -> list[Accuracy]:
    """Say how right the books of each warehouse were in the last ninety days, by the last three counts of each place."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await deciding.accuracy(tx)


class CountTermsIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How a site wants to be counted."""

    units: Annotated[
        int, Meta(ge=0, le=999_999, description="From a larger difference on, two people have to agree.")
    ] = planning.PLAIN.units
    value_minor: Annotated[
        int, Meta(ge=0, le=10**12, description="The same by value, minor units of the product's price.")
    ] = planning.PLAIN.value_minor
    days_a: Annotated[Days, Meta(description="Every how many days products that move most are counted.")] = (
        planning.PLAIN.days_a
    )
    days_b: Days = planning.PLAIN.days_b
    days_c: Days = planning.PLAIN.days_c
    per_day: Annotated[
        int, Meta(ge=0, le=100_000, description="Counts asked for each day; 0: no programme.")
    ] = planning.PLAIN.per_day
    empties: Annotated[bool, Meta(description="Look at bins that are empty by the books.")] = (
        planning.PLAIN.empties
    )


def _as_out(terms: CountTerms) -> CountTermsIn:
    return CountTermsIn(**{name: getattr(terms, name) for name in planning.NAMES})


@get("/api/sites/{site_id:uuid}/counting", opt=READERS)
async def read_terms(house: InHouse, who: Caller, site_id: FromPath[UUID]) -> CountTermsIn:
    """Show how a site wants to be counted."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if site_id not in await catalog.sites(tx, [site_id]):
            raise unknown("site", site_id)
        return _as_out((await planning.terms_of(tx, [site_id]))[site_id])


@put("/api/sites/{site_id:uuid}/counting", opt=LEADS)
async def set_terms(
    data: JSONBody[CountTermsIn], request: Asked, house: InHouse, who: Caller, site_id: FromPath[UUID]
) -> Response[CountTermsIn]:
    """Say how a site wants to be counted: classes by units moved in ninety days, A the first 80 %, B the next 15 %."""

    async def act(tx: Tx) -> CountTermsIn:
        await planning.set_terms(tx, site_id, CountTerms(**msgspec.structs.asdict(data)))
        return data

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [read_variances, decide, read_accuracy, read_terms, set_terms]
