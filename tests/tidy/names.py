"""How files are called and how long they grow: the laws a reader feels first."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.tree import STAGES, Findings, Tree, room

FILES = frozenset(
    [
        "__init__.py",
        "model.py",
        "rules.py",
        "tables.sql",
        "queries.sql",
        "invariants.sql",
        "acts.py",
        "api.py",
        "pages.py",
        "jobs.py",
    ]
)
FOLDERS = frozenset(
    ["acts", "api", "jobs", "model", "pages", "ports", "queries", "rules", "tables", "templates", "texts"]
)
"""What a stage's folder may hold. A file that outgrows its page becomes a folder of the same name."""

DRAWERS = re.compile(r"^_*(utils?|commons?|helpers?|managers?|services?|misc|tools|stuff)$")
SECOND_PART = re.compile(r"(_(part|more|rest|extra|new|old|v)_?\d*|[a-z]_?2)$")
DRAWER_CLASS = re.compile(r"(Manager|Helper|Helpers|Utils?)$")
NAMED_BY_US = (".py", ".ts", ".sql", ".html", ".css", ".md")

LINES_MAX = {".py": 400, ".ts": 400, ".sql": 400, ".html": 400, ".css": 1200, ".cpp": 400, ".hpp": 400}
GENERATED = ("doorstep/migrations/", "migrations/")
"""The past is as long as it is."""

FUNCTION_MAX, SOLVER_MAX = 60, 70

OPEN_ENDS = re.compile(r"\b(" + "TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
BANNED = re.compile(
    r"\b(blacklist|whitelist|lorem ipsum|obviously|simply|catalogues?|centres?|licence|colours?|behaviours?|favours?)\b"
    r"|(?<!\.)\bcancell(ed|ing)\b|\b(label|model|parcel|travel)l(ed|ing)\b|\b(organ|optim|real|recogn)is(es?|ed|ing|ations?)\b",
    re.IGNORECASE,
)
PRETENDS = re.compile(r"\b(fake|dummy|mock)(s|ed)?\b", re.IGNORECASE)
FOREIGN = re.compile(r"/work/|/root/|\bpypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org")
PROSE = (".py", ".ts", ".sql", ".html", ".css", ".md", ".toml", ".json", "Makefile", ".ci/run", ".lock")
SPOKEN = (".py", ".ts", ".md", ".html", "texts/en.json")
LAWBOOKS = ("tests/tidy/names.py", "tests/tidy/faults/code.py")
"""These must name what they forbid."""


def a_stage_holds_files_of_known_names(tree: Tree) -> Findings:
    """Know one stage, know all: the same question is answered in the same file everywhere."""
    return [
        f"{path}: no stage has a {part}. Use one of {', '.join(sorted(FILES))}, or a folder {', '.join(sorted(FOLDERS))}"
        for path in tree.paths
        if room(path) in STAGES
        for part in [path.split("/")[3]]
        if part not in (FOLDERS if path.count("/") > 3 else FILES)
    ]


def the_house_has_the_stages_it_says(tree: Tree) -> Findings:
    """The folder of stages shows the business, in the words of the business, and nothing else."""
    return [
        f"{path}: {room(path)} is not a stage. The stages are {', '.join(STAGES)}"
        for path in tree.paths
        if path.startswith("doorstep/stages/") and path.count("/") > 2 and room(path) not in STAGES
    ]


def nothing_is_called_a_drawer(tree: Tree) -> Findings:
    """If it has no better name it has no better place yet; drawers fill up with what belongs elsewhere."""
    return [
        f"{path}: {part} says nothing. Name it for what it does"
        for path in tree.paths
        for part in _parts(path)
        if DRAWERS.match(part)
    ]


def nothing_is_called_a_second_part(tree: Tree) -> Findings:
    """A file is split by the business, into two things with names, never into a first and a second part."""
    return [
        f"{path}: {part} is the second part of something. Split by what it is about"
        for path in tree.paths
        for part in _parts(path)[-1:]
        if SECOND_PART.search(part)
    ]


def _parts(path: str) -> list[str]:
    """The folder names and the file's stem, of files that we name."""
    return path.rsplit(".", 1)[0].split("/") if path.endswith(NAMED_BY_US) else []


def no_class_is_a_drawer(tree: Tree) -> Findings:
    """A class that manages a noun never stops growing."""
    return [
        f"{source.path}:{node.lineno}: class {node.name}. Name it for what it is, or make it functions"
        for source in tree.modules.values()
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.ClassDef) and DRAWER_CLASS.search(node.name)
    ]


def no_file_outgrows_its_page(tree: Tree) -> Findings:
    """A file one can read at a sitting; above 400 lines it holds two things."""
    return [
        f"{source.path}: {lines} lines, {most} at most. Split it by what it is about"
        for ending, most in LINES_MAX.items()
        for source in tree.sources(ending)
        if not source.path.startswith(GENERATED)
        if (lines := source.text.count("\n")) > most
    ]


def no_function_outgrows_the_screen(tree: Tree) -> Findings:
    """What one can see at once one can check at once."""
    return [
        f"{source.path}:{node.lineno}: {node.name} has {lines} lines, {most} at most. Let it call its parts"
        for source in tree.sources(".py")
        for most in [SOLVER_MAX if room(source.path) == "solvers" else FUNCTION_MAX]
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > most
    ]


def nothing_is_left_for_later(tree: Tree) -> Findings:
    """What is missing stands in an issue, where somebody will look."""
    return list(_lines_with(tree, OPEN_ENDS, "is left for later. Do it now, or open an issue"))


def words_are_ours(tree: Tree) -> Findings:
    """One spelling for one thing, American, and no word that talks down to the reader."""
    return list(_lines_with(tree, BANNED, "is not a word of this house. STYLE.md says which are", *SPOKEN))


def nothing_tells_where_it_was_made(tree: Tree) -> Findings:
    """A path of one machine, or the host of a registry, is wrong on every other machine."""
    return list(_lines_with(tree, FOREIGN, "names one machine or a registry's host. Say it without"))


def nothing_pretends(tree: Tree) -> Findings:
    """The house has real parts and a simulated world; what only pretends belongs to neither."""
    found = _lines_with(
        tree, PRETENDS, "pretends. Build the real thing, or simulate the outside in world/", ".py", ".ts"
    )
    return [line for line in found if line.startswith(("doorstep/", "web/", "native/"))]


def _lines_with(tree: Tree, pattern: re.Pattern[str], wrong: str, *endings: str) -> Iterator[str]:
    for source in tree.sources(*(endings or PROSE)):
        if source.path in LAWBOOKS or source.name.endswith("-lock.json"):
            continue
        for number, line in enumerate(source.text.splitlines(), 1):
            if found := pattern.search(line):
                yield f"{source.path}:{number}: {found[0]} {wrong}"
