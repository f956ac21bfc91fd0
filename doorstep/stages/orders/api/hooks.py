"""Shops call: the signature is checked over the raw body, repeats are known by the call's own name, the answer is quick.

What a call says is kept and folded by a worker, so that no call waits for stock or for another order.
"""

import time
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
import structlog
from litestar import Response, post
from litestar.params import PathParameter

from doorstep.platform.auth import find_tenant, public
from doorstep.platform.batching import GroupCommit
from doorstep.platform.edge import Asked, InHouse
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.house import House
from doorstep.stages.orders.acts import shops
from doorstep.stages.orders.acts.hearing import Call, take_calls
from doorstep.stages.orders.model.shops import Shop
from doorstep.stages.orders.ports.channels import PORTS

log = structlog.get_logger()
CALL_MAX = 5_000_000
REMEMBERED_S = 10.0
Code = Annotated[str, PathParameter(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class ShopTaken(msgspec.Struct):
    """The call was taken."""

    taken: bool = True


@dataclass(slots=True)
class ShopDoor:
    """The door of one process: gathers calls, and remembers for a few seconds who may call."""

    house: House
    group: GroupCommit[UUID, Call, bool]
    known: dict[tuple[str, str], tuple[float, UUID, Shop]]

    async def whose(self, tenant_code: str, shop_code: str) -> tuple[UUID, Shop]:
        """Return the tenant and the shop that an address names.

        Raises:
            Refused: there is none.
        """
        kept = self.known.get((tenant_code, shop_code))
        if kept and kept[0] > time.monotonic():
            return kept[1], kept[2]
        tenant_id = await find_tenant(self.house.db, tenant_code)
        async with self.house.db.transaction(tenant_id, actor="shop") as tx:
            found = await shops.shops(tx, code=shop_code)
        if not found:
            raise unknown("shop", shop_code)
        if len(self.known) > 1000:
            self.known.clear()
        self.known[tenant_code, shop_code] = (time.monotonic() + REMEMBERED_S, tenant_id, found[0])
        return tenant_id, found[0]


def _door(request: Asked, house: House) -> ShopDoor:
    """Return the door of this process, opened by the first who comes."""
    state = request.app.state
    door: ShopDoor | None = state.get("shop_hooks")
    if door is None or door.house is not house:

        async def take(tenant_id: UUID, calls: list[Call]) -> list[bool | Exception]:
            async with house.db.transaction(tenant_id, actor="shop") as tx:
                await take_calls(tx, calls)
            return [True for _ in calls]

        door = state.shop_hooks = ShopDoor(house, GroupCommit(take), {})
    return door


@post("/hooks/shops/{tenant_code:str}/{shop_code:str}", opt=public(), status_code=200)
async def shop_calls(
    tenant_code: Code, shop_code: Code, request: Asked, house: InHouse
) -> Response[ShopTaken]:
    """Take a shop's webhook, signed as its kind of shop signs, with the secret that was given when it was connected.

    A repeated call is answered like the first and changes nothing; calls may come in any order.
    """
    door = _door(request, house)
    tenant_id, shop = await door.whose(tenant_code, shop_code)
    body = await request.body()
    if len(body) > CALL_MAX:
        raise Refused(Reason.TOO_LARGE, f"A call has at most {CALL_MAX} bytes.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    async with house.db.transaction(tenant_id, actor="shop") as tx:
        now = tx.now
    try:
        call = PORTS[shop.kind].call(shop, headers, body, now)
    except ValueError as error:
        await _unreadable(house, tenant_id, shop, error)
        return Response(ShopTaken())
    if call is None:
        raise Refused(
            Reason.UNAUTHENTICATED, "The signature is missing or wrong. Sign with this shop's secret."
        )
    await door.group.ask(tenant_id, Call(shop.id, call.id, call.tellings))
    return Response(ShopTaken())


async def _unreadable(house: House, tenant_id: UUID, shop: Shop, error: ValueError) -> None:
    """Note a genuine call that cannot be understood; the shop would only repeat it, and the poll looks again."""
    log.warning("shop_call_unreadable", shop=shop.code, error=str(error)[:200])
    async with house.db.transaction(tenant_id, actor="shop") as tx:
        await shops.went_wrong(tx, shop, f"A call cannot be understood: {str(error)[:300]}", 0)


ROUTES: list[Any] = [shop_calls]
