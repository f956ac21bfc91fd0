"""How a page is rendered: Jinja2 with everything escaped, a few filters, the texts of the message catalog, flash messages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Request, Response
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template.config import TemplateConfig
from litestar.utils.scope.state import ScopeState

from doorstep.platform import assets, measures, messages
from doorstep.platform.places import places

FLASH_COOKIE = "doorstep_flash"


def environment(folders: Sequence[Path]) -> Environment:
    """Return the Jinja2 environment for pages and messages alike; an unknown variable is an error."""
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=select_autoescape(enabled_extensions=("html", "xml", "svg"), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "money": measures.money,
        "mass": measures.mass,
        "distance": measures.distance,
        "when": when,
    }
    env.globals |= {"t": messages.text, "now": lambda: datetime.now(UTC), "asset": assets.address}
    return env


def template_config(folders: Sequence[Path]) -> TemplateConfig[JinjaTemplateEngine]:
    """Return Litestar's template settings."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment(folders)))


def when(value: datetime | None, zone: str = "UTC", form: str = "%d %b %Y %H:%M") -> str:
    """Return a time as people of `zone` read it; a dash when there is none."""
    return value.astimezone(ZoneInfo(zone)).strftime(form) if value else "–"  # noqa: RUF001 - a dash is meant


def page(
    request: Request[Any, Any, Any],
    name: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Template:
    """Return a rendered page. Templates also see `who` (Principal or None), `places` for them, `path`, `lang`, `flash`, `csrf_token`.

    `csrf_input` (Litestar's) is a ready hidden field for forms.
    """
    flash = request.cookies.get(FLASH_COOKIE)
    shown = {
        "who": request.scope.get("user"),
        "path": request.url.path,
        "places": places(request.app, request.scope.get("user")),
        "lang": messages.language(
            request.headers.get("accept-language", ""), request.cookies.get("doorstep_lang")
        ),
        "flash": messages.read_flash(flash) if flash else None,
        "csrf_token": _csrf(request),
        **context,
    }
    response = Template(
        name, context=shown, status_code=status, headers=headers or {}, media_type="text/html"
    )
    response.headers.setdefault("cache-control", "no-store")
    if flash:
        response.delete_cookie(FLASH_COOKIE)
    return response


def back(path: str, said: str = "", *, kind: str = "good") -> Response[Any]:
    """Return the answer to a form: go to `path` (303) and say one sentence there (`good`, `warning` or `wrong`)."""
    response = Redirect(path, status_code=303)
    if said:
        response.set_cookie(
            FLASH_COOKIE, messages.write_flash(kind, said), max_age=30, httponly=True, samesite="lax"
        )
    return response


def _csrf(request: Request[Any, Any, Any]) -> str:

    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else request.cookies.get("doorstep_csrf", "")
