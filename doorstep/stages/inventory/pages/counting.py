"""Counting for leads: what counters do not agree about, how right the books are, and how a site wants to be counted."""

from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.gs1 import read_serials
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts import explaining
from doorstep.stages.inventory.acts.counting import deciding, judging, planning
from doorstep.stages.inventory.model import QUANTITY_MAX, Counted, CountTerms, CountWhy
from doorstep.stages.inventory.rules.units_counted import compare

LEADS = allow(*DESK)
READERS = allow(*DESK, Role.VIEWER)
LAST = 12
MOST = {"units": QUANTITY_MAX, "value_minor": 10**12, "per_day": 100_000}
DAYS_MAX = 3650


@get("/counting", opt=READERS, include_in_schema=False)
async def overview(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show what waits for a decision, and the figures of each warehouse."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        context: dict[str, Any] = {
            "sites": {one.id: one for one in await catalog.warehouses(tx)},
            "variances": await deciding.variances(tx),
            "figures": await deciding.accuracy(tx),
            "waiting": len(await judging.open_counts(tx, most=1000)),
        }
    return page(request, "inventory/counting.html", days=deciding.DAYS, **context)


@get("/counting/{count_id:uuid}", opt=READERS, include_in_schema=False)
async def variance_page(request: Asked, house: InHouse, who: Caller, count_id: FromPath[UUID]) -> Any:
    """Show what was found in a place, what moved there last, and the form of the decision."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        sites = {one.id: one for one in await catalog.warehouses(tx)}
        found = next((pair for pair in await deciding.variances(tx) if pair[0].id == count_id), None)
        if found is None:
            return back("/counting", "That count needs no decision any more.", kind="warning")
        one = found[0]
        units = [compare(one.numbers or (), tally.serials or (), {}) for tally in found[1]]
        balances = await explaining.explain(
            tx, product_ids=[one.product_id], place=one.place, site_id=one.site_id, most=LAST
        )
    return page(
        request,
        "inventory/variance.html",
        one=one,
        tallies=list(zip(found[1], units, strict=True)),
        site=sites[one.site_id],
        moves=[step for balance in balances for step in reversed(balance.steps)],
        whys=list(CountWhy),
        decides=bool(who.roles & {*DESK}),
    )


@post("/counting/{count_id:uuid}", opt=LEADS, include_in_schema=False, status_code=200)
async def decide(house: InHouse, who: Caller, data: Form, count_id: FromPath[UUID]) -> Any:
    """Decide what lies in a place, and say why the books said otherwise."""
    numbers = read_serials(data["serials"]) if "serials" in data else None
    try:
        quantity = _whole(data, "quantity", QUANTITY_MAX - 1) if numbers is None else len(numbers)
        found = Counted(count_id, quantity, _whole(data, "as_of", 2**31 - 1), numbers)
        why = CountWhy(data.get("why", ""))
    except ValueError:
        said = "Write how many units lie there, and choose the cause."
        return back(f"/counting/{count_id}", said, kind="wrong")
    note = data.get("note", "").replace("\x00", "").strip()[:500]
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            difference = await deciding.decide(tx, found, why, note)
    except Refused as refused:
        said = "; ".join(fault.message for fault in refused.faults[:3]) or refused.message
        return back(f"/counting/{count_id}", said, kind="wrong")
    return back(
        "/counting", f"Posted: {difference:+,} units." if difference else "It is as many as the books say."
    )


@get("/counting/sites/{site_id:uuid}", opt=READERS, include_in_schema=False)
async def site_page(request: Asked, house: InHouse, who: Caller, site_id: FromPath[UUID]) -> Any:
    """Show how a site is counted."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        site = (await catalog.sites(tx, [site_id])).get(site_id)
        if site is None:
            raise unknown("site", site_id)
        terms = (await planning.terms_of(tx, [site_id]))[site_id]
    return page(
        request, "inventory/counted_so.html", site=site, terms=terms, decides=bool(who.roles & {*DESK})
    )


@post("/counting/sites/{site_id:uuid}", opt=LEADS, include_in_schema=False, status_code=200)
async def set_terms(house: InHouse, who: Caller, data: Form, site_id: FromPath[UUID]) -> Any:
    """Say how a site wants to be counted."""
    try:
        numbers = {
            name: _whole(data, name, MOST.get(name, DAYS_MAX), least=int(name.startswith("days")))
            for name in planning.NAMES
            if name != "empties"
        }
    except ValueError:
        said = f"Write whole numbers; days are 1 to {DAYS_MAX:,}."
        return back(f"/counting/sites/{site_id}", said, kind="wrong")
    terms = CountTerms(**numbers, empties=data.get("empties") == "yes")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await planning.set_terms(tx, site_id, terms)
    return back("/counting", "The site is counted so from now on.")


def _whole(data: dict[str, str], name: str, most: int, *, least: int = 0) -> int:
    """Return a whole number of a form.

    Raises:
        ValueError: it is none, or out of bounds.
    """
    text = data.get(name, "").strip()
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:14]) <= most:
        raise ValueError(name)
    return int(text)


ROUTES = [overview, variance_page, decide, site_page, set_terms]
