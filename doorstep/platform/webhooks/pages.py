"""The pages of webhooks: the list with the form of a new one, and one webhook with its log."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.addresses import networks
from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.platform.webhooks import acts, looking
from doorstep.platform.webhooks.acts import OVERLAP_MAX_H, Wish
from doorstep.platform.webhooks.model import Endpoint, OffWhy, event_id, public_kinds, read_event_id

PEOPLE = allow(*DESK, Role.MERCHANT)
PAGE = 25
NOTE_MAX = 200
Outcome = Annotated[Literal["", "waiting", "delivered", "given_up"], QueryParameter()]
Before = Annotated[str, QueryParameter(max_length=120)]


def _wish(data: dict[str, str], house: House) -> Wish:
    kinds = [kind for kind in public_kinds(house.public) if data.get(f"kind.{kind}")]
    note = "".join(sign for sign in data.get("note", "") if sign.isprintable()).strip()
    return Wish(data.get("url", "").strip(), kinds, note[:NOTE_MAX])


def _groups(house: House) -> dict[str, dict[str, str]]:
    return {
        thing: {f"{thing}.{name}": means for name, means in tells.events.items()}
        for thing, tells in house.public.items()
    }


def _faults(house: House, wish: Wish) -> list[Fault]:
    return acts.faults(wish, house.public, networks(house.settings.webhook_networks))


def _merchant(data: dict[str, str], who: Principal) -> UUID | None:
    text = data.get("merchant", "")
    try:
        return who.own(UUID(text) if text else None)
    except ValueError:
        raise unknown("merchant", text[:80]) from None


async def _list(request: Asked, house: House, who: Principal, tx: Tx, wish: Wish, faults: list[Fault]) -> Any:
    merchants = await house.merchants(tx)
    return page(
        request,
        "webhooks.html",
        status=422 if faults else 200,
        webhooks=await acts.endpoints(tx, who.merchant_id),
        merchants=merchants,
        bound=who.merchant_id is not None,
        groups=_groups(house),
        wish=wish,
        faults=faults,
    )


@get("/webhooks", opt=PEOPLE, include_in_schema=False)
async def webhooks(request: Asked, house: InHouse, who: Caller) -> Any:
    """List the webhooks, with the form of a new one."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _list(request, house, who, tx, Wish("", ()), [])


@post("/webhooks", opt=PEOPLE, include_in_schema=False, status_code=200)
async def add_webhook(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Add a webhook and show it."""
    wish, merchant_id = _wish(data, house), _merchant(data, who)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if faults := _faults(house, wish):
            return await _list(request, house, who, tx, wish, faults)
        if merchant_id is not None and merchant_id not in await house.merchants(tx):
            raise unknown("merchant", merchant_id)
        made = await acts.add(tx, wish, merchant_id)
    return back(f"/webhooks/{made}", "The webhook is on. Keep its secret, and send a test.")


@get("/webhooks/{endpoint_id:uuid}", opt=PEOPLE, include_in_schema=False)
async def webhook(
    request: Asked,
    house: InHouse,
    who: Caller,
    endpoint_id: FromPath[UUID],
    outcome: Outcome = "",
    before: Before = "",
) -> Any:
    """Show one webhook: how it is doing, its secrets, what it wants, and its log."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        one = await acts.find(tx, endpoint_id, who.merchant_id)
        return await _one(request, house, tx, one, Wish(one.url, one.kinds, one.note), [], outcome, before)


async def _one(
    request: Asked,
    house: House,
    tx: Tx,
    one: Endpoint,
    wish: Wish,
    faults: list[Fault],
    outcome: str = "",
    before: str = "",
) -> Any:
    deliveries, older = await looking.log(tx, one.id, outcome=outcome or None, before=before, most=PAGE)
    return page(
        request,
        "webhook.html",
        status=422 if faults else 200,
        one=one,
        merchant=(await house.merchants(tx)).get(one.merchant_id) if one.merchant_id else None,
        secrets=await acts.secrets_of(tx, house.secret, one),
        groups=_groups(house),
        wish=wish,
        faults=faults,
        deliveries=[(delivery, event_id(delivery.subject, delivery.seq)) for delivery in deliveries],
        older=older,
        outcome=outcome,
        before=before,
    )


@post("/webhooks/{endpoint_id:uuid}/change", opt=PEOPLE, include_in_schema=False, status_code=200)
async def change_webhook(
    request: Asked, house: InHouse, who: Caller, endpoint_id: FromPath[UUID], data: Form
) -> Any:
    """Change address, events and note."""
    wish = _wish(data, house)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        one = await acts.find(tx, endpoint_id, who.merchant_id)
        if faults := _faults(house, wish):
            return await _one(request, house, tx, one, wish, faults)
        await acts.change(tx, endpoint_id, wish)
    return back(f"/webhooks/{endpoint_id}", "The webhook is changed.")


@post("/webhooks/{endpoint_id:uuid}/{act:str}", opt=PEOPLE, include_in_schema=False, status_code=200)
async def do(house: InHouse, who: Caller, endpoint_id: FromPath[UUID], act: FromPath[str], data: Form) -> Any:
    """Do one thing with a webhook: ping, on, off, remove, rotate, send-again or replay."""
    path = f"/webhooks/{endpoint_id}"
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            one = await acts.find(tx, endpoint_id, who.merchant_id)
            said = await _do(tx, house, one, act, data)
    except Refused as refused:
        told = refused.faults[0].message if refused.faults else refused.message
        return back("/webhooks" if refused.reason == Reason.UNKNOWN else path, told, kind="warning")
    return back("/webhooks" if act == "remove" else path, said)


async def _do(tx: Tx, house: House, one: Endpoint, act: str, data: dict[str, str]) -> str:
    """Do it, and return what to say."""
    match act:
        case "ping":
            await acts.ping(tx, one)
            return "A test is on its way. Reload to see what it came to."
        case "send-again":
            event = read_event_id(data.get("event", ""))
            await acts.send_again(tx, one, [event] if event else [])
            return "The event is on its way once more."
        case "replay":
            since, until = _moment(data, "since"), _moment(data, "until")
            done = await acts.replay(tx, one, house.public, since, until)
            more = f" There are more: replay again from {done.more_since}." if done.more_since else ""
            return f"{done.events} events are on their way.{more}"
        case "rotate":
            await acts.rotate(tx, one.id, _hours(data.get("overlap_hours", "")))
            return "There is a new secret. The old one signs along for the time you chose."
    return await _switch(tx, one, act)


async def _switch(tx: Tx, one: Endpoint, act: str) -> str:
    match act:
        case "on":
            await acts.switch_on(tx, one.id)
            return "The webhook is on. Replay what it missed, if it should know."
        case "off":
            await acts.switch_off(tx, [one.id], OffWhy.BY_HAND)
            return "The webhook is off. What it is owed waits."
        case "remove":
            await acts.remove(tx, one.id)
            return "The webhook is removed."
    raise unknown("act", act[:40])


def _hours(text: str) -> int:
    return min(int(text), OVERLAP_MAX_H) if text.isascii() and text.isdigit() and len(text) < 6 else 24


def _moment(data: dict[str, str], name: str) -> datetime:
    """Return a moment of a form, in UTC; an empty end is now."""
    text = data.get(name, "")
    if not text and name == "until":
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise invalid([Fault(f"/{name}", "moment", "Write moments like 2026-03-02 08:00.")]) from None


ROUTES: list[Any] = [webhooks, add_webhook, webhook, change_webhook, do]
