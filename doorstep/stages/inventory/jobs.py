"""What inventory does by itself: promises that nobody claimed run out, the books are audited, channels hear what can be sold, what is old is forgotten."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.tasks import Every, wake_timer
from doorstep.platform.webhooks.model import Tells
from doorstep.stages.inventory.acts import auditing, refilling, telling
from doorstep.stages.inventory.acts.counting import planning
from doorstep.stages.inventory.acts.lots import expire_lots
from doorstep.stages.inventory.acts.once import forget
from doorstep.stages.inventory.acts.receiving import expecting
from doorstep.stages.inventory.acts.reserving import expire


async def expire_unclaimed(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Let reservations run out whose time has come."""
    await expire(tx)


async def expire_goods(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Take goods from sale whose last day is over."""
    await expire_lots(tx)


async def audit(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Compare the books of the next products; until the round is over, the next ones follow at once."""
    if await auditing.audit(tx):
        await wake_timer(tx, "inventory.audit")


async def measure_audit(tx: Tx) -> dict[str, float]:
    """Say how many figures disagree, how long ago the auditor ended its last round, and how long that took."""
    found = {"doorstep_audit_drifts": float(len(await auditing.drifts(tx, most=1000)))}
    last = await auditing.round_of(tx)
    if last is not None:
        found |= {
            "doorstep_audit_products": float(last.products),
            "doorstep_audit_age_s": last.age_s,
            "doorstep_audit_took_s": last.took_s,
        }
    return found


async def forget_scans(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Forget the ids of scans that nobody will repeat any more."""
    await forget(tx)


async def forget_tellings(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Forget which old stretches of the feed webhooks were told of."""
    await telling.forget_tellings(tx)


async def forget_wants(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Forget what orders waited for and got long ago."""
    await expecting.forget_wants(tx)


async def refill_faces(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Ask for walks to faces that what is promised will empty."""
    await refilling.plan_refills(tx)


async def offer_new_kits(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Let channels hear of kits that were made after their parts came."""
    await telling.note_new_kits(tx)


async def follow_availability(tx: Tx) -> None:
    """Take what changed into the feed, and owe webhooks what they have not heard."""
    await telling.take_changes(tx)
    await telling.tell_webhooks(tx)


EVERY = {
    "audit": Every(15, audit),
    "expire": Every(15, expire_unclaimed),
    "expire_goods": Every(60, expire_goods),
    "forget_scans": Every(3600, forget_scans),
    "forget_tellings": Every(3600, forget_tellings),
    "forget_wants": Every(3600, forget_wants),
    "plan_counts": Every(900, planning.plan_counts),
    "offer_new_kits": Every(15, offer_new_kits),
    "refill_faces": Every(60, refill_faces),
}

GAUGES = [measure_audit]

WATCHES = [follow_availability]

TELLS = {
    "availability": Tells(
        telling.about,
        {
            "changed": "What can be sold of some products is another number now: all that changed since the last call."
        },
        own=True,
    ),
}
