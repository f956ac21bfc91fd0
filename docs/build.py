"""Write what the docs can know from the code itself: life cycles, reference, OpenAPI.

`python docs/build.py` writes the pages anew; `python docs/build.py check` says which are not current.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from litestar import Litestar
from litestar.handlers.http_handlers import HTTPRouteHandler

from doorstep import app as house
from doorstep import cli
from doorstep.platform.auth import Allow
from doorstep.platform.config import Settings

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """Return every generated page: name -> text."""
    settings = Settings(home=Path(), secret="x" * 32)
    application = house.application(settings, lambda: house.open_house(settings))
    return {
        "life-cycles.md": life_cycles(),
        "reference.md": "\n".join([*HEAD, *_settings(), *_commands(), *_events(), *_routes(application), ""]),
        "openapi.json": json.dumps(application.openapi_schema.to_schema(), indent=1, sort_keys=True) + "\n",
    }


def life_cycles() -> str:
    """Return the page with the diagram and the table of every life cycle."""
    made = (
        "Made by `make docs` from the machines in `doorstep/stages/*/model`. A state is moved by "
        "`platform/journal.py` alone, which writes one event for each move."
    )
    parts = ["# Life cycles", "", made]
    for machine in house.machines():
        words = (type(machine.start).__doc__ or "").strip().splitlines()[0]
        parts += ["", f"## {machine.kind}", "", words, "", "```mermaid", machine.diagram(), "```", ""]
        parts += ["| act | from | to |", "|---|---|---|"]
        parts += [
            f"| {act} | {', '.join(was for was in move if move[was] == now)} | {now} |"
            for act, move in machine.moves.items()
            for now in dict.fromkeys(move.values())
        ]
    return "\n".join([*parts, ""])


HEAD = (
    "# Reference",
    "",
    "Made by `make docs` from the code: every setting, command, event and address of the house.",
)


def _settings() -> Iterator[str]:
    yield from ("", "## Settings", "", "Read once from the environment.", "")
    yield from ("| variable | meaning | default |", "|---|---|---|")
    for setting in fields(Settings):
        default = "" if setting.default is None else f"`{setting.default}`"
        yield f"| `{setting.metadata['variable']}` | {setting.metadata['meaning']} | {default} |"


def _commands() -> Iterator[str]:
    yield from ("", "## Commands", "", "| command | what it does |", "|---|---|")
    for words, command in cli.every():
        yield f"| `doorstep {words}` | {(command.help or '').splitlines()[0]} |"


def _events() -> Iterator[str]:
    yield from (
        "",
        "## Events",
        "",
        "Each is one row of the journal; whoever listens is owed a task by the same statement.",
    )
    yield from ("", "| event | comes from | listeners |", "|---|---|---|")
    listeners = house.all_duties().listeners
    told = dict.fromkeys(house.told(), "told without a life cycle")
    for machine in house.machines():
        for kind in machine.events:
            name = kind.removeprefix(f"{machine.kind}.")
            acts = [act for act, move in machine.moves.items() if name in move.values()]
            told[kind] = ", ".join(acts) or ("birth" if name == machine.start else "a note")
    for kind, comes in told.items():
        yield f"| `{kind}` | {comes} | {', '.join(listeners.get(kind, ()))} |"


def _routes(application: Litestar) -> Iterator[str]:
    yield from ("", "## Addresses", "", "| address | methods | who | what |", "|---|---|---|---|")
    for route in sorted(application.routes, key=lambda one: one.path):
        handlers = [one for one in getattr(route, "route_handlers", ()) if isinstance(one, HTTPRouteHandler)]
        for handler in sorted(handlers, key=lambda one: sorted(one.http_methods)):
            methods = sorted(handler.http_methods - {"HEAD", "OPTIONS"})
            if methods:
                what = (handler.fn.__doc__ or "").strip().splitlines() or [""]
                yield f"| `{_spelled(route.path)}` | {', '.join(methods)} | {_who(handler)} | {what[0]} |"


def _spelled(path: str) -> str:
    """Spell a path without the types of its parts."""
    return "/".join(
        part.split(":")[0] + "}" if part.startswith("{") and ":" in part else part for part in path.split("/")
    )


def _who(handler: HTTPRouteHandler) -> str:
    allowed = handler.opt.get("allow")
    if not isinstance(allowed, Allow) or allowed.anyone:
        return "anyone"
    return ", ".join([*sorted(allowed.roles), *([f"`{allowed.scope}`"] if allowed.scope else [])])


def main() -> int:
    """Write the pages, or say which are not current."""
    check = sys.argv[1:] == ["check"]
    stale = []
    for name, text in pages().items():
        page = DOCS / name
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                page.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/{name}: {'not current; run make docs' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
