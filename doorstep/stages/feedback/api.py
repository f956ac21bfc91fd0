"""Feedback as JSON: scores, ratings, cases and returns."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.idempotency import once
from doorstep.stages.feedback.acts import cases, learning, returns, voices
from doorstep.stages.feedback.model import CaseShown, Grade, RatingShown, ReturnAsk, ReturnItem, ReturnShown
from doorstep.stages.feedback.rules import Score

READERS = (*DESK, Role.VIEWER, Role.MERCHANT)
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Text = Annotated[str, Meta(max_length=2000, pattern=r"^[^\x00]*$")]


@get("/api/scores", opt=allow(*READERS, scope="feedback:read"))
async def read_scores(house: InHouse, who: Caller) -> list[Score]:
    """Read how deliveries were liked, by carrier, site, merchant and product, each with n and its 95 % interval."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await learning.scores(tx, merchant_id=who.merchant_id)


MOMENT = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?$"
"""A moment as we write it in answers; the framework itself would take a bare number for one."""


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise invalid(
            [Fault("", "before", "`before` is a moment of another rating, as it was answered.")]
        ) from None


@get("/api/ratings", opt=allow(*READERS, scope="feedback:read"))
async def read_ratings(
    house: InHouse,
    who: Caller,
    before: Annotated[str, QueryParameter(pattern=MOMENT)] = "",
    before_id: FromQuery[UUID | None] = None,
) -> list[RatingShown]:
    """Read ratings, the newest first, 50 at a time; `before` and `before_id` are those of the last one seen."""
    last = (_moment(before), before_id) if before and before_id else None
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await voices.ratings(tx, merchant_id=who.merchant_id, before=last)


@get("/api/cases", opt=allow(*READERS, scope="feedback:read"))
async def read_cases(house: InHouse, who: Caller) -> list[CaseShown]:
    """Read the cases that are not closed, the oldest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await cases.cases(tx, merchant_id=who.merchant_id)


class AnswerIn(msgspec.Struct, forbid_unknown_fields=True):
    """What the customer shall read."""

    answer: Text


@post("/api/cases/{case_id:uuid}/answer", opt=allow(*DESK, scope="feedback:write"))
async def answer_case(
    data: JSONBody[AnswerIn], request: Asked, house: InHouse, who: Caller, case_id: FromPath[UUID]
) -> Response[CaseShown]:
    """Answer a case."""

    async def act(tx: Tx) -> CaseShown:
        await cases.case_of(tx, case_id, merchant_id=who.merchant_id)
        await cases.answer_case(tx, case_id, data.answer)
        return await cases.case_of(tx, case_id, merchant_id=who.merchant_id)

    return await once(request, house, who, act)  # type: ignore[return-value]


@post("/api/cases/{case_id:uuid}/close", opt=allow(*DESK, scope="feedback:write"))
async def close_case(
    request: Asked, house: InHouse, who: Caller, case_id: FromPath[UUID]
) -> Response[CaseShown]:
    """Close a case."""

    async def act(tx: Tx) -> CaseShown:
        await cases.case_of(tx, case_id, merchant_id=who.merchant_id)
        await cases.close_case(tx, case_id)
        return await cases.case_of(tx, case_id, merchant_id=who.merchant_id)

    return await once(request, house, who, act)  # type: ignore[return-value]


class ReturnLineIn(msgspec.Struct, forbid_unknown_fields=True):
    """So many units of a line shall come back."""

    line_id: UUID
    quantity: Count


class ReturnIn(msgspec.Struct, forbid_unknown_fields=True):
    """What shall come back and why."""

    order_id: UUID
    lines: Annotated[list[ReturnLineIn], Meta(min_length=1, max_length=1000)]
    reason: Annotated[str, Meta(description=f"One of {', '.join(returns.REASONS)}.", max_length=40)]
    note: Text = ""


class ReturnOut(msgspec.Struct):
    """A return with its goods."""

    shown: ReturnShown
    items: list[ReturnItem]


async def _whole(tx: Tx, return_id: UUID, who: Principal) -> ReturnOut:
    shown = await returns.return_of(tx, return_id, merchant_id=who.merchant_id)
    return ReturnOut(shown, await returns.items_of(tx, return_id))


async def _do(
    request: Asked, house: House, who: Principal, return_id: UUID, act: Callable[[Tx], Awaitable[Any]]
) -> Response[ReturnOut]:
    async def whole(tx: Tx) -> ReturnOut:
        await returns.return_of(tx, return_id, merchant_id=who.merchant_id)
        await act(tx)
        return await _whole(tx, return_id, who)

    return await once(request, house, who, whole)  # type: ignore[return-value]


@get("/api/returns", opt=allow(*READERS, scope="returns:read"))
async def read_returns(
    house: InHouse, who: Caller, order_id: FromQuery[UUID | None] = None
) -> list[ReturnShown]:
    """Read the returns that are under way, or all of one order, the oldest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await returns.returns(tx, merchant_id=who.merchant_id, order_id=order_id)


