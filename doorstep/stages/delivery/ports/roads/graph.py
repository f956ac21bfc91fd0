"""A road network of one's own: OSRM's programs turn a map (`.osm.pbf`) into a graph in the home folder, and serve it.

The programs come with the extra `doorstep[osrm]`, or lie on the PATH. They are asked for the multi-level Dijkstra graph
(extract, partition, customize): it is made in the least time and memory, and speeds can be renewed without the first step.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec

STEPS = ("extract", "partition", "customize")
NAME = "roads"
TABLE_MAX = 2000
"""Places along each side of a table that our own server answers; OSRM's default is 100."""

SHARED = ("/usr/local/share/osrm/profiles", "/usr/share/osrm/profiles")


class GraphError(ValueError):
    """A graph cannot be made or served; the message says what to do."""


class Made(msgspec.Struct, frozen=True):
    """What a graph was made of."""

    source: str
    profile: str
    made_at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph of a home folder."""

    home: Path

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.home / NAME

    def made(self) -> Made | None:
        """Return what it was made of, or None while there is none."""
        try:
            return msgspec.json.decode((self.folder / "made.json").read_bytes(), type=Made)
        except (OSError, msgspec.DecodeError):
            return None

    def build(self, source: Path, profile: str, told: Callable[[str, str], None]) -> Made:
        """Make the graph of a map; the one that is there stays until the new one is whole.

        Args:
            source: an `.osm.pbf`.
            profile: `car`, another one of OSRM's, or the path of a Lua file.
            told: called with the step and each line that it says.

        Raises:
            GraphError: no programs, no such file or profile, or a step failed.
        """
        if not source.is_file():
            raise GraphError(f"There is no file {source}. Download an .osm.pbf of your region first.")
        programs = [program(f"osrm-{step}") for step in STEPS]
        rules = _profile(profile, programs[0])
        begun = time.monotonic()
        partial = self.folder.with_name(f"{NAME}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        copy = partial / f"{NAME}.osm.pbf"
        copy.symlink_to(source.absolute())
        graph = str(partial / f"{NAME}.osrm")
        for step, each in zip(STEPS, programs, strict=True):
            more = ["-p", str(rules), str(copy)] if step == "extract" else [graph]
            _run(step, [str(each), *more], told)
        copy.unlink()
        made = Made(source.name, profile, time.time(), round(time.monotonic() - begun, 1))
        (partial / "made.json").write_bytes(msgspec.json.encode(made))
        shutil.rmtree(self.folder, ignore_errors=True)
        partial.rename(self.folder)
        return made

    def command(self, port: int) -> list[str]:
        """Return the command that serves it on loopback.

        Raises:
            GraphError: there is no graph, or no program.
        """
        if self.made() is None:
            raise GraphError(
                "There is no road network yet: make one with `doorstep roads build FILE.osm.pbf`."
            )
        return [
            str(program("osrm-routed")),
            *("--algorithm", "mld", "--ip", "127.0.0.1", "--port", str(port)),
            *("--max-table-size", str(TABLE_MAX), "--verbosity", "WARNING"),
            str(self.folder / f"{NAME}.osrm"),
        ]

    def ready(self) -> bool:
        """Whether it can be served."""
        try:
            return bool(self.command(0))
        except GraphError:
            return False


def program(name: str) -> Path:
    """Return one of OSRM's programs: from the installed extra, else from the PATH.

    Raises:
        GraphError: it is in neither.
    """
    spec = find_spec("osrm")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    inside = next((one for folder in folders if (one := Path(folder) / "bin" / name).is_file()), None)
    found = inside or shutil.which(name)
    if found is None:
        raise GraphError(
            f"{name} is not here. On Python 3.12 or newer: pip install 'doorstep[osrm]'. Else put OSRM's programs on the PATH."
        )
    return Path(found)


def _profile(name: str, beside: Path) -> Path:
    places = [Path(name)] if name.endswith(".lua") else []
    places += [
        Path(folder) / f"{name}.lua" for folder in (beside.parent.parent / "share" / "profiles", *SHARED)
    ]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise GraphError(
            f"There is no profile {name}. Give `car`, `bicycle`, `foot`, or the path of a Lua file."
        )
    return found


def _run(step: str, command: Sequence[str], told: Callable[[str, str], None]) -> None:
    last: list[str] = []
    with subprocess.Popen(  # noqa: S603 - OSRM's own program, with the file that was named
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            last = [*last[-4:], line.strip()]
            told(step, line.strip())
    if process.returncode:
        raise GraphError(f"osrm-{step} ended with {process.returncode}: {' / '.join(last)}")
