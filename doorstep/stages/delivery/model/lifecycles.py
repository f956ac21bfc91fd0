"""The life cycles of the last mile: a stop over all its attempts, and a van's route."""

from enum import StrEnum

from doorstep.platform.machine import Machine


class StopState(StrEnum):
    """Where a parcel of our own fleet is on its way to the door."""

    EXPECTED = "expected"
    AT_CENTER = "at_center"
    PLANNED = "planned"
    LOADED = "loaded"
    OUT = "out"
    ARRIVED = "arrived"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class StopAct(StrEnum):
    """What is done with a stop."""

    SCAN_IN = "scan_in"
    PLAN = "plan"
    UNPLAN = "unplan"
    LOAD = "load"
    DEPART = "depart"
    ARRIVE = "arrive"
    DELIVER = "deliver"
    FAIL = "fail"
    UNDO = "undo"
    RETURN = "return"
    WITHDRAW = "withdraw"


_S = StopState
STOP = Machine(
    kind="stop",
    table="delivery.stops",
    start=_S.EXPECTED,
    moves={
        StopAct.SCAN_IN: {_S.EXPECTED: _S.AT_CENTER, _S.FAILED: _S.AT_CENTER},
        StopAct.PLAN: {_S.AT_CENTER: _S.PLANNED},
        StopAct.UNPLAN: {_S.PLANNED: _S.AT_CENTER, _S.LOADED: _S.AT_CENTER},
        StopAct.LOAD: {_S.PLANNED: _S.LOADED},
        StopAct.DEPART: {_S.LOADED: _S.OUT},
        StopAct.ARRIVE: {_S.OUT: _S.ARRIVED},
        StopAct.DELIVER: {_S.OUT: _S.DELIVERED, _S.ARRIVED: _S.DELIVERED},
        StopAct.FAIL: {_S.OUT: _S.FAILED, _S.ARRIVED: _S.FAILED},
        StopAct.UNDO: {_S.FAILED: _S.OUT},
        StopAct.RETURN: {_S.FAILED: _S.RETURNED, _S.AT_CENTER: _S.RETURNED},
        StopAct.WITHDRAW: {_S.EXPECTED: _S.WITHDRAWN, _S.AT_CENTER: _S.WITHDRAWN},
    },
    notes=("pin_wrong", "eta_changed", "resequenced", "place_corrected", "window_wished", "last_attempt"),
)


class RouteState(StrEnum):
    """Where a van's tour is."""

    PLANNED = "planned"
    LOADING = "loading"
    DRIVING = "driving"
    FINISHED = "finished"
    CANCELED = "canceled"


class RouteAct(StrEnum):
    """What is done with a route."""

    TAKE = "take"
    DEPART = "depart"
    FINISH = "finish"
    CANCEL = "cancel"


ROUTE = Machine(
    kind="route",
    table="delivery.routes",
    start=RouteState.PLANNED,
    moves={
        RouteAct.TAKE: {RouteState.PLANNED: RouteState.LOADING},
        RouteAct.DEPART: {RouteState.LOADING: RouteState.DRIVING},
        RouteAct.FINISH: {RouteState.DRIVING: RouteState.FINISHED},
        RouteAct.CANCEL: {RouteState.PLANNED: RouteState.CANCELED, RouteState.LOADING: RouteState.CANCELED},
    },
    notes=("changed", "change_seen"),
)

MACHINES = (STOP, ROUTE)

UNDER_WAY = (_S.OUT, _S.ARRIVED)
"""In the van, not at the door yet."""
