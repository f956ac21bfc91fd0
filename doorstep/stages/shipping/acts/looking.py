"""Looking at labels and manifests: the desk's queues, lists, and one thing with its story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.model import LabelState

Q = Statements("doorstep.stages.shipping")
LAST = UUID(int=2**128 - 1)
SHOWN_MAX = 100
ON_MANIFEST_MAX = 5_000


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """A label as pages and programs see it; `reasons` say why its service won and the others did not, `unprintable` names what prints as `?`."""

    id: UUID
    state: str
    parcel_id: UUID
    parcel_number: int
    order_id: UUID
    order_number: int
    merchant_id: UUID
    site_id: UUID
    generation: int
    carrier_id: UUID | None
    carrier: str | None
    service_id: UUID | None
    service: str | None
    reference: str
    quoted_minor: int | None
    price_minor: int | None
    currency: str | None
    refusal: str | None
    tracking_number: str | None
    sscc: str | None
    route: str | None
    owed_at: datetime
    sent_at: datetime | None
    printed_at: datetime | None
    handed_over_at: datetime | None
    manifest_id: UUID | None
    reasons: list[dict[str, Any]]
    unprintable: list[str]

    @property
    def next_step(self) -> tuple[str, str] | None:
        """The one thing to do about a label that stopped: (button, sentence); none when it goes on by itself."""
        steps = {
            LabelState.OWED: ("Send now", self.refusal or "It will be bought in a moment."),
            LabelState.REFUSED: ("Try again", self.refusal or "The carrier refused."),
            LabelState.UNKNOWN: ("Ask the carrier", self.refusal or "The carrier did not answer."),
            LabelState.SENT: ("Ask the carrier", "The carrier is being asked."),
        }
        return steps.get(LabelState(self.state))


@dataclass(frozen=True, slots=True)
class Dock:
    """What waits at a site for a carrier, and its open manifest."""

    site_id: UUID
    site: str
    carrier_id: UUID
    carrier: str
    waiting: int
    listed: int
    manifest_id: UUID | None
    manifest_number: int | None


@dataclass(frozen=True, slots=True)
class ManifestSeen:
    """A manifest as pages and programs see it."""

    id: UUID
    state: str
    number: int
    carrier_id: UUID
    carrier: str
    kind: str
    site_id: UUID
    site: str
    made_at: datetime
    closed_at: datetime | None
    carrier_ref: str | None
    parcels: int
    handed_over: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A parcel on a manifest."""

    id: UUID
    parcel_number: int
    order_number: int
    tracking_number: str
    sscc: str
    weight_g: int
    city: str
    postal_code: str
    country: str
    handed_over_at: datetime | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How full the desk's queues are."""

    buy: int
    trouble: int
    ready: int
    gone: int


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which labels a list shows."""

    state: str | None = None
    merchant_id: UUID | None = None
    order_id: UUID | None = None
    parcel_id: UUID | None = None


def since(tx: Tx) -> datetime:
    """Return from when on "today" counts at the desk: a day back, so that a night shift sees its own work."""
    return tx.now - timedelta(hours=24)


async def counts(tx: Tx) -> Counts:
    """Return how full the queues are."""
    found = await tx.row(Q.desk_counts, Counts, since=since(tx))
    return found or Counts(0, 0, 0, 0)


async def queue(tx: Tx, name: str) -> list[LabelSeen]:
    """Return one queue of the desk: `buy`, `trouble`, `ready` (oldest first) or `gone` (newest first)."""
    if name == "gone":
        ids = await tx.values(Q.gone_ids, since=since(tx), most=SHOWN_MAX)
    else:
        ids = await tx.values(Q.queue_ids, queue=name, most=SHOWN_MAX)
    seen = {label.id: label for label in await labels(tx, ids)}
    return [seen[label_id] for label_id in ids if label_id in seen]


async def docks(tx: Tx) -> list[Dock]:
    """Return what waits per site and carrier."""
    return await tx.rows(Q.docks, Dock)


async def labels(tx: Tx, ids: Sequence[UUID]) -> list[LabelSeen]:
    """Return some labels in id order."""
    return await tx.rows(Q.labels_by_id, LabelSeen, ids=list(ids)) if ids else []


async def label(tx: Tx, label_id: UUID, merchant_id: UUID | None = None) -> LabelSeen:
    """Return one label.

    Raises:
        Refused: it is not there, or not this merchant's.
    """
    found = await labels(tx, [label_id])
    if not found or merchant_id not in (None, found[0].merchant_id):
        raise unknown("label", label_id)
    return found[0]


async def page_of_labels(tx: Tx, narrow: Narrow, before: UUID | None, most: int) -> list[LabelSeen]:
    """Return one page of labels, newest first, after the one with id `before`."""
    return await tx.rows(
        Q.page_of_labels,
        LabelSeen,
        before=before or LAST,
        most=most,
        state=narrow.state,
        merchant_id=narrow.merchant_id,
        order_id=narrow.order_id,
        parcel_id=narrow.parcel_id,
    )


async def manifests(tx: Tx, before: UUID | None, most: int, state: str | None = None) -> list[ManifestSeen]:
    """Return one page of manifests, newest first."""
    return await tx.rows(
        Q.page_of_manifests, ManifestSeen, before=before or LAST, most=most, id=None, state=state
    )


async def manifest(tx: Tx, manifest_id: UUID) -> tuple[ManifestSeen, list[Listed]]:
    """Return one manifest with its parcels.

    Raises:
        Refused: it is not there.
    """
    found = await tx.row(Q.page_of_manifests, ManifestSeen, before=LAST, most=1, id=manifest_id, state=None)
    if found is None:
        raise unknown("manifest", manifest_id)
    return found, await tx.rows(Q.on_manifest, Listed, id=manifest_id, most=ON_MANIFEST_MAX)


@dataclass(frozen=True, slots=True)
class LabelOf:
    """A label of an order; `manifest` is the number of the truck it is listed for."""

    order_id: UUID
    id: UUID
    parcel_id: UUID
    state: str
    tracking_number: str | None
    handed_over: bool
    manifest: int | None


async def labels_of(tx: Tx, order_ids: Sequence[UUID]) -> list[LabelOf]:
    """Return the labels of some orders that are not voided."""
    return await tx.rows(Q.labels_of, LabelOf, order_ids=list(order_ids))
