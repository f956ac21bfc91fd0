"""Faults in SQL: in what statements touch, and in how tables are laid out."""

from tests.tidy import ownership, tables
from tests.tidy.planted import INVENTORY_TABLES, JOURNAL, ORDERS_QUERIES, ORDERS_TABLES, Fault

QUERIES = "doorstep/stages/orders/queries.sql"
TABLES = "doorstep/stages/orders/tables.sql"


def _also(
    sql: str, why: str = "-- Because of a fault.", name: str = "faulty", path: str = QUERIES
) -> dict[str, str]:
    """Add a statement to those of orders, or put it into another file."""
    before = ORDERS_QUERIES + "\n" if path == QUERIES else ""
    return {path: f"{before}-- name: {name}\n{why}\n{sql}\n"}


def _instead(old: str, new: str) -> dict[str, str]:
    """Change the table of orders."""
    assert old in ORDERS_TABLES, f"the sound house does not say {old}"
    return {TABLES: ORDERS_TABLES.replace(old, new)}


FORM = (
    Fault(
        ownership.every_statement_has_a_name_a_why_and_one_end,
        "it does not say why",
        _also("SELECT 1;", why=""),
    ),
    Fault(
        ownership.every_statement_has_a_name_a_why_and_one_end, "it does not end with ;", _also("SELECT 1")
    ),
    Fault(ownership.every_statement_has_a_name_a_why_and_one_end, "syntax error", _also("SELEKT 1;")),
    Fault(
        ownership.every_statement_has_a_name_a_why_and_one_end, "2 statements", _also("SELECT 1; SELECT 2;")
    ),
    Fault(
        ownership.every_statement_has_a_name_a_why_and_one_end,
        "the name is not one word",
        _also("SELECT 1;", name="find-orders"),
    ),
    Fault(
        ownership.statements_read_and_write_rows,
        "faulty is a TruncateStmt",
        _also("TRUNCATE orders.orders;"),
    ),
    Fault(
        ownership.tables_are_named_with_their_schema,
        "names orders without its schema",
        _also("SELECT id FROM orders WHERE tenant_id = %(tenant_id)s;"),
    ),
)

OWNERS = (
    Fault(
        ownership.a_stage_reads_its_own_and_earlier_tables,
        "later reads orders.orders",
        _also(
            "SELECT 1 FROM inventory.stock WHERE tenant_id = %(tenant_id)s"
            " UNION SELECT 2 FROM orders.orders WHERE tenant_id = %(tenant_id)s;",
            name="later",
            path="doorstep/stages/inventory/queries.sql",
        ),
    ),
    Fault(
        ownership.a_stage_reads_its_own_and_earlier_tables,
        "enter reads orders.orders",
        _also("SELECT 1 FROM orders.orders;", name="enter", path="doorstep/platform/directory/queries.sql"),
    ),
    Fault(
        ownership.a_stage_reads_its_own_and_earlier_tables,
        "peek reads orders.orders",
        _also("SELECT 1 FROM orders.orders;", name="peek", path="doorstep/world/queries.sql"),
    ),
    Fault(
        ownership.a_stage_writes_its_own_tables,
        "writes inventory.stock",
        _also(
            "WITH taken AS (UPDATE inventory.stock SET on_hand = on_hand - 1"
            " WHERE tenant_id = %(tenant_id)s RETURNING id) SELECT id FROM taken;"
        ),
    ),
    Fault(
        ownership.a_stage_writes_its_own_tables,
        "writes platform.tasks",
        _also("INSERT INTO platform.tasks (tenant_id, name) VALUES (%(tenant_id)s, 'x');"),
    ),
    Fault(
        ownership.a_stage_writes_its_own_tables,
        "writes inventory.stock",
        _also(
            "DELETE FROM inventory.stock WHERE tenant_id = %(tenant_id)s;", path="doorstep/tower/queries.sql"
        ),
    ),
    Fault(
        ownership.only_the_journal_moves_states,
        "writes state",
        _also("UPDATE orders.orders SET state = 'held' WHERE tenant_id = %(tenant_id)s;"),
    ),
    Fault(
        ownership.only_the_journal_moves_states,
        "writes seq",
        _also("INSERT INTO orders.orders (tenant_id, id, seq) VALUES (%(tenant_id)s, %(id)s, 2);"),
    ),
    Fault(
        ownership.only_the_journal_moves_states,
        "writes state",
        _also(
            "INSERT INTO orders.orders (tenant_id, id) VALUES (%(tenant_id)s, %(id)s)"
            " ON CONFLICT (tenant_id, id) DO UPDATE SET state = 'placed';"
        ),
    ),
    Fault(
        ownership.only_the_journal_runs_what_moves_states,
        "doorstep/platform/desk.py: runs move",
        {"doorstep/platform/desk.py": JOURNAL},
    ),
    Fault(
        ownership.every_statement_names_its_tenant,
        "does not bind orders.orders to the tenant",
        _also("SELECT id FROM orders.orders WHERE id = %(id)s;"),
    ),
    Fault(
        ownership.every_statement_names_its_tenant,
        "does not bind inventory.stock to the tenant. Say s.tenant_id",
        _also(
            "SELECT 1 FROM orders.orders o JOIN inventory.stock s ON s.id = o.id WHERE o.tenant_id = %(tenant_id)s;"
        ),
    ),
    Fault(
        ownership.every_statement_names_its_tenant,
        "does not bind orders.orders to the tenant. Say inner_one.tenant_id",
        _also(
            "SELECT 1 FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s"
            " AND EXISTS (SELECT 1 FROM orders.orders inner_one WHERE inner_one.id = o.id);"
        ),
    ),
    Fault(
        ownership.every_statement_names_its_tenant,
        "does not bind orders.orders to the tenant",
        _also("INSERT INTO orders.orders (id) VALUES (%(id)s);"),
    ),
    Fault(
        ownership.stages_live_by_the_business_clock,
        "asks now",
        _also("SELECT id FROM orders.orders WHERE tenant_id = %(tenant_id)s AND placed_at < now();"),
    ),
    Fault(ownership.stages_live_by_the_business_clock, "asks current_date", _also("SELECT CURRENT_DATE;")),
)

