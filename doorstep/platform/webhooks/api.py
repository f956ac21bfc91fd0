"""Webhooks over JSON. A caller bound to one merchant sees and makes only that merchant's."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Response, get, post, put
from litestar.params import QueryParameter

from doorstep.platform.addresses import networks
from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.idempotency import once
from doorstep.platform.webhooks import acts, looking
from doorstep.platform.webhooks.acts import Wish
from doorstep.platform.webhooks.model import Endpoint, OffWhy, event_id, public_kinds, read_event_id
from doorstep.platform.webhooks.shapes import (
    CountOut,
    EventOut,
    EventsIn,
    KindOut,
    LogOut,
    NewWebhookIn,
    ReplayIn,
    ReplayOut,
    RotateIn,
    SecretsOut,
    WebhookIn,
    WebhookOut,
    log_out,
    webhook_out,
)

READERS = allow(*DESK, Role.VIEWER, Role.MERCHANT, scope="webhooks:read")
WRITERS = allow(*DESK, Role.MERCHANT, scope="webhooks:write")
Act = Callable[[Tx, Endpoint], Awaitable[Any]]


@get("/api/webhooks/kinds", opt=READERS)
async def list_kinds(house: InHouse) -> list[KindOut]:
    """List the kinds of events that can be wanted, and what each means."""
    return [KindOut(kind, means) for kind, means in public_kinds(house.public).items()]


@get("/api/webhooks", opt=READERS)
async def list_webhooks(house: InHouse, who: Caller) -> list[WebhookOut]:
    """List the webhooks, the newest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [webhook_out(one) for one in await acts.endpoints(tx, who.merchant_id)]


def fitting(house: House, wish: Wish) -> Wish:
    """Return a wish that fits.

    Raises:
        Refused: with everything that is wrong with it.
    """
    if found := acts.faults(wish, house.public, networks(house.settings.webhook_networks)):
        raise invalid(found)
    return wish


@post("/api/webhooks", opt=WRITERS)
async def add_webhook(
    data: JSONBody[NewWebhookIn], request: Asked, house: InHouse, who: Caller
) -> Response[WebhookOut]:
    """Add a webhook: from now on it is told of these events."""
    merchant_id = who.own(data.merchant_id)

    async def act(tx: Tx) -> WebhookOut:
        if merchant_id is not None and merchant_id not in await house.merchants(tx):
            raise unknown("merchant", merchant_id)
        made = await acts.add(tx, fitting(house, Wish(data.url, data.kinds, data.note)), merchant_id)
        return webhook_out(await acts.find(tx, made, merchant_id))

    return await once(request, house, who, act)  # type: ignore[return-value]


@get("/api/webhooks/{endpoint_id:uuid}", opt=READERS)
async def read_webhook(endpoint_id: FromPath[UUID], house: InHouse, who: Caller) -> WebhookOut:
    """Read one webhook, and how it is doing."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return webhook_out(await acts.find(tx, endpoint_id, who.merchant_id))


async def _do(
    request: Asked, house: House, who: Caller, endpoint_id: UUID, act: Act, *, status: int = 200
) -> Response[bytes]:
    """Run an act on a webhook that the caller may see, and answer with what it returns, or with how the webhook stands then."""

    async def whole(tx: Tx) -> Any:
        answer = await act(tx, await acts.find(tx, endpoint_id, who.merchant_id))
        return (
            answer if answer is not None else webhook_out(await acts.find(tx, endpoint_id, who.merchant_id))
        )

    return await once(request, house, who, whole, status=status)


@put("/api/webhooks/{endpoint_id:uuid}", opt=WRITERS)
async def change_webhook(
    endpoint_id: FromPath[UUID], data: JSONBody[WebhookIn], request: Asked, house: InHouse, who: Caller
) -> Response[WebhookOut]:
    """Change the address, the events or the note of a webhook; what is owed already goes to the new address."""

    async def act(tx: Tx, _one: Endpoint) -> None:
        await acts.change(tx, endpoint_id, fitting(house, Wish(data.url, data.kinds, data.note)))

    return await _do(request, house, who, endpoint_id, act)  # type: ignore[return-value]


@get("/api/webhooks/{endpoint_id:uuid}/secrets", opt=WRITERS)
async def read_secrets(endpoint_id: FromPath[UUID], house: InHouse, who: Caller) -> SecretsOut:
    """Read the secrets that sign now."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        one = await acts.find(tx, endpoint_id, who.merchant_id)
        return SecretsOut(await acts.secrets_of(tx, house.secret, one))


