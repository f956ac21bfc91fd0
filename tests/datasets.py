"""Sample files from outside, named by `DOORSTEP_DATA`; tests that can use them are skipped with a reason where they are not."""

import os
from pathlib import Path
from typing import Any

import pytest

DATA = Path(os.environ.get("DOORSTEP_DATA", "/nowhere"))


def sample_files(folder: str, pattern: str) -> list[Any]:
    """Return the sample files as parameters of a test; one that is skipped when there are none."""
    found: list[Any] = sorted((DATA / folder).glob(pattern))
    skip = pytest.mark.skip(reason=f"DOORSTEP_DATA holds no samples of {folder}")
    return found or [pytest.param(Path("none"), marks=skip)]