@get("/api/returns/{return_id:uuid}", opt=allow(*READERS, scope="returns:read"))
async def read_return(house: InHouse, who: Caller, return_id: FromPath[UUID]) -> ReturnOut:
    """Read one return with its goods."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _whole(tx, return_id, who)


@post("/api/returns", opt=allow(*DESK, Role.MERCHANT, scope="returns:write"))
async def ask_return(
    data: JSONBody[ReturnIn], request: Asked, house: InHouse, who: Caller
) -> Response[ReturnOut]:
    """Ask for a return in the customer's name; the merchant's rule decides at once."""

    async def act(tx: Tx) -> ReturnOut:
        order = await voices.facts_of(tx, data.order_id)
        if who.merchant_id not in (None, order.merchant_id):
            raise unknown("order", data.order_id)
        asked = [ReturnAsk(line.line_id, line.quantity) for line in data.lines]
        return await _whole(
            tx, await returns.ask_return(tx, data.order_id, asked, data.reason, data.note), who
        )

    return await once(request, house, who, act)  # type: ignore[return-value]


class CountIn(msgspec.Struct, forbid_unknown_fields=True):
    """How many units of one returned item came."""

    line_id: UUID
    product_id: UUID
    received: Annotated[int, Meta(ge=0, le=1_000_000)]


class ReceiveIn(msgspec.Struct, forbid_unknown_fields=True):
    """What came; without items, everything that was announced."""

    items: Annotated[list[CountIn], Meta(max_length=1000)] | None = None


@post("/api/returns/{return_id:uuid}/receive", opt=allow(*DESK, Role.PACKER, scope="returns:write"))
async def receive_return(
    data: JSONBody[ReceiveIn], request: Asked, house: InHouse, who: Caller, return_id: FromPath[UUID]
) -> Response[ReturnOut]:
    """Take a return in at the dock."""
    counts = None if data.items is None else {(i.line_id, i.product_id): i.received for i in data.items}
    return await _do(request, house, who, return_id, lambda tx: returns.receive_return(tx, return_id, counts))


class GradeItemIn(msgspec.Struct, forbid_unknown_fields=True):
    """How one returned item was found."""

    line_id: UUID
    product_id: UUID
    grade: Grade
    serials: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[!-~]+$")]],
        Meta(
            max_length=500,
            description="The number of each unit that came, of a product whose units are all known by number, if not all of the "
            "order's came back.",
        ),
    ] = []


class GradeIn(msgspec.Struct, forbid_unknown_fields=True):
    """How everything was found, and the bin that takes what can be sold again."""

    items: Annotated[list[GradeItemIn], Meta(min_length=1, max_length=1000)]
    bin: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]*$")]


@post("/api/returns/{return_id:uuid}/grade", opt=allow(*DESK, Role.PACKER, scope="returns:write"))
async def grade_return(
    data: JSONBody[GradeIn], request: Asked, house: InHouse, who: Caller, return_id: FromPath[UUID]
) -> Response[ReturnOut]:
    """Grade what came back: it is restocked or set aside, and the refund is owed."""
    grades = [returns.Came(i.line_id, i.product_id, 0, i.grade, i.serials) for i in data.items]
    return await _do(
        request,
        house,
        who,
        return_id,
        lambda tx: returns.grade_return(tx, return_id, grades, f"bin:{data.bin}"),
    )


ROUTES = [
    read_scores,
    read_ratings,
    read_cases,
    answer_case,
    close_case,
    read_returns,
    read_return,
    ask_return,
    receive_return,
    grade_return,
]
