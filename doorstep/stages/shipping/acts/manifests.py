"""Manifests: what leaves with one truck. One is open per site and carrier while it is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from doorstep.platform import journal, series
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.catalog import CarrierKind
from doorstep.stages.shipping.model import LABEL, MANIFEST, ManifestAct

Q = Statements("doorstep.stages.shipping")
GATHERED_MAX = 2_000
FORGOTTEN_AFTER = timedelta(hours=2)
"""A truck whose last parcel was scanned so long ago has left, whether somebody said so or not."""


@dataclass(frozen=True, slots=True)
class _Open:
    id: UUID
    site_id: UUID
    carrier_id: UUID
    number: int


async def list_on(tx: Tx, labels: Sequence[tuple[UUID, UUID, UUID]]) -> dict[UUID, int]:
    """Put labels (id, site, carrier) on the open manifest of their site and carrier; begin it where there is none.

    Returns:
        The manifest's number per label.
    """
    pairs = sorted({(site_id, carrier_id) for _, site_id, carrier_id in labels})
    found = await _open(tx, pairs)
    missing = [pair for pair in pairs if pair not in found]
    if missing:
        numbers = await series.take(tx, "manifest", len(missing))
        made = await tx.values(
            Q.add_manifests,
            ids=new_ids(len(missing)),
            numbers=numbers,
            site_ids=[site_id for site_id, _ in missing],
            carrier_ids=[carrier_id for _, carrier_id in missing],
        )
        await journal.born(tx, MANIFEST, made)
        found = await _open(tx, pairs)
    places = [(label_id, found[site_id, carrier_id]) for label_id, site_id, carrier_id in labels]
    await tx.run(
        Q.put_on_manifest,
        ids=[label_id for label_id, _ in places],
        manifest_ids=[manifest.id for _, manifest in places],
    )
    return {label_id: manifest.number for label_id, manifest in places}


async def _open(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], _Open]:
    rows = await tx.rows(
        Q.open_manifests, _Open, site_ids=[pair[0] for pair in pairs], carrier_ids=[pair[1] for pair in pairs]
    )
    return {(row.site_id, row.carrier_id): row for row in rows}


async def gather(tx: Tx, site_id: UUID, carrier_id: UUID) -> UUID:
    """Put everything that is ready at a site for a carrier on its open manifest, and return the manifest.

    Raises:
        Refused: nothing is ready and no manifest is open.
    """
    ready = await tx.values(Q.ready_labels, site_id=site_id, carrier_id=carrier_id, most=GATHERED_MAX)
    if ready:
        await list_on(tx, [(label_id, site_id, carrier_id) for label_id in ready])
    found = await _open(tx, [(site_id, carrier_id)])
    if not found:
        raise Refused(Reason.CONFLICT, "Nothing is ready for this carrier here. Buy and print labels first.")
    return found[site_id, carrier_id].id


@dataclass(frozen=True, slots=True)
class _Left:
    id: UUID
    parcels: int


async def close(tx: Tx, number: int) -> int | None:
    """Let the truck of a manifest leave; return how many parcels it carries, or None when there is none to leave."""
    manifest_id = await tx.value(Q.manifest_by_number, number=number)
    if manifest_id is None:
        return None
    return (await close_all(tx, [manifest_id])).get(manifest_id)


async def close_all(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Let trucks leave: what was scanned has gone with them, the rest waits for the next one.

    Returns:
        How many parcels left, per manifest that closed now. An empty truck does not leave.
    """
    left = {row.id: row.parcels for row in await tx.rows(Q.left_on_manifests, _Left, ids=list(ids))}
    moved = await journal.move(
        tx, MANIFEST, ManifestAct.CLOSE, list(left), {i: {"parcels": count} for i, count in left.items()}
    )
    await tx.run(Q.take_off_manifests, ids=moved.moved)
    await tx.run(Q.mark_closed, ids=moved.moved)
    return {manifest_id: left[manifest_id] for manifest_id in moved.moved}


async def close_one(tx: Tx, manifest_id: UUID) -> int:
    """Let one truck leave and return how many parcels it carries.

    Raises:
        Refused: there is no such manifest, nothing left on it yet, or it is closed.
    """
    found = await tx.value(Q.manifest_state, id=manifest_id)
    if found is None:
        raise unknown("manifest", manifest_id)
    closed = await close_all(tx, [manifest_id])
    if manifest_id not in closed:
        what = (
            "is closed already"
            if found == "closed"
            else "is empty: scan its parcels, or its own bar code, first"
        )
        raise Refused(Reason.CONFLICT, f"The manifest {what}.")
    return closed[manifest_id]


async def close_forgotten(tx: Tx, _tenants: list[UUID]) -> None:
    """Close manifests whose last parcel left two hours ago: the carrier waits to be told."""
    await close_all(tx, await tx.values(Q.forgotten_manifests, before=tx.now - FORGOTTEN_AFTER))


@dataclass(frozen=True, slots=True)
class Departure:
    """A closed manifest whose carrier has to be told, and the carrier's own names for what is on it."""

    id: UUID
    carrier_ref: str | None
    kind: str
    base_url: str | None
    api_key: str | None


@dataclass(frozen=True, slots=True)
class _Shipment:
    id: UUID
    carrier_ref: str


async def departure(tx: Tx, manifest_id: UUID) -> tuple[Departure, dict[str, UUID]] | None:
    """Return what a carrier has to be told (its name for each label -> label), or None when there is nothing to tell."""
    found = await tx.row(Q.manifest_account, Departure, id=manifest_id)
    if found is None or found.carrier_ref is not None or found.kind != CarrierKind.RATE_TABLE:
        return None
    shipments = await tx.rows(Q.manifest_shipments, _Shipment, id=manifest_id)
    return tx.opened([found], "api_key")[0], {one.carrier_ref: one.id for one in shipments}


async def told(tx: Tx, manifest_id: UUID, carrier_ref: str, not_taken: dict[UUID, str]) -> None:
    """The carrier answered: keep its name for the manifest, and show what it did not take."""
    await tx.run(Q.mark_told, id=manifest_id, carrier_ref=carrier_ref)
    await journal.note(
        tx, MANIFEST, "told", [manifest_id], {"carrier_ref": carrier_ref, "not_taken": len(not_taken)}
    )
    await journal.note(
        tx, LABEL, "not_taken", list(not_taken), {i: {"why": why} for i, why in not_taken.items()}
    )
    for label_id, why in not_taken.items():
        await tx.run(Q.say_refusals, ids=[label_id], refusal=f"The carrier did not take the parcel: {why}")
