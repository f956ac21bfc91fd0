"""How a page is rendered: Jinja2 with everything escaped, a few filters, the texts of the message catalog, flash messages."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Request, Response
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template.config import TemplateConfig
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup, escape

from doorstep.platform import assets, measures, messages, stories
from doorstep.platform.places import places

FLASH_COOKIE = "doorstep_flash"
CUSTOMERS = ("/shop", "/t/")
"""What customers see, in their language; people who work here read English."""

CODE = re.compile(r"\b[A-Z0-9]+(?:-[A-Z0-9]+)+\b")


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
        "when": stories.when,
        "by": stories.by,
        "plain": stories.plain,
        "codes": codes,
    }
    env.globals |= {
        "t": messages.text,
        "words": messages.words,
        "now": lambda: datetime.now(UTC),
        "asset": assets.address,
    }
    return env


def template_config(folders: Sequence[Path]) -> TemplateConfig[JinjaTemplateEngine]:
    """Return Litestar's template settings."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment(folders)))


def codes(sentence: str) -> Markup:
    """Return a sentence whose codes (`A-01-07`) never break over two lines: people read them at a glance."""
    return Markup(CODE.sub(r'<span class="nowrap">\g<0></span>', str(escape(sentence))))  # noqa: S704 - escaped before


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
        "lang": reader(request) if request.url.path.startswith(CUSTOMERS) else "en",
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


def reader(request: Request[Any, Any, Any], otherwise: str = "en") -> str:
    """Return the reader's language: their own choice, what their browser asks for, or `otherwise` where neither says."""
    accept, chosen = request.headers.get("accept-language", ""), request.cookies.get("doorstep_lang")
    return messages.language(accept, chosen) if accept or chosen else otherwise


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
