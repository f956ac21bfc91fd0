"""Running a replay: the clock goes forward step by step, and in each step everything that happened in it is done, set by set."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from doorstep.platform import auth, clock, links
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.world.crew import Crew
from doorstep.world.replay import standing
from doorstep.world.replay.books import Books, close
from doorstep.world.replay.doing import ACTOR, Doer
from doorstep.world.replay.furnishing import furnish
from doorstep.world.replay.olist import read
from doorstep.world.replay.parts import parts_of
from doorstep.world.replay.places import ZONE
from doorstep.world.replay.stocking import deliveries
from doorstep.world.replay.timeline import Event, Kind, events_of

LINK_DAYS = 365


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is."""

    now: datetime
    done: int
    events: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed, and how.

    Attributes:
        folder: of the export.
        tenant: code of the tenant; it is made if it is not there.
        step: how far the clock goes at once. Acts of the house are written at the end of the step in which they happened; what the
            export says (when an order was placed, when a parcel was seen) keeps its own time.
        sites: how many warehouses there are, 1 to 3; with several, every order is sourced.
        together: whether the open orders of each step are looked at together; else each stays as it was sourced.
    """

    folder: Path
    tenant: str = "olist"
    step: timedelta = timedelta(days=1)
    sites: int = 1
    together: bool = True


async def replay(
    house: House, worker: Worker, asked: Asked, told: Callable[[Progress], None] = lambda _progress: None
) -> Books:
    """Replay an export and return the books; what was replayed before is left as it is.

    Raises:
        OlistError: the export cannot be read.
        ReplayError: the house refuses something of it.
    """
    olist = read(asked.folder)
    parts = [part for raw in olist.orders for part in parts_of(olist, raw)]
    events = {part.key: events_of(part) for part in parts}
    start = _first_midnight(events[part.key][0] for part in parts)
    tenant_id = await _tenant(house, asked.tenant, start)
    crew = Crew(worker, tenant_id, lambda order_id: _link(house, tenant_id, order_id))
    await crew.settle()
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        furnished = await furnish(tx, olist, parts, asked.sites)
        reached = await standing.look(tx)
    for site_id in furnished.site_ids:
        await crew.count_bins(site_id)  # an interrupted run may have left some uncounted
    brought = deliveries(((events[part.key][0].at, part) for part in parts), asked.sites)
    ids = {key: one.order.id for key, one in reached.items()}
    doer = Doer(crew, olist, furnished, ids, brought, together=asked.together and asked.sites > 1)
    left = [event for key, own in events.items() for event in standing.still_to_do(own, reached.get(key))]
    await _run(doer, left, start, asked.step, told)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        reached = await standing.look(tx)
        served = await standing.served(tx, reached) if asked.sites > 1 else {}
    return close(olist, parts, reached, doer.oddities, served, doer.batches)


def _first_midnight(firsts: Iterable[Event]) -> datetime:
    first = min(event.at for event in firsts)
    return first.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


async def _tenant(house: House, code: str, start: datetime) -> UUID:
    """Return the tenant; a new one gets a clock of its own, which stands still until it is moved."""
    for one in await auth.tenants(house.db):
        if one.code == code:
            return one.id
    tenant_id = await auth.add_tenant(house.db, code, "Olist, replayed")
    await clock.simulate(house.db, tenant_id, start)
    return tenant_id


def _link(house: House, tenant_id: UUID, order_id: UUID) -> str:
    last_day = datetime.now(ZONE).date() + timedelta(days=LINK_DAYS)
    token = links.write_link(house, "order", tenant_id, order_id, last_day)
    return f"{house.settings.public_url.rstrip('/')}/t/{token}"


async def _run(
    doer: Doer, events: Sequence[Event], start: datetime, step: timedelta, told: Callable[[Progress], None]
) -> None:
    steps: dict[datetime, list[Event]] = defaultdict(list)
    for event in events:
        steps[start + step * ((event.at - start) // step + 1)].append(event)
    done = 0
    for end in sorted(steps):
        now = await _advance(doer, end)
        await _do_step(doer, steps[end])
        done += len(steps[end])
        told(Progress(now, done, len(events)))


async def _advance(doer: Doer, end: datetime) -> datetime:
    """Move the clock to the end of a step; a replay that goes on finds it there already."""
    async with doer.house.db.transaction(doer.crew.tenant_id, actor=ACTOR) as tx:
        return await clock.advance(tx, end) if end > tx.now else tx.now


async def _do_step(doer: Doer, events: Sequence[Event]) -> None:
    kinds: dict[Kind, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda one: (one.at, one.part.key)):
        kinds[event.kind].append(event)
    await doer.step(kinds)
