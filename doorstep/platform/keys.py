"""The page of API keys: list them, make one (shown this once), revoke one. For owners only."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.handlers.http_handlers import HTTPRouteHandler

from doorstep.platform import auth, roster
from doorstep.platform.auth import Allow, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, InHouse
from doorstep.platform.errors import Fault, Refused, unknown
from doorstep.platform.pages import back, page

NAME_MAX = 80


def scopes(request: Asked) -> list[str]:
    """Return every scope that some route asks for."""
    found = {
        allowed.scope
        for route in request.app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and isinstance(allowed := handler.opt.get("allow"), Allow)
    }
    return sorted(scope for scope in found if scope)


@get("/keys", opt=allow(Role.OWNER), include_in_schema=False)
async def keys(request: Asked, house: InHouse, who: Caller) -> Any:
    """List the keys, never their secrets."""
    return page(
        request,
        "keys.html",
        keys=await roster.keys(house.db, who.tenant_id),
        scopes=scopes(request),
        made=None,
        faults=[],
    )


@post("/keys", opt=allow(Role.OWNER), include_in_schema=False, status_code=200)
async def make_key(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Make a key and show it this once."""
    known = scopes(request)
    wanted = [scope for scope in known if data.get(f"scope.{scope}")]
    name = data.get("name", "").strip().replace("\0", "")[:NAME_MAX]
    faults = [
        *([] if name else [Fault("/name", "empty", "Name the program that will use the key.")]),
        *([] if wanted else [Fault("/scopes", "empty", "Choose at least one thing that the key may do.")]),
    ]
    made = None if faults else await auth.make_key(house.db, who.tenant_id, name, wanted)
    return page(
        request,
        "keys.html",
        status=422 if faults else 200,
        keys=await roster.keys(house.db, who.tenant_id),
        scopes=known,
        made=made,
        faults=faults,
    )


@post("/keys/revoke", opt=allow(Role.OWNER), include_in_schema=False, status_code=200)
async def revoke_key(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Revoke a key; it dies within five seconds everywhere."""
    try:
        key_id = UUID(data.get("id", ""))
    except ValueError:
        raise unknown("key", data.get("id", "")) from None
    try:
        await auth.revoke_key(house.db, who.tenant_id, key_id)
    except Refused:
        return back("/keys", "That key was revoked before.", kind="warning")
    request.app.state.gate.forget()
    return back("/keys", "The key is revoked.")


ROUTES = [keys, make_key, revoke_key]
