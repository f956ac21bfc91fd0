"""Every command explains itself; people, tenants and keys are made and listed; what is refused is one clear sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from doorstep import cli
from doorstep.platform.config import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]
Say = Callable[..., str]


@pytest.fixture
def run(settings: Settings) -> Run:
    """Run a command in a process of its own, on the test database."""
    environment = {**os.environ, "DOORSTEP_HOME": str(settings.home)}
    environment |= {
        "DOORSTEP_DATABASE_URL": str(settings.database_url),
        "DOORSTEP_OWNER_URL": str(settings.owner_url),
    }

    def go(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "doorstep", *arguments],
            env={**environment, **more}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return go


@pytest.fixture
def say(settings: Settings) -> Say:
    """Say a command here, on the test database, and return what it answers on its way to success."""
    environment = {
        "DOORSTEP_HOME": str(settings.home),
        "DOORSTEP_DATABASE_URL": str(settings.database_url),
        "DOORSTEP_OWNER_URL": str(settings.owner_url),
    }

    def go(*arguments: str) -> str:
        answer = CliRunner().invoke(cli.app, arguments, env=environment, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    return go


@pytest.mark.parametrize("command", [words for words, _ in cli.every()])
def test_a_command_explains_itself(command: str) -> None:
    answer = CliRunner().invoke(cli.app, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert "Usage" in answer.output


def test_tenants_people_and_keys_are_made_and_listed(run: Run, say: Say) -> None:
    code = f"c-{uuid4().hex[:12]}"
    assert run("tenant", "add", code, "Northside").returncode == 0
    assert code in say("tenant", "list")
    login = f"{uuid4().hex[:8]}@north.example"
    say("user", "add", login, "Ana", "--role", "manager", "--tenant", code, "--password", "correct horse")
    assert login in say("user", "list", "--tenant", code)
    key = say("key", "add", "shop", "--scope", "orders:write", "--tenant", code).strip()
    assert key.startswith("dk_")
    listed = say("key", "list", "--tenant", code)
    assert "orders:write" in listed
    assert key not in listed
    say("key", "revoke", listed.split("\t")[0], "--tenant", code)
    assert "revoked" in say("key", "list", "--tenant", code)
    assert json.loads(say("doctor", "--tenant", code, "--json")) == {code: []}


def test_what_is_refused_is_one_sentence_and_no_stack_trace(run: Run) -> None:
    answer = run("user", "list", "--tenant", "nowhere")
    assert answer.returncode == 2
    assert answer.stderr.strip() == "There is no tenant nowhere here. Check the id, or list what there is."


def test_a_setting_that_makes_no_sense_is_named(run: Run) -> None:
    answer = run("migrate", DOORSTEP_PORT="eighty", DOORSTEP_DNS="dns.example")
    assert answer.returncode == 2
    assert "DOORSTEP_PORT='eighty' is not a whole number" in answer.stderr
    assert (
        "DOORSTEP_DNS='dns.example' is not a list of addresses, each with a port or without" in answer.stderr
    )


def test_the_present_is_reached_once(run: Run) -> None:
    assert json.loads(run("migrate", "--json").stdout) == {"applied": []}


def test_benches_are_listed_and_an_unknown_one_is_refused() -> None:
    assert "intake" in CliRunner().invoke(cli.app, ["bench"]).output
    assert CliRunner().invoke(cli.app, ["bench", "nothing"]).exit_code == 2
    assert Path("doorstep/bench").is_dir()


def test_a_shop_without_a_house_says_what_to_start(run: Run) -> None:
    answer = run("outside", "shop", DOORSTEP_PORT="9")
    assert answer.returncode == 2
    assert answer.stderr.startswith("No house answers at http://127.0.0.1:9. Start `make demo` or")
