"""The page of sourcing: what is weighed, trying an order, looking at all open ones together and moving them."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post

from doorstep.platform.auth import DESK, Principal, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid
from doorstep.platform.house import House as Open
from doorstep.platform.pages import back, page
from doorstep.platform.shape import faults as faults_of
from doorstep.stages import catalog
from doorstep.stages.orders.acts.knowing import learn_routing
from doorstep.stages.orders.acts.routing import asking, rerouting, terms
from doorstep.stages.orders.acts.routing.asking import WhatIf
from doorstep.stages.orders.api.sourcing import BatchOut, DecisionOut, show_batch, show_decisions
from doorstep.stages.orders.api.terms import HouseIn, MerchantIn, SiteIn, lanes_of, show_terms, site_terms
from doorstep.stages.orders.jobs.sourcing import think_together
from doorstep.stages.orders.model.sourcing import House, MerchantTerms

PLANNERS = allow(*DESK)
HOUSE = (
    ("parcel_minor", "A parcel", "freight in minor units, where a site has no lanes"),
    ("kg_minor", "Each kilogram", "of goods, where a site has no lanes"),
    ("km100_minor", "Each 100 km", "where a site has no lanes"),
    ("split_minor", "A split", "for each parcel beyond the first"),
    ("late_minor", "A day late", "per parcel and working day after the promise"),
    ("scarcity_minor", "The last units", "what taking all that a site has left costs"),
    ("rank_minor", "A rank", "per place down the merchant's list"),
    ("target_days", "Working days", "in which an order without a promise should arrive"),
    ("reject_days", "Days passed by", "for goods that a floor did not find"),
)
SITE = (
    ("order_minor", "Work per order", "in minor units"),
    ("line_minor", "Work per line", "in minor units"),
    ("daily_orders", "Orders a day", "that can leave; empty: as many as come"),
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
GOODS_MAX = 100


@get("/sourcing", opt=PLANNERS, include_in_schema=False)
async def sourcing_page(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show what sourcing judges by, and the forms to try it."""
    return await _show(request, house, who)


async def _show(
    request: Asked,
    house: Open,
    who: Principal,
    *,
    batch: BatchOut | None = None,
    decided: DecisionOut | None = None,
    said: dict[str, str] | None = None,
    faults: list[Fault] | None = None,
) -> Any:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        routing = await learn_routing(tx)
        sellers = {one.id: one.name for one in (await catalog.merchants_of(tx)).values()}
    return page(
        request,
        "orders/sourcing.html",
        terms=show_terms(routing),
        names={depot.id: depot.name for depot in routing.depots},
        codes=", ".join(depot.code for depot in routing.depots),
        sellers=sellers,
        merchants=sorted(((str(one), name) for one, name in sellers.items()), key=lambda pair: pair[1]),
        HOUSE=HOUSE,
        SITE=SITE,
        WEEKDAYS=WEEKDAYS,
        batch=batch,
        decided=decided,
        said=said or {},
        faults=faults or [],
    )


@post("/sourcing/look", opt=PLANNERS, include_in_schema=False, status_code=200)
async def look(request: Asked, house: InHouse, who: Caller) -> Any:
    """Look at all open orders together, and show what would move."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            question = await rerouting.question(tx)
        plan = await think_together(question)
    except Refused as refused:
        return back("/sourcing", refused.message, kind="wrong")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        rows = await rerouting.foreseen(tx, question, plan)
    return await _show(request, house, who, batch=show_batch(question, plan, rows))


@post("/sourcing/apply", opt=PLANNERS, include_in_schema=False, status_code=200)
async def apply(request: Asked, house: InHouse, who: Caller) -> Any:
    """Move what still can be moved to where all open orders cost less together; show what became of each."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            question = await rerouting.question(tx)
        plan = await think_together(question)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            rows = await rerouting.apply(tx, question, plan)
    except Refused as refused:
        return back("/sourcing", refused.message, kind="wrong")
    return await _show(request, house, who, batch=show_batch(question, plan, rows))


