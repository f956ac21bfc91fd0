"""The books at the end: every order in its real state, every centavo where it belongs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from doorstep.stages.orders import Sourced
from doorstep.world.replay.olist import Olist
from doorstep.world.replay.parts import Part
from doorstep.world.replay.places import moment
from doorstep.world.replay.standing import Reached, by_order

TAKEN = frozenset({"shipped", "delivered"})
"""States in which the whole price was taken, and nothing given back."""


@dataclass(frozen=True, slots=True)
class Promised:
    """Promises to our orders: how many were made, how many parcels were delivered under one, and how many by it."""

    made: int
    delivered: int
    kept: int


@dataclass(frozen=True, slots=True)
class Served:
    """How our orders were sourced over several sites; costs in centavos, as they were reckoned.

    Attributes:
        orders: that were sourced, each with its reasons; split: of them, from several sites; exact: every way was weighed.
        costs: of the ways that they took, part by part.
        moved: orders that looking at all open ones together moved, saved: what that saved, looks: decisions it tried.
    """

    orders: int
    split: int
    exact: int
    costs: Mapping[str, int]
    moved: int
    saved_minor: int
    looks: int

    @property
    def total_minor(self) -> int:
        """What all ways cost."""
        return sum(self.costs.values())


@dataclass(frozen=True, slots=True)
class Books:
    """What the replay came to; amounts in centavos.

    Attributes:
        orders: orders of the export.
        ours: our orders: one per order and seller.
        states: state -> how many orders of the export are in it here.
        wanted: state -> how many should be.
        paid: what the customers paid, by the export; here: by our payments; due: what items and freight come to.
        rounded: orders whose payments differ from what they come to.
        taken: what was captured; given_back: of that, refunded.
        oddities: what was odd -> how often.
        sourced: how orders were sourced, where there are several sites.
        faults: what is not as it should be.
    """

    orders: int
    ours: int
    states: Mapping[str, int]
    wanted: Mapping[str, int]
    paid_minor: int
    here_minor: int
    due_minor: int
    rounded: int
    taken_minor: int
    given_back_minor: int
    oddities: Mapping[str, int]
    promised: Promised
    sourced: Served | None = None
    faults: list[str] = field(default_factory=list)


def close(
    olist: Olist,
    parts: Sequence[Part],
    reached: Mapping[tuple[str, str], Reached],
    oddities: Mapping[str, int],
    served: Mapping[UUID, Sourced],
    batches: Mapping[str, int],
) -> Books:
    """Compare the house with the export."""
    states = by_order(parts, reached)
    wanted = Counter(raw.status for raw in olist.orders)
    here = Counter(next(iter(one)) if len(one) == 1 else "mixed" for one in states.values())
    standing = [one.order for one in reached.values()]
    return Books(
        orders=len(olist.orders),
        ours=len(standing),
        states=dict(here),
        wanted=dict(wanted),
        paid_minor=sum(one.amount_minor for rows in olist.payments.values() for one in rows),
        here_minor=sum(one.payments_minor for one in standing),
        due_minor=sum(one.price_minor + one.freight_minor for rows in olist.items.values() for one in rows),
        rounded=len({one.external_ref for one in standing if one.rounding_minor}),
        taken_minor=sum(one.captured_minor for one in standing),
        given_back_minor=sum(one.refunded_minor for one in standing),
        oddities=dict(sorted(oddities.items())),
        promised=_promised(parts, reached),
        sourced=_served(served, batches) if served else None,
        faults=[
            *_wrong_states(olist, states),
            *_wrong_money(olist, parts, reached),
            *(_unsourced(reached, served) if served else []),
        ],
    )


def _promised(parts: Sequence[Part], reached: Mapping[tuple[str, str], Reached]) -> Promised:
    made = [one for one in reached.values() if one.order.promised_until]
    came = [
        (moment(part.raw.delivered_at), until)
        for part in parts
        if part.raw.delivered_at and part.key in reached and (until := reached[part.key].order.promised_until)
    ]
    return Promised(len(made), len(came), sum(at <= until for at, until in came))


def _served(served: Mapping[UUID, Sourced], batches: Mapping[str, int]) -> Served:
    costs: Counter[str] = Counter()
    for one in served.values():
        costs.update(one.costs)
    return Served(
        orders=len(served),
        split=sum(one.sites > 1 for one in served.values()),
        exact=sum(one.exact for one in served.values()),
        costs=dict(costs),
        moved=batches.get("moved", 0),
        saved_minor=batches.get("saved_minor", 0),
        looks=batches.get("looks", 0),
    )


def _unsourced(reached: Mapping[tuple[str, str], Reached], served: Mapping[UUID, Sourced]) -> list[str]:
    return [
        f"order {ref} of seller {seller} was placed without a decision where it leaves from"
        for (ref, seller), one in reached.items()
        if one.order.id not in served
    ]


def _wrong_states(olist: Olist, states: Mapping[str, set[str]]) -> list[str]:
    return [
        f"order {raw.order_id} is {' and '.join(sorted(states[raw.order_id]))}, should be {raw.status}"
        for raw in olist.orders
        if states[raw.order_id] != {raw.status}
    ]


def _wrong_money(
    olist: Olist, parts: Sequence[Part], reached: Mapping[tuple[str, str], Reached]
) -> list[str]:
    """Reconcile order by order: what was promised, what is rounding, what was taken and given back."""
    found = []
    of_order: dict[str, list[Reached]] = defaultdict(list)
    for part in parts:
        if part.key in reached:
            of_order[part.ref].append(reached[part.key])
    for raw in olist.orders:
        ours = [one.order for one in of_order[raw.order_id]]
        paid = sum(one.amount_minor for one in olist.payments[raw.order_id])
        due = sum(one.price_minor + one.freight_minor for one in olist.items[raw.order_id])
        promised, rounding = sum(one.payments_minor for one in ours), sum(one.rounding_minor for one in ours)
        taken, back = sum(one.captured_minor for one in ours), sum(one.refunded_minor for one in ours)
        if promised != paid:
            found.append(f"order {raw.order_id}: {paid} centavos were paid, {promised} stand here")
        if rounding != paid - due:
            found.append(f"order {raw.order_id}: rounding is {rounding} centavos, should be {paid - due}")
        kept = paid if raw.status in TAKEN else 0
        if taken - back != kept:
            found.append(f"order {raw.order_id}: {taken - back} centavos are kept, should be {kept}")
    return found
