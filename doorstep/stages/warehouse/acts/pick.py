"""Picking: a cart walks from bin to bin; every unit is scanned out of its bin and into its order's tote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.gs1 import serial_in
from doorstep.platform.journal import note
from doorstep.platform.statements import Statements
from doorstep.stages.catalog import Serials
from doorstep.stages.inventory import Movement
from doorstep.stages.warehouse.acts.answers import Hand, PickAnswer, StopOut, answered_once, clock
from doorstep.stages.warehouse.acts.follow import follow_changes
from doorstep.stages.warehouse.acts.pick_units import move_units, not_here
from doorstep.stages.warehouse.acts.withdraw import OVER, finish_batches, finish_if_complete, withdraw
from doorstep.stages.warehouse.model import FULFILLMENT, BatchState, FulfillmentState
from doorstep.stages.warehouse.rules.scanning import (
    Arrive,
    Count,
    Name,
    Put,
    Step,
    Task,
    Wrong,
    judge,
    judge_unit,
)

Q = Statements("doorstep.stages.warehouse")
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Batch:
    """A cart, locked for this scan."""

    id: UUID
    number: int
    state: str
    site_id: UUID
    holder: str | None
    picker: str | None
    taken_at: datetime | None
    walk_mm: int
    s_shape_mm: int
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """The stop that the cart stands before."""

    id: UUID
    position: int
    fulfillment_id: UUID
    line_id: UUID
    product_id: UUID
    bin: str
    quantity: int
    picked: int
    counted: int
    numbers: Sequence[str]
    short: int
    arrived: bool
    slot: int | None
    fulfillment_state: str
    order_id: UUID
    order_number: int
    order_state: str
    ship_by: datetime
    sku: str
    name: str
    picture: str | None
    serials: str
    codes: Mapping[str, int]
    tote: str | None
    held: bool
    changed: bool

    @property
    def left(self) -> int:
        """Units still to be counted."""
        return self.quantity - self.picked - self.short - self.counted

    @property
    def wanted(self) -> bool:
        """Whether the order still wants to be picked."""
        return self.order_state == ACCEPTED and self.fulfillment_state == FulfillmentState.PICKING

    @property
    def task(self) -> Task:
        """The stop as the rules see it."""
        return Task(
            bin=self.bin,
            arrived=self.arrived,
            sku=self.sku,
            name=self.name,
            codes=self.codes,
            counted=self.counted,
            left=self.left,
            tote=self.tote,
            order_number=self.order_number,
            slot=self.slot or 0,
        )


@dataclass(frozen=True, slots=True)
class _Bound:
    fulfillment_id: UUID
    full_at: datetime | None
    order_number: int


async def look(tx: Tx, hand: Hand, batch_id: UUID) -> PickAnswer:
    """Return where a cart stands, for a page that is loaded again.

    Raises:
        Refused: there is no such cart, or somebody else has it.
    """
    return await tell_next(tx, await held_batch(tx, hand, batch_id), "ok", "")


async def scan(
    tx: Tx, hand: Hand, batch_id: UUID, command_id: str, code: str, quantity: int | None = None
) -> PickAnswer:
    """Take one scan of a picker; a wrong one changes nothing and is told what was expected.

    Args:
        tx: the open transaction.
        hand: who scans.
        batch_id: the cart.
        command_id: chosen by the device; the same id again gets the same answer.
        code: what was scanned or typed.
        quantity: typed on the keypad: how often an item's code counts.

    Raises:
        Refused: there is no such cart, somebody else has it, or the command id was used for another scan.
    """
    batch = await held_batch(tx, hand, batch_id)

    async def act() -> PickAnswer:
        stop = await current_stop(tx, batch)
        if stop is None:
            return await tell_next(
                tx, batch, "done", "This cart is done. Bring its totes to the packing benches."
            )
        if not stop.wanted:
            return await stop_unwanted(tx, batch, stop)
        if stop.changed:
            return await stop_changed(tx, batch, stop)
        return await _take_scan(tx, batch, stop, code, quantity)

    return await answered_once(tx, command_id, ["pick", batch_id, code, quantity], PickAnswer, act)


async def skip(tx: Tx, hand: Hand, batch_id: UUID, command_id: str, pick_id: UUID) -> PickAnswer:
    """Leave a stop for the end of the walk; what is in the hand goes back into the bin.

    Raises:
        Refused: as `scan`.
    """
    batch = await held_batch(tx, hand, batch_id)

    async def act() -> PickAnswer:
        stop = await current_stop(tx, batch)
        if stop is None or stop.id != pick_id:
            return await tell_next(
                tx, batch, "not_here", "The cart has moved on from that stop.", accepted=False
            )
        await tx.run(Q.skip_pick, pick_id=pick_id)
        back = f" Put the {stop.counted} in your hand back into it." if stop.counted else ""
        return await tell_next(tx, batch, "skipped", f"{stop.bin} comes again at the end.{back}")

    return await answered_once(tx, command_id, ["skip", batch_id, pick_id], PickAnswer, act)


async def fill_tote(tx: Tx, hand: Hand, batch_id: UUID, command_id: str) -> PickAnswer:
    """Close the tote of the present stop's order: the next units go into another one.

    Raises:
        Refused: as `scan`.
    """
    batch = await held_batch(tx, hand, batch_id)

    async def act() -> PickAnswer:
        stop = await current_stop(tx, batch)
        if stop is None or stop.tote is None:
            return await tell_next(
                tx, batch, "no_tote", "No tote is being filled here. Go on.", accepted=False
            )
        await tx.run(Q.fill_tote, fulfillment_id=stop.fulfillment_id)
        said = f"{stop.tote} is full. Put an empty tote into slot {stop.slot} and scan it next time."
        return await tell_next(tx, batch, "tote_full", said)

    return await answered_once(tx, command_id, ["tote_full", batch_id], PickAnswer, act)


async def held_batch(tx: Tx, hand: Hand, batch_id: UUID) -> Batch:
    """Lock a cart that this hand pushes (or has just finished).

    Raises:
        Refused: there is no such cart, nobody has taken it, or somebody else has it.
    """
    batch = await lock_batch(tx, batch_id)
    if batch.state == BatchState.CANCELED:
        raise Refused(Reason.CONFLICT, f"Cart {batch.number} is no longer wanted. Get the next one.")
    if batch.holder is None or batch.state == BatchState.PLANNED:
        raise Refused(Reason.CONFLICT, f"Nobody has taken cart {batch.number} yet. Take it first.")
    if batch.holder != hand.holder:
        raise Refused(Reason.CONFLICT, _whose(batch))
    return batch


async def lock_batch(tx: Tx, batch_id: UUID) -> Batch:
    """Lock a cart.

    Raises:
        Refused: there is no such cart.
    """
    batch = await tx.row(Q.lock_batch, Batch, batch_id=batch_id)
    if batch is None:
        raise unknown("cart", batch_id)
    return batch


def _whose(batch: Batch) -> str:
    since = f" since {clock(batch.taken_at)}" if batch.taken_at else ""
    return f"Cart {batch.number} is with {batch.picker}{since}. Get another, or ask a lead to take it over."


async def current_stop(tx: Tx, batch: Batch) -> Stop | None:
    """Return the stop that a cart stands before, or None at the end of its walk."""
    stops = await tx.rows(Q.stops_ahead, Stop, batch_id=batch.id)
    return stops[0] if stops else None


async def _take_scan(tx: Tx, batch: Batch, stop: Stop, code: str, quantity: int | None) -> PickAnswer:
    judged = judge(stop.task, code, quantity)
    by_number = stop.serials == Serials.ALL
    said = judge_unit(stop.task, code, judged, serial_in(code), stop.numbers) if by_number else judged
    if isinstance(said, Count) and said.serial:
        unit = (stop.product_id, said.serial)
        said = await not_here(tx, batch.site_id, stop.id, unit, f"bin:{stop.bin}") or said
    match said:
        case Arrive():
            await tx.run(Q.arrive, pick_id=stop.id)
            return await tell_next(tx, batch, "ok", f"Take {stop.left} of {stop.name}.")
        case Name():
            return await tell_next(tx, batch, "serial_next", f"Scan the serial number of this {stop.name}.")
        case Count(units, serial):
            await tx.run(Q.count_units, pick_id=stop.id, units=units, numbers=[serial] if serial else [])
            of = f"{stop.counted + units} of {stop.counted + stop.left}."
            return await tell_next(tx, batch, "counted", of)
        case Put(tote):
            return await _put(tx, batch, stop, tote)
        case Wrong(name, message):
            return await refuse_scan(tx, batch, stop, Wrong(name, message))


async def refuse_scan(tx: Tx, batch: Batch, stop: Stop, wrong: Wrong) -> PickAnswer:
    """Say what was expected, and write the wrong scan into the order's history."""
    facts = {
        "code": wrong.code,
        "said": wrong.message,
        "bin": stop.bin,
        "sku": stop.sku,
        "batch": batch.number,
    }
    await note(tx, FULFILLMENT, "wrong_scan", [stop.fulfillment_id], facts)
    return await tell_next(tx, batch, wrong.code, wrong.message, accepted=False)


