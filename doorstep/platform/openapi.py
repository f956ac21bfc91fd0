"""What every route may answer beside its success: documented once, for all, as RFC 9457 problem details."""

from collections.abc import Iterable
from typing import Any

from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityRequirement, SecurityScheme

from doorstep.platform.auth import Allow
from doorstep.platform.problems import PROBLEM_TYPE, Problem

KEY: SecurityRequirement = {"key": []}


ALWAYS = {
    400: "The request is malformed.",
    404: "What it names does not exist, or not for this caller.",
    409: "The thing is not in a state that allows this, somebody else was first, or goods are missing.",
    410: "The link or hold has run out.",
    422: "The request contradicts a rule; `errors` lists every fault.",
    429: "Too many requests; `Retry-After` says when to come back.",
    502: "A partner (carrier, payment) did not answer or answered nonsense.",
    503: "The house cannot answer for a moment; send the same again.",
}
GUARDED = {401: "The API key is missing, unknown or revoked.", 403: "The key's scopes do not open this."}
WITH_BODY = {413: "The body is too large.", 415: "The body is of another media type."}


def config() -> OpenAPIConfig:
    """Return the description of the API as a whole."""
    key = SecurityScheme(type="http", scheme="bearer", description="An API key: `dk_...`")
    return OpenAPIConfig(
        title="Doorstep",
        version="1",
        description="Order fulfillment from the click to the doorstep. Errors are RFC 9457 problem details that list every fault.",
        path="/api/schema",
        render_plugins=[JsonRenderPlugin()],
        components=Components(security_schemes={"key": key}),
        use_handler_docstrings=True,
    )


def document(routes: Iterable[Any]) -> None:
    """Add to each route the problems that it may answer with, and that it wants a key; what a route says itself stays."""
    for route in routes:
        if isinstance(route, HTTPRouteHandler) and isinstance(allowed := route.opt.get("allow"), Allow):
            answers = ALWAYS | ({} if allowed.anyone else GUARDED)
            answers |= {} if route.http_methods <= {"GET", "HEAD"} else WITH_BODY
            problems = {status: _problem(text) for status, text in sorted(answers.items())}
            route.responses = {**problems, **(route.responses or {})}
            if not allowed.anyone:
                route.security = [KEY]


def _problem(description: str) -> ResponseSpec:
    return ResponseSpec(Problem, generate_examples=False, description=description, media_type=PROBLEM_TYPE)