LAYOUT = (
    Fault(
        tables.tables_are_plain,
        "CreateFunctionStmt",
        _instead(
            "CREATE SCHEMA orders;",
            "CREATE SCHEMA orders;\nCREATE FUNCTION orders.f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        ),
    ),
    Fault(tables.tables_are_plain, "PostgreSQL cannot parse it", _instead("CREATE SCHEMA", "CREATE SKEMA")),
    Fault(
        tables.a_room_keeps_its_own_schema,
        "sales is not a schema of orders",
        _instead("CREATE SCHEMA orders;", "CREATE SCHEMA sales;"),
    ),
    Fault(
        tables.every_table_says_what_it_keeps,
        "orders.orders has no comment",
        _instead("-- What was ordered.\n", ""),
    ),
    Fault(
        tables.every_table_leads_with_its_tenant,
        "does not begin with tenant_id",
        _instead(
            "    tenant_id uuid NOT NULL,\n    id uuid NOT NULL,\n",
            "    id uuid,\n    tenant_id uuid NOT NULL,\n",
        ),
    ),
    Fault(
        tables.every_table_leads_with_its_tenant,
        "does not begin with tenant_id",
        _instead("tenant_id uuid NOT NULL", "tenant_id text NOT NULL"),
    ),
    Fault(
        tables.every_key_leads_with_its_tenant,
        "PRIMARY KEY (id, tenant_id)",
        _instead("PRIMARY KEY (tenant_id, id)", "PRIMARY KEY (id, tenant_id)"),
    ),
    Fault(
        tables.every_key_leads_with_its_tenant,
        "UNIQUE (total_minor)",
        _instead("total_minor bigint NOT NULL", "total_minor bigint NOT NULL UNIQUE"),
    ),
    Fault(
        tables.every_key_leads_with_its_tenant,
        "FOREIGN KEY (id)",
        _instead(
            "FOREIGN KEY (tenant_id, id) REFERENCES inventory.stock (tenant_id, id)",
            "FOREIGN KEY (id) REFERENCES inventory.stock",
        ),
    ),
    Fault(
        tables.every_key_leads_with_its_tenant,
        "INDEX by_amount (on_hand)",
        {
            "doorstep/stages/inventory/tables.sql": INVENTORY_TABLES
            + "CREATE INDEX by_amount ON inventory.stock (on_hand);\n"
        },
    ),
    Fault(
        tables.every_table_has_a_primary_key,
        "orders.orders has no PRIMARY KEY",
        _instead("PRIMARY KEY (tenant_id, id)", "UNIQUE (tenant_id, id)"),
    ),
    Fault(
        tables.foreign_keys_look_back,
        "a foreign key to the schema warehouse",
        _instead("REFERENCES inventory.stock", "REFERENCES warehouse.parcels"),
    ),
    Fault(
        tables.life_cycles_have_their_columns,
        "has a state but no seq",
        _instead("seq int NOT NULL DEFAULT 1", "seq int NOT NULL"),
    ),
    Fault(
        tables.columns_have_exact_types,
        "timestamp means another moment",
        _instead("timestamptz", "timestamp"),
    ),
    Fault(
        tables.columns_have_exact_types,
        "numeric for an amount",
        _instead("total_minor bigint", "total_minor numeric"),
    ),
    Fault(
        tables.columns_have_exact_types,
        "a number from the database",
        _instead("seq int", "number bigint GENERATED ALWAYS AS IDENTITY,\n    seq int"),
    ),
)

FAULTS = (*FORM, *OWNERS, *LAYOUT)
