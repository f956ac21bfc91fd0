"""What thinks touches nothing: the laws about rules, models and solvers, and about where SQL lives."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.flow import imports
from tests.tidy.tree import Findings, Source, Tree, room

THINKS = re.compile(
    r"^doorstep/(solvers/(?!compiled/)|platform/(barcodes\.py$|documents/)|stages/[a-z]+/(rules|model)(\.py$|/))"
)
OUTSIDE = frozenset(
    [
        "aiofiles",
        "aiosmtplib",
        "anyio",
        "asyncio",
        "asyncpg",
        "granian",
        "httpx",
        "io",
        "litestar",
        "multiprocessing",
        "os",
        "pathlib",
        "psycopg",
        "psycopg_pool",
        "requests",
        "secrets",
        "shutil",
        "smtplib",
        "socket",
        "sqlite3",
        "structlog",
        "subprocess",
        "tempfile",
        "threading",
        "urllib",
    ]
)
"""Modules that reach disk, network, clock of the machine, or other threads."""

PURE_GROUND = re.compile(r"^doorstep\.platform\.(errors|guards|machine|measures|barcodes|documents(\.\w+)?)$")
"""What of the ground may be used for thinking."""

UNREPEATABLE = re.compile(
    r"^(datetime(\.datetime)?\.(now|utcnow|today)|(datetime\.)?date\.today|time\.(time|time_ns|localtime|gmtime)"
    r"|uuid\.uuid[14]|uuid[147]|new_id|open|print|input"
    r"|random\.(random|randint|randrange|choice|choices|shuffle|sample|uniform|gauss|getrandbits|seed)"
    r"|(np|numpy)\.random\.(?!default_rng|Generator)\w+)$"
)
"""Calls whose answer differs from run to run, or that the world can see."""

SEEDED = re.compile(r"^((random\.)?Random|(np\.random\.|numpy\.random\.)?default_rng)$")

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s)", re.DOTALL
)
SPEAKS_SQL = ("doorstep/bench/",)
"""Yardsticks are plain SQL by purpose."""


def _thinking(tree: Tree) -> Iterator[Source]:
    return (source for source in tree.modules.values() if THINKS.match(source.path))


def thinking_reaches_nothing_outside(tree: Tree) -> Findings:
    """Rules, models and solvers are facts in, decision out; then they can be tested by the thousand and replayed."""
    return [
        f"{one.where}: {one.target} reaches outside. Let the act fetch the facts and hand them over"
        for source in _thinking(tree)
        for one in imports(tree, source)
        if one.target.split(".")[0] in OUTSIDE
        or (one.target.startswith("doorstep.platform") and not PURE_GROUND.match(one.target))
    ]


def thinking_gives_the_same_answer_twice(tree: Tree) -> Findings:
    """A decision that depends on clock or luck cannot be replayed; time and seed are arguments."""
    return [
        f"{source.path}:{node.lineno}: {ast.unparse(node.func)}(). Take the time, the seed or the id as an argument"
        for source in _thinking(tree)
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.Call) and _unrepeatable(node)
    ]


def _unrepeatable(node: ast.Call) -> bool:
    name = ast.unparse(node.func)
    unseeded = SEEDED.match(name) and not node.args and not node.keywords
    return bool(UNREPEATABLE.match(name) or unseeded)


def thinking_never_waits(tree: Tree) -> Findings:
    """What awaits does I/O, and what does I/O does not think."""
    return [
        f"{source.path}:{node.lineno}: async def {node.name}. Make it a plain function of facts"
        for source in _thinking(tree)
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.AsyncFunctionDef)
    ]


def sql_lives_in_named_statements(tree: Tree) -> Findings:
    """SQL in a string is seen by no check of tenant, owner or clock."""
    return [
        f"{source.path}:{node.lineno}: SQL in a string. Give it a name and a why in queries.sql"
        for source in tree.modules.values()
        if not source.path.startswith(SPEAKS_SQL)
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value)
    ]


def _statement_folders(source: Source) -> Iterator[tuple[str, str, int]]:
    """(variable, package, line) of every `Q = Statements("package")`."""
    for node in ast.walk(source.syntax):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func) == "Statements"
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value.args[0], ast.Constant)
        ):
            yield node.targets[0].id, str(node.value.args[0].value), node.lineno


def a_room_runs_its_own_statements(tree: Tree) -> Findings:
    """Who runs another room's statements goes around its acts."""
    return [
        f"{source.path}:{line}: loads the statements of {package}. Call an act of that room instead"
        for source in tree.modules.values()
        for _, package, line in _statement_folders(source)
        if room(package) != room(source.path)
    ]


def no_statement_is_dead_or_missing(tree: Tree) -> Findings:
    """A statement that nothing runs misleads; one that is not there fails only when it is needed."""
    there = {
        (_package(one.path), one.name): one for one in tree.queries if not one.path.endswith("invariants.sql")
    }
    used = {
        (package, node.attr): f"{source.path}:{node.lineno}"
        for source in tree.modules.values()
        for variable, package, _ in _statement_folders(source)
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == variable
    }
    dead = [f"{there[key].where}: nothing runs {key[1]}. Remove it" for key in there.keys() - used.keys()]
    missing = [
        f"{used[key]}: {key[0]} has no statement {key[1]}. Write it" for key in used.keys() - there.keys()
    ]
    return sorted(dead + missing)


def _package(path: str) -> str:
    return re.sub(r"(/queries)?/[^/]+$", "", path).replace("/", ".")
