"""Compile the core of the solvers: `python native/build.py [NAME...]`, as `make setup` does.

Every folder `native/NAME` with C++ files becomes one extension module `doorstep/solvers/compiled/NAME`. It may include
headers of another folder, and is then linked with that folder's files but its `module.cpp`. Objects lie in
`native/build`; what is newer than its sources is left alone (after a change of flags: `make clean`). Without a compiler,
or where one fails, a line says so and the solvers run in pure Python; with CI set, a failure counts as one.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanobind

NATIVE = Path(__file__).parent
BUILD = NATIVE / "build"
MODULES = NATIVE.parent / "doorstep" / "solvers" / "compiled"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")

BINDINGS = Path(nanobind.source_dir())
INCLUDES = [
    NATIVE,
    Path(nanobind.include_dir()),
    BINDINGS.parent / "ext" / "robin_map" / "include",
    Path(sysconfig.get_path("include")),
]
FLAGS = ["-std=c++17", "-fPIC", "-fvisibility=hidden", "-DNDEBUG", "-DNB_COMPACT_ASSERTIONS"]
OURS = [*FLAGS, "-O2", "-Wall", "-Wextra", "-Wno-missing-field-initializers"]
THEIRS = [*FLAGS, "-Os", "-fno-strict-aliasing", "-ffunction-sections", "-fdata-sections"]
LINK = (
    ["-bundle", "-undefined", "dynamic_lookup", "-Wl,-dead_strip"]
    if sys.platform == "darwin"
    else ["-shared", "-Wl,--gc-sections", "-Wl,-s"]
)


def main() -> int:
    """Build what is out of date; return the exit status."""
    compiler = next(
        (one for one in (os.environ.get("CXX"), "c++", "g++", "clang++") if one and shutil.which(one)), None
    )
    missing = (
        "C++ compiler" if compiler is None else "" if (INCLUDES[-1] / "Python.h").exists() else "Python.h"
    )
    if compiler is None or missing:
        print(f"No {missing} here: the solvers run in pure Python, with the same results, slower.")
        return 0
    print("Compiling the core of the solvers")
    try:
        _build(compiler, sys.argv[1:])
    except subprocess.CalledProcessError as error:
        print(f"{error.stderr}\nThe core could not be compiled: the solvers run in pure Python, slower.")
        return 1 if os.environ.get("CI") else 0
    return 0


def _build(compiler: str, only: list[str]) -> None:
    """Compile everything at once, as many at a time as there are cores, then link."""
    BUILD.mkdir(exist_ok=True)
    there = {path.parent.name for path in NATIVE.glob("*/*.cpp")}
    for stale in MODULES.glob(f"*{SUFFIX}"):
        if stale.name.removesuffix(SUFFIX) not in there:
            stale.unlink()
    names = sorted(there & set(only) if only else there)
    jobs = [(BINDINGS / "nb_combined.cpp", BUILD / "bindings.o", THEIRS)]
    jobs += [(source, _object(source), OURS) for source in {path for name in names for path in _parts(name)}]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(lambda job: _compile(compiler, *job), jobs):
            pass
        for _ in pool.map(lambda name: _link(compiler, name), names):
            pass


def _sources(name: str) -> list[Path]:
    return sorted((NATIVE / name).glob("*.cpp"))


def _lent(name: str) -> list[str]:
    """Return the folders whose headers a folder includes."""
    text = "".join(path.read_text(encoding="utf-8") for path in (NATIVE / name).glob("*.?pp"))
    return sorted(set(re.findall(r'#include "(\w+)/', text)) - {name})


def _parts(name: str) -> list[Path]:
    """Return the files a module is linked from: its own, and those of the folders it includes."""
    lent = [path for folder in _lent(name) for path in _sources(folder) if path.name != "module.cpp"]
    return [*_sources(name), *lent]


def _object(source: Path) -> Path:
    return BUILD / f"{source.parent.name}-{source.stem}.o"


def _compile(compiler: str, source: Path, target: Path, flags: list[str]) -> None:
    folder = source.parent.name
    near = [".", folder, *_lent(folder)] if source.is_relative_to(NATIVE) else []
    if _fresh(target, [source, *(header for each in near for header in (NATIVE / each).glob("*.hpp"))]):
        return
    includes = [f"-I{path}" for path in INCLUDES]
    made = target.with_suffix(f".{os.getpid()}.o")
    _run([compiler, *flags, *includes, "-c", str(source), "-o", str(made)])
    made.replace(target)


def _link(compiler: str, name: str) -> None:
    """Link aside and move the module there, so that a running program keeps the one it has."""
    target = MODULES / f"{name}{SUFFIX}"
    objects = [*map(_object, _parts(name)), BUILD / "bindings.o"]
    if _fresh(target, objects):
        return
    linked = BUILD / f"{target.name}.{os.getpid()}"
    _run([compiler, *LINK, *map(str, objects), "-o", str(linked)])
    linked.replace(target)


def _fresh(target: Path, needs: list[Path]) -> bool:
    return target.exists() and target.stat().st_mtime > max(path.stat().st_mtime for path in needs)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - a compiler on our own sources


if __name__ == "__main__":
    sys.exit(main())