@post("/api/webhooks/{endpoint_id:uuid}/rotate", opt=WRITERS, status_code=200)
async def rotate_secret(
    endpoint_id: FromPath[UUID], data: JSONBody[RotateIn], request: Asked, house: InHouse, who: Caller
) -> Response[WebhookOut]:
    """Make a new secret; the one until now signs along for some hours, so that the receiver can change without a gap."""

    async def act(tx: Tx, _one: Endpoint) -> None:
        await acts.rotate(tx, endpoint_id, data.overlap_hours)

    return await _do(request, house, who, endpoint_id, act)  # type: ignore[return-value]


@post("/api/webhooks/{endpoint_id:uuid}/on", opt=WRITERS, status_code=200)
async def switch_on(
    endpoint_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[WebhookOut]:
    """Switch a webhook on again; what happened meanwhile is told by a replay."""

    async def act(tx: Tx, _one: Endpoint) -> None:
        await acts.switch_on(tx, endpoint_id)

    return await _do(request, house, who, endpoint_id, act)  # type: ignore[return-value]


@post("/api/webhooks/{endpoint_id:uuid}/off", opt=WRITERS, status_code=200)
async def switch_off(
    endpoint_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[WebhookOut]:
    """Switch a webhook off; what it is owed waits."""

    async def act(tx: Tx, _one: Endpoint) -> None:
        await acts.switch_off(tx, [endpoint_id], OffWhy.BY_HAND)

    return await _do(request, house, who, endpoint_id, act)  # type: ignore[return-value]


@post("/api/webhooks/{endpoint_id:uuid}/remove", opt=WRITERS, status_code=200)
async def remove_webhook(
    endpoint_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[CountOut]:
    """Remove a webhook for good; the answer counts what it was still owed."""

    async def act(tx: Tx, one: Endpoint) -> CountOut:
        await acts.remove(tx, endpoint_id)
        return CountOut(one.waiting)

    return await _do(request, house, who, endpoint_id, act)  # type: ignore[return-value]


@post("/api/webhooks/{endpoint_id:uuid}/ping", opt=WRITERS)
async def ping_webhook(
    endpoint_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[EventOut]:
    """Send a test event (`endpoint.pinged`); the delivery log says what it came to."""

    async def act(tx: Tx, one: Endpoint) -> EventOut:
        return EventOut(event_id(*await acts.ping(tx, one)))

    return await _do(request, house, who, endpoint_id, act, status=201)  # type: ignore[return-value]


Outcome = Annotated[Literal["waiting", "delivered", "given_up"] | None, QueryParameter()]
Before = Annotated[str, QueryParameter(max_length=120, description="From the page before.")]


@get("/api/webhooks/{endpoint_id:uuid}/deliveries", opt=READERS)
async def list_deliveries(
    endpoint_id: FromPath[UUID],
    house: InHouse,
    who: Caller,
    outcome: Outcome = None,
    before: Before = "",
    most: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> LogOut:
    """Read the delivery log of the last thirty days, the newest first: each event with every call and what it came to."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await acts.find(tx, endpoint_id, who.merchant_id)
        return log_out(*await looking.log(tx, endpoint_id, outcome=outcome, before=before, most=most))


@post("/api/webhooks/{endpoint_id:uuid}/send-again", opt=WRITERS, status_code=200)
async def send_again(
    endpoint_id: FromPath[UUID], data: JSONBody[EventsIn], request: Asked, house: InHouse, who: Caller
) -> Response[CountOut]:
    """Send events of the log once more, under the ids they had."""
    named = [read_event_id(text) for text in data.events]
    strange = [
        Fault(f"/events/{n}", "event", "This is no id of an event.")
        for n, one in enumerate(named)
        if one is None
    ]
    events = [one for one in named if one is not None]

    async def act(tx: Tx, one: Endpoint) -> CountOut:
        if strange:
            raise invalid(strange)
        return CountOut(await acts.send_again(tx, one, events))

    return await _do(request, house, who, endpoint_id, act)  # type: ignore[return-value]


@post("/api/webhooks/{endpoint_id:uuid}/replay", opt=WRITERS, status_code=200)
async def replay(
    endpoint_id: FromPath[UUID], data: JSONBody[ReplayIn], request: Asked, house: InHouse, who: Caller
) -> Response[ReplayOut]:
    """Tell everything of a span that the webhook wants, told before or not, under the same ids; at most 5,000 events at once."""

    async def act(tx: Tx, one: Endpoint) -> ReplayOut:
        until = data.until or datetime.now(UTC)
        done = await acts.replay(tx, one, house.public, data.since, until)
        return ReplayOut(done.events, done.more_since)

    return await _do(request, house, who, endpoint_id, act)  # type: ignore[return-value]


ROUTES: list[Any] = [
    list_kinds,
    list_webhooks,
    add_webhook,
    read_webhook,
    change_webhook,
    read_secrets,
    rotate_secret,
    switch_on,
    switch_off,
    remove_webhook,
    ping_webhook,
    list_deliveries,
    send_again,
    replay,
]
