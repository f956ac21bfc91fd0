"""Marks a wheel that holds the compiled core as one for its platform; everything else stands in pyproject.toml."""

from pathlib import Path

from setuptools import Distribution, setup


class Built(Distribution):
    """The distribution; it is binary where `native/build.py` has run."""

    def has_ext_modules(self) -> bool:
        """Whether the compiled core is there."""
        return any(Path("doorstep/solvers/compiled").glob("*.so"))


setup(distclass=Built)
