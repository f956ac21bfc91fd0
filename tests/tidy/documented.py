"""What can be asked of the house is written down: the laws about docs."""

import re
from collections.abc import Iterable

from tests.tidy.tree import Findings, Tree

SETTING = re.compile(r"\bDOORSTEP_[A-Z0-9_]+\b")
TESTS_OWN = ("DOORSTEP_DATA",)
"""Settings of the tests and benches only."""


def _docs(tree: Tree) -> str:
    """The text of the docs, without the decisions, which tell what was true when they were taken."""
    return "\n".join(
        source.text
        for source in tree.sources(".md", under="docs/")
        if not source.path.startswith("docs/decisions/")
    )


def _unspoken(tree: Tree, what: str, names: Iterable[str]) -> Findings:
    docs = _docs(tree)
    return [
        f"docs: the {what} {name} is not documented. Say in docs/ what it is for"
        for name in sorted(set(names))
        if not re.search(rf"(?<![\w.]){re.escape(name)}(?![\w/{{-])", docs)
    ]


def every_setting_is_documented(tree: Tree) -> Findings:
    """A setting that is only in the code is found by accident."""
    read = {name for source in tree.modules.values() for name in SETTING.findall(source.text)}
    return _unspoken(tree, "setting", {*tree.names("settings"), *read} - {*TESTS_OWN})


def every_documented_setting_is_there(tree: Tree) -> Findings:
    """A setting that is only in the docs is worse: one believes it works."""
    there = {name for source in tree.sources(".py", "Makefile") for name in SETTING.findall(source.text)}
    return [
        f"docs: the setting {name} is not there. Remove it from the docs, or read it"
        for name in sorted(set(SETTING.findall(_docs(tree))) - there)
    ]


def every_command_is_documented(tree: Tree) -> Findings:
    """Each `doorstep ...` has its place in the docs, with the words one types."""
    return _unspoken(tree, "command", tree.names("commands"))


def every_event_is_documented(tree: Tree) -> Findings:
    """Who listens to `order.accepted` needs to know when it comes, and what it carries."""
    return _unspoken(tree, "event", tree.names("events"))


def every_route_is_documented(tree: Tree) -> Findings:
    """Each address that the house answers can be looked up."""
    return _unspoken(tree, "route", tree.names("routes"))
