"""SQL as PostgreSQL's own parser reads it: which tables a statement reads, writes, and how it is bound to a tenant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pgparse

HEAD = re.compile(r"^-- name: *(?P<name>\S*) *$", re.MULTILINE)
BRACED = "in_braces"
"""Stands for a table that the program fills in: `{table}`."""

Node = dict[str, Any]


@dataclass(frozen=True)
class Use:
    """A table as a statement names it; `schema` is '' where the statement gives none."""

    schema: str
    table: str
    alias: str

    @property
    def full(self) -> str:
        """The name with its schema."""
        return f"{self.schema}.{self.table}"


@dataclass(frozen=True)
class Scope:
    """One SELECT, INSERT, UPDATE, DELETE or MERGE, without those inside it.

    Attributes:
        verb: `Select`, `Insert`, `Update`, `Delete`, `Merge`.
        target: the table that is written.
        read: the tables in FROM, JOIN and USING.
        names: the columns that are written: of INSERT's list, of SET.
        bound: the aliases for which a `tenant_id` is mentioned; '' where it stands alone or in a USING list.
    """

    verb: str
    target: Use | None
    read: tuple[Use, ...]
    names: tuple[str, ...]
    bound: frozenset[str]


@dataclass(frozen=True)
class Query:
    """One named statement, and what the parser says of it.

    Attributes:
        where: path and line of its name.
        error: what is wrong with its form, '' if nothing.
        kinds: the parser's names of the statements in it; one, if all is well.
        scopes: every level of it.
        made: the names its WITH clauses make.
        functions: the functions it calls, CURRENT_TIMESTAMP and its like among them.
    """

    path: str
    where: str
    name: str
    why: tuple[str, ...]
    sql: str
    error: str = ""
    kinds: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    made: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()

    def real(self, use: Use) -> bool:
        """Whether this is a table, and not a name made by WITH or filled in by the program."""
        return bool(use.schema) or use.table not in self.made | {BRACED}


def read_queries(path: str, text: str) -> list[Query]:
    """Split a file of named statements: a name line, one or more lines of why, one statement that ends with `;`."""
    heads = list(HEAD.finditer(text))
    found = []
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : after.start() if after else None].strip().splitlines()
        first = next((i for i, line in enumerate(body) if not line.startswith("--")), len(body))
        why = tuple(line.removeprefix("--").strip() for line in body[:first])
        where = f"{path}:{text.count(chr(10), 0, head.start()) + 1}"
        found.append(_query(path, where, head["name"], why, "\n".join(body[first:]).strip()))
    return found


def _query(path: str, where: str, name: str, why: tuple[str, ...], sql: str) -> Query:
    try:
        statements = pgparse.parse(_without_placeholders(sql))
    except pgparse.PGQueryError as error:
        return Query(path, where, name, why, sql, error=f"PostgreSQL cannot parse it: {error}")
    return Query(
        path,
        where,
        name,
        why,
        sql,
        kinds=tuple(kind for one in statements for kind in one["stmt"]),
        scopes=tuple(scope for one in statements for scope in _scopes(one)),
        made=frozenset(node["ctename"] for node in _nodes(statements) if "ctename" in node),
        functions=frozenset(_functions(statements)),
    )


def _without_placeholders(sql: str) -> str:
    """Put what the parser knows where the program fills in values and names."""
    sql = re.sub(r"%\(\w+\)s", "$1", sql).replace("%%", "%")
    return re.sub(r"\{[a-z_]+\}", BRACED, sql)


def _nodes(tree: Any) -> Iterator[Node]:
    """Every object of the parser's answer, from the outside in."""
    if isinstance(tree, dict):
        yield tree
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(inner)


def _functions(tree: Any) -> Iterator[str]:
    for node in _nodes(tree):
        if "funcname" in node:
            yield node["funcname"][-1]["String"]["sval"]
        if "SQLValueFunction" in node:
            yield node["SQLValueFunction"]["op"].removeprefix("SVFOP_").lower()


VERBS = {f"{verb}Stmt": verb for verb in ("Select", "Insert", "Update", "Delete", "Merge")}


def _opens(key: str, inner: Any) -> bool:
    """Whether a new statement begins here; the two sides of a UNION are SELECTs without a wrapper."""
    return key in VERBS or (key in {"larg", "rarg"} and "op" in inner)


def _scopes(tree: Any) -> Iterator[Scope]:
    """Every SELECT, INSERT, UPDATE, DELETE and MERGE, inner ones as scopes of their own."""
    if isinstance(tree, list):
        for one in tree:
            yield from _scopes(one)
    elif isinstance(tree, dict):
        for key, inner in tree.items():
            if _opens(key, inner):
                yield _scope(VERBS.get(key, "Select"), inner)
            yield from _scopes(inner)


def _scope(verb: str, body: Node) -> Scope:
    target = _use(body["relation"]) if "relation" in body else None
    rest = {key: inner for key, inner in body.items() if key != "relation"}
    level = list(_level(rest))
    sets = [body.get("cols", []), body.get("targetList", []) if verb != "Select" else []]
    sets += [node["targetList"] for node in level if "targetList" in node and verb in {"Insert", "Merge"}]
    return Scope(
        verb,
        target,
        tuple(_use(node) for node in level if "relname" in node),
        tuple(item["ResTarget"].get("name", "") for group in sets for item in group if "ResTarget" in item),
        frozenset(_bound(level)),
    )


def _level(tree: Any) -> Iterator[Node]:
    """Like `_nodes`, but not into statements further inside."""
    if isinstance(tree, dict):
        yield tree
        for key, inner in tree.items():
            if not _opens(key, inner) and key != "lockedRels":
                yield from _level(inner)
    elif isinstance(tree, list):
        for one in tree:
            yield from _level(one)


def _bound(level: list[Node]) -> Iterator[str]:
    for node in level:
        if "ColumnRef" in node:
            fields = [part["String"]["sval"] for part in node["ColumnRef"]["fields"] if "String" in part]
            if fields and fields[-1] == "tenant_id":
                yield ".".join(fields[:-1])
        elif any(part.get("String", {}).get("sval") == "tenant_id" for part in node.get("usingClause", [])):
            yield "*"


def _use(node: Node) -> Use:
    return Use(
        node.get("schemaname", ""), node["relname"], node.get("alias", {}).get("aliasname", node["relname"])
    )
