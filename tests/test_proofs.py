"""The lists of failures that we prove: every entry is a test, or stands in docs/proofs.md as open with its reason."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "proofs.md"
HEADING = "## The lists of failures, one by one"
LISTS = {"O": range(1, 12), "I": range(1, 14), "A": range(1, 8)}
LISTED = {f"{kind}{number}" for kind, numbers in LISTS.items() for number in numbers} | {
    *("B3", "B9", "D2", "D9"),
    *(f"E{number}" for number in range(1, 10)),
}
ID = re.compile(r"\b[A-Z]\d{1,2}\b")


@cache
def marked() -> dict[str, set[str]]:
    """Return the ids that tests are marked with, and the files of those tests."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "proves":
                for one in node.args:
                    found[ast.literal_eval(one)].add(file.relative_to(TESTS.parent).as_posix())
    return found


def section() -> str:
    """Return the part of the page that is about the lists."""
    text = PAGE.read_text(encoding="utf-8").split(f"{HEADING}\n", 1)[1]
    return text.split("\n## ", 1)[0].strip()


def rows() -> list[tuple[set[str], list[str]]]:
    """Return the ids of each row of the table, and the test files that its command names."""
    lines = [line for line in section().splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
    return [(set(ID.findall(line[0])), re.findall(r"tests/[\w/]+\.py", line[-1])) for line in cells]


def still_open() -> set[str]:
    """Return the ids that the section's last paragraph names, if it says that something is open."""
    last = section().split("\n\n")[-1]
    return set(ID.findall(last)) if last.startswith("Open: ") else set()


def test_every_entry_is_marked_on_a_test_or_named_as_open() -> None:
    assert LISTED - marked().keys() - still_open() == set()


def test_no_test_claims_an_entry_that_is_not_listed() -> None:
    assert marked().keys() - LISTED == set()
    assert still_open() <= LISTED


def test_the_table_tells_of_every_marked_entry_with_a_command_that_runs_its_tests() -> None:
    told = {one for ids, _ in rows() for one in ids}
    assert told == marked().keys()
    for ids, files in rows():
        assert files, f"{ids}: no command"
        for one in ids:
            assert set(files) & marked()[one], f"{one}: none of {files} is marked with it"
        for file in files:
            assert any(file in marked()[one] for one in ids), f"{file} proves none of {ids}"
