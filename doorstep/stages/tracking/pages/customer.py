"""The customer's page behind a signed link: no login, live while it is open, in the merchant's brand and the reader's language."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import PathParameter, QueryParameter

from doorstep.platform.auth import signed
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, FromPath, InHouse
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.links import read_link, write_link
from doorstep.platform.live import fragment, stream
from doorstep.platform.messages import text
from doorstep.platform.pages import page, reader
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.acts.telling import stop_writing
from doorstep.stages.tracking.model import LINK_GOOD_FOR
from doorstep.stages.tracking.pages.journeys import Head, Journey, read_journey
from doorstep.stages.tracking.rules.telling import NOT_SHIPPING_MAIL

Q = Statements("doorstep.stages.tracking")
Token = Annotated[str, PathParameter(max_length=200)]
Shown = Annotated[int | None, QueryParameter(ge=0, le=2**53)]


async def _open(tx: Tx, order_id: UUID, lang: str) -> Journey:
    journey = await read_journey(tx, order_id, lang)
    if journey is None:
        raise Refused(Reason.UNKNOWN, "This order is not here any more.")
    return journey


async def _read(house: House, token: str, lang: str) -> Journey:
    """Return the journey behind a link, in the reader's language or, where that is empty, the order's.

    Raises:
        Refused: the link is not ours, has run out, or its order is gone.
    """
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor="customer") as tx:
        read_link(house, "order", token, tx.now.date())
        if not lang:
            head = await tx.row(Q.customers_order, Head, order_id=order_id)
            lang = head.language if head else "en"
        return await _open(tx, order_id, lang)


def brand(head: Head, token: str) -> dict[str, Any]:
    """Return the merchant's face, as the layout of customers' pages wants it; its logo comes by the link of the order."""
    return {
        "name": head.merchant,
        "color": head.brand_color,
        "logo_url": f"/t/{token}/logo" if head.has_logo else None,
        "message": head.merchant_message or None,
        "home": None,
    }


def _along(house: House, token: str, head: Head) -> str:
    """Return the link of the order with which a merged one travels; empty for others."""
    if head.merged_into is None:
        return ""
    tenant_id, _ = read_link(house, "order", token)
    return write_link(house, "order", tenant_id, head.merged_into, (head.placed_at + LINK_GOOD_FOR).date())


@get("/t/{token:str}", opt=signed(), include_in_schema=False)
async def follow(token: Token, request: Asked, house: InHouse) -> Any:
    """Show where the order is: window, story, map; live."""
    lang = reader(request, "")
    journey = await _read(house, token, lang)
    return page(
        request,
        "tracking/order.html",
        journey=journey,
        token=token,
        along=_along(house, token, journey.head),
        brand=brand(journey.head, token),
        tiles=house.settings.tile_url,
        lang=lang or journey.head.language,
    )


@get("/t/{token:str}/logo", opt=signed(), include_in_schema=False)
async def logo(token: Token, house: InHouse) -> Response[bytes]:
    """Send the logo of the order's merchant, for customers' pages and mails."""
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor="customer") as tx:
        found: bytes | None = await tx.value(Q.logo_of_order, order_id=order_id)
    if not found:
        raise Refused(Reason.UNKNOWN, "This merchant has no logo.")
    kind = "image/png" if found.startswith(b"\x89PNG") else "image/jpeg"
    return Response(found, media_type=kind, headers={"cache-control": "private, max-age=3600"})


@get("/t/{token:str}/live", opt=signed(), include_in_schema=False)
async def live(token: Token, request: Asked, house: InHouse, shown: Shown = None) -> Any:
    """Renew the page whenever something of the journey changes; `shown` is the news that the page has already."""
    tenant_id, order_id = read_link(house, "order", token)
    first = await _read(house, token, reader(request, ""))
    lang = reader(request, "") or first.head.language

    async def look() -> Any:
        async with house.db.transaction(tenant_id, actor="customer") as tx:
            return int(await tx.value(Q.news_of_order, order_id=order_id))

    async def render() -> str:
        journey = await _read(house, token, lang)
        return fragment(
            request,
            "tracking/_journey.html",
            journey=journey,
            token=token,
            along=_along(house, token, journey.head),
            tiles=house.settings.tile_url,
            lang=lang,
        )

    return stream(look, render) if shown is None else stream(look, render, shown=shown)


@get("/t/{token:str}/stop/{topic:str}", opt=signed(), include_in_schema=False)
async def ask_stop(token: Token, topic: FromPath[str], request: Asked, house: InHouse) -> Any:
    """Ask whether to stop a kind of message; opening the link alone stops nothing, because scanners open links."""
    journey, address = await _stoppable(house, token, topic, reader(request, ""))
    lang = reader(request, "") or journey.head.language
    return page(
        request,
        "tracking/stop.html",
        brand=brand(journey.head, token),
        lang=lang,
        said=text("tracking.stop.ask", lang, recipient=address),
        action=request.url.path,
    )


@post("/t/{token:str}/stop/{topic:str}", opt=signed(), include_in_schema=False, status_code=200)
async def stop(token: Token, topic: FromPath[str], request: Asked, house: InHouse) -> Any:
    """Stop a kind of message: by the button of the page, or by a mail program's one click (RFC 8058)."""
    journey, address = await _stoppable(house, token, topic, reader(request, ""))
    tenant_id, _ = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor="customer") as tx:
        await stop_writing(tx, [f"{topic}:{address}"], "asked")
    if "text/html" not in request.headers.get("accept", ""):
        return Response("Stopped.", media_type="text/plain")
    lang = reader(request, "") or journey.head.language
    return page(
        request,
        "tracking/stop.html",
        brand=brand(journey.head, token),
        lang=lang,
        said=text("tracking.stop.done", lang),
        action=None,
    )


async def _stoppable(house: House, token: str, topic: str, lang: str) -> tuple[Journey, str]:
    if topic not in NOT_SHIPPING_MAIL:
        raise Refused(
            Reason.UNKNOWN, "Messages about your parcel cannot be stopped; they end with its delivery."
        )
    journey = await _read(house, token, lang)
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor="customer") as tx:
        address = await tx.value(Q.customers_address, order_id=order_id)
    return journey, str(address or "")


ROUTES: list[Any] = [follow, logo, live, ask_stop, stop]
