"""What a bench is given and what it prints: one shape for all of them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a bench shall run; a bench ignores what does not concern it."""

    suite: Path | None = None
    """Folder of input files in a documented format; None: the bench's own input or `DOORSTEP_DATA`."""
    seconds: float | None = None
    """Measuring time, or the budget per instance for solvers; None: the bench's default."""
    seed: int = 1
    effort: str = "fast"
    """`fast` or `high`."""
    part: tuple[int, int] | None = None
    """Which part of the suite of how many, from 1: a long suite can be measured in several sittings."""
    quick: bool = False
    """Everyday size: the whole bench ends within 30 s."""
    database_url: str | None = None
    """A PostgreSQL to measure on; None: the bench starts its own."""
    progress: Callable[[str], None] = field(default=lambda _line: None)
    """Called with a line for the person who waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result. A false check makes the command's exit status 1."""

    bench: str
    value: float
    unit: str
    ratios: Mapping[str, float] = field(default_factory=dict)
    yardsticks: Mapping[str, float] = field(default_factory=dict)
    checks: Mapping[str, bool] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def json(self) -> str:
        """Return the report as the one line of JSON that scripts read."""
        return msgspec.json.encode(asdict(self)).decode()

    @property
    def good(self) -> bool:
        """Whether every independent check holds."""
        return all(self.checks.values())
