"""Carriers call: the signature is checked over the raw body, repeats are known by the call's own name, the answer is quick.

Calls that come together are folded together: one transaction for all of them, one answer each.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post

from doorstep.platform import signatures
from doorstep.platform.auth import public
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, InHouse
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.hooks import HookCode, hook_door
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.acts.calls import Call, take_calls
from doorstep.stages.tracking.ports import easypost, rate_table

Q = Statements("doorstep.stages.tracking")
CALL_MAX = 1_000_000


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


async def _find(tx: Tx, code: str) -> Caller:
    carrier = await tx.row(Q.carrier_by_code, Caller, code=code)
    if carrier is None or not carrier.hook_secret:
        raise unknown("carrier", code)
    return tx.opened([carrier], "api_key", "hook_secret")[0]


@post("/hooks/carriers/{tenant_code:str}/{carrier_code:str}", opt=public(), status_code=200)
async def carrier_calls(
    tenant_code: HookCode, carrier_code: HookCode, request: Asked, house: InHouse
) -> Response[Taken]:
    """Take a carrier's webhook, signed by Standard Webhooks (or by EasyPost's `x-hmac-signature`) with the carrier's secret.

    A repeated call is answered like the first and changes nothing; calls may come in any order.
    """
    door = hook_door(request, house, "carrier", _find, take_calls)
    tenant_id, carrier = await door.whose(tenant_code, carrier_code)
    body = await request.body()
    if len(body) > CALL_MAX:
        raise Refused(Reason.TOO_LARGE, f"A call has at most {CALL_MAX} bytes.")
    await door.ask(tenant_id, _call(request, carrier, body))
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
