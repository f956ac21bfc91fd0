"""How the simulated servers speak: JSON answers, errors with a code, a Bearer key per account."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException


class Stop(Exception):  # noqa: N818 - an answer, not an error
    """A request is answered with an error.

    Args:
        status: of HTTP.
        code: stable name for programs.
        message: for people.
        headers: more headers for the answer.
    """

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


def answer(content: Any, status: int = 200) -> Response[bytes]:
    """Return content as JSON."""
    return Response(msgspec.json.encode(content), status_code=status, media_type=MediaType.JSON)


def authorized(request: Request[Any, Any, Any]) -> str:
    """Return the account whose key the request carries.

    Raises:
        Stop: 401, no known key.
    """
    key = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if key not in request.app.state.account_keys:
        raise Stop(401, "unauthenticated", "Send a known key as `Authorization: Bearer ...`.")
    return str(key)


def on_stop(_request: Request[Any, Any, Any], stop: Stop) -> Response[bytes]:
    """Answer an error."""
    response = answer({"error": {"code": stop.code, "message": stop.message}}, stop.status)
    response.headers.update(stop.headers)
    return response


def on_bad_request(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what the framework refuses: a bad shape, an unknown path."""
    detail = error.extra if isinstance(error.extra, list) and error.extra else error.detail
    return answer({"error": {"code": "bad_request", "message": str(detail)}}, error.status_code)


def given(thing: Any) -> Provide:
    """Return a dependency that is always the same thing."""
    return Provide(lambda: thing, sync_to_thread=False)
