"""Places and what stands in them: sites with aisles and bins, boxes, vans."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault
from doorstep.platform.statements import Statements
from doorstep.stages.catalog.acts.writing import put, refuse
from doorstep.stages.catalog.model import Aisle, Bin, BinUse, Box, NewSite, Site, SiteKind, Van
from doorstep.stages.catalog.rules import fitness

Q = Statements("doorstep.stages.catalog")


async def add_sites(tx: Tx, new: Sequence[NewSite]) -> list[UUID]:
    """Add sites with their aisles and bins and return their ids.

    Raises:
        Refused: a field does not fit, a bin lies outside of its aisle, or a code is taken.
    """
    refuse(fitness.all_faults([fitness.site_faults(one) for one in new]))
    await put(tx, Q.add_sites, [one.site for one in new])
    for one in new:
        await put(tx, Q.add_aisles, one.aisles, site_id=one.site.id)
        await put(tx, Q.add_bins, one.bins, site_id=one.site.id)
    return [one.site.id for one in new]


async def sites(tx: Tx, ids: Sequence[UUID] | None = None) -> dict[UUID, Site]:
    """Return sites by id (all when no ids are given), in the order of their codes."""
    rows = await tx.rows(Q.sites, Site, ids=None if ids is None else list(ids))
    return {one.id: one for one in rows}


async def warehouses(tx: Tx) -> list[Site]:
    """Return the sites that keep stock."""
    return [one for one in (await sites(tx)).values() if one.kind == SiteKind.WAREHOUSE]


async def floor_of(tx: Tx, site_id: UUID) -> tuple[list[Aisle], list[Bin]]:
    """Return the aisles and bins of a site."""
    aisles = await tx.rows(Q.aisles_of, Aisle, site_id=site_id)
    return aisles, await tx.rows(Q.bins_of, Bin, site_id=site_id)


async def bins_there(tx: Tx, site_id: UUID, codes: Sequence[str]) -> set[str]:
    """Return which of some bin codes a site has."""
    return set(await tx.values(Q.bins_by_code, site_id=site_id, codes=list(codes)))


async def change_bins(tx: Tx, site_id: UUID, uses: Sequence[BinUse]) -> None:
    """Say what bins of a site are for and how much they hold.

    Raises:
        Refused: a bin is not there; every one is named.
    """
    there = await bins_there(tx, site_id, [one.code for one in uses])
    refuse(
        [
            Fault(f"/bins/{i}/code", "unknown_bin", f"The site has no bin {one.code[:40]}. Check its label.")
            for i, one in enumerate(uses)
            if one.code not in there
        ]
    )
    await put(tx, Q.change_bins, uses, site_id=site_id)


async def add_boxes(tx: Tx, boxes: Sequence[Box]) -> list[UUID]:
    """Add cartons and return their ids.

    Raises:
        Refused: a field does not fit, or a code is taken.
    """
    refuse(fitness.all_faults([fitness.box_faults(one) for one in boxes]))
    await put(tx, Q.add_boxes, boxes)
    return [one.id for one in boxes]


async def boxes_of(tx: Tx) -> list[Box]:
    """Return the cartons, smallest first."""
    return await tx.rows(Q.boxes, Box)


async def add_vans(tx: Tx, vans: Sequence[Van]) -> list[UUID]:
    """Add vans and return their ids.

    Raises:
        Refused: a field does not fit, a code is taken, or the center is not there.
    """
    refuse(fitness.all_faults([fitness.van_faults(one) for one in vans]))
    await put(tx, Q.add_vans, vans)
    return [one.id for one in vans]


async def vans_of(tx: Tx, site_id: UUID | None = None) -> list[Van]:
    """Return the vans of one center, or of all."""
    return await tx.rows(Q.vans, Van, site_id=site_id)
