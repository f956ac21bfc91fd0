"""Which units of an order the floor gives up when fewer are wanted: first what nobody picked, then what lies in totes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Work:
    """Units of a line that a fulfillment order has: not picked yet, in totes, in boxes.

    Attributes:
        excess: by how much its site has more work of this line and product than is reserved there, over all its
            fulfillment orders.
    """

    fulfillment_id: UUID
    site_id: UUID
    line_id: UUID
    product_id: UUID
    open: int
    picked: int
    packed: int
    excess: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Units that a fulfillment order needs no more: `open` are not picked any more, `picked` go back from totes."""

    fulfillment_id: UUID
    line_id: UUID
    product_id: UUID
    open: int
    picked: int


def give_up(works: Sequence[Work]) -> tuple[list[GivenUp], list[UUID]]:
    """Return what is given up, and the fulfillment orders whose boxes must be opened because the rest lies in them."""
    left = {_key(one): one.excess for one in works}
    open_of = dict.fromkeys(range(len(works)), 0)
    picked_of, boxed = dict(open_of), list[UUID]()
    for i, one in enumerate(works):
        open_of[i] = min(one.open, left[_key(one)])
        left[_key(one)] -= open_of[i]
    for i, one in enumerate(works):
        picked_of[i] = min(one.picked, left[_key(one)])
        left[_key(one)] -= picked_of[i]
    for one in works:
        if one.packed and left[_key(one)] > 0:
            left[_key(one)] -= one.packed
            boxed.append(one.fulfillment_id)
    given = [
        GivenUp(one.fulfillment_id, one.line_id, one.product_id, open_of[i], picked_of[i])
        for i, one in enumerate(works)
        if open_of[i] or picked_of[i]
    ]
    return given, list(dict.fromkeys(boxed))


def _key(one: Work) -> tuple[UUID, UUID, UUID]:
    return one.site_id, one.line_id, one.product_id
