"""What orders that walk in want of the goods is reserved: each whole or not at all, from the only site or where it costs least."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.stages import inventory
from doorstep.stages.orders import rules
from doorstep.stages.orders.acts.routing import sourcing
from doorstep.stages.orders.acts.writing import Draft
from doorstep.stages.orders.model.sourcing import Basket, Cause, Decision, Routing
from doorstep.stages.orders.rules.sourcing import Lack


@dataclass(frozen=True, slots=True)
class Wanted:
    """What drafts want, made ready before anybody waits for it: of the only site there is, or of several."""

    demands: Sequence[inventory.Demand] = ()
    asked: Sequence[sourcing.Asked] = ()


@dataclass(frozen=True, slots=True)
class Unserved:
    """Why an order got nothing: the products that it lacks; none when no site may send all of it, as `decision` says."""

    lacks: Sequence[inventory.Shortage | Lack]
    decision: Decision | None = None


def wanted_of(drafts: Sequence[Draft], routing: Routing) -> Wanted:
    """Return what drafts want, less what is owed to them."""
    if len(routing.depots) > 1:
        return Wanted(asked=[asked_of(draft) for draft in drafts])
    return Wanted(demands=_demands(drafts, routing))


async def serve(tx: Tx, wanted: Wanted, routing: Routing) -> dict[UUID, Unserved]:
    """Reserve what is wanted, each order whole or not at all; return those that got nothing."""
    if len(routing.depots) > 1:
        chosen = await sourcing.source(tx, wanted.asked, routing, Cause.PLACED)
        return {
            order_id: Unserved(lacks, chosen.decisions[order_id]) for order_id, lacks in chosen.lacks.items()
        }
    short = await inventory.reserve(tx, wanted.demands)
    return {order_id: Unserved(lacks) for order_id, lacks in short.items()}


def lines_of(draft: Draft) -> list[tuple[UUID, UUID, int]]:
    """Return what the lines of a draft want: (line id, product id, units); kits by component, less what is owed."""
    wants = rules.demanded((line_id, item, line.quantity) for line_id, item, line in draft.lines)
    if not draft.owed:
        return wants
    return [
        (line_id, product_id, left)
        for line_id, product_id, units in wants
        if (left := units - draft.owed.get((line_id, product_id), 0))
    ]


def _demands(drafts: Sequence[Draft], routing: Routing) -> list[inventory.Demand]:
    sites = tuple(depot.id for depot in routing.depots)
    return [
        inventory.Demand(
            order_id=draft.id,
            line_id=line_id,
            product_id=product_id,
            quantity=quantity,
            site_ids=sites,
            hold_s=_hold_s(draft),
        )
        for draft in drafts
        for line_id, product_id, quantity in lines_of(draft)
    ]


def _hold_s(draft: Draft) -> int | None:
    return None if draft.paid else inventory.HOLD_S


def asked_of(draft: Draft) -> sourcing.Asked:
    """Return a draft as sourcing sees it."""
    contact, lines = draft.checked.contact, lines_of(draft)
    weights = {
        product_id: weight_g
        for _, item, _ in draft.lines
        for (product_id, _), weight_g in zip(item.components, item.weights_g, strict=True)
    }
    seller = draft.checked.seller
    assert seller is not None  # noqa: S101 - a draft has no faults
    basket = Basket(
        order_id=draft.id,
        merchant_id=seller.id,
        country=contact.country,
        postal_code=contact.postal_code,
        lat=contact.lat,
        lon=contact.lon,
        value_minor=draft.checked.sums.subtotal_minor,
        delivery=draft.checked.order.delivery,
        wants=sourcing.wants_of(lines, weights),
    )
    return sourcing.Asked(basket, lines, _hold_s(draft))
