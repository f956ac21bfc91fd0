"""Ids made by the program: UUID version 7 (RFC 9562), ordered by time of making within one process."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """Return a fresh UUIDv7; later calls in this process sort later.

    48 bits of milliseconds, then 12 bits used as a finer clock (RFC 9562, section 6.2, method 3), then 62 random bits.
    """
    return new_ids(1)[0]


def new_ids(count: int) -> list[UUID]:
    """Return `count` fresh ids in order."""
    global _last  # noqa: PLW0603 - the monotonic counter is this module's whole state
    ticks = time.time_ns() * 4096 // 1_000_000
    with _lock:
        first = max(ticks, _last + 1)
        _last = first + count - 1
    noise = int.from_bytes(os.urandom(8 * count))
    return [_id_of(first + i, (noise >> 64 * i) & 0x3FFF_FFFF_FFFF_FFFF) for i in range(count)]


def _id_of(ticks: int, noise: int) -> UUID:
    milliseconds, fine = divmod(ticks, 4096)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (fine << 64) | (0b10 << 62) | noise)


def made_ms(one: UUID) -> int:
    """Return when an id was made, in milliseconds since 1970 by the clock of the machine that made it."""
    return one.int >> 80


def bound(seconds_ago: float) -> UUID:
    """Return the least id of the moment so many seconds ago: every id made before it sorts before it."""
    return UUID(int=(made_ms(new_id()) - round(seconds_ago * 1000)) << 80)
