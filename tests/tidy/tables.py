"""How rows are kept: the laws about tables."""

from collections.abc import Iterator

from tests.tidy.schema import Table
from tests.tidy.tree import STAGES, Findings, Tree, earlier, room

REFERENCE: frozenset[str] = frozenset()
"""Tables that are the same for every tenant, with their schema; such a table holds no tenant's facts."""

MAKES = {"platform": ("directory", "platform"), **{stage: (stage,) for stage in STAGES}}
KNOWS = {"platform": ("directory",), **{stage: (stage, *earlier(stage)) for stage in STAGES}}


def _tenants(tree: Tree) -> Iterator[Table]:
    """The tables that must belong to tenants: all but the directory and the reference tables."""
    for table in _tables(tree):
        if table.schema != "directory" and f"{table.schema}.{table.name}" not in REFERENCE:
            yield table


def _tables(tree: Tree) -> Iterator[Table]:
    return (table for schema in tree.schemas for table in schema.tables)


def tables_are_plain(tree: Tree) -> Findings:
    """A file of tables says what is kept, not what happens: no function, trigger, view or data."""
    return [
        f"{schema.path}: {wrong}"
        for schema in tree.schemas
        for wrong in (
            *([f"PostgreSQL cannot parse it: {schema.error}"] if schema.error else []),
            *(
                f"{kind} is neither schema, table nor index. Say it in acts or in a migration"
                for kind in schema.others
            ),
        )
    ]


def a_room_keeps_its_own_schema(tree: Tree) -> Findings:
    """The name of the folder is the name of the schema: whose a table is, its name tells."""
    return [
        f"{schema.path}: {name} is not a schema of {room(schema.path)}. Keep tables in {MAKES[room(schema.path)][-1]}"
        for schema in tree.schemas
        for name in (*schema.makes, *(table.schema for table in schema.tables))
        if name not in MAKES[room(schema.path)]
    ]


def every_table_says_what_it_keeps(tree: Tree) -> Findings:
    """The comment above a table is what the next reader of the database sees first."""
    return [
        f"{table.where} has no comment line above it. Say what one row is"
        for schema in tree.schemas
        for table in schema.tables
        if f"{table.schema}.{table.name}" not in schema.commented
    ]


def every_table_leads_with_its_tenant(tree: Tree) -> Findings:
    """Row-level security, and sharding by tenant, hold for a table only if each row says whose it is."""
    return [
        f"{table.where} does not begin with tenant_id uuid NOT NULL. Put it first"
        for table in _tenants(tree)
        if not table.columns
        or (table.columns[0].name, table.columns[0].type, table.columns[0].required)
        != ("tenant_id", "uuid", True)
    ]


def every_key_leads_with_its_tenant(tree: Tree) -> Findings:
    """A key without the tenant is unique over all tenants: it leaks what others have, and cannot be sharded."""
    return [
        f"{table.where}: {key.what} ({', '.join(key.columns)}) does not lead with tenant_id. Put it first"
        for table in _tenants(tree)
        for key in table.keys
        if key.columns[:1] != ("tenant_id",)
    ]


def every_table_has_a_primary_key(tree: Tree) -> Findings:
    """A row that cannot be named cannot be corrected, and cannot be told from its double."""
    return [
        f"{table.where} has no PRIMARY KEY. Give it one that leads with tenant_id"
        for table in _tables(tree)
        if not any(key.what == "PRIMARY KEY" for key in table.keys)
    ]


def foreign_keys_look_back(tree: Tree) -> Findings:
    """A key to a later stage's table turns the order of knowledge around, in the place hardest to change."""
    return [
        f"{table.where} has a foreign key to the schema {known}. Keep the id without a key, or turn it around"
        for table in _tables(tree)
        for known in table.knows
        if known not in (*KNOWS[room(table.path)], table.schema)
    ]


def life_cycles_have_their_columns(tree: Tree) -> Findings:
    """A thing with a state has `id`, and is born by default: only the journal writes `state` and `seq` after that."""
    return [
        f"{table.where} has a state but no {name}, NOT NULL with the default of its birth. Add it"
        for table in _tenants(tree)
        if table.column("state")
        for name in ("id", "state", "seq")
        if not (found := table.column(name)) or not found.required or (name != "id" and not found.has_default)
    ]


def columns_have_exact_types(tree: Tree) -> Findings:
    """Time has a zone, money and measures are integers, ids are made by the program."""
    return [
        f"{table.where}.{column.name}: {wrong}"
        for table in _tables(tree)
        for column in table.columns
        for wrong in _inexact(column.name, column.type)
    ]


def _inexact(name: str, kind: str) -> Iterator[str]:
    if kind in {"timestamp", "timetz"}:
        yield f"{kind} means another moment in each zone. Use timestamptz"
    if name.endswith(("_minor", "_g", "_mm", "_m", "_ml")) and kind not in {"int4", "int8"}:
        yield f"{kind} for an amount. Use int or bigint"
    if kind.endswith("serial") or kind == "identity":
        yield "a number from the database. Ids are made by the program"
    if kind in {"money", "json", "bpchar"}:
        yield f"the type {kind} compares and formats in surprising ways. Use bigint, jsonb or text"
