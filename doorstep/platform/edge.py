"""What a route may ask for by name: the house, the caller, a form's fields; and what it may be asked with."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, URLEncodedBody
from litestar.routes import HTTPRoute

from doorstep.platform.auth import Principal
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.house import House

__all__ = [
    "DEPENDENCIES",
    "Asked",
    "Caller",
    "Form",
    "FromPath",
    "FromQuery",
    "InHouse",
    "JSONBody",
    "MultipartBody",
    "Parameters",
    "check_parameters",
    "parameter_faults",
    "parameters",
]

Asked = Request[Any, Any, Any]
"""The request, when a handler needs more of it than its fields."""

InHouse = NamedDependency[House]
"""`house: InHouse` hands the open house to a handler."""

Caller = NamedDependency[Principal]
"""`who: Caller` hands over the caller; on a route declared with `allow` there always is one."""

Form = URLEncodedBody[dict[str, str]]
"""`data: Form` hands over the fields of a submitted form."""


def _house(state: State) -> House:
    house: House = state.house
    return house


def _who(request: Asked, house: InHouse) -> Principal:  # noqa: ARG001 - one after the other costs no task group
    principal: Principal | None = request.scope.get("user")
    if principal is None:
        raise Refused(
            Reason.UNAUTHENTICATED, "Sign in, or send your API key as `Authorization: Bearer dk_...`."
        )
    return principal


DEPENDENCIES = {
    "house": Provide(_house, sync_to_thread=False),
    "who": Provide(_who, sync_to_thread=False),
}

Parameters = Mapping[BaseRouteHandler, Mapping[str, str]]
"""By handler: the query parameters that it knows, by the name of the argument that takes them."""


def parameters(routes: Iterable[Any]) -> Parameters:
    """Return what each handler may be asked with."""
    return {
        handler: {one.field_name: one.field_alias for one in model.expected_query_params}
        for route in routes
        if isinstance(route, HTTPRoute)
        for handler, model in route.route_handler_map.values()
    }


def known_to(connection: ASGIConnection[Any, Any, Any, Any]) -> Mapping[str, str]:
    """Return what the handler of a request may be asked with."""
    found: Parameters = connection.app.state.parameters
    return found[connection.route_handler]


def check_parameters(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Refuse query parameters that nobody reads: a filter with a slip of the pen would silently show everything.

    Raises:
        Refused: a parameter is not known; each is named, with the one that was probably meant.
    """
    known = known_to(connection).values()
    strangers = sorted({name for name in connection.query_params if name not in known})
    if strangers:
        raise Refused(
            Reason.INVALID,
            "The address has parameters that are not known here. Mend or leave out what is listed.",
            [Fault("", "unknown_parameter", _unknown(name, known)) for name in strangers],
        )


def _unknown(name: str, known: Collection[str]) -> str:
    shown = name[:60]
    if meant := get_close_matches(shown, known, 1):
        return f"There is no parameter {shown!r}. Did you mean {meant[0]!r}?"
    listed = f"Known: {', '.join(sorted(known))}." if known else "This address takes none."
    return f"There is no parameter {shown!r}. {listed}"


def parameter_faults(request: Asked, error: ValidationException) -> list[Fault]:
    """Return what is wrong with the parameters of a query, all at once, each by the name it is asked with."""
    extra = error.extra if isinstance(error.extra, list) else []
    named = [one for one in extra if isinstance(one, dict) and one.get("source") == "query"]
    if not named:
        return []
    known = known_to(request)
    return [
        Fault("", "invalid_parameter", f"{known.get(one['key'], one['key'])}: {one['message']}.")
        for one in named
    ]
