"""The names the house itself gives: settings, commands, events, routes. Asked of the running code, not of its text."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from doorstep import app as house
from doorstep import cli
from doorstep.platform.config import Settings
from tests.tidy.tree import ROOT, Source, Tree

TELLS = {"tell", "journal.tell"}


def ask(what: str) -> Iterator[str]:
    """Return every name of a kind; a part that is not built yet gives none."""
    return {"settings": _settings, "commands": _commands, "events": _events, "routes": _routes}[what]()


def _settings() -> Iterator[str]:
    return (setting.metadata["variable"] for setting in fields(Settings))


def _commands() -> Iterator[str]:
    for words, _ in cli.every():
        yield f"doorstep {words}"


def _events() -> Iterator[str]:
    for machine in house.machines():
        yield from machine.events
    for source in Tree(ROOT).modules.values():
        yield from _told(source)


def _told(source: Source) -> Iterator[str]:
    """Events of things without a life cycle: `tell(tx, "stock", "received", ...)`."""
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in TELLS:
            words = [str(arg.value) for arg in node.args[1:3] if isinstance(arg, ast.Constant)]
            if len(words) == 2:
                yield f"{words[0]}.{words[1]}"


def _routes() -> Iterator[str]:
    settings = Settings(home=Path(), secret="x" * 32)
    application = house.application(settings, lambda: house.open_house(settings))
    for route in application.routes:
        yield re.sub(r":\w+\}", "}", route.path)
