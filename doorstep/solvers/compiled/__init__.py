"""The compiled core: C++ twins of the solvers' inner loops, built from `native/` by `make setup` where a compiler is.

`core("walk")` answers the module that `native/walk` was compiled to, or None: then the caller runs its pure twin, which
gives the same answer for the same seed and work budget. A compiled function takes and returns plain numbers and lists.
"""

import os
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def _load(name: str) -> Any:
    """Load a module; one that was built for another Python counts as absent."""
    try:
        return import_module(f"{__name__}.{name}")
    except ImportError:
        return None


_CORES = {each.name: _load(each.name) for each in iter_modules(__path__)}


def core(name: str) -> Any:
    """Return the compiled module with this name; None when it is absent, or DOORSTEP_PURE=1 forbids its use."""
    return None if _pure() else _CORES.get(name)


def absence() -> str | None:
    """Return why the solvers run in pure Python, in a sentence; None when the compiled core is in use."""
    if _pure():
        return "The solvers run in pure Python, slower: DOORSTEP_PURE is set."
    if not any(_CORES.values()):
        return "The solvers run in pure Python, slower: a C++ compiler and `make setup` would speed them up."
    return None


def _pure() -> bool:
    return os.environ.get("DOORSTEP_PURE", "").strip() not in {"", "0"}
