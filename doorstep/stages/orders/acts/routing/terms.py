"""The terms of sourcing: what the house reckons with, what sites can do, which lanes they have, what merchants want."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.orders.acts.knowing import forget_routing
from doorstep.stages.orders.model.sourcing import House, Lane, MerchantTerms, SiteTerms

Q = Statements("doorstep.stages.orders")
LANES_MAX = 20_000


async def set_house(tx: Tx, house: House) -> None:
    """Set what the house reckons with."""
    await tx.run(Q.set_house, **{name: getattr(house, name) for name in House.__slots__})
    forget_routing(tx.tenant_id)


async def set_site(tx: Tx, terms: SiteTerms) -> None:
    """Set what a site's work costs and how much it can do.

    Raises:
        Refused: it is no warehouse.
    """
    await _check_sites(tx, [terms.site_id])
    plain = ("site_id", "order_minor", "line_minor", "daily_orders", "hard", "holidays")
    await tx.run(
        Q.set_site,
        weekdays=sorted(set(terms.weekdays)),
        closed=sorted(set(terms.closed)),
        **{name: getattr(terms, name) for name in plain},
    )
    forget_routing(tx.tenant_id)


async def set_lanes(tx: Tx, site_id: UUID, lanes: Sequence[Lane]) -> None:
    """Set the lanes of a site, all of them; none: it is reckoned by distance.

    Raises:
        Refused: it is no warehouse, a lane is there twice, or there are too many.
    """
    await _check_sites(tx, [site_id])
    seen: set[tuple[str, str]] = set()
    faults = []
    for i, lane in enumerate(lanes):
        if (lane.country, lane.postal_prefix) in seen:
            where = f"{lane.country} {lane.postal_prefix}".strip()
            faults.append(Fault(f"/{i}", "twice", f"{where} is there twice. Leave one of them out."))
        seen.add((lane.country, lane.postal_prefix))
    if len(lanes) > LANES_MAX:
        faults.append(Fault("", "too_many", f"A site has at most {LANES_MAX:,} lanes. Join some."))
    if faults:
        raise invalid(faults)
    await tx.run(Q.drop_lanes, site_id=site_id)
    await tx.run(
        Q.add_lanes,
        site_id=site_id,
        **columns(lanes, "country", "postal_prefix", "base_minor", "kg_minor", "days"),
    )
    forget_routing(tx.tenant_id)


async def set_merchant(tx: Tx, terms: MerchantTerms) -> None:
    """Set a merchant's own rules.

    Raises:
        Refused: there is no such merchant, or a site it names is no warehouse.
    """
    if not await catalog.merchants_of(tx, [terms.merchant_id]):
        raise Refused(Reason.UNKNOWN, f"There is no merchant {terms.merchant_id} here. Check the id.")
    await _check_sites(tx, [*terms.ranked, *terms.excluded])
    names = ("merchant_id", "home_market", "whole", "split_from_minor")
    await tx.run(
        Q.set_merchant,
        ranked=list(terms.ranked),
        excluded=list(terms.excluded),
        **{name: getattr(terms, name) for name in names},
    )
    forget_routing(tx.tenant_id)


async def _check_sites(tx: Tx, site_ids: Sequence[UUID]) -> None:
    there = {site.id for site in await catalog.warehouses(tx)}
    for site_id in site_ids:
        if site_id not in there:
            raise Refused(Reason.UNKNOWN, f"There is no warehouse {site_id} here. Check the id.")