async def _put(tx: Tx, batch: Batch, stop: Stop, tote: str) -> PickAnswer:
    wrong = await _bind(tx, batch, stop, tote)
    if wrong:
        return await refuse_scan(tx, batch, stop, wrong)
    goods = Movement(
        site_id=batch.site_id,
        product_id=stop.product_id,
        from_place=f"bin:{stop.bin}",
        to_place=f"tote:{tote}",
        quantity=stop.counted,
        reason="pick",
        reference=stop.id,
        order_id=stop.order_id,
        serials=stop.numbers,
    )
    if gone := await move_units(tx, goods):
        await tx.run(Q.empty_hand, pick_id=stop.id)
        return await refuse_scan(tx, batch, stop, gone)
    await tx.run(
        Q.put_units,
        pick_id=stop.id,
        units=stop.counted,
        fulfillment_id=stop.fulfillment_id,
        line_id=stop.line_id,
        product_id=stop.product_id,
    )
    if stop.left:
        return await tell_next(tx, batch, "put", f"{stop.counted} in {tote}. {stop.left} more to take.")
    return await go_on(tx, batch, stop, f"{stop.counted} of {stop.name} in {tote}, slot {stop.slot}.")


async def _bind(tx: Tx, batch: Batch, stop: Stop, tote: str) -> Wrong | None:
    """Make sure that a tote is this order's; an empty one becomes it."""
    if stop.tote == tote:
        return None
    if await tx.value(Q.bind_tote, site_id=batch.site_id, code=tote, fulfillment_id=stop.fulfillment_id):
        return None
    bound = await tx.row(Q.find_tote, _Bound, site_id=batch.site_id, code=tote)
    if bound and bound.fulfillment_id == stop.fulfillment_id:
        return Wrong("tote_full", f"{tote} is full. Scan an empty tote for slot {stop.slot}.")
    whose = f"belongs to order {bound.order_number}" if bound else "is just being emptied"
    return Wrong("tote_taken", f"{tote} {whose}. Scan an empty tote for slot {stop.slot}.")


