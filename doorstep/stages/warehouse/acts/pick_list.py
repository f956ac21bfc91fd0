"""Picking by list: the work of whole carts is reported at once, as paper lists, voice terminals and robots do.

The rules are those of single scans: every reported stop is judged as its three scans would be, one after the other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.journal import move, move_all, note
from doorstep.platform.statements import Statements
from doorstep.stages.catalog import Serials
from doorstep.stages.inventory import Movement
from doorstep.stages.inventory import move as move_goods
from doorstep.stages.warehouse.acts.answers import Hand
from doorstep.stages.warehouse.acts.follow import follow_changes
from doorstep.stages.warehouse.acts.pick import Batch, Stop
from doorstep.stages.warehouse.acts.withdraw import OVER, finish_batches, withdraw
from doorstep.stages.warehouse.model import BATCH, FULFILLMENT, BatchAct, BatchState, FulfillmentAct
from doorstep.stages.warehouse.rules.scanning import Arrive, Count, Put, Wrong, judge

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True)
class Reported:
    """One stop as it was done: what was scanned or read there.

    Attributes:
        code: of the item; it counts `quantity` times.
        tote: into which the units went.
    """

    pick_id: UUID
    bin: str
    code: str
    quantity: int
    tote: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A report that does not fit: a stable name, and what to do. Nothing of it was counted."""

    pick_id: UUID
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Put:
    stop: Stop
    batch: Batch
    tote: str
    units: int


async def take_carts(tx: Tx, hand: Hand, batch_ids: Sequence[UUID]) -> dict[UUID, list[Stop]]:
    """Take carts, or go on with one's own; return their stops in the order of the walks.

    Raises:
        Refused: there is no such cart, it is finished, or somebody else has it.
    """
    batches = await _lock(tx, batch_ids)
    for batch in batches.values():
        if batch.state not in (BatchState.PLANNED, BatchState.PICKING):
            raise Refused(Reason.CONFLICT, f"Cart {batch.number} is {batch.state}. Get the next one.")
        if batch.state == BatchState.PICKING and batch.holder != hand.holder:
            raise Refused(Reason.CONFLICT, f"Cart {batch.number} is with {batch.picker}. Get another.")
    new = [batch.id for batch in batches.values() if batch.state == BatchState.PLANNED]
    await move_all(tx, BATCH, BatchAct.TAKE, new, {"picker": hand.shown})
    await move(tx, FULFILLMENT, FulfillmentAct.START_PICK, await tx.values(Q.riding, batch_ids=new))
    await tx.run(Q.set_holders, batch_ids=new, holder=hand.holder, picker=hand.shown)
    stops: dict[UUID, list[Stop]] = {batch_id: [] for batch_id in batches}
    for batch_id, *facts in await tx.tuples(Q.stops_of_carts, batch_ids=list(batches)):
        stops[batch_id].append(Stop(*facts))
    return stops


async def report_picks(
    tx: Tx, hand: Hand, batch_ids: Sequence[UUID], reports: Sequence[Reported]
) -> list[Rejected]:
    """Count what was picked at the stops of one's carts; return the reports that do not fit.

    Orders that were canceled or held meanwhile leave their carts; the stops of changed ones are smaller afterward; carts with
    nothing ahead are finished.

    Raises:
        Refused: there is no such cart, it is not this hand's, or less lies in a bin than was reported.
    """
    batches = await _lock(tx, batch_ids)
    for batch in batches.values():
        if batch.holder != hand.holder or batch.state != BatchState.PICKING:
            raise Refused(Reason.CONFLICT, f"Cart {batch.number} is not yours to pick. Take it first.")
    stops = {
        facts[0]: (batches[batch_id], Stop(*facts))
        for batch_id, *facts in await tx.tuples(Q.stops_of_carts, batch_ids=list(batches))
    }
    rejected: list[tuple[Stop | None, Rejected]] = []
    puts: list[_Put] = []
    for one in reports:
        judged = _nameless(one, *stops[one.pick_id]) if one.pick_id in stops else _gone(one)
        if isinstance(judged, _Put):
            puts.append(judged)
        else:
            rejected.append((stops[one.pick_id][1] if one.pick_id in stops else None, judged))
    puts = await _bind(tx, puts, rejected)
    await _count(tx, puts)
    await _note_wrong(tx, rejected)
    await follow_changes(tx, sorted({stop.order_id for _, stop in stops.values() if stop.changed}))
    await _set_aside(tx, [stop for _, stop in stops.values()])
    await move(
        tx,
        FULFILLMENT,
        FulfillmentAct.FINISH_PICK,
        await tx.values(Q.picked_whole, fulfillment_ids=list({put.stop.fulfillment_id for put in puts})),
    )
    await finish_batches(tx, list(batches))
    return [one for _, one in rejected]


async def _lock(tx: Tx, batch_ids: Sequence[UUID]) -> dict[UUID, Batch]:
    batches = {one.id: one for one in await tx.rows(Q.lock_batches, Batch, batch_ids=list(batch_ids))}
    for batch_id in batch_ids:
        if batch_id not in batches:
            raise unknown("cart", batch_id)
    return batches


