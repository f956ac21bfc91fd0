"""Where goods are best put away, and why: together with their own, where they are picked, near if they sell fast, where they fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.stages.catalog import BinKind

OFFERS = 3
FAST_PICKS = 20
"""Picks in a month from which a product counts as fast."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What is in the hand.

    Attributes:
        unit_ml: how much room one unit takes.
        picks: how often it was picked in the last 30 days.
        waiting, wanted: orders that wait for it, and how many units they lack beyond what is free.
    """

    quantity: int
    unit_ml: int
    lot: str = ""
    picks: int = 0
    waiting: int = 0
    wanted: int = 0

    @property
    def fast(self) -> bool:
        """Whether it is picked often."""
        return self.picks >= FAST_PICKS


@dataclass(frozen=True, slots=True)
class Room:
    """A bin that may be used.

    Attributes:
        walk_mm: how far it is from where walks begin.
        used_ml: how much room its goods take.
        units, lot_units: of this product, and of the lot in the hand.
        lots: which lots of this product lie in it; '' are units of no known lot.
        others: how many other products lie in it.
        doubted: somebody did not use it lately because it was full or blocked.
    """

    code: str
    kind: str
    walk_mm: int
    capacity_ml: int | None = None
    mixes_lots: bool = True
    used_ml: int = 0
    units: int = 0
    lot_units: int = 0
    lots: tuple[str, ...] = ()
    others: int = 0
    doubted: bool = False

    def free_ml(self) -> int | None:
        """How much room is left; None when nobody measured it."""
        return None if self.capacity_ml is None else max(self.capacity_ml - self.used_ml, 0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A bin, why it is offered, what lies in it, and how many more units fit (None: not known)."""

    code: str
    why: str
    said: str
    units: int
    others: int
    fits: int | None


def may_join(room: Room, lot: str) -> bool:
    """Whether units of a lot may be put to what lies in a bin."""
    return room.mixes_lots or all(one == lot for one in room.lots)


def offers(goods: Goods, rooms: Sequence[Room], most: int = OFFERS) -> list[Offer]:
    """Return the best bins for goods, the best first.

    What orders wait for goes to a dock. Else goods are put to their own: the same lot before the same product, where they are
    picked before bulk. Else to an empty bin: near for what sells fast, in bulk for what does not, and where the least room is
    left over; bins of other products and bins that somebody found full lately come last.
    """
    able = [
        room
        for room in rooms
        if _fits(goods, room) and may_join(room, goods.lot) and (room.kind != BinKind.DOCK or goods.wanted)
    ]
    able.sort(key=lambda room: (_rank(goods, room), room.walk_mm, room.code))
    return [_offer(goods, room) for room in able[:most]]


def _fits(goods: Goods, room: Room) -> bool:
    free = room.free_ml()
    return free is None or goods.quantity * goods.unit_ml <= free


def _why(goods: Goods, room: Room) -> str:
    if room.kind == BinKind.DOCK:
        return "cross_dock"
    if goods.lot and room.lot_units:
        return "same_lot"
    if room.units:
        return "same_product"
    return "shared" if room.others else "empty"


WHYS = ("cross_dock", "same_lot", "same_product", "empty", "shared")


def _rank(goods: Goods, room: Room) -> tuple[int, ...]:
    """Order bins: doubted ones last, then by why, then faces first (bulk first for what is slow and has no bin), then by room left."""
    why = WHYS.index(_why(goods, room))
    bulk = room.kind == BinKind.BULK
    wrong_kind = not bulk if why >= WHYS.index("empty") and not goods.fast else bulk
    free = room.free_ml()
    left = 0 if goods.fast or free is None else free - goods.quantity * goods.unit_ml
    return int(room.doubted), why, int(wrong_kind), left


def _offer(goods: Goods, room: Room) -> Offer:
    why = _why(goods, room)
    free = room.free_ml()
    fits = None if free is None else free // max(goods.unit_ml, 1)
    said = {
        "cross_dock": f"{goods.waiting} {'order waits' if goods.waiting == 1 else 'orders wait'} for {goods.wanted}",
        "same_lot": f"{room.lot_units} of lot {goods.lot} lie here",
        "same_product": f"{room.units} of it lie here",
        "empty": "empty, near: it sells fast" if goods.fast else "empty, and it fits",
        "shared": f"beside {room.others} other {'product' if room.others == 1 else 'products'}",
    }[why]
    return Offer(room.code, why, said, room.units, room.others, fits)
