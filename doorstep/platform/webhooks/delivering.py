"""The errand of one endpoint: tell it what it is owed, one event of a thing after the other, many things side by side.

One worker at a time holds an endpoint's errand, so the order of a thing's events is kept by asking for the earliest that did
not arrive. The delivery is the wish; what a call came to is written after it. A worker that dies in between has written
nothing, and the next one makes the call again under the same id.
"""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

import structlog

from doorstep.platform.addresses import networks
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.statements import Statements
from doorstep.platform.tasks import errand
from doorstep.platform.webhooks import rules
from doorstep.platform.webhooks.acts import endpoint_of, secrets_of, switch_off
from doorstep.platform.webhooks.calling import line
from doorstep.platform.webhooks.model import Answer, Due, Endpoint, EndpointState, OffWhy
from doorstep.platform.webhooks.writing import Letter, write

Q = Statements("doorstep.platform.webhooks")
log = structlog.get_logger()

AT_ONCE = 16
"""Calls to one endpoint at the same time."""

RUN_S = 6.0
"""A run begins no round after this, so it ends within its lease: a call takes ten seconds at most."""

ACTOR = "system:webhooks"
GONE = 410


@errand
async def deliver(house: House, tenant_id: UUID, endpoint_id: UUID) -> None:
    """Tell an endpoint what it is owed, until nothing is due, nothing arrives, or the time of a run is over."""
    until = time.monotonic() + RUN_S
    allowed = networks(house.settings.webhook_networks)
    endpoint, secrets, letters = await _take(house, tenant_id, endpoint_id)
    if endpoint is None or not letters:
        return
    async with line(endpoint.url, allowed) as connected:
        while letters:
            answers = await asyncio.gather(
                *(connected.post(one.headers(secrets), one.body) for one in letters)
            )
            heard = list(zip((one.due for one in letters), answers, strict=True))
            async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
                goes_on = await record(tx, endpoint_id, heard)
            if not goes_on or time.monotonic() > until:
                return
            now, secrets, letters = await _take(house, tenant_id, endpoint_id)
            if now is None or now.url != endpoint.url:
                return


async def _take(
    house: House, tenant_id: UUID, endpoint_id: UUID
) -> tuple[Endpoint | None, list[str], list[Letter]]:
    """Return the endpoint if it is on, the secrets that sign, and what it is owed now; one call only, as a probe, while it fails."""
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        endpoint = await endpoint_of(tx, endpoint_id, None)
        if endpoint is None or endpoint.state != EndpointState.ON:
            return None, [], []
        most = 1 if endpoint.failing_since else AT_ONCE
        dues = await tx.rows(Q.due_deliveries, Due, endpoint_id=endpoint_id, most=most)
        return endpoint, await secrets_of(tx, house.secret, endpoint), await write(tx, house, dues)


async def record(tx: Tx, endpoint_id: UUID, heard: Sequence[tuple[Due, Answer]]) -> bool:
    """Write what a round of calls came to; return whether another round makes sense.

    An endpoint that is gone, or at which nothing arrived for five days, is switched off.
    """
    await tx.run(
        Q.log_attempts,
        endpoint_id=endpoint_id,
        subjects=[due.subject for due, _ in heard],
        seqs=[due.seq for due, _ in heard],
        statuss=[answer.status for _, answer in heard],
        duration_mss=[answer.duration_ms for _, answer in heard],
        answers=[answer.body for _, answer in heard],
        errors=[answer.error for _, answer in heard],
    )
    waits = [
        0 if answer.arrived else rules.wait_s(due.attempts + 1, due.age_s, answer.retry_after_s)
        for due, answer in heard
    ]
    await tx.run(
        Q.settle,
        endpoint_id=endpoint_id,
        subjects=[due.subject for due, _ in heard],
        seqs=[due.seq for due, _ in heard],
        outcomes=[
            "delivered" if answer.arrived else "given_up" if wait is None else None
            for (_, answer), wait in zip(heard, waits, strict=True)
        ],
        waits=[wait or 0 for wait in waits],
    )
    if any(answer.status == GONE for _, answer in heard):
        await _give_up_on(tx, endpoint_id, OffWhy.GONE)
        return False
    if any(answer.arrived for _, answer in heard):
        await tx.run(Q.hear_success, endpoint_id=endpoint_id)
        return True
    if await tx.value(Q.hear_failure, endpoint_id=endpoint_id, off_after_s=rules.OFF_AFTER_S):
        await _give_up_on(tx, endpoint_id, OffWhy.FAILING)
    return False


async def _give_up_on(tx: Tx, endpoint_id: UUID, why: OffWhy) -> None:
    log.warning("endpoint_off", endpoint=str(endpoint_id), why=why)
    await switch_off(tx, [endpoint_id], why)
