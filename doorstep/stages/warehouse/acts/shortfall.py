"""Short picks: fewer units lie in a bin than planned. They are taken from another bin, another site, or nobody has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.journal import move, note
from doorstep.platform.statements import Statements
from doorstep.solvers.walk import Spot
from doorstep.stages.inventory import Short, Shorted
from doorstep.stages.inventory import short as short_goods
from doorstep.stages.orders import HoldReason, elsewhere, hold, note_moved, reject
from doorstep.stages.warehouse.acts.answers import Hand, PickAnswer, answered_once
from doorstep.stages.warehouse.acts.pick import (
    Batch,
    Stop,
    current_stop,
    go_on,
    held_batch,
    stop_unwanted,
    tell_next,
)
from doorstep.stages.warehouse.acts.plan import add_picks
from doorstep.stages.warehouse.acts.release import release
from doorstep.stages.warehouse.acts.withdraw import drop, finish_if_complete
from doorstep.stages.warehouse.model import FULFILLMENT, FulfillmentAct
from doorstep.stages.warehouse.rules.allocation import Need, Shelves, Taken
from doorstep.stages.warehouse.rules.detour import best_detour
from doorstep.stages.warehouse.rules.floor import AisleLine, Shelf, floor_of

Q = Statements("doorstep.stages.warehouse")


class ShortReason(StrEnum):
    """Why units cannot be taken."""

    MISSING = "missing"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class _Standing:
    place: str
    aisle: int
    y_mm: int


async def short(
    tx: Tx, hand: Hand, batch_id: UUID, command_id: str, pick_id: UUID, reason: ShortReason
) -> PickAnswer:
    """Say that the rest of a stop cannot be taken from its bin; what is in the hand still goes into the tote.

    The units count as lost and the bin is to be counted. Their promise is made anew: from another bin of the site (a new
    stop of this walk, where it costs the least way), at another site (its own fulfillment order), or not at all; then the
    order is held for `out_of_stock`.

    Args:
        tx: the open transaction.
        hand: who picks.
        batch_id: the cart.
        command_id: chosen by the device; the same id again gets the same answer.
        pick_id: the stop, which must be the one the cart stands before, its bin scanned.
        reason: what is wrong.

    Raises:
        Refused: there is no such cart, somebody else has it, or the command id was used for something else.
    """
    batch = await held_batch(tx, hand, batch_id)

    async def act() -> PickAnswer:
        stop = await current_stop(tx, batch)
        if stop is None or stop.id != pick_id:
            return await tell_next(
                tx, batch, "not_here", "The cart has moved on from that stop.", accepted=False
            )
        if not stop.wanted:
            return await stop_unwanted(tx, batch, stop)
        if not stop.arrived:
            said = f"Go to {stop.bin} and scan it first: then what is missing is missing there."
            return await tell_next(tx, batch, "bin_first", said, accepted=False)
        if not stop.left:
            said = f"Nothing is missing: all {stop.counted} are in your hand. Scan the tote."
            return await tell_next(tx, batch, "nothing_missing", said, accepted=False)
        return await _shorten(tx, batch, stop, reason)

    return await answered_once(tx, command_id, ["short", batch_id, pick_id, reason], PickAnswer, act)


async def _shorten(tx: Tx, batch: Batch, stop: Stop, reason: ShortReason) -> PickAnswer:
    await tx.run(Q.lock_orders, order_ids=[stop.order_id])
    await tx.run(Q.lock_floor, site_id=batch.site_id)
    await tx.run(Q.short_pick, pick_id=stop.id, units=stop.left, reason=reason)
    asked = Short(
        order_id=stop.order_id,
        line_id=stop.line_id,
        site_id=batch.site_id,
        product_id=stop.product_id,
        place=f"bin:{stop.bin}",
        quantity=stop.left,
        elsewhere=await elsewhere(
            tx, (stop.line_id, stop.product_id, stop.left), stop.order_id, batch.site_id
        ),
    )
    [answer] = await short_goods(tx, [asked])
    here = sum(one.quantity for one in answer.replaced if one.site_id == batch.site_id)
    await tx.run(
        Q.shift_items,
        gone=stop.left - here,
        missing=answer.missing,
        fulfillment_id=stop.fulfillment_id,
        line_id=stop.line_id,
        product_id=stop.product_id,
    )
    facts = {
        "bin": stop.bin,
        "sku": stop.sku,
        "units": stop.left,
        "reason": reason,
        "other_bins": here,
        "other_sites": sum(one.quantity for one in answer.replaced) - here,
        "missing": answer.missing,
        "batch": batch.number,
    }
    await note(tx, FULFILLMENT, "picked_short", [stop.fulfillment_id], facts)
    if answer.missing:
        return await _hold(tx, batch, stop, answer, reason)
    found = await _other_bins(tx, batch, stop, here) if here else []
    if here and not found:
        return await _leave_cart(tx, batch, stop)
    said = f"Take {here} from {' and '.join(one.place for one in found)} instead. " if here else ""
    if here < stop.left:
        await _turn_elsewhere(tx, batch, stop, answer, reason)
        said += f"{stop.left - here} come from another site. "
    return await _carry_on(tx, batch, stop, said)


async def _turn_elsewhere(tx: Tx, batch: Batch, stop: Stop, answer: Shorted, reason: ShortReason) -> None:
    """The site lacks the goods: it is not asked for them for some days, and the others get to work."""
    await reject(tx, stop.order_id, batch.site_id, [stop.product_id], reason)
    others = [one.site_id for one in answer.replaced if one.site_id != batch.site_id]
    await note_moved(tx, stop.order_id, others)
    await release(tx, [stop.order_id])


async def _hold(tx: Tx, batch: Batch, stop: Stop, answer: Shorted, reason: ShortReason) -> PickAnswer:
    """Nobody has the units: the order waits with what it has, and the cart goes on without it."""
    await _turn_elsewhere(tx, batch, stop, answer, reason)
    await drop(tx, [stop.fulfillment_id])
    await move(tx, FULFILLMENT, FulfillmentAct.SHORT, [stop.fulfillment_id], {"missing": answer.missing})
    said = f"{answer.missing} of {stop.sku} are missing at {stop.bin}"
    await hold(tx, [stop.order_id], HoldReason.OUT_OF_STOCK, f"Short pick: {said}.")
    waits = f"{said} and nowhere else: order {stop.order_number} waits."
    return await go_on(tx, batch, stop, f"{waits}{_hand_back(stop)}{_aside(stop)}")


def _hand_back(stop: Stop) -> str:
    return f" Put the {stop.counted} in your hand back into {stop.bin}." if stop.counted else ""


def _aside(stop: Stop) -> str:
    return f" Set {stop.tote} aside for it." if stop.tote else ""


async def _leave_cart(tx: Tx, batch: Batch, stop: Stop) -> PickAnswer:
    """The site has the units, but in no bin right now (they are on their way back to one): another cart fetches them."""
    await release(tx, [stop.order_id])
    await drop(tx, [stop.fulfillment_id])
    await move(tx, FULFILLMENT, FulfillmentAct.UNBATCH, [stop.fulfillment_id], {"why": "no bin has it now"})
    said = f"No bin has the rest of {stop.sku} now: order {stop.order_number} is picked on with another cart."
    return await go_on(tx, batch, stop, f"{said}{_hand_back(stop)}{_aside(stop)}")


async def _other_bins(tx: Tx, batch: Batch, stop: Stop, units: int) -> Sequence[Taken]:
    """Add stops for `units` where the rest of the walk gets longer by the least; none when no bin has enough."""
    shelves = await tx.rows(Q.shelves, Shelf, site_id=batch.site_id, product_ids=[stop.product_id])
    ahead = await tx.tuples(Q.bins_ahead, batch_id=batch.id)
    known = {shelf.place for shelf in shelves}
    codes = list({stop.bin, *(bin_code for _, bin_code in ahead)} - known)
    standing = await tx.rows(Q.bins_at, _Standing, site_id=batch.site_id, codes=codes)
    passed = [Shelf(one.place, stop.product_id, one.aisle, one.y_mm, 0) for one in standing]
    aisles = await tx.rows(Q.aisles, AisleLine, site_id=batch.site_id)
    start = Spot(*(await tx.tuples(Q.site_start, site_id=batch.site_id))[0])
    floor = floor_of(aisles, [*shelves, *passed], start)
    stops = [(position, code) for position, code in ahead if code != stop.bin or position != stop.position]
    detours = {one.place: best_detour(floor, (stop.position, stop.bin), stops, one.place) for one in shelves}
    need = Need(stop.fulfillment_id, stop.line_id, stop.product_id, units)
    longer = {place: detour.longer_mm for place, detour in detours.items()}
    found = Shelves(shelves, longer).take([need]) or []
    picks = [(batch.id, detours[one.place].position, one) for one in found]
    await add_picks(tx, batch.site_id, picks)
    return found


async def _carry_on(tx: Tx, batch: Batch, stop: Stop, said: str) -> PickAnswer:
    """Go on with the walk; a fulfillment order with nothing left to pick here is picked, or over."""
    if stop.counted:
        return await tell_next(
            tx, batch, "short", f"{said}Scan the tote for the {stop.counted} in your hand."
        )
    left = await finish_if_complete(tx, stop.fulfillment_id)
    if left and not left.quantity and not left.missing:
        await move(
            tx, FULFILLMENT, FulfillmentAct.CANCEL, [stop.fulfillment_id], {"why": "moved to another site"}
        )
    answer = await go_on(tx, batch, stop, said)
    return answer if answer.code == "done" else await tell_next(tx, batch, "short", answer.message)
