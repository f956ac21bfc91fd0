"""The words of a merge: which orders go along in another one, and what that one comes to then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.asked import SOME_LINES
from doorstep.stages.orders.model.changing import LineAfter
from doorstep.stages.orders.model.splitting import Sums

JOINING_MAX = 20
"""How many orders join one at a time."""


class Merge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which orders join another one and end."""

    why: Annotated[
        str, Meta(min_length=1, max_length=500, pattern=SOME_LINES, description="Told in all histories.")
    ]
    orders: Annotated[
        list[UUID], Meta(min_length=1, max_length=JOINING_MAX, description="The orders that join it and end.")
    ]


@dataclass(frozen=True, slots=True)
class Joining:
    """What one order brings along: (its line, the line as it is in the order that it joins), and its payments."""

    order_id: UUID
    number: int
    lines: tuple[tuple[UUID, LineAfter], ...]
    payments: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """An order after others joined it; what keeps that from being done is among `faults`.

    Attributes:
        stay: its own lines.
        joining: the orders that join it, as they were asked for.
        sums: what it comes to, in minor units.
        rounding_minor: the rounding that all of them were shown with.
        note: everything that was said for the parcel.
        promised_from, promised_until, leave_by: of the order that was promised first; None when none was.
    """

    stay: tuple[LineAfter, ...]
    joining: tuple[Joining, ...]
    sums: Sums
    rounding_minor: int
    note: str
    promised_from: datetime | None
    promised_until: datetime | None
    leave_by: datetime | None
    faults: tuple[Fault, ...] = ()

    @property
    def lines(self) -> list[LineAfter]:
        """All lines, its own first."""
        return [line for line in self.stay if line.now] + [
            line for one in self.joining for _, line in one.lines
        ]
