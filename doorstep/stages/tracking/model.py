"""The words of tracking: the statuses of a parcel's story and the life of a message."""

from enum import StrEnum

from doorstep.platform.machine import Machine


class Status(StrEnum):
    """Where a parcel's story stands: our small vocabulary for every carrier's codes."""

    CREATED = "created"
    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    DELAYED = "delayed"
    HELD = "held"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    RETURNING = "returning"
    LOST = "lost"
    DAMAGED = "damaged"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELED = "canceled"


RANK = {
    Status.CREATED: 0,
    Status.INFO_RECEIVED: 10,
    Status.PICKED_UP: 20,
    Status.IN_TRANSIT: 30,
    Status.CUSTOMS: 35,
    Status.DELAYED: 40,
    Status.HELD: 41,
    Status.OUT_FOR_DELIVERY: 50,
    Status.ATTEMPT_FAILED: 55,
    Status.AVAILABLE_FOR_PICKUP: 60,
    Status.RETURNING: 70,
    Status.LOST: 75,
    Status.DAMAGED: 76,
    Status.DELIVERED: 80,
    Status.RETURNED: 85,
    Status.CANCELED: 90,
}
"""Breaks ties between scans of the same moment; never a ladder that a story must climb."""

FINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.LOST, Status.CANCELED})


class TrackerAct(StrEnum):
    """The fold of the scans says a new status: one act per status it may say."""

    INFORM = "fold_info_received"
    PICK_UP = "fold_picked_up"
    MOVE = "fold_in_transit"
    CLEAR_CUSTOMS = "fold_customs"
    DELAY = "fold_delayed"
    HOLD = "fold_held"
    GO_OUT = "fold_out_for_delivery"
    FAIL = "fold_attempt_failed"
    OFFER_PICKUP = "fold_available_for_pickup"
    TURN_BACK = "fold_returning"
    LOSE = "fold_lost"
    DAMAGE = "fold_damaged"
    DELIVER = "fold_delivered"
    RETURN = "fold_returned"
    CANCEL = "fold_canceled"


ACT = {Status(act.value.removeprefix("fold_")): act for act in TrackerAct}
"""The act that brings a tracker to a status."""

TRACKER = Machine(
    kind="tracker",
    table="tracking.trackers",
    start=Status.CREATED,
    moves={act: {was: now for was in Status if was is not now} for now, act in ACT.items()},
    notes=("window_changed",),
)


class MessageState(StrEnum):
    """Whether a customer was told."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    SUPERSEDED = "superseded"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


class MessageAct(StrEnum):
    """What becomes of a message."""

    SEND = "send"
    DONE = "done"
    SUPERSEDE = "supersede"
    SUPPRESS = "suppress"
    FAIL = "fail"
    RETRY = "retry"


_M = MessageState
MESSAGE = Machine(
    kind="message",
    table="tracking.messages",
    start=_M.OWED,
    moves={
        MessageAct.SEND: {_M.OWED: _M.SENDING},
        MessageAct.DONE: {_M.SENDING: _M.SENT},
        MessageAct.SUPERSEDE: {_M.OWED: _M.SUPERSEDED},
        MessageAct.SUPPRESS: {_M.OWED: _M.SUPPRESSED, _M.SENDING: _M.SUPPRESSED},
        MessageAct.FAIL: {_M.SENDING: _M.FAILED},
        MessageAct.RETRY: {_M.FAILED: _M.OWED, _M.SENDING: _M.OWED},
    },
)

MACHINES = (TRACKER, MESSAGE)
