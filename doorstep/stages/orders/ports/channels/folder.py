"""The port to partners whose mailbox is a folder: `in`, `out`, `archive` and `failed`, as an SFTP server or a mounted share shows it.

A file is complete under its last name only: ours are written under a name with a dot before it and renamed in one step, and the
partner's are left alone while such a name (`.part`, `.tmp`) or a fresh time of change says that they are still being written. Links,
folders and pipes are no files of a partner and are never opened.
"""

import os
import stat
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

PLACES = ("in", "out", "archive", "failed")
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
QUIET_S = 5.0
"""A file that nobody has written to for so long is taken for complete."""

TAKEN_MAX = 50
"""Files of one turn; the rest waits for the next one."""

NAME_MAX = 120
MODE = 0o770


def furnish(mailbox: Path) -> None:
    """Make the four places of a mailbox where they are missing."""
    for place in PLACES:
        (mailbox / place).mkdir(mode=MODE, parents=True, exist_ok=True)


def waiting(mailbox: Path) -> Sequence[str]:
    """Return the names of complete files in `in`, the oldest first."""
    found = []
    with os.scandir(mailbox / "in") as entries:
        for one in entries:
            if one.name.startswith(".") or one.name.lower().endswith(UNFINISHED):
                continue
            facts = one.stat(follow_symlinks=False)
            if stat.S_ISREG(facts.st_mode) and time.time() - facts.st_mtime >= QUIET_S:
                found.append((facts.st_mtime_ns, one.name))
    return [name for _, name in sorted(found)[:TAKEN_MAX]]


def take(mailbox: Path, name: str, most: int) -> bytes | None:
    """Return what is in a file, `most` bytes and one more at most; None when another worker was faster."""
    try:
        handle = os.open(mailbox / "in" / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read(most + 1)


def put_away(mailbox: Path, name: str, place: str, why: str = "") -> None:
    """Move a file out of `in` in one step, under a name that nothing else has; say beside it why it failed."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    kept = f"{stamp}-{_short(name)}"
    if why:
        _write(mailbox / place, f"{kept}.why.txt", why)
    try:
        (mailbox / "in" / name).replace(mailbox / place / kept)
    except FileNotFoundError:
        return


def post(mailbox: Path, name: str, text: str) -> None:
    """Write a file into `out`; written again it replaces itself."""
    _write(mailbox / "out", name, text)


def _short(name: str) -> str:
    """Return the end of a file's name, short enough to get a stamp before it on every system."""
    return name.encode("utf-8", "surrogateescape")[-NAME_MAX:].decode("utf-8", "ignore")


def _write(place: Path, name: str, text: str) -> None:
    unfinished = place / f".{name}.part"
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(place / name)
