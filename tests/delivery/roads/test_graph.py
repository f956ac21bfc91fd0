"""A road network of one's own: made from any map, served by the house itself, and never needed."""

import asyncio
import os
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from doorstep import cli
from doorstep.cli.roads import described, part
from doorstep.platform import config
from doorstep.platform.config import Settings
from doorstep.solvers.routes import Point
from doorstep.stages.delivery.model import Experience
from doorstep.stages.delivery.ports.roads import graph
from doorstep.stages.delivery.ports.roads.graph import Graph, GraphError
from doorstep.stages.delivery.ports.roads.osrm import Osrm
from tests.datasets import sample_files

PROGRAM = """#!{python}
import pathlib, sys
name = pathlib.Path(sys.argv[0]).name
print("[info] doing", name, flush=True)
if name in {failing!r}:
    sys.exit("out of memory")
graph = pathlib.Path(sys.argv[-1].replace(".osm.pbf", ".osrm") + "." + name)
graph.write_text(" ".join(sys.argv[1:]))
"""


def lay_out(folder: Path, failing: str = "") -> None:
    """Put stand-ins for OSRM's programs, which only write what they were asked, into a folder."""
    for name in (*(f"osrm-{step}" for step in graph.STEPS), "osrm-routed"):
        file = folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(PROGRAM.format(python=sys.executable, failing=failing))
        file.chmod(0o755)
    profiles = folder / "share" / "profiles"
    profiles.mkdir(parents=True, exist_ok=True)
    (profiles / "car.lua").write_text("-- cars")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """OSRM's programs on the PATH, and nowhere else."""
    lay_out(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(graph, "find_spec", lambda _name: None)
    return tmp_path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(config.read({}), home=tmp_path / "home")


def a_map(folder: Path) -> Path:
    file = folder / "region.osm.pbf"
    file.write_bytes(b"pbf")
    return file


def test_a_graph_is_made_step_by_step_and_tells_what_of(programs: Path, settings: Settings) -> None:
    said: list[tuple[str, str]] = []
    made = Graph(settings.home).build(a_map(programs), "car", lambda step, line: said.append((step, line)))
    assert [step for step, _ in said] == list(graph.STEPS)
    assert Graph(settings.home).made() == made
    assert (made.source, made.profile) == ("region.osm.pbf", "car")
    assert (
        str(programs / "share/profiles/car.lua")
        in (settings.home / "roads/roads.osrm.osrm-extract").read_text()
    )
    assert "region.osm.pbf (© OpenStreetMap contributors)" in described(settings)


def test_a_step_that_fails_leaves_the_graph_that_is_there(programs: Path, settings: Settings) -> None:
    first = Graph(settings.home).build(a_map(programs), "car", lambda *_: None)
    lay_out(programs, failing="osrm-partition")
    with pytest.raises(GraphError, match=r"osrm-partition ended with 1.*out of memory"):
        Graph(settings.home).build(a_map(programs), "car", lambda *_: None)
    assert Graph(settings.home).made() == first


def test_what_is_missing_is_named_with_what_to_do(
    programs: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Graph(settings.home)
    with pytest.raises(GraphError, match="There is no file"):
        ours.build(programs / "nothing.osm.pbf", "car", lambda *_: None)
    with pytest.raises(GraphError, match="no profile rocket"):
        ours.build(a_map(programs), "rocket", lambda *_: None)
    with pytest.raises(GraphError, match="doorstep roads build"):
        ours.command(5000)
    ours.build(a_map(programs), "car", lambda *_: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GraphError, match=r"doorstep\[osrm\]"):
        ours.command(5000)
    assert "straight lines, for OSRM's programs are gone" in described(settings)
    assert part(settings) == ([], {})


def test_a_house_runs_the_network_it_has_and_tells_its_parts_where(
    programs: Path, settings: Settings
) -> None:
    assert part(settings) == ([], {})
    assert "straight lines" in described(settings)
    Graph(settings.home).build(a_map(programs), "car", lambda *_: None)
    (run,), told = part(settings)
    assert run.arguments[:2] == ("roads", "serve")
    assert told == {"DOORSTEP_OSRM_URL": f"http://127.0.0.1:{run.arguments[3]}"}
    command = Graph(settings.home).command(5001)
    assert command[command.index("--ip") + 1] == "127.0.0.1"
    assert part(replace(settings, osrm_url="http://roads.example")) == ([], {})


def test_a_server_elsewhere_that_does_not_answer_is_told(settings: Settings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        assert "which does not answer" in described(replace(settings, osrm_url=url))


def test_the_command_says_what_it_made(programs: Path, settings: Settings) -> None:
    answer = CliRunner().invoke(
        cli.app, ["roads", "build", str(a_map(programs))], env={"DOORSTEP_HOME": str(settings.home)}
    )
    assert answer.exit_code == 0, answer.output
    assert "The road network of region.osm.pbf is made" in answer.output


def real_osrm() -> str:
    """Why there is no real OSRM here, or nothing."""
    try:
        return "" if all(graph.program(f"osrm-{step}") for step in (*graph.STEPS, "routed")) else "never"
    except GraphError as missing:
        return str(missing)


@pytest.fixture(params=sample_files("roads", "liechtenstein.osm.pbf"))
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A real OSRM on the map of a real country, made and served by our commands."""
    if why := real_osrm():
        pytest.skip(why)
    environment = {**os.environ, "DOORSTEP_HOME": str(tmp_path)}
    run = [sys.executable, "-m", "doorstep", "roads"]
    subprocess.run([*run, "build", str(request.param)], env=environment, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [*run, "serve", "--port", str(port)], env=environment, start_new_session=True
    ) as served:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            served.terminate()
    with socket.socket() as gone:
        assert gone.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
async def country(real: str) -> AsyncIterator[Osrm]:
    """The same, asked by our port."""
    async with httpx.AsyncClient() as http:
        for _ in range(200):
            try:
                await http.get(real)
                break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
        yield Osrm(http, real, Experience())


async def test_a_real_country_is_driven_through(country: Osrm) -> None:
    draws = random.Random(7)
    points = [Point(47.08 + draws.random() * 0.15, 9.49 + draws.random() * 0.06) for _ in range(60)]
    far = Point(46.5, 8.0)
    ways = await country.between([*points, far])
    assert ways.reasons[0] == "Roads are those of OpenStreetMap, by OSRM."
    assert "farther than 400 m" in ways.reasons[1]
    roads = ways.among(points).among(range(len(points)))
    assert (roads.duration_s != roads.duration_s.T).any()
    town = [Point(47.1396, 9.5215), Point(47.1662, 9.5100), Point(47.2103, 9.5230)]
    course = await country.along(town, drawn=True)
    assert course is not None
    assert len(course.line) > 10
    known = await country.between(town)
    for (a, b), seconds in course.legs.items():
        assert abs(known.among([a, b]).seconds(0, 1) - seconds) <= 2
