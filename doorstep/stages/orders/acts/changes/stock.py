"""The goods of a change: from where what is wanted besides comes, and from where what is wanted no more is given back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault
from doorstep.stages.inventory import Held
from doorstep.stages.orders.acts.routing import sourcing
from doorstep.stages.orders.model.changing import Proposal, Standing, Units
from doorstep.stages.orders.model.sourcing import Basket, Decision, Depot, Key, Routing
from doorstep.stages.orders.rules.sourcing import Day, leaves_on, source_all, split_lines


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored product before and after: units reserved for the order, and what is free of it at all sites now."""

    sku: str
    name: str
    was: int
    now: int
    free: int | None


@dataclass(frozen=True, slots=True)
class Goods:
    """What a change does to stock.

    Attributes:
        given: promises that are given up.
        taken: promises that are made.
        differences: the same by product.
        leaves: the day on which the last of what is added leaves; None when nothing is added.
        kept: whether it leaves in time for the promise; None when there is none, or it is made for a new address or service.
        decision: how sites were chosen, where they were.
    """

    given: tuple[Held, ...] = ()
    taken: tuple[Held, ...] = ()
    differences: tuple[Difference, ...] = ()
    leaves: date | None = None
    kept: bool | None = None
    decision: Decision | None = None
    faults: tuple[Fault, ...] = ()


def keys_of(more: Iterable[Units], routing: Routing) -> list[Key]:
    """Return every stock row that may serve what is wanted besides, sorted."""
    return sorted({(one.product_id, depot.id) for one in more for depot in routing.depots})


async def choose(
    tx: Tx,
    standing: Standing,
    proposal: Proposal,
    routing: Routing,
    held: Sequence[Held],
    free: Mapping[Key, int],
) -> Goods:
    """Return what a change does to stock.

    Args:
        tx: the open transaction; only the weights of goods and what sites have to do are read.
        standing: the order.
        proposal: the change.
        routing: where goods may come from.
        held: what is promised to the order.
        free: what each stock row can still promise.
    """
    given = _given(proposal.less, held)
    lines = [(one.line_id, one.product_id, one.quantity) for one in proposal.more]
    decision = None
    shares: Sequence[tuple[UUID, UUID, UUID, int]] = ()
    faults: list[Fault] = []
    if lines:
        own = _own_site(lines, held, routing, free)
        if own is not None:
            shares = [(line_id, product_id, own, units) for line_id, product_id, units in lines]
        else:
            basket = await _basket(tx, standing, proposal, lines)
            day = Day(tx.now, await sourcing.loads(tx, routing))
            chosen = source_all([basket], routing, free, day)
            decision = chosen.decisions[basket.order_id]
            shares = split_lines(lines, decision.winner) if decision.winner else ()
            faults = [] if decision.winner else _missing(standing, proposal, free)
    expires_at = min((one.expires_at for one in held if one.expires_at), default=None)
    leaves = max(
        (leaves_on(one, tx.now, routing.terms_of(one.id)) for one in _used(shares, routing)), default=None
    )
    return Goods(
        given=tuple(given),
        taken=tuple(_taken(standing, shares, expires_at)),
        differences=tuple(_differences(standing, proposal, given, free)),
        leaves=leaves,
        kept=_kept(standing, proposal, leaves),
        decision=decision if decision and decision.winner and len(routing.depots) > 1 else None,
        faults=tuple(faults),
    )


def _given(less: Sequence[Units], held: Sequence[Held]) -> list[Held]:
    """Return which promises are given up: where the line has the fewest units, so that a parcel may be saved."""
    found = []
    for one in less:
        left = one.quantity
        mine = [some for some in held if (some.line_id, some.product_id) == (one.line_id, one.product_id)]
        for some in sorted(mine, key=lambda some: (some.quantity, some.site_id)):
            units = min(left, some.quantity)
            if units:
                found.append(replace(some, quantity=units))
                left -= units
    return found


