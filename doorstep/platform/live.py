"""Live pages: an event stream that renews a page's pieces whenever something new was written."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.response.base import ASGIResponse

from doorstep.platform.edge import Asked

LOOK_S = 1.0
"""How often a stream looks for news."""

BEATS = 15
"""A quiet stream says after so many looks that it lives, so that proxies keep it open."""

LOOKS_MAX = 1800
"""A stream ends after half an hour; the browser opens it anew, with the caller checked again."""


NOTHING = object()
"""What a page shows that says nothing about it."""


class Stream(ServerSentEvent):
    """An event stream that says so, whatever Litestar concludes from the handler's annotations."""

    def to_asgi_response(self, *args: Any, **more: Any) -> ASGIResponse:
        """Return the answer with its own media type."""
        return super().to_asgi_response(*args, **{**more, "media_type": self.media_type})


def stream(
    look: Callable[[], Awaitable[Any]],
    render: Callable[[], Awaitable[str]],
    *,
    shown: Any = NOTHING,
) -> ServerSentEvent:
    """Answer with an event stream.

    Args:
        look: returns something cheap that changes when there is news; called every second.
        render: returns the HTML of the pieces to replace; called at each change, and at the start unless `shown` says that the
            page has the newest.
        shown: what `look` returned when the page was made.
    """

    async def events() -> AsyncIterator[ServerSentEventMessage]:
        seen = shown
        quiet = 0
        for _ in range(LOOKS_MAX):
            news = await look()
            if news != seen:
                seen, quiet = news, 0
                yield ServerSentEventMessage(event="html", data=await render())
            elif (quiet := quiet + 1) % BEATS == 0:
                yield ServerSentEventMessage(comment="still here")
            await asyncio.sleep(LOOK_S)

    return Stream(events())


def fragment(request: Asked, template: str, **context: Any) -> str:
    """Return a rendered piece of a page; it may use the parts of `macros.html`, but holds no form."""
    engine = request.app.template_engine
    assert engine is not None  # noqa: S101 - web.build always sets one
    shown = {"lang": "en", "csrf_input": "", "flash": None, "request": request, **context}
    text: str = engine.get_template(template).render(**shown)
    return text
