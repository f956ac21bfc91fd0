"""The desk of feedback: scores with what they rest on, the inbox of cases, and the returns that come in."""

from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.pages import back, page
from doorstep.stages.feedback.acts import cases, learning, returns, voices
from doorstep.stages.feedback.model import Grade

READERS = (*DESK, Role.VIEWER, Role.MERCHANT)
DOCK = (*DESK, Role.PACKER)


@get("/feedback", opt=allow(*READERS), include_in_schema=False)
async def feedback(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the scores, the open cases and the newest ratings."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        context: dict[str, Any] = {
            "scores": await learning.scores(tx, merchant_id=who.merchant_id),
            "cases": await cases.cases(tx, merchant_id=who.merchant_id),
            "ratings": await voices.ratings(tx, merchant_id=who.merchant_id, most=20),
            "now": tx.now,
        }
    return page(request, "feedback/desk.html", **context)


@get("/cases/{case_id:uuid}", opt=allow(*READERS), include_in_schema=False)
async def case(request: Asked, house: InHouse, who: Caller, case_id: FromPath[UUID]) -> Any:
    """Show one case with its order."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        shown = await cases.case_of(tx, case_id, merchant_id=who.merchant_id)
    return page(request, "feedback/case.html", case=shown, faults=[])


@post("/cases/{case_id:uuid}", opt=allow(*DESK), include_in_schema=False, status_code=200)
async def act_on_case(
    request: Asked, house: InHouse, who: Caller, case_id: FromPath[UUID], data: Form
) -> Any:
    """Answer or close a case."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        shown = await cases.case_of(tx, case_id, merchant_id=who.merchant_id)
        if data.get("act") == "close":
            await cases.close_case(tx, case_id)
            return back("/feedback", f"The case of order {shown.order_number} is closed.")
        answer = data.get("answer", "").replace("\0", "")
        if not answer.strip():
            fault = Fault("/answer", "empty", "Write what the customer shall read.")
            return page(request, "feedback/case.html", case=shown, faults=[fault])
        await cases.answer_case(tx, case_id, answer)
    return back("/feedback", f"The customer of order {shown.order_number} can read your answer.")


@get("/returns", opt=allow(*READERS, Role.PACKER), include_in_schema=False)
async def returns_page(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the returns under way, and a field to scan one that came in."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        shown = await returns.returns(tx, merchant_id=who.merchant_id)
        now = tx.now
    return page(request, "feedback/returns.html", returns=shown, now=now)


@post("/returns/scan", opt=allow(*DOCK), include_in_schema=False, status_code=200)
async def scan_return(house: InHouse, who: Caller, data: Form) -> Any:
    """Open the return whose label was scanned."""
    code = data.get("code", "").strip().replace("\0", "")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        try:
            return_id = await returns.find_return(tx, code)
        except Refused:
            return back("/returns", f"Nothing comes back under {code}. Scan the label again.", kind="wrong")
    return back(f"/returns/{return_id}")


@get("/returns/{return_id:uuid}", opt=allow(*READERS, Role.PACKER), include_in_schema=False)
async def return_page(request: Asked, house: InHouse, who: Caller, return_id: FromPath[UUID]) -> Any:
    """Show one return: what was announced, what came, how it was found."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        shown = await returns.return_of(tx, return_id, merchant_id=who.merchant_id)
        items = await returns.items_of(tx, return_id)
    return page(
        request, "feedback/return_desk.html", shown=shown, items=items, grades=[g.value for g in Grade]
    )


@post("/returns/{return_id:uuid}/receive", opt=allow(*DOCK), include_in_schema=False, status_code=200)
async def receive(house: InHouse, who: Caller, return_id: FromPath[UUID], data: Form) -> Any:
    """Take a return in, counted."""
    here = f"/returns/{return_id}"
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            items = await returns.items_of(tx, return_id)
            given = {(i.line_id, i.product_id): data.get(f"{i.line_id}.{i.product_id}", "0") for i in items}
            counts = {
                key: int(text) if text.isdecimal() and len(text) < 9 else -1 for key, text in given.items()
            }
            await returns.receive_return(tx, return_id, counts)
    except Refused as refused:
        return _stay(here, refused)
    return back(here, "It is in. Now grade every item.")


@post("/returns/{return_id:uuid}/grade", opt=allow(*DOCK), include_in_schema=False, status_code=200)
async def grade(house: InHouse, who: Caller, return_id: FromPath[UUID], data: Form) -> Any:
    """Grade what came back."""
    here = f"/returns/{return_id}"
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            items = await returns.items_of(tx, return_id)
            found = [
                returns.Came(
                    i.line_id,
                    i.product_id,
                    0,
                    Grade(letter),
                    data.get(f"n.{i.line_id}.{i.product_id}", "").split(),
                )
                for i in items
                if (letter := data.get(f"{i.line_id}.{i.product_id}", "")) in set(Grade)
            ]
            await returns.grade_return(tx, return_id, found, f"bin:{data.get('bin', '').strip()}")
    except Refused as refused:
        return _stay(here, refused)
    return back("/returns", "Graded: the goods are put away and the refund is on its way.")


def _stay(here: str, refused: Refused) -> Any:
    """Say on the same page what was refused; what is not the person's to mend goes on to the edge."""
    if refused.reason not in {Reason.INVALID, Reason.CONFLICT, Reason.UNKNOWN}:
        raise refused
    said = refused.faults[0].message if refused.faults else refused.message
    return back(here, said, kind="wrong")


ROUTES = [
    feedback,
    case,
    act_on_case,
    returns_page,
    scan_return,
    return_page,
    receive,
    grade,
]