def _own_site(
    lines: Sequence[sourcing.LineWant], held: Sequence[Held], routing: Routing, free: Mapping[Key, int]
) -> UUID | None:
    """Return a site that has all of it and sends something of the order anyway, or the only one there is."""
    need: dict[UUID, int] = {}
    for _, product_id, units in lines:
        need[product_id] = need.get(product_id, 0) + units
    units_at: dict[UUID, int] = {depot.id: 0 for depot in routing.depots[:1] if len(routing.depots) == 1}
    for one in held:
        units_at[one.site_id] = units_at.get(one.site_id, 0) + one.quantity
    ships = {depot.id for depot in routing.depots}
    for site_id in sorted(units_at, key=lambda site: (-units_at[site], site)):
        if site_id in ships and all(free.get((product, site_id), 0) >= n for product, n in need.items()):
            return site_id
    return None


async def _basket(
    tx: Tx, standing: Standing, proposal: Proposal, lines: Sequence[sourcing.LineWant]
) -> Basket:
    [basket] = await sourcing.baskets_of(tx, {standing.order.id: lines})
    if proposal.contact is None:
        return basket
    to = proposal.contact
    return replace(basket, country=to.country, postal_code=to.postal_code, lat=to.lat, lon=to.lon)


def _taken(
    standing: Standing, shares: Iterable[tuple[UUID, UUID, UUID, int]], expires_at: datetime | None
) -> list[Held]:
    return [
        Held(standing.order.id, line_id, site_id, product_id, units, expires_at)
        for line_id, product_id, site_id, units in shares
    ]


def _used(shares: Iterable[tuple[UUID, UUID, UUID, int]], routing: Routing) -> list[Depot]:
    sites = {site_id for _, _, site_id, _ in shares}
    return [depot for depot in routing.depots if depot.id in sites]


def _kept(standing: Standing, proposal: Proposal, leaves: date | None) -> bool | None:
    order = standing.order
    if order.promised_until is None or proposal.contact is not None:
        return None
    return leaves is None or order.leave_by is None or leaves <= order.leave_by.date()


def _names(standing: Standing) -> dict[UUID, tuple[str, str]]:
    named = {one.product_id: (one.sku, one.name) for one in standing.pieces}
    for sku, item in standing.items.items():
        for product_id, _ in item.components:
            named.setdefault(product_id, (sku, item.name))
    return named


def _differences(
    standing: Standing, proposal: Proposal, given: Sequence[Held], free: Mapping[Key, int]
) -> list[Difference]:
    named = _names(standing)
    was: dict[UUID, int] = {}
    for piece in standing.pieces:
        was[piece.product_id] = was.get(piece.product_id, 0) + piece.pending
    change: dict[UUID, int] = {}
    for product_id, units in (
        *((one.product_id, -one.quantity) for one in given),
        *((one.product_id, one.quantity) for one in proposal.more),
    ):
        change[product_id] = change.get(product_id, 0) + units
    added = {one.product_id for one in proposal.more}
    return [
        Difference(
            *named[product_id],
            was.get(product_id, 0),
            was.get(product_id, 0) + units,
            sum(n for (product, _), n in free.items() if product == product_id)
            if product_id in added
            else None,
        )
        for product_id, units in change.items()
    ]


def _missing(standing: Standing, proposal: Proposal, free: Mapping[Key, int]) -> list[Fault]:
    named, need = _names(standing), dict[UUID, int]()
    for one in proposal.more:
        need[one.product_id] = need.get(one.product_id, 0) + one.quantity
    faults = []
    for product_id, units in need.items():
        left = sum(n for (product, _), n in free.items() if product == product_id)
        if left < units:
            sku, name = named[product_id]
            said = f"{name} ({sku}): {left} left, {units} more asked. Add less, or wait until more comes in."
            faults.append(Fault("/lines", "unavailable", said))
    return faults or [
        Fault("/lines", "not_sourced", "No site that may ship it has all that is added. Add less.")
    ]
