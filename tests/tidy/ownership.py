"""Who may touch which rows: the laws about statements."""

from collections.abc import Iterator

from tests.tidy.schema import Table
from tests.tidy.sql import BRACED, Query, Scope, Use
from tests.tidy.tree import STAGES, Findings, Tree, earlier, room

EVERYONES = ("platform", "directory", "pg_catalog", "information_schema")
MAY_READ = {
    "platform": EVERYONES,
    **{stage: (*EVERYONES, *earlier(stage), stage) for stage in STAGES},
    "tower": (*EVERYONES, *STAGES),
    "world": ("world",),
}
MAY_WRITE = {
    "platform": ("platform", "directory"),
    **{stage: (stage,) for stage in STAGES},
    "world": ("world",),
}
"""The tower only looks; the simulated world keeps books of its own and sees nothing of ours."""

MEASURES = "bench"
"""Benches hold plain SQL as a yardstick, on tables of their own."""

JOURNAL = "doorstep/platform/journal"
LIFE = frozenset({"state", "seq"})
"""The columns that say where in its life a thing is: the fold of its history."""


def _scopes(tree: Tree) -> Iterator[tuple[Query, Scope]]:
    for query in tree.queries:
        if room(query.path) != MEASURES:
            for scope in query.scopes:
                yield query, scope


def _tables(query: Query, scope: Scope) -> Iterator[Use]:
    return (use for use in (scope.target, *scope.read) if use and query.real(use))


def every_statement_has_a_name_a_why_and_one_end(tree: Tree) -> Findings:
    """A reader learns what a statement is for before reading how; PostgreSQL itself must be able to read it."""
    return [
        f"{query.where}: {query.name or '(no name)'}: {wrong}"
        for query in tree.queries
        for wrong in _form(query)
    ]


def _form(query: Query) -> Iterator[str]:
    if not query.name.isidentifier():
        yield "the name is not one word of letters. Name it for what it does"
    if not any(query.why):
        yield "it does not say why. Add a comment line under its name"
    if not query.sql.endswith(";"):
        yield "it does not end with ;. End it so"
    if query.error:
        yield query.error
    elif len(query.kinds) != 1:
        yield f"it is {len(query.kinds)} statements. Give each a name"


def statements_read_and_write_rows(tree: Tree) -> Findings:
    """The shape of the database changes in migrations only; no statement of a room makes or drops anything."""
    rows = {"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"}
    return [
        f"{query.where}: {query.name} is a {kind}. Put changes of shape into a migration"
        for query in tree.queries
        for kind in query.kinds
        if kind not in rows and room(query.path) != MEASURES
    ]


def tables_are_named_with_their_schema(tree: Tree) -> Findings:
    """Without its schema, which table is meant depends on a setting; and no check can tell whose it is."""
    return [
        f"{query.where}: {query.name} names {use.table} without its schema. Write schema.{use.table}"
        for query, scope in _scopes(tree)
        for use in _tables(query, scope)
        if not use.schema
    ]


def a_stage_reads_its_own_and_earlier_tables(tree: Tree) -> Findings:
    """Knowledge flows one way in SQL too; a later stage that is needed listens, or calls an act."""
    return [
        f"{query.where}: {query.name} reads {use.full}. {room(query.path)} may read {', '.join(_may_read(query))}"
        for query, scope in _scopes(tree)
        for use in _tables(query, scope)
        if use.schema and use.schema not in _may_read(query) and use != scope.target
    ]


def _may_read(query: Query) -> tuple[str, ...]:
    return MAY_READ.get(room(query.path), ())


def a_stage_writes_its_own_tables(tree: Tree) -> Findings:
    """One writer per table: who changes another room's rows goes around its rules, its journal and its locks."""
    return [
        f"{query.where}: {query.name} writes {scope.target.full}. Call an act of {scope.target.schema} instead"
        for query, scope in _scopes(tree)
        if scope.target
        and scope.target.schema
        and query.real(scope.target)
        and scope.target.schema not in MAY_WRITE.get(room(query.path), ())
    ]


def only_the_journal_moves_states(tree: Tree) -> Findings:
    """One door moves `state` and `seq` and writes the history; a stage that inserts may write what `journal.birth` says."""
    return [
        f"{query.where}: {query.name} writes {name}. Insert without it, or what journal.birth says as born_{name}, and move "
        "things by journal.move"
        for query, scope in _scopes(tree)
        if scope.target and room(query.path) != "platform"
        for name in scope.names
        if name in LIFE and not (scope.verb == "Insert" and _as_born(query, name))
    ]


def _as_born(query: Query, name: str) -> bool:
    return f"born_{name}" in query.sql and "ON CONFLICT" not in query.sql


def only_the_journal_runs_what_moves_states(tree: Tree) -> Findings:
    """Within the ground, what sets a state or writes an event is run by journal.py alone."""
    doors = {
        query.name
        for query, scope in _scopes(tree)
        if scope.target and room(query.path) == "platform"
        if scope.target.full == "platform.events" or scope.target.table == BRACED
    }
    return [
        f"{source.path}: runs {name}, the journal's own statement. Use journal.move, note or tell"
        for source in tree.sources(".py", under="doorstep/platform/")
        if not source.path.startswith(JOURNAL)
        for name in sorted(doors)
        if f"Q.{name}" in source.text
    ]


def every_statement_names_its_tenant(tree: Tree) -> Findings:
    """The first fence, and what finds the rows by index and by shard: each tenant's table is bound to the tenant."""
    ours = {
        (table.schema, table.name) for schema in tree.schemas for table in schema.tables if _of_tenant(table)
    }
    return [
        f"{query.where}: {query.name} does not bind {use.full} to the tenant. Say {use.alias}.tenant_id = ..."
        for query, scope in _scopes(tree)
        for use in _unbound(query, scope, ours)
    ]


def _of_tenant(table: Table) -> bool:
    return table.schema != "directory" and table.column("tenant_id") is not None


def _unbound(query: Query, scope: Scope, ours: set[tuple[str, str]]) -> Iterator[Use]:
    """The tables of tenants in one level that no `tenant_id` of that level belongs to."""
    here = [use for use in _tables(query, scope) if (use.schema, use.table) in ours or use.table == BRACED]
    for use in here:
        if use is scope.target and scope.verb == "Insert":
            bound = "tenant_id" in scope.names
        else:
            bound = bool({use.alias, use.full, "*"} & scope.bound) or (len(here) == 1 and "" in scope.bound)
        if not bound:
            yield use


def stages_live_by_the_business_clock(tree: Tree) -> Findings:
    """A tenant may live on a simulated day: what a stage calls now is `%(now)s`; the machine's clock is for leases."""
    clocks = {"now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday"}
    clocks |= {"current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"}
    return [
        f"{query.where}: {query.name} asks {clock}. Use %(now)s, the tenant's business time"
        for query in tree.queries
        if room(query.path) in STAGES
        for clock in sorted(query.functions & clocks)
    ]
