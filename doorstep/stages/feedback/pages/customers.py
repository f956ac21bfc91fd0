"""What a customer can say by the signed link of an order. Looking never says anything: only a submitted form does."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import public
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.links import read_link
from doorstep.platform.messages import text
from doorstep.platform.pages import back, page, reader
from doorstep.stages.feedback.acts import returns, voices
from doorstep.stages.feedback.model import Cause, OrderFacts, OrderLine, ReturnAsk

Token = FromPath[str]
ACTOR = "customer"


def _brand(order: OrderFacts, token: str) -> dict[str, Any]:
    return {
        "name": order.merchant,
        "color": order.brand_color,
        "logo_url": f"/t/{token}/logo" if order.has_logo else None,
        "message": order.message,
        "home": f"/t/{token}",
    }


async def _show(
    request: Asked,
    house: House,
    token: str,
    template: str,
    more: Callable[[Tx, UUID], Awaitable[dict[str, Any]]] | None = None,
    **context: Any,
) -> Any:
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        order = await voices.facts_of(tx, order_id)
        context |= await more(tx, order_id) if more else {}
    lang = reader(request, order.language)
    context |= {"order": order, "token": token, "lang": lang, "brand": _brand(order, token)}
    return page(request, f"feedback/{template}", **context)


async def _say(
    request: Asked, house: House, token: str, act: Callable[[Tx, UUID], Awaitable[None]], thanks: str
) -> Response[Any]:
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        lang = reader(request, (await voices.facts_of(tx, order_id)).language)
        try:
            await act(tx, order_id)
        except Refused as refused:
            if refused.reason is not Reason.CONFLICT:
                raise
            return back(f"/t/{token}", text("feedback.not_yet", lang), kind="warning")
    return back(f"/t/{token}", text(thanks, lang))


@get("/t/{token:str}/confirm", opt=public(), include_in_schema=False)
async def confirm_page(request: Asked, house: InHouse, token: Token) -> Any:
    """Ask whether the parcel arrived; nothing is said by opening this page."""
    return await _show(request, house, token, "confirm.html")


@post("/t/{token:str}/confirm", opt=public(), include_in_schema=False, status_code=200)
async def confirm(request: Asked, house: InHouse, token: Token) -> Any:
    """Record "I have it"."""
    return await _say(
        request,
        house,
        token,
        lambda tx, order_id: voices.confirm(tx, order_id, received=True),
        "feedback.thanks_confirm",
    )


@get("/t/{token:str}/rate", opt=public(), include_in_schema=False)
async def rate_page(
    request: Asked,
    house: InHouse,
    token: Token,
    score: Annotated[str, QueryParameter(max_length=9)] = "",
) -> Any:
    """Show the choice, preselected by the link in the mail; mail scanners that follow links do not vote."""
    chosen = int(score) if score in {"1", "2", "3", "4", "5"} else 0
    return await _show(request, house, token, "rate.html", score=chosen, faults=[])


@post("/t/{token:str}/rate", opt=public(), include_in_schema=False, status_code=200)
async def rate(request: Asked, house: InHouse, token: Token, data: Form) -> Any:
    """Record a score and a comment."""
    score = data.get("score", "")
    if score not in {"1", "2", "3", "4", "5"}:
        fault = Fault("/score", "missing", text("feedback.choose_score", reader(request)))
        return await _show(request, house, token, "rate.html", score=0, faults=[fault])
    comment = data.get("comment", "").replace("\0", "")
    return await _say(
        request,
        house,
        token,
        lambda tx, order_id: voices.rate(tx, order_id, int(score), comment),
        "feedback.thanks_rate",
    )


@get("/t/{token:str}/problem", opt=public(), include_in_schema=False)
async def problem_page(request: Asked, house: InHouse, token: Token) -> Any:
    """Ask what is wrong."""
    return await _show(request, house, token, "problem.html", causes=CAUSES)


CAUSES = (Cause.NOT_RECEIVED, Cause.DAMAGED, Cause.WRONG_ITEM, Cause.OTHER)


@post("/t/{token:str}/problem", opt=public(), include_in_schema=False, status_code=200)
async def problem(request: Asked, house: InHouse, token: Token, data: Form) -> Any:
    """Record that something is wrong: a person answers."""
    cause = Cause(data["cause"]) if data.get("cause") in CAUSES else Cause.OTHER
    note = data.get("note", "").replace("\0", "")

    async def act(tx: Tx, order_id: UUID) -> None:
        await voices.confirm(tx, order_id, received=False, note=note, cause=cause)

    return await _say(request, house, token, act, "feedback.thanks_problem")


@get("/t/{token:str}/return", opt=public(), include_in_schema=False)
async def return_page(request: Asked, house: InHouse, token: Token) -> Any:
    """Show what can be sent back, and the returns there are."""
    return await _show(request, house, token, "return.html", _return_context, faults=[], given={})


async def _return_context(tx: Tx, order_id: UUID) -> dict[str, Any]:
    return {
        "lines": await returns.lines_of(tx, order_id),
        "returns": await returns.returns(tx, order_id=order_id),
        "reasons": returns.REASONS,
    }


@post("/t/{token:str}/return", opt=public(), include_in_schema=False, status_code=200)
async def ask_return(request: Asked, house: InHouse, token: Token, data: Form) -> Any:
    """Ask to send goods back; the answer names the rule that decided."""
    tenant_id, order_id = read_link(house, "order", token)
    try:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            asked = _asked(await returns.lines_of(tx, order_id), data)
            note = data.get("note", "").replace("\0", "")
            return_id = await returns.ask_return(tx, order_id, asked, data.get("reason", ""), note)
            shown = await returns.return_of(tx, return_id)
            order = await voices.facts_of(tx, order_id)
    except Refused as refused:
        if refused.reason not in {Reason.INVALID, Reason.CONFLICT}:
            raise
        lang = reader(request)
        known = [
            Fault(one.pointer, one.code, text(f"feedback.fault_{one.code}", lang)) for one in refused.faults
        ]
        faults = known or [Fault("", "refused", text("feedback.not_yet", lang))]
        return await _show(request, house, token, "return.html", _return_context, faults=faults, given=data)
    approved = shown.state != "rejected"
    rule = text(
        f"feedback.rule_{'within' if approved else 'over'}",
        reader(request, order.language),
        days=order.return_days,
    )
    return back(f"/t/{token}/return", rule, kind="good" if approved else "warning")


def _asked(lines: list[OrderLine], data: dict[str, str]) -> list[ReturnAsk]:
    """Read the quantities of a form; text that is no number asks for more than there is and is refused with the rest."""
    wanted = [(line, data.get(f"line-{line.id}", "").strip()) for line in lines]
    return [
        ReturnAsk(line.id, int(given) if given.isdecimal() and len(given) < 9 else line.quantity + 1)
        for line, given in wanted
        if given not in {"", "0"}
    ]


@get("/t/{token:str}/return/{return_id:uuid}/label.pdf", opt=public(), include_in_schema=False)
async def return_label(house: InHouse, token: Token, return_id: FromPath[UUID]) -> Response[bytes]:
    """Hand out the label a return travels with."""
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        where = await returns.place_of(tx, return_id)
    if where.order_id != order_id or where.label_pdf is None:
        raise Refused(Reason.UNKNOWN, "There is no label yet. Reload the page in a minute.")
    return Response(where.label_pdf, media_type="application/pdf")


ROUTES = [
    confirm_page,
    confirm,
    rate_page,
    rate,
    problem_page,
    problem,
    return_page,
    ask_return,
    return_label,
]
