"""At the door: delivered with proof, failed with reason, a slip of the finger taken back, returned to the sender."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.statements import Statements
from doorstep.stages import tracking
from doorstep.stages.delivery.acts.expecting import DoorFacts, facts_of
from doorstep.stages.delivery.acts.telling import Report, tell_reports, tell_scans
from doorstep.stages.delivery.model import (
    STOP,
    TOLD_AS,
    FailReason,
    Failure,
    Handing,
    Place,
    Proof,
    ProofKind,
    StopAct,
    StopState,
)
from doorstep.stages.delivery.rules.doors import (
    FAR_M,
    PIN_TRIES_MAX,
    UNDO_S,
    NextStep,
    after_failure,
    distance_m,
    proof_faults,
    same_pin,
    seal,
)

Q = Statements("doorstep.stages.delivery")

CLOCK_SKEW = timedelta(hours=24)
"""A device may report late, but not from another day; beyond it our own time counts."""


@dataclass(frozen=True, slots=True)
class Tries:
    """The failed tries of a stop that were not taken back."""

    stop_id: UUID
    tries: int
    last_attempt: int
    last_at: datetime
    last_reason: str


@dataclass(frozen=True, slots=True)
class Handed:
    """What a delivery was recorded as.

    Attributes:
        distance_m: of the device from the address, if it said where it was.
        far: whether that is so far that a person should look.
        again: it was recorded before; nothing changed.
    """

    stop_id: UUID
    distance_m: int | None
    far: bool
    again: bool


@dataclass(frozen=True, slots=True)
class PinWrong:
    """The PIN was wrong; the count is kept, so this is an answer and not an exception that would undo it."""

    stop_id: UUID
    tries_left: int

    @property
    def message(self) -> str:
        """What the driver does next."""
        if self.tries_left:
            return f"The PIN is wrong; {self.tries_left} tries left. Ask again, or take a signature or photo."
        return "The PIN was wrong too often. Take a signature or a photo."


async def deliver(tx: Tx, handing: Handing) -> Handed | PinWrong:
    """Record a delivery with its proof; the story, the order and the customer follow. The same report twice is one delivery.

    A wrong PIN is counted and answered; everything else that does not fit is refused.

    Raises:
        Refused: no such stop, not under way, the proof is incomplete, or the PIN was tried too often.
    """
    return (await deliver_each(tx, [handing]))[0]


async def deliver_each(tx: Tx, handings: Sequence[Handing]) -> list[Handed | PinWrong]:
    """Record deliveries of different stops, as a device reports them that was without network; each gets its own answer.

    Raises:
        Refused: as `deliver`; then nothing of all is recorded.
    """
    stops = await facts_of(tx, [one.stop_id for one in handings])
    answers: list[Handed | PinWrong] = []
    done: list[_Done] = []
    for handing in handings:
        stop = stops[handing.stop_id]
        far_m = distance_m(handing.place, stop.lat, stop.lon)
        if stop.state == StopState.DELIVERED:
            answers.append(Handed(stop.id, far_m, far=False, again=True))
            continue
        if stop.state not in {StopState.OUT, StopState.ARRIVED}:
            raise Refused(
                Reason.CONFLICT,
                f"{stop.tracking_number} is {stop.state}. Only a parcel under way can be delivered.",
            )
        if faults := proof_faults(handing):
            raise invalid(faults)
        if handing.kind is ProofKind.PIN and (wrong := await _wrong_pin(tx, stop, handing.pin)):
            answers.append(wrong)
            continue
        done.append(_Done(stop, handing, far_m, when(tx.now, handing.occurred_at)))
        answers.append(Handed(stop.id, far_m, far=far_m is not None and far_m > FAR_M, again=False))
    if done:
        await _write_done(tx, done)
    return answers


@dataclass(frozen=True, slots=True)
class _Done:
    """A delivery that is right."""

    stop: DoorFacts
    handing: Handing
    far_m: int | None
    at: datetime

    @property
    def attempt(self) -> int:
        """Which try at the door it was."""
        return self.stop.attempt + 1


async def _write_done(tx: Tx, done: Sequence[_Done]) -> None:
    await tx.run(Q.count_attempt, ids=[one.stop.id for one in done])
    tried = [
        _Attempt(one.stop, "delivered", None, one.handing.received_by, one.handing.place, one.far_m, one.at)
        for one in done
    ]
    await _add_attempts(tx, tried)
    await _add_proofs(tx, done)
    facts = {
        one.stop.id: {
            "proof": one.handing.kind,
            "attempt": one.attempt,
            "distance_m": one.far_m,
            "at": one.at,
        }
        for one in done
    }
    await journal.move_all(tx, STOP, StopAct.DELIVER, list(facts), facts)
    reports = [Report(one.stop, one.at, _spot(one.handing.place)) for one in done]
    await tell_reports(tx, reports, tracking.Status.DELIVERED, "delivered")


async def _wrong_pin(tx: Tx, stop: DoorFacts, said: str) -> PinWrong | None:
    """Judge a PIN; only the server counts, and after too many tries no PIN is right any more."""
    if stop.pin_tries >= PIN_TRIES_MAX:
        fault = Fault("/pin", "too_often", "Take a signature or a photo.")
        raise Refused(Reason.CONFLICT, "The PIN was wrong too often. Take a signature or a photo.", [fault])
    if same_pin(said, stop.pin):
        return None
    await tx.run(Q.count_pin_try, id=stop.id)
    await journal.note(tx, STOP, "pin_wrong", [stop.id], {"tries": stop.pin_tries + 1})
    return PinWrong(stop.id, PIN_TRIES_MAX - stop.pin_tries - 1)


async def _add_proofs(tx: Tx, done: Sequence[_Done]) -> None:
    places = [one.handing.place for one in done]
    await tx.run(
        Q.add_proofs,
        stop_ids=[one.stop.id for one in done],
        attempts=[one.attempt for one in done],
        kinds=[str(one.handing.kind) for one in done],
        received_bys=[one.handing.received_by for one in done],
        signatures=[one.handing.signature or None for one in done],
        photos=[one.handing.photo or None for one in done],
        lats=[place.lat if place else None for place in places],
        lons=[place.lon if place else None for place in places],
        accuracy_ms=[place.accuracy_m if place else None for place in places],
        distance_ms=[one.far_m for one in done],
        sha256s=[seal(str(one.stop.id), one.attempt, one.handing, one.far_m, one.at) for one in done],
        occurred_ats=[one.at for one in done],
    )


async def fail(tx: Tx, failure: Failure) -> NextStep:
    """Record why a parcel was not handed over, and say what follows: another attempt of the same stop, or the way back.

    Raises:
        Refused: no such stop, or not under way.
    """
    stop = (await facts_of(tx, [failure.stop_id]))[failure.stop_id]
    if stop.state == StopState.FAILED:
        tries = await _tries(tx, [stop.id])
        said = tries.get(stop.id)
        return after_failure(
            FailReason(said.last_reason) if said else failure.reason, said.tries if said else 1
        )
    if stop.state not in {StopState.OUT, StopState.ARRIVED}:
        raise Refused(
            Reason.CONFLICT, f"{stop.tracking_number} is {stop.state}. Only a parcel under way can fail."
        )
    at = when(tx.now, failure.occurred_at)
    far_m = distance_m(failure.place, stop.lat, stop.lon)
    before = (await _tries(tx, [stop.id])).get(stop.id)
    step = after_failure(failure.reason, (before.tries if before else 0) + 1)
    await tx.run(Q.count_attempt, ids=[stop.id])
    await _add_attempts(
        tx, [_Attempt(stop, "failed", failure.reason, failure.note, failure.place, far_m, at)]
    )
    facts = {"reason": failure.reason, "attempt": stop.attempt + 1, "again": step.again, "distance_m": far_m}
    await journal.move_all(tx, STOP, StopAct.FAIL, [stop.id], facts)
    if not step.again:
        await journal.note(tx, STOP, "last_attempt", [stop.id], {"reason": failure.reason})
    await tell_scans(
        tx,
        [stop],
        tracking.Status.ATTEMPT_FAILED,
        f"failed_{failure.reason}",
        occurred_at=at,
        reason=TOLD_AS[failure.reason],
        at=_spot(failure.place),
    )
    return step


async def undo(tx: Tx, stop_id: UUID) -> None:
    """Take a failure back that was a slip of the finger: within ten minutes, while the van is under way.

    Raises:
        Refused: no such stop, not failed, too late, or the van is back.
    """
    stop = (await facts_of(tx, [stop_id]))[stop_id]
    if stop.state == StopState.OUT:
        return
    said = (await _tries(tx, [stop_id])).get(stop_id)
    if stop.state != StopState.FAILED or said is None or stop.route_state != "driving":
        raise Refused(Reason.CONFLICT, "There is nothing to take back. Ask dispatch if something is wrong.")
    if (tx.now - said.last_at).total_seconds() > UNDO_S:
        raise Refused(Reason.CONFLICT, "That was more than ten minutes ago. Ask dispatch to mend it.")
    await tx.run(Q.undo_attempt, stop_id=stop_id, attempt=said.last_attempt)
    await journal.move_all(tx, STOP, StopAct.UNDO, [stop_id], {"attempt": said.last_attempt})
    await tell_scans(tx, [stop], tracking.Status.OUT_FOR_DELIVERY, "undone")


async def send_back(tx: Tx, stop_ids: Sequence[UUID]) -> journal.Moves:
    """Return parcels to their senders; those that are not back at the center are refused in the answer."""
    moves = await journal.move(tx, STOP, StopAct.RETURN, stop_ids)
    if moves.moved:
        stops = list((await facts_of(tx, moves.moved)).values())
        await tx.run(Q.unseat_stops, ids=moves.moved)
        await tell_scans(tx, stops, tracking.Status.RETURNED, "returned")
    return moves


async def proofs_of(tx: Tx, order_id: UUID) -> list[Proof]:
    """Return what proves the deliveries of an order, oldest first; pictures are fetched on their own."""
    return await tx.rows(Q.proofs_shown, Proof, order_ids=[order_id], stop_ids=[])


async def photo_of(tx: Tx, stop_id: UUID, merchant_id: UUID | None = None) -> bytes | None:
    """Return the picture of a stop's proof, or None."""
    photo: bytes | None = await tx.value(Q.photo, stop_id=stop_id, merchant_id=merchant_id)
    return photo


