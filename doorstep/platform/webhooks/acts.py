"""The verbs of webhooks: add, change, switch, rotate, ping, send again, replay; each in the caller's open transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.addresses import Network
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks import rules, signing
from doorstep.platform.webhooks.announcing import ERRAND, describe, wake
from doorstep.platform.webhooks.model import (
    ENDPOINT,
    ENDPOINTS_MAX,
    REPLAY_MAX,
    About,
    Endpoint,
    EndpointAct,
    EndpointState,
    OffWhy,
    Tells,
    Vocabulary,
    public_kinds,
    shared_kinds,
)

Q = Statements("doorstep.platform.webhooks")

LOOK_AGAIN_S = 30.0
"""An errand looks for what became due by itself so often; what is new wakes it at once."""

OVERLAP_MAX_H = 7 * 24


@dataclass(frozen=True, slots=True)
class Wish:
    """How an endpoint is to be."""

    url: str
    kinds: Sequence[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to: how many events are owed again, and from when the next replay goes on, if there are more."""

    events: int
    more_since: datetime | None


def faults(wish: Wish, vocabulary: Vocabulary, allowed: Sequence[Network]) -> list[Fault]:
    """Return everything that is wrong with a wish."""
    public = public_kinds(vocabulary)
    strange = [(n, kind) for n, kind in enumerate(wish.kinds) if kind not in public]
    return [
        *rules.url_faults(wish.url, allowed),
        *([] if wish.kinds else [Fault("/kinds", "empty", "Choose at least one kind of event.")]),
        *(
            Fault(f"/kinds/{n}", "unknown_kind", f"There is no public event {kind[:80]!r}.")
            for n, kind in strange
        ),
    ]


async def add(tx: Tx, wish: Wish, merchant_id: UUID | None) -> UUID:
    """Add an endpoint that fits (see `faults`), switched on; it hears of what happens from now on.

    Raises:
        Refused: there are too many.
    """
    if await tx.value(Q.count_endpoints) >= ENDPOINTS_MAX:
        raise Refused(Reason.CONFLICT, f"There are {ENDPOINTS_MAX} endpoints. Remove one that nobody needs.")
    endpoint_id = new_id()
    await tx.run(
        Q.add_endpoint,
        id=endpoint_id,
        merchant_id=merchant_id,
        url=wish.url,
        note=wish.note,
        kinds=_sorted(wish),
    )
    await journal.born(tx, ENDPOINT, [endpoint_id], {"url": wish.url})
    await tx.run(Q.add_errand, name=ERRAND, endpoint_id=endpoint_id, recurs_s=LOOK_AGAIN_S)
    await tx.run(Q.want_events)
    return endpoint_id


async def change(tx: Tx, endpoint_id: UUID, wish: Wish) -> None:
    """Change an endpoint to a wish that fits; what it is owed already goes to the new address."""
    await journal.note(tx, ENDPOINT, "changed", [endpoint_id], {"url": wish.url})
    await tx.run(Q.change_endpoint, id=endpoint_id, url=wish.url, kinds=_sorted(wish), note=wish.note)
    await tx.run(Q.want_events)


def _sorted(wish: Wish) -> list[str]:
    return sorted(set(wish.kinds))


async def endpoints(tx: Tx, merchant_id: UUID | None) -> list[Endpoint]:
    """Return the endpoints that a caller may see: all, or one merchant's."""
    return await tx.rows(Q.endpoints, Endpoint, id=None, merchant_id=merchant_id)


async def endpoint_of(tx: Tx, endpoint_id: UUID, merchant_id: UUID | None) -> Endpoint | None:
    """Return one endpoint, or None when it is not there or not this merchant's."""
    return await tx.row(Q.endpoints, Endpoint, id=endpoint_id, merchant_id=merchant_id)


async def find(tx: Tx, endpoint_id: UUID, merchant_id: UUID | None) -> Endpoint:
    """Return one endpoint.

    Raises:
        Refused: it is not there, or not this merchant's.
    """
    if found := await endpoint_of(tx, endpoint_id, merchant_id):
        return found
    raise unknown("webhook", endpoint_id)


async def switch_on(tx: Tx, endpoint_id: UUID) -> None:
    """Call an endpoint again: what it was owed goes out now, what happened meanwhile when somebody replays it."""
    await journal.move_all(tx, ENDPOINT, EndpointAct.SWITCH_ON, [endpoint_id])
    await tx.run(Q.mark_on, id=endpoint_id)
    await tx.run(Q.want_events)
    await wake(tx, [endpoint_id])


async def switch_off(tx: Tx, endpoint_ids: Sequence[UUID], why: OffWhy) -> None:
    """Call endpoints no more; those that are off stay as they are."""
    moved = (await journal.move(tx, ENDPOINT, EndpointAct.SWITCH_OFF, endpoint_ids, {"why": why})).moved
    await tx.run(Q.mark_off, ids=moved, why=why)
    await tx.run(Q.want_events)


async def remove(tx: Tx, endpoint_id: UUID) -> None:
    """Take an endpoint away for good; its log stays until it is old."""
    await journal.move_all(tx, ENDPOINT, EndpointAct.REMOVE, [endpoint_id])
    await tx.run(Q.end_errand, name=ERRAND, endpoint_id=endpoint_id)
    await tx.run(Q.want_events)