async def go_on(tx: Tx, batch: Batch, stop: Stop, said: str) -> PickAnswer:
    """After a stop is done: finish what is complete, and stay at the bin when the next stop is there too."""
    await finish_if_complete(tx, stop.fulfillment_id)
    after = await current_stop(tx, batch)
    if after is None:
        await finish_batches(tx, [batch.id])
        return await tell_next(
            tx, batch, "done", f"{said} This cart is done. Bring its totes to the packing benches."
        )
    await tx.run(Q.stay_at_bin, pick_id=after.id, place=f"bin:{stop.bin}")
    return await tell_next(tx, batch, "put", said)


async def stop_unwanted(tx: Tx, batch: Batch, stop: Stop) -> PickAnswer:
    """An order that was canceled, merged or held leaves the cart; what it has in totes is set aside."""
    totes = await withdraw(tx, [stop.fulfillment_id], over=stop.order_state in OVER)
    await finish_batches(tx, [batch.id])
    became = stop.order_state if stop.order_state in OVER else "held"
    hand = f" Put the {stop.counted} in your hand back into {stop.bin}." if stop.counted else ""
    aside = f" Set {', '.join(totes)} aside: what is in it goes back to its bins." if totes else ""
    said = f"Order {stop.order_number} was {became}.{hand}{aside} Go on with the next."
    return await tell_next(tx, batch, f"order_{became}", said, accepted=False, put_back=totes)


async def stop_changed(tx: Tx, batch: Batch, stop: Stop) -> PickAnswer:
    """Of a changed order, or a held part, fewer units are wanted than the cart was to take: it goes on with what is left."""
    await follow_changes(tx, [stop.order_id])
    after = await current_stop(tx, batch)
    kept = after.counted if after and after.id == stop.id else 0
    hand = f" Put {stop.counted - kept} in your hand back into {stop.bin}." if stop.counted > kept else ""
    totes = await tx.values(Q.totes_with_surplus, fulfillment_id=stop.fulfillment_id)
    aside = f" What is too much in {', '.join(totes)} goes back to its bin." if totes else ""
    why = f"{stop.name} of order {stop.order_number} is held: leave it."
    if not stop.held:
        why = f"Order {stop.order_number} was changed: fewer of {stop.name} are wanted."
    code = "line_held" if stop.held else "order_changed"
    said = f"{why}{hand}{aside} Go on with what is shown."
    return await tell_next(tx, batch, code, said, accepted=False, put_back=totes)


async def tell_next(
    tx: Tx, batch: Batch, code: str, message: str, *, accepted: bool = True, put_back: list[str] | None = None
) -> PickAnswer:
    """Return the answer to a picker: what happened, and what to scan next."""
    stops = await tx.rows(Q.stops_ahead, Stop, batch_id=batch.id)
    done, lines = (await tx.tuples(Q.progress, batch_id=batch.id))[0]
    stop = stops[0] if stops else None
    return PickAnswer(
        accepted=accepted,
        code=code,
        message=message,
        expects=stop.task.expects if stop else Step.NOTHING,
        batch_id=batch.id,
        batch_number=batch.number,
        batch_state=batch.state if stop else BatchState.PICKED,
        done=done,
        lines=lines,
        stop=_out(stop) if stop else None,
        then=stops[1].bin if len(stops) > 1 else None,
        put_back=put_back or [],
    )


def _out(stop: Stop) -> StopOut:
    return StopOut(
        pick_id=stop.id,
        bin=stop.bin,
        sku=stop.sku,
        name=stop.name,
        picture=stop.picture,
        serials=stop.serials,
        quantity=stop.quantity - stop.short,
        counted=stop.counted,
        done=stop.picked,
        order_number=stop.order_number,
        slot=stop.slot or 0,
        tote=stop.tote,
        last_digits=min(stop.codes, key=stop.codes.__getitem__)[-4:] if stop.codes else "",
    )
