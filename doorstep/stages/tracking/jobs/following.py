"""Reactions: the promise at acceptance, a tracker for every label, our own first scan at hand-over, and the hours of silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.acts import arriving, calls, windows
from doorstep.stages.tracking.acts.recording import record
from doorstep.stages.tracking.acts.telling import owe
from doorstep.stages.tracking.model import Message, Scan, Status

Q = Statements("doorstep.stages.tracking")


@dataclass(frozen=True, slots=True)
class Left:
    """Where and when a parcel left the house."""

    parcel_id: UUID
    number: str
    place: str
    lat: float
    lon: float
    zone: str
    at: datetime


async def make_promise(tx: Tx, order_ids: list[UUID]) -> None:
    """Promise a window and owe the confirmation."""
    await windows.promise(tx, order_ids)


async def promise_awaited(tx: Tx, order_ids: list[UUID]) -> None:
    """Promise what is held for nothing but goods that are awaited on a day."""
    await windows.promise_awaited(tx, order_ids)


async def reckon_arrival(tx: Tx, order_ids: list[UUID]) -> None:
    """An order of which the rest was called off may be there as it is."""
    await arriving.note_arrivals(tx, order_ids)


async def confirm_cancel(tx: Tx, order_ids: list[UUID]) -> None:
    """Tell the customer that the order is canceled."""
    await owe(tx, [Message(order_id, "order_canceled", "canceled") for order_id in order_ids])


async def tell_merged(tx: Tx, order_ids: list[UUID]) -> None:
    """Tell the customer with which order a merged one travels."""
    merged = await tx.tuples(Q.merged_orders, order_ids=order_ids)
    await owe(
        tx,
        [Message(order_id, "order_merged", "merged", None, {"into": number}) for order_id, number in merged],
    )


async def start_tracker(tx: Tx, label_ids: list[UUID]) -> None:
    """Start following the parcel."""
    await calls.start(tx, label_ids)


async def cancel_tracker(tx: Tx, label_ids: list[UUID]) -> None:
    """A voided label's story ends, unless the parcel moves under it after all."""
    found = await tx.tuples(Q.parcels_of_labels, label_ids=label_ids)
    await record(
        tx,
        [
            Scan(
                parcel_id=parcel_id,
                number=number,
                status=Status.CANCELED,
                raw_code="label_voided",
                occurred_at=tx.now,
                via="person",
            )
            for parcel_id, number in found
        ],
    )


async def hand_over(tx: Tx, parcel_ids: list[UUID]) -> None:
    """Our own scan at the dock is the first of the journey, whatever the carrier says and when."""
    left: Sequence[Left] = await tx.rows(Q.handed_over, Left, parcel_ids=parcel_ids)
    await record(
        tx,
        [
            Scan(
                parcel_id=one.parcel_id,
                number=one.number,
                status=Status.PICKED_UP,
                raw_code="handed_over",
                place=one.place,
                lat=one.lat,
                lon=one.lon,
                zone=one.zone,
                occurred_at=one.at,
                via="person",
            )
            for one in left
        ],
    )


async def listen_to_silence(tx: Tx, _tenants: list[UUID]) -> None:
    """Move the windows that silence has overtaken."""
    while await windows.hear_silence(tx):
        pass