@post("/sourcing/try", opt=PLANNERS, include_in_schema=False, status_code=200)
async def try_order(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Say where an imagined order would leave from."""
    said = {name: value.strip().replace("\x00", "") for name, value in data.items()}
    try:
        asked = _imagined(said)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            found = await asking.imagine(tx, asked)
            decisions = [found.decision] if found.decision else []
            shown = await show_decisions(tx, decisions, found.routing)
    except Refused as refused:
        return await _show(request, house, who, said=said, faults=list(refused.faults))
    return await _show(
        request, house, who, said=said, faults=list(found.faults), decided=shown[0] if shown else None
    )


def _imagined(said: dict[str, str]) -> WhatIf:
    faults = []
    goods: dict[str, int] = {}
    for line in said.get("goods", "").splitlines()[:GOODS_MAX]:
        sku, _, units = line.strip().rpartition(" ")
        if sku.strip() and units.isascii() and units.isdigit() and 0 < int(units[:8]) <= 1_000_000:
            goods[sku.strip()] = goods.get(sku.strip(), 0) + int(units[:8])
        elif line.strip():
            faults.append(
                Fault("/goods", "goods", f"{line[:60]!r} is not an article and its units, like MUG 2.")
            )
    if not goods and not faults:
        faults.append(Fault("/goods", "goods", "Write at least one article and its units, like MUG 2."))
    country = said.get("country", "").upper()
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        faults.append(Fault("/country", "country", "Write the country as two letters, like DE."))
    merchant = _id(said.get("merchant", ""))
    if merchant is None:
        faults.append(Fault("/merchant", "merchant", "Choose a merchant."))
    if faults or merchant is None:
        raise invalid(faults)
    return WhatIf(merchant, country, said.get("postal_code", "")[:20], goods)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@post("/sourcing/house", opt=PLANNERS, include_in_schema=False, status_code=200)
async def save_house(house: InHouse, who: Caller, data: Form) -> Any:
    """Set what the house reckons with."""
    names = [name for name, _, _ in HOUSE]
    try:
        shape = _read({"currency": data.get("currency", "").strip(), **_numbers(data, names)}, HouseIn)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await terms.set_house(tx, msgspec.convert(shape, House, from_attributes=True))
    except Refused as refused:
        return back("/sourcing", _told(refused), kind="wrong")
    return back("/sourcing", "From now on the house reckons with this.")


@post("/sourcing/sites/{site_id:uuid}", opt=PLANNERS, include_in_schema=False, status_code=200)
async def save_site(house: InHouse, who: Caller, data: Form, site_id: FromPath[UUID]) -> Any:
    """Set what a site's work costs and can do, and its lanes."""
    try:
        asked: dict[str, Any] = _numbers(data, [name for name, _, _ in SITE])
        asked |= {
            "hard": data.get("hard") == "yes",
            "lanes": _lanes(data.get("lanes", "")),
            "weekdays": [day for day in range(1, 8) if data.get(f"weekday_{day}") == "yes"],
            "closed": data.get("closed", "").replace(",", " ").split(),
            "holidays": data.get("holidays") == "yes",
        }
        shape = _read({name: value for name, value in asked.items() if value != ""}, SiteIn)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await terms.set_site(tx, site_terms(site_id, shape))
            await terms.set_lanes(tx, site_id, lanes_of(site_id, shape.lanes))
    except Refused as refused:
        return back("/sourcing", _told(refused), kind="wrong")
    return back("/sourcing", "The site's terms are saved.")


@post("/sourcing/merchants", opt=PLANNERS, include_in_schema=False, status_code=200)
async def save_merchant(house: InHouse, who: Caller, data: Form) -> Any:
    """Set a merchant's own rules."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            codes = {depot.code: depot.id for depot in (await learn_routing(tx)).depots}
            asked = _numbers(data, ["split_from_minor"]) | {
                "ranked": _sites(data.get("ranked", ""), codes),
                "excluded": _sites(data.get("excluded", ""), codes),
                "home_market": data.get("home_market") == "yes",
                "whole": data.get("whole") == "yes",
            }
            shape = _read(asked, MerchantIn)
            merchant_id = _id(data.get("rules_of", ""))
            if merchant_id is None:
                raise invalid([Fault("/rules_of", "merchant", "Choose a merchant.")])
            rules = msgspec.to_builtins(shape) | {"merchant_id": merchant_id}
            await terms.set_merchant(tx, msgspec.convert(rules, MerchantTerms, strict=False))
    except Refused as refused:
        return back("/sourcing", _told(refused), kind="wrong")
    return back("/sourcing", "The merchant's rules are saved.")


def _numbers(data: dict[str, str], names: list[str]) -> dict[str, Any]:
    """Return fields as whole numbers where they are, else as they were typed, so that the shape says what is wrong."""
    typed = {name: data.get(name, "").strip() for name in names}
    return {
        name: int(text) if text.isascii() and text.isdigit() and len(text) < 18 else text
        for name, text in typed.items()
    }


def _lanes(text: str) -> list[dict[str, Any]]:
    lanes = []
    for line in text.replace("\x00", "").splitlines():
        words = line.split()
        if words:
            words += [""] * (5 - len(words))
            numbers = _numbers(
                dict(zip(("base_minor", "kg_minor", "days"), words[2:5], strict=True)),
                ["base_minor", "kg_minor", "days"],
            )
            lanes.append(
                {"country": words[0].upper(), "postal_prefix": words[1].upper().strip("*"), **numbers}
            )
    return lanes


def _sites(text: str, codes: dict[str, UUID]) -> list[str]:
    """Return the ids of sites by their codes; a code that is not there stays, and the shape refuses it by name."""
    asked = text.replace(",", " ").split()
    return [str(codes.get(code, code)) for code in asked]


def _read(asked: dict[str, Any], shape: Any) -> Any:
    body = msgspec.json.encode(asked)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise invalid(faults_of(body, shape) or [Fault("", "invalid", str(error))]) from None


def _told(refused: Refused) -> str:
    named = (f"{one.pointer.strip('/').replace('_', ' ')}: {one.message}" for one in refused.faults)
    return " ".join([refused.message, *named])[:600]


ROUTES: list[Any] = [sourcing_page, look, apply, try_order, save_house, save_site, save_merchant]
