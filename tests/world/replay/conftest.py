"""A small export by hand: every state, and every kind of dirty row."""

from pathlib import Path

import pytest

from doorstep.world.replay.olist import Olist, read

EXPORT = Path(__file__).parent / "export"


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the export lies."""
    return EXPORT


@pytest.fixture(scope="session")
def olist(folder: Path) -> Olist:
    """The export, read."""
    return read(folder)
