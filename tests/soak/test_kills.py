"""A day of 500 orders during which web, workers and database are killed again and again: nothing is lost, nothing is done twice.

Run it with `make soak ARGS='tests/soak/test_kills.py'`; `DOORSTEP_SEED` gives another day with other kills.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorstep.platform.embedded import Embedded
from doorstep.world.serving import free_port

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        not Path("/proc/self/environ").exists(), reason="finds the processes to kill in /proc"
    ),
]

SEED = int(os.environ.get("DOORSTEP_SEED", "5"))
ORDERS = int(os.environ.get("DOORSTEP_SOAK_ORDERS", "500"))
KILLS, KILLS_MAX = 20, 60
STEPS, PAUSE_S = (1, 2), (0.0, 4.0)
"""Somebody is killed in every step of the day or every other, some time after it began: a slow machine has no more kills."""

VICTIMS = {"web": "doorstep\0web", "work": "doorstep\0work", "database": "postgres\0-D"}


def victims(home: Path) -> dict[str, list[int]]:
    """Return the processes of the house in `home` that may be killed, by part."""
    found: dict[str, list[int]] = {part: [] for part in VICTIMS}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text(errors="replace")
            ours = str(home) in command or f"DOORSTEP_HOME={home}\0" in (folder / "environ").read_text(
                errors="replace"
            )
        except OSError:
            continue
        for part, mark in VICTIMS.items():
            if ours and mark in command:
                found[part].append(int(folder.name))
    return found


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's user can reach; it stays for a look when the test fails."""
    folder = Path("/var/tmp") / f"doorstep-kills-{os.getpid()}"
    yield folder
    asyncio.run(Embedded(folder).stop())


def doorstep(*arguments: str) -> list[str]:
    """Return the command line of the house."""
    return [sys.executable, "-m", "doorstep", *arguments]


def killed_day(home: Path, log: Path, books: Path, environment: dict[str, str]) -> Counter[str]:
    """Run the day and kill its parts at moments and in an order that the seed says; return how many of each."""
    dice, killed = random.Random(SEED), Counter[str]()
    day = doorstep("demo", "--once", "--orders", f"{ORDERS}", "--seed", f"{SEED}", "--json", "--workers", "2")
    with books.open("w") as out, log.open("w") as err, subprocess.Popen(
        day, env=environment, stdout=out, stderr=err
    ) as running:  # fmt: skip
        try:
            next_step = 1
            while running.poll() is None:
                time.sleep(0.2)
                if killed.total() < KILLS_MAX and log.read_text().count(" ordered\n") >= next_step:
                    next_step += dice.choice(STEPS)
                    time.sleep(dice.uniform(*PAUSE_S))
                    part = dice.choice(list(VICTIMS))
                    if pids := victims(home)[part]:
                        os.kill(dice.choice(pids), signal.SIGKILL)
                        killed[part] += 1
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait(60)
    return killed


def test_a_day_with_kills_ends_with_books_that_add_up(home: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "DOORSTEP_HOME": str(home), "DOORSTEP_PORT": str(free_port())}
    log, books_file = tmp_path / "log", tmp_path / "books.json"
    killed = killed_day(home, log, books_file, environment)
    books: dict[str, Any] = json.loads(books_file.read_text() or "{}")
    (tmp_path / "killed.json").write_text(json.dumps({"seed": SEED, **killed}))
    assert killed.total() >= KILLS, f"the day was over after {killed}"
    assert set(killed) == set(VICTIMS)
    assert books.get("faults") == [], log.read_text()[-3000:]
    examined = subprocess.run(
        doorstep("doctor", "--json"), env=environment, capture_output=True, text=True, check=False
    )
    assert examined.returncode == 0, examined.stdout
    asyncio.run(Embedded(home).stop())
    shutil.rmtree(home)
