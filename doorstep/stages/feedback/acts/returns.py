"""Returns: asked for, decided by rule, labeled, received, graded, restocked and refunded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import series
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.journal import born, move, move_all, note
from doorstep.platform.statements import Statements
from doorstep.stages import catalog, inventory, orders
from doorstep.stages.feedback import rules
from doorstep.stages.feedback.acts.voices import facts_of
from doorstep.stages.feedback.model import (
    RETURN,
    SELLABLE,
    Grade,
    OrderLine,
    ReturnAct,
    ReturnAsk,
    ReturnItem,
    ReturnShown,
)

Q = Statements("doorstep.stages.feedback")
REASONS = ("changed_mind", "too_large", "too_small", "damaged", "wrong_item", "not_as_described", "other")


@dataclass(frozen=True, slots=True)
class Came:
    """So many units of a product of a returned line came, or were found in this condition; by number where each is known by it."""

    line_id: UUID
    product_id: UUID
    received: int = 0
    grade: Grade = Grade.A
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _ReturnLine:
    line_id: UUID
    quantity: int
    refund_minor: int


@dataclass(frozen=True, slots=True)
class _Component:
    line_id: UUID
    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class ReturnPlace:
    """Where a return goes to, what is paid back, and the label it travels with."""

    number: int
    order_id: UUID
    site_id: UUID
    refund_minor: int
    label_pdf: bytes | None


async def lines_of(tx: Tx, order_id: UUID) -> list[OrderLine]:
    """Return the lines of an order with what has come back or is coming."""
    return await tx.rows(Q.lock_lines, OrderLine, order_id=order_id)


async def ask_return(tx: Tx, order_id: UUID, asked: Sequence[ReturnAsk], reason: str, said: str = "") -> UUID:
    """Ask to send goods back; the merchant's rule decides at once, and the answer names the rule.

    Returns:
        The id of the return, approved or rejected.

    Raises:
        Refused: unknown order or lines, more than was delivered and is not back, or an unknown reason.
    """
    await tx.run(Q.lock_order, order_id=order_id)
    order = await facts_of(tx, order_id)
    lines = {line.id: line for line in await lines_of(tx, order_id)}
    faults = rules.return_faults(list(lines.values()), asked)
    if reason not in REASONS:
        faults.append(Fault("/reason", "unknown_reason", f"Choose one of {', '.join(REASONS)}."))
    if faults:
        raise invalid(faults)
    decision = rules.judge_return(order, tx.now)
    site_id = await tx.value(Q.shipped_from, order_id=order_id)
    if site_id is None:
        raise Refused(Reason.CONFLICT, decision.rule)
    back = [
        _ReturnLine(ask.line_id, ask.quantity, rules.refund_minor(lines[ask.line_id], ask.quantity))
        for ask in asked
    ]
    return_id = new_id()
    [number] = await series.take(tx, "return", 1)
    await tx.run(
        Q.add_return,
        id=return_id,
        number=number,
        order_id=order_id,
        merchant_id=order.merchant_id,
        site_id=site_id,
        reason=reason,
        note=said[:2000],
        rule=decision.rule,
        refund_minor=sum(line.refund_minor for line in back),
    )
    await tx.run(
        Q.add_return_lines, return_id=return_id, **columns(back, "line_id", "quantity", "refund_minor")
    )
    goods = await _components(tx, [(lines[ask.line_id], ask.quantity) for ask in asked])
    await tx.run(
        Q.add_return_items, return_id=return_id, **columns(goods, "line_id", "product_id", "quantity")
    )
    await born(tx, RETURN, [return_id], {"order_id": order_id, "reason": reason})
    act = ReturnAct.APPROVE if decision.approved else ReturnAct.REJECT
    await move_all(tx, RETURN, act, [return_id], {"rule": decision.rule})
    return return_id


async def _components(tx: Tx, asked: Sequence[tuple[OrderLine, int]]) -> list[_Component]:
    made_of = await catalog.components(tx, [line.product_id for line, _ in asked])
    return [
        _Component(line.id, product_id, quantity * each)
        for line, quantity in asked
        for product_id, each in made_of[line.product_id]
    ]


async def keep_label(tx: Tx, return_id: UUID, tracking_number: str, pdf: bytes) -> None:
    """Keep the label that a return travels with."""
    await tx.run(Q.keep_label, return_id=return_id, tracking_number=tracking_number, label_pdf=pdf)
    await note(tx, RETURN, "labeled", [return_id], {"tracking_number": tracking_number})


async def place_of(tx: Tx, return_id: UUID) -> ReturnPlace:
    """Return where a return goes to.

    Raises:
        Refused: there is no such return.
    """
    found = await tx.row(Q.return_place, ReturnPlace, return_id=return_id)
    if found is None:
        raise unknown("return", return_id)
    return found


async def receive_return(
    tx: Tx, return_id: UUID, came: Mapping[tuple[UUID, UUID], int] | None = None
) -> None:
    """Take a return in at the dock, counted; without counts everything announced has come.

    Raises:
        Refused: no such return, one that is not on its way, or more than was announced.
    """
    items = await items_of(tx, return_id)
    counted = {(i.line_id, i.product_id): i.quantity for i in items} if came is None else dict(came)
    announced = {(i.line_id, i.product_id): i.quantity for i in items}
    wrong = [key for key, quantity in counted.items() if not 0 <= quantity <= announced.get(key, 0)]
    if wrong:
        raise invalid(
            [Fault("/items", "too_many", "More came than was announced. Take the surplus in by a receipt.")]
        )
    await move_all(tx, RETURN, ReturnAct.RECEIVE, [return_id], {"units": sum(counted.values())})
    rows = [Came(line_id, product_id, quantity) for (line_id, product_id), quantity in counted.items()]
    await tx.run(Q.write_receipt, return_id=return_id, **columns(rows, "line_id", "product_id", "received"))


async def grade_return(tx: Tx, return_id: UUID, grades: Sequence[Came], place: str) -> None:
    """Grade what came back: what is sellable goes to `place` (`bin:...`), the rest to quarantine; the refund is owed.

    All in one transaction: exactly the graded units are restocked, and the money is owed once.

    Raises:
        Refused: no such return, one that was not received, an item without a grade, or units that have to be named by number.
    """
    items = {(i.line_id, i.product_id): i for i in await items_of(tx, return_id)}
    found = {(one.line_id, one.product_id): one.grade for one in grades}
    numbers = {(one.line_id, one.product_id): one.serials for one in grades}
    if items.keys() != found.keys():
        raise invalid([Fault("/items", "ungraded", "Grade every item of the return, and nothing else.")])
    where = await place_of(tx, return_id)
    await move_all(tx, RETURN, ReturnAct.GRADE, [return_id])
    rows = [Came(line_id, product_id, 0, grade) for (line_id, product_id), grade in found.items()]
    await tx.run(
        Q.write_grades,
        return_id=return_id,
        sellables=[row.grade in SELLABLE for row in rows],
        **columns(rows, "line_id", "product_id", "grade"),
    )
    back = [
        inventory.Restock(
            site_id=where.site_id,
            product_id=product_id,
            place=place if found[line_id, product_id] in SELLABLE else "quarantine",
            quantity=item.received,
            reference=return_id,
            order_id=where.order_id,
            serials=numbers[line_id, product_id],
        )
        for (line_id, product_id), item in items.items()
        if item.received
    ]
    await inventory.restock(tx, back)
    await _refund(tx, return_id, where, list(items.values()))


async def _refund(tx: Tx, return_id: UUID, where: ReturnPlace, items: Sequence[ReturnItem]) -> None:
    """Owe the money for what came; a part that is missing is not paid for."""
    announced, came = sum(i.quantity for i in items), sum(i.received for i in items)
    amount = where.refund_minor * came // announced if announced else 0
    if amount:
        ask = orders.RefundAsk(where.order_id, amount, "return", str(return_id))
        await orders.refund(tx, [ask])


async def close_returns(tx: Tx, return_ids: Sequence[UUID]) -> None:
    """Close returns whose goods and money are settled."""
    await move(tx, RETURN, ReturnAct.CLOSE, return_ids)


async def returns(
    tx: Tx, *, merchant_id: UUID | None = None, order_id: UUID | None = None
) -> list[ReturnShown]:
    """Return the open returns, or all of one order, the oldest first."""
    return await tx.rows(Q.returns, ReturnShown, merchant_id=merchant_id, order_id=order_id, return_id=None)


async def return_of(tx: Tx, return_id: UUID, *, merchant_id: UUID | None = None) -> ReturnShown:
    """Return one return.

    Raises:
        Refused: there is no such return for this caller.
    """
    found = await tx.row(Q.returns, ReturnShown, merchant_id=merchant_id, order_id=None, return_id=return_id)
    if found is None:
        raise unknown("return", return_id)
    return found


async def items_of(tx: Tx, return_id: UUID) -> list[ReturnItem]:
    """Return the goods of a return."""
    return await tx.rows(Q.return_items, ReturnItem, return_id=return_id)


async def find_return(tx: Tx, code: str) -> UUID:
    """Return the id of a return by its label's tracking number or its own number.

    Raises:
        Refused: nothing of that code comes back.
    """
    number = int(code) if code.isdecimal() and len(code) < 19 else -1
    found = await tx.value(Q.return_by_code, code=code, number=number)
    if found is None:
        raise unknown("return", code)
    return UUID(str(found))
