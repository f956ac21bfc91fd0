"""An order walks in: checked as a whole, its goods reserved, written, and accepted or held, all in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from doorstep.platform import series
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.orders import rules
from doorstep.stages.orders.acts import backorders, baskets, fraud, serving
from doorstep.stages.orders.acts.knowing import know
from doorstep.stages.orders.acts.looking import fetch_lines, fetch_orders
from doorstep.stages.orders.acts.serving import Unserved
from doorstep.stages.orders.acts.writing import Draft, begin_draft, columns_of, write
from doorstep.stages.orders.model import (
    Known,
    Line,
    NewOrder,
    Order,
    OrderState,
    Outcome,
    Verdict,
)
from doorstep.stages.orders.model.fraud import Suspect
from doorstep.stages.orders.model.sourcing import SAID, Decision, Routing
from doorstep.stages.orders.rules import Checked

Q = Statements("doorstep.stages.orders")
FIRST_NUMBER = 1000


async def place(
    tx: Tx, orders: Sequence[NewOrder], *, own: UUID | None = None, imports: bool = False
) -> list[Verdict]:
    """Place a batch of orders; each gets its own verdict, in the order given, and none suffers from another.

    Args:
        tx: the open transaction.
        orders: as they were sent.
        own: the only merchant that the caller may sell for, if it is bound to one.
        imports: whether `placed_at` may be given.

    Raises:
        psycopg.errors.UniqueViolation: another transaction placed an order under the same external reference meanwhile
            (constraint `external_ref_taken`); run the whole transaction again, it will find that order.
    """
    known = await know(tx, orders, own)
    checked = [rules.check(order, known, now=tx.now, own=own, imports=imports) for order in orders]
    await _check_baskets(tx, checked)
    verdicts: dict[int, Verdict] = {}
    drafts, again = _sort(checked, await _find_firsts(tx, checked), verdicts)
    kept, short = await _take(tx, drafts, known)
    for draft in drafts:
        if missing := short.get(draft.id):
            faults = _unserved(draft.checked, missing, known.routing)
            verdicts[draft.place] = Verdict(Outcome.REFUSED, faults=faults, unavailable=True)
    await _tell_availability(tx, checked, verdicts)
    verdicts.update((draft.place, _created(draft)) for draft in kept)
    if again:  # repeated within the batch: the first one of each is there now, or it was refused
        rest = await place(tx, [orders[i] for i in again], own=own, imports=imports)
        verdicts.update(zip(again, rest, strict=True))
    return [verdicts[i] for i in range(len(orders))]


async def _check_baskets(tx: Tx, checked: Sequence[Checked]) -> None:
    asked = {
        i: (one.order.basket, one.seller.id if one.seller else None)
        for i, one in enumerate(checked)
        if one.order.basket is not None
    }
    for i, fault in (await baskets.faults_of_baskets(tx, asked)).items():
        checked[i].faults.append(fault)


Reference = tuple[UUID, str, str]
"""A merchant, a channel, and the channel's own number of an order."""


def _sort(
    checked: Sequence[Checked],
    firsts: Mapping[Reference, tuple[Order, list[Line]]],
    verdicts: dict[int, Verdict],
) -> tuple[list[Draft], list[int]]:
    """Tell the orders that can be written from those that are there, are wrong, or repeat another one of the batch."""
    drafts: list[Draft] = []
    again: list[int] = []
    seen: set[Reference] = set()
    for i, one in enumerate(checked):
        key = _reference(one)
        if key and key in firsts:
            verdicts[i] = _compare(one, *firsts[key])
        elif one.faults:
            verdicts[i] = Verdict(Outcome.REFUSED, faults=one.faults)
        elif key and key in seen:
            again.append(i)
        else:
            drafts.append(begin_draft(i, one))
            seen |= {key} if key else set()
    return drafts, again


def _reference(one: Checked) -> Reference | None:
    if one.seller is None or one.order.external_ref is None:
        return None
    return (one.seller.id, one.order.channel, one.order.external_ref)


async def _find_firsts(tx: Tx, checked: Sequence[Checked]) -> dict[Reference, tuple[Order, list[Line]]]:
    keys = sorted({key for one in checked if (key := _reference(one))})
    if not keys:
        return {}
    found = await tx.tuples(
        Q.first_orders,
        merchant_ids=[key[0] for key in keys],
        channels=[key[1] for key in keys],
        external_refs=[key[2] for key in keys],
    )
    if not found:
        return {}
    ids = [row[3] for row in found]
    orders = {order.id: order for order in await fetch_orders(tx, ids)}
    lines = await fetch_lines(tx, ids)
    return {(row[0], row[1], row[2]): (orders[row[3]], lines[row[3]]) for row in found}


def _compare(one: Checked, first: Order, lines: list[Line]) -> Verdict:
    """Answer an order that came again: the same one is answered with the first, another one is refused.

    One that was changed here since is not compared: nobody knows any more how it came. Of one that was split or merged its
    address is known still.
    """
    faults = [] if first.changes else rules.differences(one.order, one.contact, first, lines)
    if faults:
        return Verdict(Outcome.REFUSED, first.id, first.number, first.state, faults=faults, conflict=True)
    return Verdict(Outcome.DUPLICATE, first.id, first.number, first.state)


