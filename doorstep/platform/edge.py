"""What a route may ask for by name: the house, the caller, and a form's fields."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, URLEncodedBody

from doorstep.platform.auth import Principal
from doorstep.platform.errors import Reason, Refused
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