def _gone(one: Reported) -> Rejected:
    return Rejected(one.pick_id, "not_here", "This stop is not ahead of these carts. Look at them again.")


def _nameless(one: Reported, batch: Batch, stop: Stop) -> _Put | Rejected:
    """Judge a reported stop, unless its units are taken by number: a report does not name them."""
    if stop.serials != Serials.ALL:
        return _judge(one, batch, stop)
    said = f"Each {stop.name} has a serial number. Pick it with a scanner."
    return Rejected(one.pick_id, "serial_needed", said)


def _judge(one: Reported, batch: Batch, stop: Stop) -> _Put | Rejected:
    """Judge a reported stop as its scans: bin, item, tote."""
    if not stop.wanted or stop.changed:
        changed = "line_held" if stop.held else "order_changed"
        code = changed if stop.wanted else f"order_{stop.order_state}"
        what = "changed, or a part of it held" if stop.wanted else "canceled, held or merged"
        said = f"Order {stop.order_number} was {what}. Put the units back into {stop.bin}, and look at the cart again."
        return Rejected(one.pick_id, code, said)
    task = stop.task
    arrived = judge(task, one.bin)
    if not isinstance(arrived, Arrive):
        wrong = Wrong("wrong_bin", f"Reported {one.bin}, expected the bin {stop.bin}.")
        return Rejected(one.pick_id, wrong.code, wrong.message)
    counted = judge(replace(task, arrived=True), one.code, one.quantity)
    if isinstance(counted, Wrong):
        return Rejected(one.pick_id, counted.code, counted.message)
    if not isinstance(counted, Count):
        return Rejected(one.pick_id, "wrong_item", f"Reported {one.code}, expected {stop.name} ({stop.sku}).")
    units = stop.counted + counted.units
    put = judge(replace(task, arrived=True, counted=units, left=stop.left - counted.units), one.tote)
    if isinstance(put, Put):
        return _Put(stop, batch, put.tote, units)
    message = put.message if isinstance(put, Wrong) else f"{one.tote} is no tote. Report a tote's number."
    return Rejected(one.pick_id, put.code if isinstance(put, Wrong) else "wrong_tote", message)


async def _bind(tx: Tx, puts: Sequence[_Put], rejected: list[tuple[Stop | None, Rejected]]) -> list[_Put]:
    """Keep what goes into totes of the right order; empty totes become it, first come first served."""
    wanted: dict[tuple[UUID, str], UUID] = {}
    for put in puts:
        if put.stop.tote != put.tote:
            wanted.setdefault((put.batch.site_id, put.tote), put.stop.fulfillment_id)
    bound = set()
    if wanted:
        bound = set(
            await tx.tuples(
                Q.bind_totes,
                site_ids=[site_id for site_id, _ in wanted],
                codes=[code for _, code in wanted],
                fulfillment_ids=list(wanted.values()),
            )
        )
    kept = []
    for put in puts:
        key = (put.batch.site_id, put.tote)
        if put.stop.tote == put.tote or (key in bound and wanted[key] == put.stop.fulfillment_id):
            kept.append(put)
            continue
        said = f"{put.tote} is in use. Take an empty tote for order {put.stop.order_number}."
        rejected.append((put.stop, Rejected(put.stop.id, "tote_taken", said)))
    return kept


async def _count(tx: Tx, puts: Sequence[_Put]) -> None:
    if not puts:
        return
    await move_goods(
        tx,
        [
            Movement(
                site_id=put.batch.site_id,
                product_id=put.stop.product_id,
                from_place=f"bin:{put.stop.bin}",
                to_place=f"tote:{put.tote}",
                quantity=put.units,
                reason="pick",
                reference=put.stop.id,
                order_id=put.stop.order_id,
            )
            for put in puts
        ],
    )
    await tx.run(Q.put_all, pick_ids=[put.stop.id for put in puts], unitss=[put.units for put in puts])


async def _note_wrong(tx: Tx, rejected: Sequence[tuple[Stop | None, Rejected]]) -> None:
    """Write wrong reports into the histories of their orders, one entry each."""
    said: Mapping[UUID, list[dict[str, str]]] = defaultdict(list)
    for stop, one in rejected:
        if stop is not None and stop.wanted:
            facts = {"code": one.code, "said": one.message, "bin": stop.bin, "sku": stop.sku}
            said[stop.fulfillment_id].append(facts)
    notes = {fulfillment_id: {**wrong[0], "reports": len(wrong)} for fulfillment_id, wrong in said.items()}
    await note(tx, FULFILLMENT, "wrong_scan", list(notes), notes)


async def _set_aside(tx: Tx, stops: Sequence[Stop]) -> None:
    for over in (True, False):
        ids = {
            stop.fulfillment_id for stop in stops if not stop.wanted and (stop.order_state in OVER) is over
        }
        if ids:
            await withdraw(tx, sorted(ids), over=over)
