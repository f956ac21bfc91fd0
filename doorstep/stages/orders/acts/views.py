"""Views of the list that people keep: a filter under a name, their own or shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages.orders.model.listing import Filter, View

Q = Statements("doorstep.stages.orders")
NAME_MAX = 40
VIEWS_MAX = 30
"""Most views that one person keeps."""
SEEN_MAX = 60


@dataclass(frozen=True, slots=True)
class _Kept:
    id: UUID
    name: str
    filter: Mapping[str, Any]
    shared: bool
    mine: bool


async def views_of(tx: Tx, person: UUID, merchant_id: UUID | None) -> list[View]:
    """Return the views that a person sees, by name: their own and the shared ones of their house or merchant."""
    kept = await tx.rows(Q.views_of, _Kept, person=person, merchant_id=merchant_id, most=SEEN_MAX)
    return [View(one.id, one.name, msgspec.convert(one.filter, Filter), one.shared, one.mine) for one in kept]


async def keep_view(
    tx: Tx, person: UUID, merchant_id: UUID | None, name: str, kept: Filter, *, shared: bool
) -> None:
    """Keep a view; another one of the same person and name is replaced.

    Raises:
        Refused: it has no name that fits, or the person keeps too many.
    """
    name = " ".join(name.replace("\x00", "").split())
    faults = []
    if not 1 <= len(name) <= NAME_MAX:
        faults.append(Fault("/name", "name", f"Name the view in 1 to {NAME_MAX} characters."))
    if await tx.value(Q.count_views, person=person) >= VIEWS_MAX:
        faults.append(Fault("", "too_many", f"You keep {VIEWS_MAX} views. Forget one of them first."))
    if faults:
        raise invalid(faults)
    await tx.run(
        Q.keep_view,
        id=new_id(),
        person=person,
        merchant_id=merchant_id,
        name=name,
        filter=Jsonb(msgspec.to_builtins(kept)),
        shared=shared,
    )


async def drop_view(tx: Tx, person: UUID, view_id: UUID) -> str:
    """Forget a view that this person keeps; return its name.

    Raises:
        Refused: there is none, or somebody else keeps it.
    """
    name: str | None = await tx.value(Q.drop_view, id=view_id, person=person)
    if name is None:
        raise unknown("view", view_id)
    return name
