"""The edge: the only place that knows HTTP.

Builds the Litestar application from the stages' routes; finds the caller; checks that the route allows them; turns refusals
into RFC 9457 problem details (or a page, for people); limits rates and bodies; renders templates.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Response, route
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send
from psycopg import DataError

from doorstep.platform import assets, edge, limits, openapi, pages
from doorstep.platform.auth import SESSION_COOKIE, Allow, Gate, Principal, public
from doorstep.platform.edge import Asked
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.express import Express
from doorstep.platform.packing import Packed
from doorstep.platform.problems import PROBLEM_TYPE, Trouble, instance, trouble
from doorstep.platform.shape import faults, unkept
from doorstep.platform.strict import StrictRequest


class UndeclaredRouteError(RuntimeError):
    """A route does not say who may enter; the house does not start."""


def build(
    open_house: Callable[[], Any],
    routes: Sequence[Any],
    template_folders: Sequence[Path],
    *,
    secret: str,
    body_max: int,
    tile_url: str | None = None,
) -> Litestar:
    """Return the application.

    Args:
        open_house: an async context manager that yields the `House` (opened in the server's own loop).
        routes: the stages' route handlers; each declares `opt=allow(...)`, `public()` or `signed()`.
        template_folders: where Jinja2 looks, the shared folder first.
        secret: for CSRF tokens.
        body_max: largest body in bytes; more is refused with 413.
        tile_url: where maps may fetch tiles; without it pages reach nothing but this server.

    Raises:
        UndeclaredRouteError: a route without a declaration.
    """
    openapi.document(routes)
    app = Litestar(
        route_handlers=[_tell_methods([*routes, assets.send_asset]), *routes, assets.send_asset],
        lifespan=[_lifespan(open_house)],
        guards=[guard],
        dependencies=edge.DEPENDENCIES,
        exception_handlers={
            HTTPException: on_http,
            Exception: on_error,
        },
        middleware=[Packed],
        csrf_config=CSRFConfig(
            secret=secret,
            cookie_name="doorstep_csrf",
            header_name="x-csrf-token",
            exclude=["^/api/", "^/hooks/"],
            cookie_samesite="lax",
        ),
        template_config=pages.template_config(template_folders),
        openapi_config=openapi.config(),
        request_class=StrictRequest,
        request_max_body_size=body_max,
        opt={"exclude_from_csrf": False},
    )
    app.state.parameters = edge.parameters(app.routes)
    express = Express(app.asgi_handler, routes, app.state, body_max=body_max)
    app.asgi_handler = Porch(express, _fences(tile_url))
    undeclared = [
        f"{sorted(handler.http_methods)} {one.path}"
        for one in app.routes
        for handler in getattr(one, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler) and not _declared(handler, one.path)
    ]
    if undeclared:
        raise UndeclaredRouteError(f"say who may enter (allow, public or signed): {'; '.join(undeclared)}")
    return app


def _lifespan(open_house: Callable[[], Any]) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with open_house() as house:
            app.state.house = house
            app.state.gate = Gate(house.db)
            app.state.limiter = limits.Limiter(house.settings.rate_per_minute)
            yield

    return lifespan


def _fences(tile_url: str | None) -> limits.Headers:
    """What a browser must not do with our pages: run foreign scripts, be framed, guess types, tell where it was."""
    tiles = f" {urlsplit(tile_url).scheme}://{urlsplit(tile_url).netloc}" if tile_url else ""
    policy = (
        f"default-src 'self'; img-src 'self' data: blob:{tiles}; connect-src 'self'{tiles}; worker-src 'self' blob:; "
        "style-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]


def _tell_methods(routes: Sequence[Any]) -> HTTPRouteHandler:
    """Answer OPTIONS everywhere. The framework's own answer forgets methods that are added to a path later."""
    paths = {path for one in routes if isinstance(one, HTTPRouteHandler) for path in one.paths}

    @route(sorted(paths), http_method=["OPTIONS"], opt=public(), include_in_schema=False, status_code=204)
    async def tell_methods(request: Asked) -> Response[None]:
        """Tell the methods of a path."""
        asked = request.scope["path_template"]
        methods = {name for one in request.app.routes if one.path_format == asked for name in one.methods}
        return Response(None, status_code=204, headers={"allow": ", ".join(sorted(methods))})

    return tell_methods


def _declared(handler: HTTPRouteHandler, path: str) -> bool:
    return isinstance(handler.opt.get("allow"), Allow) or path.startswith("/api/schema")


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Find the caller and check that the route allows them.

    Raises:
        Refused: nobody is signed in, the route is not for them, they ask too often, or with parameters that nobody reads.
    """
    allowed = handler.opt.get("allow")
    if allowed is None:  # the OpenAPI pages
        return
    principal = await _principal(connection)
    connection.scope["user"] = principal
    if not allowed.anyone:
        _check_entry(connection, allowed, principal)
    if connection.scope["query_string"] and connection.url.path.startswith("/api/"):
        edge.check_parameters(connection)


def _check_entry(
    connection: ASGIConnection[Any, Any, Any, Any], allowed: Allow, principal: Principal | None
) -> None:
    if principal is None:
        raise Refused(
            Reason.UNAUTHENTICATED, "Sign in, or send your API key as `Authorization: Bearer dk_...`."
        )
    connection.app.state.limiter.take(principal.actor, principal.tenant_id)
    if not principal.may(allowed):
        who = ", ".join(sorted(allowed.roles)) + (
            f"; keys with scope {allowed.scope}" if allowed.scope else ""
        )
        raise Refused(Reason.FORBIDDEN, f"This is not open to {principal.name}. It is for: {who}.")


async def _principal(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal | None:
    gate: Gate = connection.app.state.gate
    header = connection.headers.get("authorization", "")
    if header.startswith("Bearer "):
        found = await gate.by_key(header.removeprefix("Bearer ").strip())
        if found is None:
            raise Refused(
                Reason.UNAUTHENTICATED, "This API key is unknown or revoked. Make a new one on the keys page."
            )
        return found
    if connection.url.path.startswith("/api/"):
        return None  # cookies do not open the API: it is exempt from CSRF checks
    token = connection.cookies.get(SESSION_COOKIE)
    return await gate.by_session(token) if token else None


def on_error(request: Asked, error: Exception) -> Response[Any]:
    """Answer a refusal, a database that is away, and a bug: problem details for programs, a page for people."""
    if isinstance(error, DataError) and (found := _unkept(request)):
        message = "The request holds the character 0, which no text of ours can. Mend what is listed and send it again."
        return answer(request, Trouble(422, "invalid", message, found))
    return answer(request, trouble(error, request.url.path))


def _unkept(request: Asked) -> list[Fault]:
    """Return what a request holds that no database keeps: texts of its body, parameters of its address, fields of a form."""
    body = _body(request)
    found = unkept(body)
    if not found and b"%00" in body:
        found = [Fault("", "character", "A field of the form holds the character 0. Take it out.")]
    asked = [name for name, value in request.query_params.multi_items() if "\x00" in name + str(value)]
    told = "The parameter {!r} holds the character 0. Take it out."
    return found + [Fault("", "character", told.format(name[:60])) for name in asked]


def _body(request: Asked) -> bytes:
    body = request.scope.get("_body") or getattr(request, "_body", None)
    return body if isinstance(body, bytes) else b""


def on_http(request: Asked, error: HTTPException) -> Response[Any]:
    """Answer what Litestar refuses: bad shapes with every fault, unknown paths, wrong methods, large bodies."""
    if isinstance(error, ValidationException):
        found = edge.parameter_faults(request, error) + _shape_faults(request)
        found = found or [Fault("", "invalid", str(error.detail))]
        shape = "The request does not have the right shape. Mend what is listed and send it again."
        return answer(request, Trouble(422, "invalid", shape, found))
    title, detail = _HTTP.get(error.status_code, ("refused", str(error.detail)))
    response = answer(request, Trouble(error.status_code, title, detail or str(error.detail)))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


_HTTP = {
    400: ("malformed", ""),
    401: ("unauthenticated", ""),
    403: (
        "forbidden",
        "The form is too old or came from elsewhere. Go back, reload the page and send it again.",
    ),
    404: ("unknown", "There is nothing at this address. Check it, or start from the front page."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("too_large", "The body is too large. Send less at once."),
    415: ("media_type", ""),
}


def _shape_faults(request: Asked) -> list[Fault]:
    handler = request.scope.get("route_handler")
    field = getattr(handler, "parsed_data_field", None)
    body = _body(request)
    return faults(body, field.annotation) if field is not None and body else []


def answer(request: Asked, told: Trouble) -> Response[Any]:
    """Return a trouble as JSON, or as a page when a person's browser asks."""
    named = instance(request.state.get("request_id", ""))
    path = request.url.path
    if "text/html" in request.headers.get("accept", "") and not path.startswith("/api/"):
        if told.status == 401:
            return Response(b"", status_code=303, headers={"location": f"/sign-in?next={path}"})
        return pages.page(
            request,
            "problem.html",
            status=told.status,
            headers=told.headers,
            title=told.title,
            detail=told.detail,
            faults=list(told.faults),
            instance=named,
        )
    return Response(told.body(named), status_code=told.status, headers=told.headers, media_type=PROBLEM_TYPE)


class Porch:
    """Before everything: every request gets an id and a line in the log, every answer its fences, a refusal as well.

    The line has method, path, status and milliseconds; nothing personal, no query string.
    """

    def __init__(self, app: ASGIApp, fences: limits.Headers) -> None:
        self.app, self.fences = app, fences

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; websockets have no id."""
        if scope["type"] == ScopeType.HTTP:
            await limits.measured(self.app, scope, receive, send, self.fences)
        else:
            await self.app(scope, receive, send)
