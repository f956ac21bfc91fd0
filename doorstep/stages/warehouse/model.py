"""The words of the floor: fulfillment orders, batches, parcels and their life cycles."""

from enum import StrEnum

from doorstep.platform.machine import Machine


class FulfillmentState(StrEnum):
    """How far a site is with its part of an order."""

    WAITING = "waiting"
    BATCHED = "batched"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    SHORT = "short"
    CANCELED = "canceled"


class FulfillmentAct(StrEnum):
    """What is done to a fulfillment order."""

    BATCH = "batch"
    UNBATCH = "unbatch"
    START_PICK = "start_pick"
    FINISH_PICK = "finish_pick"
    PACK = "pack"
    HAND_OVER = "hand_over"
    SHORT = "short"
    RELEASE = "release"
    CANCEL = "cancel"


_F = FulfillmentState
FULFILLMENT = Machine(
    kind="fulfillment",
    table="warehouse.fulfillments",
    start=_F.WAITING,
    moves={
        FulfillmentAct.BATCH: {_F.WAITING: _F.BATCHED},
        FulfillmentAct.UNBATCH: {_F.BATCHED: _F.WAITING, _F.PICKING: _F.WAITING},
        FulfillmentAct.START_PICK: {_F.BATCHED: _F.PICKING},
        FulfillmentAct.FINISH_PICK: {_F.PICKING: _F.PICKED, _F.WAITING: _F.PICKED},
        FulfillmentAct.PACK: {_F.PICKED: _F.PACKED},
        FulfillmentAct.HAND_OVER: {_F.PACKED: _F.HANDED_OVER},
        FulfillmentAct.SHORT: {
            _F.WAITING: _F.SHORT,
            _F.BATCHED: _F.SHORT,
            _F.PICKING: _F.SHORT,
            _F.PICKED: _F.SHORT,
        },
        FulfillmentAct.RELEASE: {_F.SHORT: _F.WAITING},
        FulfillmentAct.CANCEL: {
            _F.WAITING: _F.CANCELED,
            _F.BATCHED: _F.CANCELED,
            _F.PICKING: _F.CANCELED,
            _F.PICKED: _F.CANCELED,
            _F.PACKED: _F.CANCELED,
            _F.SHORT: _F.CANCELED,
        },
    },
    notes=("extended", "picked_short", "wrong_scan", "put_back"),
)


class BatchState(StrEnum):
    """Where a cart is."""

    PLANNED = "planned"
    PICKING = "picking"
    PICKED = "picked"
    CANCELED = "canceled"


class BatchAct(StrEnum):
    """What is done with a cart."""

    TAKE = "take"
    FINISH = "finish"
    GIVE_BACK = "give_back"
    CANCEL = "cancel"


BATCH = Machine(
    kind="batch",
    table="warehouse.batches",
    start=BatchState.PLANNED,
    moves={
        BatchAct.TAKE: {BatchState.PLANNED: BatchState.PICKING},
        BatchAct.FINISH: {BatchState.PICKING: BatchState.PICKED},
        BatchAct.GIVE_BACK: {BatchState.PICKING: BatchState.PLANNED},
        BatchAct.CANCEL: {BatchState.PLANNED: BatchState.CANCELED, BatchState.PICKING: BatchState.CANCELED},
    },
)


class ParcelState(StrEnum):
    """How far a box is until it leaves the house; afterwards tracking tells its story."""

    OPEN = "open"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    CANCELED = "canceled"


class ParcelAct(StrEnum):
    """What is done to a box."""

    CLOSE = "close"
    HAND_OVER = "hand_over"
    CANCEL = "cancel"


PARCEL = Machine(
    kind="parcel",
    table="warehouse.parcels",
    start=ParcelState.OPEN,
    moves={
        ParcelAct.CLOSE: {ParcelState.OPEN: ParcelState.PACKED},
        ParcelAct.HAND_OVER: {ParcelState.PACKED: ParcelState.HANDED_OVER},
        ParcelAct.CANCEL: {ParcelState.OPEN: ParcelState.CANCELED, ParcelState.PACKED: ParcelState.CANCELED},
    },
    notes=("box_changed", "weighed"),
)

MACHINES = (FULFILLMENT, BATCH, PARCEL)