async def _take(tx: Tx, drafts: Sequence[Draft], known: Known) -> tuple[list[Draft], dict[UUID, Unserved]]:
    """Number, reserve and write the drafts; return those that were taken on, and what the others miss.

    From the numbers to the commit the tenant's other writers wait, so everything that can be is prepared before, and few
    answers are waited for in between.
    """
    if not drafts:
        return [], {}
    columns, routing = columns_of(drafts), known.routing
    wanted = serving.wanted_of(drafts, routing)
    numbers = await series.take_soon(tx, "order", len(drafts), start=FIRST_NUMBER)
    await _hand_over_baskets(tx, drafts, routing)
    short = await serving.serve(tx, wanted, routing)
    owing = await backorders.take_on(tx, drafts, short, routing) if short else False
    kept = [draft for draft in drafts if draft.id not in short] if short else list(drafts)
    suspected = await _suspect(tx, kept, known) if known.screen else False
    for draft, number in zip(kept, await numbers(), strict=False):
        draft.number = number
    if short:
        await series.give_back(tx, "order", len(drafts) - len(kept))
        await _take_baskets_back(tx, drafts, short)
    if short or suspected or owing:
        columns = columns_of(kept)
    await write(tx, kept, columns)
    await backorders.note_days(tx, kept)
    return kept, short


async def _hand_over_baskets(tx: Tx, drafts: Sequence[Draft], routing: Routing) -> None:
    """Let go of what is kept for the drafts' baskets: they reserve it right after this."""
    wanted = {one.checked.order.basket: one for one in drafts if one.checked.order.basket is not None}
    products = {product_id for one in wanted.values() for _, product_id, _ in serving.lines_of(one)}
    keys = [(product_id, depot.id) for product_id in products for depot in routing.depots]
    await baskets.hand_over(tx, {basket_id: one.id for basket_id, one in wanted.items()}, keys)


async def _take_baskets_back(tx: Tx, drafts: Sequence[Draft], short: Mapping[UUID, object]) -> None:
    refused = [one.id for one in drafts if one.id in short and one.checked.order.basket is not None]
    if refused:
        await baskets.take_back(tx, refused)


async def _suspect(tx: Tx, drafts: Sequence[Draft], known: Known) -> bool:
    """Note on the drafts what makes them suspicious of fraud; return whether any is."""
    found = await fraud.suspect(tx, [_as_suspect(draft, tx.now) for draft in drafts], known.screen)
    for draft in drafts:
        draft.suspicions = found.get(draft.id, [])
    return bool(found)


def _as_suspect(draft: Draft, now: datetime) -> Suspect:
    order, to = draft.checked.order, draft.checked.contact
    seller = draft.checked.seller
    assert seller is not None  # noqa: S101 - a draft has no faults
    return Suspect(
        id=draft.id,
        number=draft.number,
        merchant_id=seller.id,
        placed_at=order.placed_at or now,
        total_minor=order.total_minor,
        currency=order.currency,
        name=to.name,
        email=to.email,
        phone=to.phone,
        street=to.street,
        city=to.city,
        postal_code=to.postal_code,
        country=to.country,
        tokens=tuple(payment.token for payment in order.payments if payment.token),
    )


def _unserved(one: Checked, missing: Unserved, routing: Routing) -> list[Fault]:
    """Say why an order gets no goods."""
    faults = _missing(one, {lack.product_id: lack.available for lack in missing.lacks})
    return faults or [_no_way(routing, missing.decision)]


def _no_way(routing: Routing, decision: Decision | None) -> Fault:
    """Say why an order leaves from nowhere although each of its goods could be had."""
    names = {depot.id: depot.name for depot in routing.depots}
    rule, left_out = "", ""
    if decision is not None:
        rule = "" if decision.may_split else " The merchant's rules do not let it be split."
        left_out = "".join(f" {names[site_id]}: {SAID[why]}." for site_id, why in decision.left_out.items())
    return Fault(
        "/lines",
        "not_sourced",
        f"No site that may ship this order has all of it.{rule}{left_out} Order its goods apart, or change the rules on the "
        "routing page.",
    )


def _missing(one: Checked, available: dict[UUID, int]) -> list[Fault]:
    """Say for each line that wants a scarce product how many of it can be had."""
    faults = []
    for i, (line, item) in enumerate(zip(one.order.lines, one.items, strict=True)):
        scarce = [
            available[product_id] // per_kit
            for product_id, per_kit in (item.components if item else ())
            if product_id in available
        ]
        if item and scarce:
            left = max(min(scarce), 0)
            advice = f"Order at most {left}." if left else "Leave it out, or wait until more comes in."
            faults.append(
                Fault(
                    f"/lines/{i}/quantity",
                    "unavailable",
                    f"{item.name} ({line.sku}): {left} left, {line.quantity} asked. {advice}",
                )
            )
    return faults


async def _tell_availability(tx: Tx, checked: Sequence[Checked], verdicts: dict[int, Verdict]) -> None:
    """Add to what is wrong with refused orders what is missing in stock, so that all is told at once."""
    asked: list[tuple[int, dict[UUID, int]]] = []
    for i, one in enumerate(checked):
        verdict = verdicts.get(i)
        if verdict and verdict.outcome is Outcome.REFUSED and one.faults:
            known = [(one.order.lines[k], item) for k, item in enumerate(one.items) if item]
            asked.append((i, rules.needed((item, line.quantity) for line, item in known)))
    products = sorted({product_id for _, need in asked for product_id in need})
    if not products:
        return
    available = await inventory.available(tx, products)
    for i, need in asked:
        scarce = {
            product_id: left
            for product_id, count in need.items()
            if count > (left := available.get(product_id, 0))
        }
        more = _missing(checked[i], scarce)
        if more:
            verdicts[i] = Verdict(Outcome.REFUSED, faults=[*checked[i].faults, *more])


def _created(draft: Draft) -> Verdict:
    if draft.holds:
        reasons = [reason for reason, _ in draft.holds]
        return Verdict(Outcome.HELD, draft.id, draft.number, OrderState.HELD, reasons)
    state = OrderState.ACCEPTED if draft.ready else OrderState.PLACED
    return Verdict(Outcome.CREATED, draft.id, draft.number, state)
