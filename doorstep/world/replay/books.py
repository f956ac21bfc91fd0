"""The books at the end: every order in its real state, every centavo where it belongs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from doorstep.world.replay.olist import Olist
from doorstep.world.replay.parts import Part
from doorstep.world.replay.standing import Reached, by_order

TAKEN = frozenset({"shipped", "delivered"})
"""States in which the whole price was taken, and nothing given back."""


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
    faults: list[str] = field(default_factory=list)


def close(
    olist: Olist,
    parts: Sequence[Part],
    reached: Mapping[tuple[str, str], Reached],
    oddities: Mapping[str, int],
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
        faults=[*_wrong_states(olist, states), *_wrong_money(olist, parts, reached)],
    )


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
