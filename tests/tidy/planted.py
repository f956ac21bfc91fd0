"""A small sound house, and faults to plant in it: a law that cannot fail proves nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.tidy.tree import Findings, Tree

INVENTORY_TABLES = """\
CREATE SCHEMA inventory;

-- What lies where.
CREATE TABLE inventory.stock (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    on_hand int NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX stock_by_amount ON inventory.stock (tenant_id, on_hand);
"""

ORDERS_TABLES = """\
CREATE SCHEMA orders;

-- What was ordered.
CREATE TABLE orders.orders (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'placed',
    seq int NOT NULL DEFAULT 1,
    total_minor bigint NOT NULL,
    placed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES inventory.stock (tenant_id, id)
);
"""

ORDERS_QUERIES = """\
-- name: place_orders
-- An order walks in.
INSERT INTO orders.orders (tenant_id, id, total_minor, placed_at)
SELECT %(tenant_id)s, id, 0, %(now)s FROM unnest(%(ids)s::uuid[]) AS asked(id);

-- name: find_orders
-- What a page shows, with what is left of it.
WITH asked AS (SELECT id FROM orders.orders WHERE tenant_id = %(tenant_id)s FOR UPDATE)
SELECT o.id, s.on_hand FROM asked JOIN orders.orders o ON o.id = asked.id
JOIN inventory.stock s ON s.tenant_id = o.tenant_id AND s.id = o.id WHERE o.tenant_id = %(tenant_id)s;
"""

ORDERS_ACTS = """\
from doorstep.platform.journal import move
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import reserve
from doorstep.stages.orders.rules import total

Q = Statements("doorstep.stages.orders")


async def place(tx, ids):
    await tx.run(Q.place_orders, ids=ids)
    return await tx.run(Q.find_orders)
"""

JOURNAL_QUERIES = """\
-- name: move
-- The one door.
WITH moved AS (UPDATE {table} t SET state = 'held', seq = t.seq + 1 WHERE t.tenant_id = %(tenant_id)s)
INSERT INTO platform.events (tenant_id, subject, seq) VALUES (%(tenant_id)s, %(id)s, %(seq)s);
"""

JOURNAL = """\
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")


async def move(tx):
    await tx.run(Q.move)
"""

SOUND = {
    "doorstep/__init__.py": "",
    "doorstep/platform/__init__.py": "",
    "doorstep/platform/journal.py": JOURNAL,
    "doorstep/platform/queries.sql": JOURNAL_QUERIES,
    "doorstep/platform/statements.py": "class Statements: ...\n",
    "doorstep/solvers/__init__.py": "",
    "doorstep/stages/__init__.py": "",
    "doorstep/stages/inventory/__init__.py": "from doorstep.stages.inventory.acts import reserve as reserve\n",
    "doorstep/stages/inventory/acts.py": "async def reserve(tx): ...\n",
    "doorstep/stages/inventory/tables.sql": INVENTORY_TABLES,
    "doorstep/stages/orders/__init__.py": "",
    "doorstep/stages/orders/acts.py": ORDERS_ACTS,
    "doorstep/stages/orders/rules.py": "def total(lines): return sum(lines)\n",
    "doorstep/stages/orders/tables.sql": ORDERS_TABLES,
    "doorstep/stages/orders/queries.sql": ORDERS_QUERIES,
    "docs/operating.md": "`DOORSTEP_HOME`: where files live.\n`doorstep serve`, `order.placed`, `/api/orders/{id}`\n",
    "doorstep/platform/config.py": 'HOME = "DOORSTEP_HOME"\n',
    "pyproject.toml": '[project]\ndependencies = ["httpx>=0.28,<0.29"]\n',
    "requirements.lock": "httpx==0.28.1 \\\n    --hash=sha256:aa\n",
    ".ci/run": "#!/usr/bin/env bash\nset -euo pipefail\nmake test\n",
}


@dataclass(frozen=True)
class Fault:
    """One thing done wrong.

    Attributes:
        law: the law it breaks.
        says: words of the one finding the law answers with.
        files: what is changed in or added to the sound house.
        names: what the house says it has, as `Tree.names`.
        mode: the permissions of the files.
    """

    law: Callable[[Tree], Findings]
    says: str
    files: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mode: int = 0o755

    def __str__(self) -> str:
        return f"{self.law.__name__}: {self.says}"


def plant(root: Path, fault: Fault | None = None) -> Tree:
    """Build the sound house below a folder, with a fault in it if one is given."""
    for path, text in {**SOUND, **(fault.files if fault else {})}.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(fault.mode if fault else 0o755)
    return Tree(root, lambda what: fault.names.get(what, ()) if fault else ())
