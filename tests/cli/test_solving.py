"""The solvers from the command line: every example of docs/solvers.md is answered, nonsense is refused by name."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doorstep import cli
from doorstep.cli.solving import solve

DOCS = Path(__file__).parents[2] / "docs" / "solvers.md"
EXAMPLES = dict(re.findall(r"```json solve (\w+)\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL))
FAST = {
    "walk": ["--seconds", "0.1"],
    "batches": ["--seconds", "0.1"],
    "cartons": ["--seconds", "0.1"],
    "boxset": [],
    "route": ["--seconds", "0.2"],
}


@pytest.fixture(params=sorted(FAST))
def kind(request: pytest.FixtureRequest) -> str:
    """One of the questions that can be asked."""
    return str(request.param)


def test_the_example_of_the_docs_is_answered(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "question.json"
    file.write_text(EXAMPLES[kind])
    ran = CliRunner().invoke(solve, [kind, str(file), *FAST[kind]])
    assert ran.exit_code == 0, ran.output
    answer = json.loads(ran.stdout.splitlines()[-1])
    assert not answer.get("unserved")
    assert any(answer.get(name) for name in ("stops", "batches", "boxes", "sizes", "routes"))


def test_boxes_are_drawn_step_by_step(tmp_path: Path) -> None:
    file = tmp_path / "question.json"
    file.write_text(EXAMPLES["cartons"])
    CliRunner().invoke(solve, ["cartons", str(file), "--svg", str(tmp_path / "steps"), *FAST["cartons"]])
    assert (tmp_path / "steps" / "box1-step1.svg").read_text().startswith("<svg")


@pytest.mark.parametrize("kind", ["walk", "batches", "route"])
def test_walks_batches_and_routes_are_drawn(kind: str, tmp_path: Path) -> None:
    file, drawing = tmp_path / "question.json", tmp_path / "drawing.svg"
    file.write_text(EXAMPLES[kind])
    CliRunner().invoke(solve, [kind, str(file), "--svg", str(drawing), *FAST[kind]])
    assert drawing.read_text().startswith("<svg")


@pytest.mark.parametrize("kind", ["walk", "batches"])
def test_the_picture_in_the_docs_is_the_one_that_the_command_draws(kind: str, tmp_path: Path) -> None:
    file, drawing = tmp_path / "question.json", tmp_path / "drawing.svg"
    file.write_text(EXAMPLES[kind])
    CliRunner().invoke(solve, [kind, str(file), "--svg", str(drawing), *FAST[kind]])
    assert drawing.read_text() == (DOCS.parent / "pictures" / f"{kind}.svg").read_text()


def test_the_packing_in_the_docs_is_the_last_step_that_the_command_draws(tmp_path: Path) -> None:
    file, steps = tmp_path / "question.json", tmp_path / "steps"
    file.write_text(EXAMPLES["cartons"])
    CliRunner().invoke(solve, ["cartons", str(file), "--svg", str(steps), *FAST["cartons"]])
    drawn = [path.read_text() for path in sorted(steps.iterdir())]
    assert drawn[-1] == (DOCS.parent / "pictures" / "cartons.svg").read_text()


def test_a_floor_without_coordinates_is_not_drawn_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "question.json"
    file.write_text(
        '{"floor": {"passages": [{"a": "x", "b": "y", "length_mm": 1}], "bins": {}, "start": "x"}, "picks": []}'
    )
    ran = CliRunner().invoke(solve, ["walk", str(file), "--svg", str(tmp_path / "drawing.svg")])
    assert "no coordinates" in str(ran.exception)
    assert CliRunner().invoke(solve, ["walk", str(file)]).exit_code == 0


@pytest.mark.parametrize("text", ["{", '{"depots": 3}', '{"items": [{"name": "x"}]}', "[]", '{"floor": 3}'])
def test_nonsense_is_refused_in_words(
    kind: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "question.json"
    file.write_text(text)
    monkeypatch.setattr("sys.argv", ["doorstep", "solve", kind, str(file)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.strip()
    assert "Traceback" not in said
