"""The command line: `doorstep demo`, `serve`, `work`, `migrate`, `doctor`, `audit`, `replay`, `bench`, `solve`, `roads`, `outside`, `tenant`, `user`, `key`, `keys`."""

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from doorstep.platform.embedded import EmbeddedError
from doorstep.platform.errors import Refused

PLACES = {
    "demo": "demo",
    "serve": "running",
    "web": "running",
    "work": "running",
    "migrate": "books",
    "doctor": "books",
    "audit": "auditing",
    "replay": "replaying",
    "bench": "measuring",
    "solve": "solving",
    "roads": "roads",
    "outside": "outside",
    "tenant": "people",
    "user": "people",
    "key": "people",
    "keys": "vault",
}
"""Each command and the file that has it: one is loaded when it is asked for, since all together take a second."""
HIDDEN = {"web"}


class Commands(TyperGroup):
    """The commands of the house."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the library asks so
        """Return their names, in the order in which people need them."""
        return list(PLACES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the library asks so
        """Return one of them, or None."""
        if cmd_name not in PLACES:
            return None
        part = getattr(import_module(f"doorstep.cli.{PLACES[cmd_name]}"), cmd_name)
        if isinstance(part, typer.Typer):
            command: Any = typer.main.get_group(part)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command()(part)
            command = typer.main.get_command(alone)
        command.name, command.hidden = cmd_name, cmd_name in HIDDEN
        return command


app = typer.Typer(
    name="doorstep", cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)


@app.callback()
def doorstep() -> None:
    """Order fulfillment from the click on “Order now” to the doorstep."""


def every() -> Iterator[tuple[str, Any]]:
    """Yield each command that people may type: its words, and what explains it."""
    top = typer.main.get_group(app)
    context = typer.Context(top)
    for name in PLACES:
        command = top.get_command(context, name)
        if command is not None and not command.hidden:
            inner = getattr(command, "commands", {name: command})
            for words, one in inner.items():
                if not one.hidden:
                    yield (name if one is command else f"{name} {words}"), one


def main() -> None:
    """Run a command; what it refuses is one clear sentence and exit status 2."""
    try:
        app()
    except Refused as refused:
        _say(refused.message, *(f"  {fault.pointer or 'whole'}: {fault.message}" for fault in refused.faults))
    except (EmbeddedError, ValueError) as error:
        _say(str(error))


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line, err=True)
    sys.exit(2)
