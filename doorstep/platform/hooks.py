"""A door at which programs outside call: who stands behind an address, and calls that come together taken together."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from litestar.params import PathParameter

from doorstep.platform.auth import find_tenant
from doorstep.platform.batching import GroupCommit
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked
from doorstep.platform.house import House

REMEMBERED_S = 10.0
"""So long it is remembered who may call."""

CALLERS_MAX = 1000

HookCode = Annotated[str, PathParameter(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""A code in the address of a hook: of the tenant, of who calls."""

Caller = TypeVar("Caller")
Call = TypeVar("Call")


@dataclass(slots=True)
class HookDoor(Generic[Caller, Call]):
    """The door of one process.

    Attributes:
        actor: in whose name calls are taken.
        find: returns who has a code at a tenant, or refuses.
        take: takes calls of one tenant in its transaction; calls that were taken before change nothing.
    """

    house: House
    actor: str
    find: Callable[[Tx, str], Awaitable[Caller]]
    take: Callable[[Tx, Sequence[Call]], Awaitable[object]]
    group: GroupCommit[UUID, Call, bool] = field(init=False)
    known: dict[tuple[str, str], tuple[float, UUID, Caller]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.group = GroupCommit(self._take)

    async def whose(self, tenant_code: str, code: str) -> tuple[UUID, Caller]:
        """Return the tenant and the caller that an address names.

        Raises:
            Refused: there is none.
        """
        kept = self.known.get((tenant_code, code))
        if kept and kept[0] > time.monotonic():
            return kept[1], kept[2]
        tenant_id = await find_tenant(self.house.db, tenant_code)
        async with self.house.db.transaction(tenant_id, actor=self.actor) as tx:
            caller = await self.find(tx, code)
        if len(self.known) > CALLERS_MAX:
            self.known.clear()
        self.known[tenant_code, code] = (time.monotonic() + REMEMBERED_S, tenant_id, caller)
        return tenant_id, caller

    async def ask(self, tenant_id: UUID, call: Call) -> None:
        """Take a genuine call, together with those that come at the same time."""
        await self.group.ask(tenant_id, call)

    async def _take(self, tenant_id: UUID, calls: list[Call]) -> list[bool | Exception]:
        async with self.house.db.transaction(tenant_id, actor=self.actor) as tx:
            await self.take(tx, calls)
        return [True for _ in calls]


def hook_door(
    request: Asked,
    house: House,
    actor: str,
    find: Callable[[Tx, str], Awaitable[Caller]],
    take: Callable[[Tx, Sequence[Call]], Awaitable[object]],
) -> HookDoor[Caller, Call]:
    """Return this process's door of an actor, opened by the first who comes."""
    doors: dict[str, HookDoor[Caller, Call]] = request.app.state.setdefault("hook_doors", {})
    door = doors.get(actor)
    if door is None or door.house is not house:
        door = doors[actor] = HookDoor(house, actor, find, take)
    return door
