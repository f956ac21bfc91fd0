"""A file of tables as PostgreSQL's own parser reads it: tables, columns, keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pgparse

Node = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column, its type as PostgreSQL calls it (`int4`, `timestamptz`, `identity`), and whether it is NOT NULL or has a default."""

    name: str
    type: str
    required: bool
    has_default: bool


@dataclass(frozen=True)
class Key:
    """A key or index: what it is, as a person says it, and its columns ('' for an expression)."""

    what: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One CREATE TABLE with the indexes on it; `knows` are the schemas its foreign keys lead to."""

    path: str
    schema: str
    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    knows: tuple[str, ...]

    @property
    def where(self) -> str:
        """File and table, for a finding."""
        return f"{self.path}: {self.schema}.{self.name}"

    def column(self, name: str) -> Column | None:
        """Return a column by name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Schema:
    """One file of tables.

    Attributes:
        makes: the schemas it creates.
        others: the parser's names of statements that are neither schema, table nor index.
        commented: the tables that have a comment line right above them.
        error: why PostgreSQL cannot parse it, '' if it can.
    """

    path: str
    makes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    others: tuple[str, ...] = ()
    commented: frozenset[str] = frozenset()
    error: str = ""


def read_schema(path: str, text: str) -> Schema:
    """Read the tables of a file with their indexes."""
    try:
        statements = [one["stmt"] for one in pgparse.parse(text)]
    except pgparse.PGQueryError as error:
        return Schema(path, error=str(error))
    made = [one["CreateStmt"] for one in statements if "CreateStmt" in one]
    indexes = [one["IndexStmt"] for one in statements if "IndexStmt" in one]
    known = {"CreateSchemaStmt", "CreateStmt", "IndexStmt"}
    return Schema(
        path,
        tuple(one["CreateSchemaStmt"]["schemaname"] for one in statements if "CreateSchemaStmt" in one),
        tuple(_table(path, one, indexes) for one in made),
        tuple(kind for one in statements for kind in one if kind not in known),
        frozenset(re.findall(r"^--.*\nCREATE TABLE (?:IF NOT EXISTS )?([a-z_.0-9]+)", text, re.MULTILINE)),
    )


def _table(path: str, body: Node, indexes: list[Node]) -> Table:
    relation = body["relation"]
    parts = body.get("tableElts", [])
    columns = [part["ColumnDef"] for part in parts if "ColumnDef" in part]
    keys = [key for part in parts if "Constraint" in part for key in _keys(part["Constraint"], None)]
    keys += [key for column in columns for key in _column_keys(column)]
    keys += [_index(one) for one in indexes if _same(one["relation"], relation)]
    return Table(
        path,
        relation.get("schemaname", ""),
        relation["relname"],
        tuple(_column(one) for one in columns),
        tuple(keys),
        tuple(_foreign(parts)),
    )


def _same(one: Node, other: Node) -> bool:
    return all(one.get(part) == other.get(part) for part in ("schemaname", "relname"))


def _column(body: Node) -> Column:
    kinds = {one["Constraint"]["contype"] for one in body.get("constraints", [])}
    default = kinds & {"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"}
    kind = "identity" if "CONSTR_IDENTITY" in kinds else body["typeName"]["names"][-1]["String"]["sval"]
    return Column(body["colname"], kind, "CONSTR_NOTNULL" in kinds, bool(default))


def _column_keys(body: Node) -> Iterator[Key]:
    for one in body.get("constraints", []):
        yield from _keys(one["Constraint"], body["colname"])


def _keys(body: Node, column: str | None) -> Iterator[Key]:
    """The keys of a constraint: of the table, or of one column."""
    own = (column,) if column else None
    match body["contype"]:
        case "CONSTR_PRIMARY":
            yield Key("PRIMARY KEY", own or _strings(body["keys"]))
        case "CONSTR_UNIQUE":
            yield Key("UNIQUE", own or _strings(body["keys"]))
        case "CONSTR_FOREIGN":
            yield Key("FOREIGN KEY", own or _strings(body["fk_attrs"]))
            if "pk_attrs" in body:
                yield Key("target of a FOREIGN KEY", _strings(body["pk_attrs"]))


def _index(body: Node) -> Key:
    columns = tuple(part["IndexElem"].get("name", "") for part in body["indexParams"])
    return Key(f"INDEX {body.get('idxname', '')}".strip(), columns)


def _strings(nodes: list[Node]) -> tuple[str, ...]:
    return tuple(node["String"]["sval"] for node in nodes)


def _foreign(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if "pktable" in tree:
            yield tree["pktable"].get("schemaname", "")
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from _foreign(one)
