"""A day of 500 orders during which web, workers and database are killed again and again: nothing is lost, nothing is done twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        not Path("/proc/self/environ").exists(), reason="finds the processes to kill in /proc"
    ),
]

KILLS = 24
PAUSE_S = (2.0, 6.0)
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


def doorstep(home: Path, *arguments: str) -> list[str]:
    """Return the command line of the house."""
    return [sys.executable, "-m", "doorstep", *arguments]


def test_a_day_with_kills_ends_with_books_that_add_up(tmp_path: Path) -> None:
    home = Path("/var/tmp") / f"doorstep-kills-{os.getpid()}"
    environment = {**os.environ, "DOORSTEP_HOME": str(home), "DOORSTEP_PORT": "0"}
    environment["DOORSTEP_PORT"] = str(20_000 + os.getpid() % 20_000)
    books_file, dice, killed = tmp_path / "books.json", random.Random(5), Counter[str]()
    with books_file.open("w") as books, (tmp_path / "log").open("w") as log:
        day = subprocess.Popen(
            doorstep(home, "demo", "--once", "--orders", "500", "--seed", "5", "--json", "--workers", "2"),
            env=environment, stdout=books, stderr=log,
        )  # fmt: skip
        try:
            while day.poll() is None:
                time.sleep(dice.uniform(*PAUSE_S))
                if killed.total() < KILLS and "ordered" in (tmp_path / "log").read_text():
                    part = dice.choice(list(VICTIMS))
                    if pids := victims(home)[part]:
                        os.kill(dice.choice(pids), signal.SIGKILL)
                        killed[part] += 1
        finally:
            if day.poll() is None:
                day.terminate()
                day.wait(60)
    result = json.loads(books_file.read_text() or "{}")
    assert killed.total() >= 20, f"the day was over after {killed}"
    assert set(killed) == set(VICTIMS)
    assert result.get("faults") == [], (tmp_path / "log").read_text()[-3000:]
    examined = subprocess.run(
        doorstep(home, "doctor", "--json"), env=environment, capture_output=True, text=True, check=False
    )
    assert examined.returncode == 0, examined.stdout
