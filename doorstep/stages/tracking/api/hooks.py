"""Carriers call: the signature is checked over the raw body, repeats are known by the call's own name, the answer is quick.

Calls that come together are folded together: one transaction for all of them, one answer each.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import PathParameter

from doorstep.platform import signatures
from doorstep.platform.auth import find_tenant, public
from doorstep.platform.batching import GroupCommit
from doorstep.platform.edge import Asked, InHouse
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.house import House
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.acts.calls import Call, take_calls
from doorstep.stages.tracking.ports import easypost, rate_table

Q = Statements("doorstep.stages.tracking")
CALL_MAX = 1_000_000
CACHED_S = 10.0

Code = Annotated[str, PathParameter(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


@dataclass(frozen=True, slots=True)
class Caller:
    """A carrier who may call."""

    id: UUID
    code: str
    kind: str
    base_url: str | None
    api_key: str | None
    hook_secret: str | None


class Taken(msgspec.Struct):
    """The call was taken."""

    taken: bool = True


@dataclass(slots=True)
class HookDoor:
    """The door of one process: gathers calls, and remembers for a few seconds who may call."""

    house: House
    group: GroupCommit[UUID, Call, bool]
    known: dict[tuple[str, str], tuple[float, UUID, Caller]]

    async def whose(self, tenant_code: str, carrier_code: str) -> tuple[UUID, Caller]:
        """Return the tenant and the carrier that an address names.

        Raises:
            Refused: there is none.
        """
        kept = self.known.get((tenant_code, carrier_code))
        if kept and kept[0] > time.monotonic():
            return kept[1], kept[2]
        tenant_id = await find_tenant(self.house.db, tenant_code)
        async with self.house.db.transaction(tenant_id, actor="carrier") as tx:
            carrier = await tx.row(Q.carrier_by_code, Caller, code=carrier_code)
        if carrier is None or not carrier.hook_secret:
            raise unknown("carrier", carrier_code)
        if len(self.known) > 1000:
            self.known.clear()
        self.known[tenant_code, carrier_code] = (time.monotonic() + CACHED_S, tenant_id, carrier)
        return tenant_id, carrier


def _door(request: Asked, house: House) -> HookDoor:
    """Return the door of this process, opened by the first who comes."""
    state = request.app.state
    door: HookDoor | None = state.get("tracking_hooks")
    if door is None or door.house is not house:

        async def take(tenant_id: UUID, calls: list[Call]) -> list[bool | Exception]:
            async with house.db.transaction(tenant_id, actor="carrier") as tx:
                await take_calls(tx, calls)
            return [True for _ in calls]

        door = state.tracking_hooks = HookDoor(house, GroupCommit(take), {})
    return door


@post("/hooks/carriers/{tenant_code:str}/{carrier_code:str}", opt=public(), status_code=200)
async def carrier_calls(
    tenant_code: Code, carrier_code: Code, request: Asked, house: InHouse
) -> Response[Taken]:
    """Take a carrier's webhook, signed by Standard Webhooks (or by EasyPost's `x-hmac-signature`) with the carrier's secret.

    A repeated call is answered like the first and changes nothing; calls may come in any order.
    """
    door = _door(request, house)
    tenant_id, carrier = await door.whose(tenant_code, carrier_code)
    body = await request.body()
    if len(body) > CALL_MAX:
        raise Refused(Reason.TOO_LARGE, f"A call has at most {CALL_MAX} bytes.")
    await door.group.ask(tenant_id, _call(request, carrier, body))
    return Response(Taken())


def _call(request: Asked, carrier: Caller, body: bytes) -> Call:
    """Return a genuine call.

    Raises:
        Refused: the signature is missing, wrong or too old.
    """
    secret = carrier.hook_secret or ""
    signature = request.headers.get(easypost.SIGNATURE)
    if signature is not None:
        genuine = easypost.genuine(secret, signature, body)
        name, read = hashlib.sha256(body).hexdigest(), easypost.read_call
    else:
        headers = {name.lower(): value for name, value in request.headers.items()}
        genuine = signatures.genuine([secret], headers, body, time.time())
        name, read = request.headers.get("webhook-id", "")[:200], rate_table.read_call
    if not genuine:
        raise Refused(
            Reason.UNAUTHENTICATED,
            "The signature is missing, wrong or too old. Sign with this carrier's secret.",
        )
    return Call(carrier.id, name, body.decode("utf-8", "replace").replace("\x00", ""), read)


ROUTES: list[Any] = [carrier_calls]
