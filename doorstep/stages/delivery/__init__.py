"""Delivery: the last mile: routes, drivers, stops, proof at the doorstep."""

from doorstep.stages.delivery.acts.asking import propose
from doorstep.stages.delivery.acts.changing import cancel, insert, resequence, see_changes, take_off
from doorstep.stages.delivery.acts.driving import arrive, depart, finish, load, take
from doorstep.stages.delivery.acts.expecting import correct_place, expect, scan_in, wish_window, withdraw
from doorstep.stages.delivery.acts.following import last_positions, record_positions
from doorstep.stages.delivery.acts.handing import (
    deliver,
    deliver_each,
    fail,
    photo_of,
    proofs_of,
    send_back,
    undo,
)
from doorstep.stages.delivery.acts.planning import accept, day_facts, drop, keep_proposal
from doorstep.stages.delivery.model import (
    FailReason,
    Failure,
    Handing,
    Place,
    Position,
    Proof,
    ProofKind,
    ScanVerdict,
)

__all__ = [
    "FailReason",
    "Failure",
    "Handing",
    "Place",
    "Position",
    "Proof",
    "ProofKind",
    "ScanVerdict",
    "accept",
    "arrive",
    "cancel",
    "correct_place",
    "day_facts",
    "deliver",
    "deliver_each",
    "depart",
    "drop",
    "expect",
    "fail",
    "finish",
    "insert",
    "keep_proposal",
    "last_positions",
    "load",
    "photo_of",
    "proofs_of",
    "propose",
    "record_positions",
    "resequence",
    "scan_in",
    "see_changes",
    "send_back",
    "take",
    "take_off",
    "undo",
    "wish_window",
    "withdraw",
]
