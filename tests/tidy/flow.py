"""Which way knowledge flows: the laws about imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.tidy.tree import STAGES, Findings, Source, Tree, earlier, room

GROUND = ("solvers", "platform")
BELOW = {
    "solvers": (),
    "platform": (),
    **{stage: (*GROUND, *earlier(stage)) for stage in STAGES},
    "tower": (*GROUND, *STAGES),
    "world": (*GROUND, *STAGES),
    "app": (*GROUND, *STAGES, "tower", "world"),
    "bench": (*GROUND, *STAGES, "tower", "world", "app"),
    "cli": (*GROUND, *STAGES, "tower", "world", "app", "bench"),
    "__main__": ("cli",),
}
"""Each room and what it may know beside itself. Benches start the house, so they stand above `app`."""

BY_NEED = {"doorstep/solvers/compiled/__init__.py", "doorstep/cli/__init__.py"}
"""What is compiled may be absent; a command is loaded when somebody types it."""

SEES_INSIDE = ("app", "bench", "cli")
"""Rooms that may look behind a stage's front door: they put the house together, or measure a part of it."""


@dataclass(frozen=True)
class Import:
    """One import: from where, of which module, and whether it hides inside a function."""

    source: Source
    line: int
    target: str
    hidden: bool

    @property
    def where(self) -> str:
        """File and line, for a finding."""
        return f"{self.source.path}:{self.line}"


def imports(tree: Tree, source: Source) -> Iterator[Import]:
    """Every import of a file; a name taken from a package counts as the module of that name, if there is one."""
    hidden = {
        id(node)
        for function in ast.walk(source.syntax)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(source, node)
            full = [f"{base}.{alias.name}" for alias in node.names]
            targets = [name if name in tree.modules else base for name in full]
        else:
            continue
        for target in dict.fromkeys(targets):
            yield Import(source, node.lineno, target, id(node) in hidden)


def _base(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = source.module.split(".") + (["__init__"] if source.name == "__init__.py" else [])
    return ".".join([*package[: -node.level], *([node.module] if node.module else [])])


def _all(tree: Tree) -> Iterator[Import]:
    for source in tree.modules.values():
        yield from imports(tree, source)


def _own(tree: Tree) -> Iterator[tuple[Import, str, str]]:
    """Every import of the house from another room of the house, with the two rooms."""
    for one in _all(tree):
        here, there = room(one.source.path), room(one.target)
        if one.target.split(".")[0] == "doorstep" and here and there and here != there:
            yield one, here, there


def knowledge_flows_down(tree: Tree) -> Findings:
    """A stage knows earlier stages and the ground; else the rooms grow into one knot that nobody can change."""
    return [
        f"{one.where}: {here} may not know {there} ({one.target}). Let the later one listen, or call an act of the earlier"
        for one, here, there in _own(tree)
        if there not in BELOW.get(here, ())
    ]


def every_room_has_its_place(tree: Tree) -> Findings:
    """A new room says first what it may know; a room that nobody placed escapes the law of flow."""
    rooms = {room(source.path): source.path for source in tree.modules.values()}
    return [
        f"{path}: the room {name} has no place in the house. Use one of {', '.join(BELOW)}"
        for name, path in sorted(rooms.items())
        if name not in {*BELOW, "__init__", "stages"}
    ]


def stages_are_entered_by_the_front_door(tree: Tree) -> Findings:
    """What a stage offers stands in its __init__; who reaches behind it breaks when the stage tidies up."""
    return [
        f"{one.where}: {here} reaches into {one.target}. Import what doorstep.stages.{there} offers itself"
        for one, here, there in _own(tree)
        if there in STAGES and here not in SEES_INSIDE and one.target != f"doorstep.stages.{there}"
    ]


def no_module_imports_itself_in_a_circle(tree: Tree) -> Findings:
    """Modules in a circle can only be understood, tested and moved together."""
    edges = {name: {one.target for one in imports(tree, source)} for name, source in tree.modules.items()}
    return [
        f"a circle of imports: {' -> '.join(circle)}. Cut it where it points upward"
        for circle in _circles(edges)
    ]


def _circles(edges: dict[str, set[str]]) -> Iterator[list[str]]:
    """Peel off modules that import nothing left; from what remains, follow edges until one repeats."""
    left = {name: targets & edges.keys() for name, targets in edges.items()}
    while free := [name for name, targets in left.items() if not targets]:
        for name in free:
            del left[name]
        left = {name: targets - set(free) for name, targets in left.items()}
    if left:
        path = [min(left)]
        while path[-1] not in path[:-1]:
            path.append(min(left[path[-1]]))
        yield path[path.index(path[-1]) :]


def imports_stand_at_the_top(tree: Tree) -> Findings:
    """An import inside a function is nearly always a covered-up circle; only the command line defers its parts."""
    return [
        f"{one.where}: the import of {one.target} hides in a function. Move it to the top of the file"
        for one in _all(tree)
        if one.hidden and room(one.source.path) != "cli"
    ]


def modules_are_named_not_computed(tree: Tree) -> Findings:
    """An import by text is one that no check can see; only app.py, which gathers the stages, and those who load by need may."""
    return [
        f"{source.path}:{node.lineno}: {ast.unparse(node.func)} imports by text. Import the module by name"
        for source in tree.modules.values()
        if room(source.path) != "app" and source.path not in BY_NEED
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}
    ]


def the_house_does_not_know_its_tests(tree: Tree) -> Findings:
    """What runs at a customer's is not what we test with."""
    strangers = {"tests", "pytest", "unittest", "hypothesis", "schemathesis"}
    return [
        f"{one.where}: the house imports {one.target}. What only tests need belongs to tests/"
        for one in _all(tree)
        if one.target.split(".")[0] in strangers
    ]
