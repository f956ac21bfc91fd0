"""The whole Olist export, by the command: every order in its real state, every centavo in its place, and once is enough."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from doorstep.platform.embedded import Embedded

DATA = os.environ.get("DOORSTEP_DATA")
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not DATA, reason="DOORSTEP_DATA is not set: the whole export is not there"),
]

STATES = {
    "approved": 2,
    "canceled": 459,
    "delivered": 9_797,
    "invoiced": 312,
    "processing": 301,
    "shipped": 1_104,
    "unavailable": 6,
}
PAID_MINOR, DUE_MINOR, ROUNDED = 199_181_621, 199_181_633, 28


@pytest.fixture
def home() -> Iterator[Path]:
    """A house of its own, gone afterwards."""
    home = Path("/var/tmp") / f"doorstep-replay-{os.getpid()}"
    yield home
    asyncio.run(Embedded(home).stop())
    subprocess.run(["rm", "-rf", str(home)], check=True)


def doorstep(home: Path, *arguments: str) -> Any:
    """Run a command of the house on its embedded database and return what it answers in JSON."""
    elsewhere = ("DOORSTEP_DATABASE_URL", "DOORSTEP_OWNER_URL")
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    ran = subprocess.run(
        [sys.executable, "-m", "doorstep", *arguments, "--json"],
        env={**environment, "DOORSTEP_HOME": str(home)},
        stdout=subprocess.PIPE,
        check=False,  # what is wrong stands in the answer
    )
    return json.loads(ran.stdout)


def digests(home: Path) -> dict[str, tuple[int, str]]:
    """Return how many rows every table of the house has, and a hash of all that is in them."""
    found = {}
    with psycopg.connect(Embedded(home).url("admin")) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(
                sql.SQL("SELECT md5(t::text) FROM {} t ORDER BY 1").format(sql.Identifier(schema, table))
            ).fetchall()
            whole = hashlib.sha256("".join(row[0] for row in rows).encode()).hexdigest()
            found[f"{schema}.{table}"] = (len(rows), whole)
    return found


@pytest.mark.proves("E1")
def test_the_whole_export_ends_in_its_real_states_and_a_second_replay_changes_nothing(home: Path) -> None:
    folder = str(Path(DATA or "") / "olist")
    books = doorstep(home, "replay", folder)
    assert books["faults"] == []
    assert books["states"] == books["wanted"] == STATES
    assert (books["orders"], books["rounded"]) == (sum(STATES.values()), ROUNDED)
    assert (books["paid_minor"], books["here_minor"], books["due_minor"]) == (
        PAID_MINOR,
        PAID_MINOR,
        DUE_MINOR,
    )
    assert doorstep(home, "doctor") == {"olist": []}
    before = digests(home)
    again = doorstep(home, "replay", folder)
    assert (again["faults"], again["oddities"], again["states"]) == ([], {}, STATES)
    assert digests(home) == before


def test_three_sites_source_every_order_with_its_reasons_and_together_costs_less(home: Path) -> None:
    folder = str(Path(DATA or "") / "olist")
    books = doorstep(home, "replay", folder, "--sites", "3", "--step-hours", "72")
    assert books["faults"] == []
    assert books["states"] == books["wanted"] == STATES
    sourced, promised = books["sourced"], books["promised"]
    assert sourced["orders"] == sourced["exact"] == books["ours"]
    assert sourced["saved_minor"] > 0
    assert promised["made"] >= 0.99 * books["ours"]
    sys.stdout.write(f"sourced: {sourced}\npromised: {promised}\n")
    assert doorstep(home, "doctor") == {"olist": []}
