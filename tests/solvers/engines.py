"""Runs a solver with its compiled core and without, for the tests that hold one against the other."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from doorstep.solvers.compiled import core

T = TypeVar("T")


def both(monkeypatch: pytest.MonkeyPatch, name: str, work: Callable[[], T]) -> tuple[T, T]:
    """Return what `work` answers compiled and pure; the test is skipped where nothing is compiled."""
    monkeypatch.delenv("DOORSTEP_PURE", raising=False)
    if core(name) is None:
        pytest.skip(f"native/{name} is not compiled here: the pure twin is tested by all other tests")
    compiled = work()
    monkeypatch.setenv("DOORSTEP_PURE", "1")
    pure = work()
    monkeypatch.delenv("DOORSTEP_PURE")
    return compiled, pure
