"""The list of orders: narrowed by any axis, found by anything at hand, kept as views, and acted on many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import ALL_STAFF, DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, InHouse
from doorstep.platform.errors import Fault, Refused, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.orders import acts
from doorstep.stages.orders.acts.views import drop_view, keep_view, views_of
from doorstep.stages.orders.api.reading import merchant_of, read_cursor, write_cursor
from doorstep.stages.orders.model import HoldReason, Order, OrderState, Risk, risk_of
from doorstep.stages.orders.model.listing import TROUBLED, BulkAct, Filter, View
from doorstep.stages.orders.pages.story import roll_up

READERS = allow(*ALL_STAFF, Role.MERCHANT)
PAGE = 50
SHOWN_AT = (Risk.LATE, Risk.AT_RISK, Risk.SOON)
NO_NUL = r"^[^\u0000]*$"
Word = Annotated[str, QueryParameter(max_length=254, pattern=NO_NUL)]
InState = Annotated[str, QueryParameter(name="state", max_length=20, pattern=NO_NUL)]


@get("/orders", opt=READERS, include_in_schema=False)
async def order_list(
    request: Asked,
    house: InHouse,
    who: Caller,
    of_state: InState = "",
    hold: Word = "",
    payment: Word = "",
    at: Word = "",
    merchant: Word = "",
    risk: Word = "",
    q: Word = "",
    sort: Word = "",
    cursor: Word = "",
) -> Any:
    """List orders, newest first or what must leave first, narrowed by any axis, with a search."""
    narrowed = read_filter(
        {
            "state": of_state, "hold": hold, "payment": payment, "at": at, "merchant": merchant, "risk": risk,
            "q": q.strip(), "sort": sort,
        }
    )  # fmt: skip
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        wanted = await wanted_of(tx, house, who, narrowed, PAGE, cursor)
        found = await acts.look(tx, wanted)
        counts = await acts.count_open(tx, wanted.merchant_id)
        views = await views_of(tx, who.user_id, who.merchant_id) if who.user_id else []
        sellers = await catalog.merchants_of(tx) if who.merchant_id is None else {}
        axes = await axes_of(tx, house, found.orders)
        now = tx.now
    return page(
        request,
        "orders/list.html",
        orders=found.orders,
        holds=found.holds,
        axes=axes,
        risks={order.id: risk_of(order, now) for order in found.orders},
        at_now=now,
        counts=counts,
        filter=narrowed,
        query=query_of(narrowed),
        kept=msgspec.json.encode(narrowed).decode(),
        choices=_choices(house),
        sellers=[(one.code, one.name) for one in sellers.values()],
        views=[(one.id, one.name, query_of(one.filter)) for one in views],
        view=_current(views, narrowed),
        older=write_cursor(found.orders[-1], wanted) if found.more else None,
        paged=bool(cursor),
        acts=_acts_for(who),
        imports=may_act(who),
    )


def query_of(asked: Filter) -> str:
    """Return the part of an address behind `?` that means a filter."""
    return urlencode({name: text for name, text in msgspec.to_builtins(asked).items() if text})


def may_act(who: Principal) -> bool:
    """Whether somebody may do more than look."""
    return bool({Role.OWNER, *DESK, Role.MERCHANT} & who.roles)


def _acts_for(who: Principal) -> list[BulkAct]:
    return (
        [one for one in BulkAct if one is not BulkAct.SOURCE or not who.merchant_id] if may_act(who) else []
    )


def read_filter(said: Mapping[str, str]) -> Filter:
    """Return the filter that an address or a form says; empty words are left out.

    Raises:
        Refused: a word is none of those that can be asked for.
    """
    asked = {name: text for name, text in said.items() if text}
    faults = []
    for name, text in asked.items():
        try:
            msgspec.convert({name: text}, Filter)
        except msgspec.ValidationError as error:
            faults.append(Fault(f"/{name}", "filter", f"{text[:60]!r} cannot be asked for: {error}."))
    if faults:
        raise invalid(faults)
    return msgspec.convert(asked, Filter)


async def wanted_of(
    tx: Tx, house: House, who: Principal, asked: Filter, most: int, cursor: str = ""
) -> acts.Wanted:
    """Return which orders a filter means for a caller; later stages are asked for what only they know.

    Raises:
        Refused: there is no such merchant for the caller, or no such state of a later stage.
    """
    among, named = None, list[UUID]()
    if asked.at:
        name, _, state = asked.at.partition(".")
        aspect = next((one for one in house.aspects if one.name == name and state in one.states), None)
        if aspect is None:
            raise invalid([Fault("/at", "filter", f"{asked.at!r} is no state of a later stage.")])
        among = await aspect.within(tx, state, acts.AMONG_MAX)
    if asked.q:
        named = [order_id for one in house.aspects for order_id in await one.find(tx, asked.q)]
    return acts.Wanted(
        merchant_id=await merchant_of(tx, who, asked.merchant or None),
        state=asked.state,
        q=asked.q,
        before=read_cursor(cursor, acts.Sort.RISK if asked.risk and not asked.q else asked.sort),
        most=most,
        sort=asked.sort,
        hold=asked.hold,
        payment=asked.payment,
        risk=asked.risk,
        among=among,
        named=named,
    )


@dataclass(frozen=True, slots=True)
class Axis:
    """How an order stands on one axis, as a chip says it; the tone follows from the state unless it is given."""

    name: str
    state: str
    tone: str | None = None


async def axes_of(tx: Tx, house: House, orders: Sequence[Order]) -> dict[UUID, list[Axis]]:
    """Return how orders stand on every axis beside the commercial one: money, goods, and what later stages know."""
    ids = [order.id for order in orders]
    own = await acts.axes_of(tx, ids)
    later = [(one.name, await one.stand(tx, ids)) for one in house.aspects] if ids else []
    shown: dict[UUID, list[Axis]] = {}
    for order in orders:
        further = [Axis(name, stand[order.id]) for name, stand in later if order.id in stand]
        goods = own.goods.get(order.id)
        shown[order.id] = [Axis("money", roll_up(own.payments.get(order.id, [])))]
        if goods and (goods != "reserved" or not further):
            shown[order.id].append(Axis("goods", goods, None if goods == "reserved" else "warning"))
        shown[order.id] += further
    return shown


def _choices(house: House) -> dict[str, list[tuple[str, str]]]:
    """Return what a list may be narrowed to: (word, text) by parameter."""
    return {
        "hold": [(one, _plain(one)) for one in HoldReason],
        "payment": [(one, _plain(one)) for one in TROUBLED],
        "at": [
            (f"{one.name}.{state}", f"{one.name}: {_plain(state)}")
            for one in house.aspects
            for state in one.states
        ],
        "risk": [(one, _plain(one)) for one in SHOWN_AT],
        "state": [(one, _plain(one).capitalize()) for one in OrderState],
    }


def _plain(word: str) -> str:
    return str(word).replace("_", " ")


def _current(views: Sequence[View], asked: Filter) -> View | None:
    return next((one for one in views if one.filter == asked), None)


@post("/orders/views", opt=READERS, include_in_schema=False, status_code=200)
async def save_view(house: InHouse, who: Caller, data: Form) -> Any:
    """Keep what the list is narrowed to under a name."""
    asked = kept_filter(data)
    address = f"/orders?{query_of(asked)}"
    if who.user_id is None:
        raise unknown("person", who.actor)
    name = data.get("name", "")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await keep_view(tx, who.user_id, who.merchant_id, name, asked, shared=data.get("shared") == "yes")
    except Refused as refused:
        return back(address, refused.faults[0].message, kind="wrong")
    return back(address, f"The view {' '.join(name.split())} is kept.")


@post("/orders/views/forget", opt=READERS, include_in_schema=False, status_code=200)
async def forget_view(house: InHouse, who: Caller, data: Form) -> Any:
    """Forget a view of one's own."""
    if who.user_id is None:
        raise unknown("person", who.actor)
    try:
        view_id = UUID(data.get("view", ""))
    except ValueError:
        raise unknown("view", data.get("view", "")) from None
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        name = await drop_view(tx, who.user_id, view_id)
    return back("/orders", f"The view {name} is forgotten.")


def kept_filter(data: Mapping[str, str]) -> Filter:
    """Return the filter that a form carries along; none when it was altered."""
    try:
        return msgspec.json.decode(data.get("filter", "{}"), type=Filter)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return Filter()


ROUTES: list[Any] = [order_list, save_view, forget_view]
