"""A simulated server as a process of its own: up within a second, closed in order when told."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest

from doorstep.world.serving import free_port

PROGRAM = """
import asyncio, sys
from pathlib import Path
from doorstep.world import {module}
from doorstep.world.serving import serve_until_told
asyncio.run(serve_until_told({module}.serve_{module}(Path(sys.argv[1]), int(sys.argv[2]))))
"""


@pytest.mark.parametrize(
    ("module", "path"), [("carrier", "/v1/ledger"), ("payment", "/v1/ledger"), ("mailbox", "/api/messages")]
)
async def test_a_server_starts_quickly_and_stops_when_told(module: str, path: str, tmp_path: Path) -> None:
    port = free_port()
    program = PROGRAM.format(module=module)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), str(port), env={**os.environ, "PYTHONWARNINGS": "error"}
    )
    began = time.perf_counter()
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {module}-demo-key"}) as client:
        while time.perf_counter() - began < 20:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}{path}")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.02)
    assert answer.status_code == 200
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 5) == 0