async def secrets_of(tx: Tx, house_secret: str, endpoint: Endpoint) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    now = await tx.value(Q.machine_time)
    until = endpoint.old_secret_until
    return signing.secrets(house_secret, tx.tenant_id, endpoint.id, endpoint.secret_number, until, now)


async def rotate(tx: Tx, endpoint_id: UUID, overlap_h: int) -> None:
    """Make a new secret; the one until now signs along for some hours, an older one no more."""
    await journal.note(tx, ENDPOINT, "secret_rotated", [endpoint_id], {"overlap_h": overlap_h})
    await tx.run(Q.rotate_secret, id=endpoint_id, overlap_s=overlap_h * 3600)


async def ping(tx: Tx, endpoint: Endpoint) -> tuple[UUID, int]:
    """Owe an endpoint a test event and return which.

    Raises:
        Refused: it is off.
    """
    _must_be_on(endpoint)
    await journal.note(tx, ENDPOINT, "pinged", [endpoint.id])
    seq = await tx.value(Q.owe_ping, id=endpoint.id)
    await wake(tx, [endpoint.id])
    return endpoint.id, int(seq)


async def send_again(tx: Tx, endpoint: Endpoint, events: Sequence[tuple[UUID, int]]) -> int:
    """Owe deliveries of the log once more, under the ids they had; return how many there were.

    Raises:
        Refused: the endpoint is off, or none of the events is in its log.
    """
    _must_be_on(endpoint)
    count = await tx.run(
        Q.owe_again,
        endpoint_id=endpoint.id,
        subjects=[one for one, _ in events],
        seqs=[seq for _, seq in events],
    )
    if not count:
        raise Refused(Reason.UNKNOWN, "None of these events is in the log of this webhook.")
    await wake(tx, [endpoint.id])
    return count


async def replay(
    tx: Tx, endpoint: Endpoint, vocabulary: Vocabulary, since: datetime, until: datetime
) -> Replayed:
    """Owe every event of a span that the endpoint wants, told before or not; doing it twice tells each once more at most.

    The span begins with `since` and ends before `until`, by the time at which the journal wrote (`recorded_at`).

    Raises:
        Refused: the endpoint is off, or the span is empty.
    """
    _must_be_on(endpoint)
    if until <= since:
        raise invalid([Fault("/until", "empty_span", "The end is not after the beginning.")])
    kinds = [kind for kind in shared_kinds(vocabulary) if kind in endpoint.kinds]
    found = await tx.tuples(Q.events_between, since=since, until=until, kinds=kinds, most=REPLAY_MAX + 1)
    more = found[-1][3] if len(found) > REPLAY_MAX else None
    if more is not None:
        earlier = [row for row in found if row[3] < more]
        found, more = (earlier, more) if earlier else (found, more + timedelta(microseconds=1))
    mine = await _of_merchant(tx, endpoint, vocabulary, found)
    await tx.run(
        Q.owe_replay,
        endpoint_id=endpoint.id,
        subjects=[one for one, _ in mine],
        seqs=[seq for _, seq in mine],
    )
    await journal.note(
        tx, ENDPOINT, "replayed", [endpoint.id], {"since": since, "until": until, "events": len(mine)}
    )
    await wake(tx, [endpoint.id])
    return Replayed(len(mine), more)


async def _of_merchant(
    tx: Tx, endpoint: Endpoint, vocabulary: Vocabulary, found: Sequence[tuple[UUID, int, str, datetime]]
) -> list[tuple[UUID, int]]:
    if endpoint.merchant_id is None:
        return [(subject, seq) for subject, seq, _, _ in found]
    of_kind: dict[str, list[UUID]] = {}
    for subject, _, kind, _ in found:
        of_kind.setdefault(kind, []).append(subject)
    known = await describe(tx, vocabulary, of_kind)
    return [
        (subject, seq)
        for subject, seq, kind, _ in found
        if (about := known.get((kind, subject))) and about.merchant_id == endpoint.merchant_id
    ]


def _must_be_on(endpoint: Endpoint) -> None:
    if endpoint.state != EndpointState.ON:
        raise Refused(Reason.CONFLICT, "The webhook is off. Switch it on first.")


async def _about_endpoints(tx: Tx, ids: Sequence[UUID]) -> list[About]:
    return [
        About(one.id, one.merchant_id, {"url": one.url}, f"/api/webhooks/{one.id}")
        for one in await endpoints(tx, None)
        if one.id in ids
    ]


PINGS: Vocabulary = {
    "endpoint": Tells(_about_endpoints, {"pinged": "A test that somebody asked for; it tells nothing else."})
}
"""What an endpoint is told about itself."""


async def forget(tx: Tx, subjects: list[UUID]) -> None:
    """Forget what came to an end thirty days ago; `subjects` is the tenant."""
    assert subjects == [tx.tenant_id]  # noqa: S101 - a timer's subject is its tenant
    await tx.run(Q.forget_attempts)
    await tx.run(Q.forget_deliveries)
