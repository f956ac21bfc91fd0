"""Asking carriers about parcels: by worth, within each account's budget, and leaving in peace who does not answer."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.statements import Statements
from doorstep.platform.tasks import errand
from doorstep.stages.tracking.acts.calls import scan_of
from doorstep.stages.tracking.acts.recording import record
from doorstep.stages.tracking.model import CarrierEvent, Status, Window
from doorstep.stages.tracking.ports import rate_table
from doorstep.stages.tracking.rules.polling import fill, next_poll, worth

log = structlog.get_logger()
Q = Statements("doorstep.stages.tracking")
AT_ONCE = 200
PARALLEL = 8
TRY_AGAIN = timedelta(minutes=10)
FAILURES_MAX = 3
PEACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Due:
    """A parcel to ask about."""

    id: UUID
    parcel_id: UUID
    carrier_id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Partner:
    """Whom to ask, and how."""

    id: UUID
    code: str
    kind: str
    base_url: str | None
    api_key: str | None
    hook_secret: str | None


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a carrier's account allows."""

    carrier_id: UUID
    per_hour: int
    tokens: float
    filled_at: datetime
    failures: int
    resumes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an asked parcel stands."""

    id: UUID
    state: str
    status_at: datetime | None
    window_from: datetime | None
    window_until: datetime | None
    zone: str


@errand
async def poll_carriers(house: House, tenant_id: UUID, _subject: UUID) -> None:
    """Ask about what is due, record the answers, and say when to ask again."""
    async with house.db.transaction(tenant_id, actor="system:poll") as tx:
        asked, partners = await _choose(tx)
    if not asked:
        return
    gate = asyncio.Semaphore(PARALLEL)
    broken: dict[UUID, int] = defaultdict(int)

    async def ask(one: Due) -> list[CarrierEvent] | None:
        partner = partners[one.carrier_id]
        async with gate:
            if broken[partner.id] >= FAILURES_MAX:
                return None
            try:
                return await rate_table.ask(
                    house.http, partner.base_url or "", partner.api_key or "", one.number
                )
            except Refused as refused:
                broken[partner.id] += 1
                log.info("poll_failed", carrier=partner.code, why=refused.message)
                return None

    answers = await asyncio.gather(*(ask(one) for one in asked))
    async with house.db.transaction(tenant_id, actor="system:poll") as tx:
        heard = [
            scan_of(event, one.parcel_id, "poll")
            for one, events in zip(asked, answers, strict=True)
            for event in events or []
        ]
        await record(tx, heard)
        await _ask_again(
            tx, [one.id for one, events in zip(asked, answers, strict=True) if events is not None]
        )
        await _leave_in_peace(tx, [one.carrier_id for one in asked], broken)


async def _choose(tx: Tx) -> tuple[list[Due], dict[UUID, Partner]]:
    """Take the most telling questions that the budgets allow; put them off, so that nobody else asks them now."""
    due = await tx.rows(
        Q.due_polls, Due, states=list(Status), worths=[worth(status) for status in Status], most=AT_ONCE
    )
    carrier_ids = list({one.carrier_id for one in due})
    if not carrier_ids:
        return [], {}
    rows = await tx.rows(Q.carriers_to_ask, Partner, ids=carrier_ids)
    partners = {one.id: one for one in tx.opened(rows, "api_key", "hook_secret")}
    await tx.run(Q.open_budgets, carrier_ids=carrier_ids)
    budgets = {
        one.carrier_id: _filled(one, tx.now)
        for one in await tx.rows(Q.hold_budgets, Budget, carrier_ids=carrier_ids)
    }
    chosen: list[Due] = []
    for one in due:
        budget = budgets[one.carrier_id]
        if one.carrier_id in partners and budget.tokens >= 1 and not _in_peace(budget, tx.now):
            budgets[one.carrier_id] = replace(budget, tokens=budget.tokens - 1)
            chosen.append(one)
    await _spend(tx, list(budgets.values()))
    await tx.run(
        Q.put_off_polls, ids=[one.id for one in chosen], poll_ats=[tx.now + TRY_AGAIN for _ in chosen]
    )
    return chosen, partners


def _filled(budget: Budget, now: datetime) -> Budget:
    passed_s = (now - budget.filled_at).total_seconds()
    return replace(budget, tokens=fill(budget.tokens, budget.per_hour, passed_s))


def _in_peace(budget: Budget, now: datetime) -> bool:
    return budget.resumes_at is not None and budget.resumes_at > now


async def _spend(tx: Tx, budgets: list[Budget]) -> None:
    await tx.run(Q.spend_budgets, **columns(budgets, "carrier_id", "tokens", "failures", "resumes_at"))


async def _ask_again(tx: Tx, answered: list[UUID]) -> None:
    stands = await tx.rows(Q.trackers_polled, Stand, ids=answered)
    times = [
        next_poll(
            one.id,
            Status(one.state),
            one.status_at,
            Window(one.window_from, one.window_until, "") if one.window_from and one.window_until else None,
            tx.now,
            one.zone,
        )
        for one in stands
    ]
    await tx.run(Q.put_off_polls, ids=[one.id for one in stands], poll_ats=times)


async def _leave_in_peace(tx: Tx, carrier_ids: list[UUID], broken: dict[UUID, int]) -> None:
    budgets = await tx.rows(Q.hold_budgets, Budget, carrier_ids=list(set(carrier_ids)))
    after = []
    for one in (_filled(budget, tx.now) for budget in budgets):
        failures = one.failures + broken[one.carrier_id] if broken[one.carrier_id] else 0
        rests = failures >= FAILURES_MAX
        resumes_at = tx.now + PEACE * min(2 ** (failures // FAILURES_MAX), 12) if rests else None
        after.append(replace(one, failures=failures, resumes_at=resumes_at))
    await _spend(tx, after)
