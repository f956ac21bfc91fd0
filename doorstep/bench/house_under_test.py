"""A house of its own for a bench: a fresh database, a tenant with goods, and the real server in a process beside it."""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from psycopg import AsyncConnection

from doorstep import app as house_app
from doorstep.bench.report import Options
from doorstep.platform import auth, config, doctor
from doorstep.platform.config import Settings
from doorstep.platform.embedded import Embedded
from doorstep.platform.house import House

HOST = "127.0.0.1"
OPENED_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class UnderTest:
    """What a bench may use.

    Attributes:
        key: an API key of the tenant that may do everything.
        port: where the server listens, once `served` runs.
    """

    settings: Settings
    house: House
    tenant_id: UUID
    key: str
    port: int

    async def analyze(self) -> None:
        """Let the database learn how its tables are filled, as a running one has by itself after some seconds."""
        async with await AsyncConnection.connect(str(self.settings.owner_url), autocommit=True) as owner:
            await owner.execute("ANALYZE")

    async def settle(self) -> None:
        """Let the embedded database write down what it has only in memory, so that it does not do so while something is measured."""
        if self.settings.owner_url == Embedded(self.settings.home).url("owner"):
            admin = Embedded(self.settings.home).url("admin")
            async with await AsyncConnection.connect(admin, autocommit=True) as connection:
                await connection.execute("CHECKPOINT")

    async def wrong(self) -> list[str]:
        """Return the invariants of the whole house that do not hold."""
        found = await doctor.examine(self.house.db, self.tenant_id, house_app.invariants())
        return [finding.rule for finding in found]


@asynccontextmanager
async def house_under_test(options: Options) -> AsyncIterator[UnderTest]:
    """Bring a database to the present and open a house on it with a fresh tenant; remove everything at the end."""
    home = Path(tempfile.mkdtemp(prefix="doorstep-bench-", dir="/tmp"))
    home.chmod(0o711)  # noqa: ASYNC240 - before anything else runs
    settings = replace(
        config.read({}),
        home=home,
        secret="of a bench",  # noqa: S106
        port=_free_port(),
        partner_networks=f"{HOST}/32",
    )
    if options.database_url:
        settings = house_app.with_urls(settings, options.database_url, options.database_url)
    try:
        settings, _ = await house_app.prepare(settings)
        async with house_app.open_house(settings) as house:
            tenant_id = await auth.add_tenant(house.db, f"bench-{os.getpid()}", "Bench")
            key = await auth.make_key(house.db, tenant_id, "bench", ["*"])
            yield UnderTest(settings, house, tenant_id, key, settings.port)
    finally:
        if not options.database_url:
            await Embedded(home).stop()
        shutil.rmtree(home, ignore_errors=True)


@asynccontextmanager
async def served(under: UnderTest, processes: int) -> AsyncIterator[int]:
    """Run the real web server, with the yardstick's route added, in a process of its own; yield its process id."""
    given = under.settings
    environment = {
        **os.environ,
        "DOORSTEP_HOME": str(given.home),
        "DOORSTEP_DATABASE_URL": str(given.database_url),
        "DOORSTEP_SECRET": str(given.secret),
        "DOORSTEP_PARTNER_NETWORKS": given.partner_networks,
        "DOORSTEP_RATE_PER_MINUTE": "100000000",
        "DOORSTEP_LOG_LEVEL": "warning",
    }
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "doorstep.bench.server",
        str(under.port),
        str(processes),
        env=environment,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(OPENED_WITHIN_S):
            while not await _answers(under.port):  # noqa: ASYNC110 - a port says nothing when it opens
                await asyncio.sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        await server.wait()


async def _answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"GET /health HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")
        answer = await reader.readline()
        writer.close()
    except OSError:
        return False
    return b" 200 " in answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def resident_mb(pid: int) -> float:
    """Return the memory of a process and its children in megabytes (Linux; 0 elsewhere)."""
    pages = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(entry.name) == pid or int(fields[1]) == pid:
                pages += int((entry / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


async def check_books(under: UnderTest, placed: int) -> dict[str, bool]:
    """Count again in the database, independent of what was answered."""
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        cursor = await tx.connection.execute(CONSERVED, {"tenant_id": under.tenant_id})
        row = await cursor.fetchone()
    orders, accepted, wanted, reserved, promised, oversold = row or (0, 0, 0, 0, 0, 1)
    wrong = await under.wrong()
    return {
        "conserved": orders == placed == accepted and wanted == reserved == promised and not wrong,
        "none_oversold": oversold == 0,
    }


CONSERVED = """
SELECT (SELECT count(*) FROM orders.orders WHERE tenant_id = %(tenant_id)s),
       (SELECT count(*) FROM orders.orders WHERE tenant_id = %(tenant_id)s AND state = 'accepted'),
       (SELECT coalesce(sum(quantity), 0) FROM orders.lines WHERE tenant_id = %(tenant_id)s),
       (SELECT coalesce(sum(quantity), 0) FROM inventory.reservations WHERE tenant_id = %(tenant_id)s),
       (SELECT coalesce(sum(reserved), 0) FROM inventory.stock WHERE tenant_id = %(tenant_id)s),
       (SELECT count(*) FROM inventory.stock WHERE tenant_id = %(tenant_id)s AND reserved > on_hand)
"""
"""Orders, accepted ones, units ordered, units promised twice over, and stock rows that promise more than is there."""
