"""How long a solver may think: seconds on the clock, or units of work that are the same on every machine."""

from dataclasses import dataclass, replace
from time import monotonic, process_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Exactly one of the two limits is given.

    Attributes:
        seconds: wall-clock limit; the answer depends on the machine's speed.
        work: limit in the solver's own units (its docstring says which); the same seed then gives the same
            answer on every machine.
        processor: the seconds are those that the processor worked for this process, whatever others do meanwhile:
            for comparisons on a busy machine.

    Raises:
        ValueError: neither or both limits given, or a limit below zero.
    """

    seconds: float | None = None
    work: int | None = None
    processor: bool = False

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.work is None):
            raise ValueError("a budget is either seconds or work units: give exactly one")
        if (self.seconds or 0) < 0 or (self.work or 0) < 0:
            raise ValueError("a budget cannot be negative")

    @property
    def limits(self) -> tuple[float, int]:
        """Seconds and work as the compiled core takes them: -1 for the one that is not limited."""
        return (
            -1.0 if self.seconds is None else self.seconds,
            -1 if self.work is None else self.work,
        )

    def now(self) -> float:
        """Return the seconds of the clock that this budget goes by."""
        return process_time() if self.processor else monotonic()

    def left(self, since: float) -> "Budget":
        """Return what is left of a budget in seconds that runs since `now()` was `since`; one of work stays whole."""
        if self.seconds is None:
            return self
        return replace(self, seconds=max(0.0, self.seconds - (self.now() - since)))

    def start(self) -> "Meter":
        """Start spending this budget now."""
        return Meter(self)


class Meter:
    """A budget being spent: ask `spent()` before each unit of work."""

    __slots__ = ("_deadline", "_left", "_now")

    def __init__(self, budget: Budget) -> None:
        self._now = budget.now
        self._deadline = None if budget.seconds is None else self._now() + budget.seconds
        self._left = budget.work

    def spent(self, work: int = 1) -> bool:
        """Take `work` units; return True when nothing is left."""
        if self._left is not None:
            self._left -= work
            return self._left < 0
        assert self._deadline is not None  # noqa: S101 - Budget guarantees one of the two limits
        return self._now() >= self._deadline

    def late(self) -> bool:
        """Whether the clock has run out; never true of a budget in units of work."""
        return self._deadline is not None and self._now() >= self._deadline