def when(now: datetime, said: datetime | None) -> datetime:
    """Return when something happened: as the device says, but never in the future and never from another day."""
    if said is None or said > now or now - said > CLOCK_SKEW:
        return now
    return said


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A try at a door."""

    stop: DoorFacts
    outcome: str
    reason: FailReason | None
    note: str
    place: Place | None
    far_m: int | None
    at: datetime


async def _add_attempts(tx: Tx, tried: Sequence[_Attempt]) -> None:
    places = [one.place for one in tried]
    await tx.run(
        Q.add_attempts,
        stop_ids=[one.stop.id for one in tried],
        attempts=[one.stop.attempt + 1 for one in tried],
        route_ids=[one.stop.route_id for one in tried],
        outcomes=[one.outcome for one in tried],
        reasons=[one.reason for one in tried],
        notes=[one.note[:500] for one in tried],
        drivers=[tx.actor] * len(tried),
        lats=[place.lat if place else None for place in places],
        lons=[place.lon if place else None for place in places],
        distance_ms=[one.far_m for one in tried],
        occurred_ats=[one.at for one in tried],
    )


async def _tries(tx: Tx, stop_ids: Sequence[UUID]) -> dict[UUID, Tries]:
    return {one.stop_id: one for one in await tx.rows(Q.tries_of, Tries, ids=list(stop_ids))}


def _spot(place: Place | None) -> tuple[float, float] | None:
    return (place.lat, place.lon) if place else None
