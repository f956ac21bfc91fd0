"""What the laws look at: the files of the house, read once."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.tidy.schema import Schema, read_schema
from tests.tidy.sql import Query, read_queries

STAGES = ("catalog", "inventory", "orders", "warehouse", "shipping", "tracking", "delivery", "feedback")
"""In the order of knowledge: a later stage may know an earlier one, never the other way."""

ROOT = Path(__file__).parents[2]
"""The checkout these laws belong to."""

NOT_OURS = frozenset({"node_modules", "__pycache__", "build", "dist", "built", "vendor"})
"""Folders of installed or generated files. Hidden ones are left out too, all but `.ci`."""

Findings = list[str]
"""What breaks a law: where, what, and what to do; empty when the law holds."""


@dataclass(frozen=True)
class Source:
    """One file: its path from the root with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def syntax(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        """The dotted name of a Python file; a package has the name of its folder."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Tree:
    """The files below a root.

    Attributes:
        root: the folder of the checkout.
        names: the names the house itself gives to its `settings`, `commands`, `events` or `routes`, whichever is
            asked for.
    """

    root: Path
    names: Callable[[str], Iterable[str]] = lambda _what: ()

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file of ours, as a path from the root, sorted."""
        return tuple(sorted(_ours(self.root, "")))

    def sources(self, *endings: str, under: str = "") -> list[Source]:
        """Return the files below a folder whose names end so."""
        return [
            self._read(path)
            for path in self.paths
            if path.startswith(under) and path.endswith(endings or ("",))
        ]

    @cached_property
    def _read_before(self) -> dict[str, Source]:
        return {}

    def _read(self, path: str) -> Source:
        if path not in self._read_before:
            self._read_before[path] = Source(path, (self.root / path).read_text(encoding="utf-8"))
        return self._read_before[path]

    @cached_property
    def modules(self) -> dict[str, Source]:
        """Every Python file of the house by its dotted name."""
        return {source.module: source for source in self.sources(".py", under="doorstep/")}

    @cached_property
    def queries(self) -> list[Query]:
        """Every named statement of the house."""
        homes = [
            source
            for source in self.sources(".sql", under="doorstep/")
            if source.name in {"queries.sql", "invariants.sql"} or "/queries/" in source.path
        ]
        return [query for home in homes for query in read_queries(home.path, home.text)]

    @cached_property
    def schemas(self) -> list[Schema]:
        """Every file of tables of the house."""
        return [
            read_schema(home.path, home.text)
            for home in self.sources(".sql", under="doorstep/")
            if home.name == "tables.sql" or "/tables/" in home.path
        ]


def _ours(folder: Path, prefix: str) -> Iterator[str]:
    for entry in folder.iterdir():
        name = entry.name
        if entry.is_dir():
            if name in NOT_OURS or name.endswith(".egg-info") or (name.startswith(".") and name != ".ci"):
                continue
            yield from _ours(entry, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}"


def room(place: str) -> str:
    """Return the room of the house that a module or path belongs to: a stage's name, `platform`, `app`... or ''."""
    parts = place.removesuffix(".py").replace("/", ".").split(".")
    if parts[:2] == ["doorstep", "stages"]:
        return parts[2] if len(parts) > 2 else "stages"
    return parts[1] if parts[0] == "doorstep" and len(parts) > 1 else ""


def earlier(stage: str) -> tuple[str, ...]:
    """Return the stages that a stage may know."""
    return STAGES[: STAGES.index(stage)]
