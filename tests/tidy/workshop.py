"""The workshop around the code: the laws about pins and scripts."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tidy.tree import Findings, Tree

LOCKS = {"requirements.lock": ("", "dev"), "requirements-node.lock": ("node",)}
"""Each lock and the groups of pyproject.toml that it pins; '' is what the house runs on."""

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[a-z,]+\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)


def the_locks_pin_what_the_project_asks_for(tree: Tree) -> Findings:
    """An install of today and one of next year give the same house."""
    wanted = _wanted(tree)
    return [
        f"{lock}: {wrong}. Run make lock"
        for lock, groups in LOCKS.items()
        if wanted
        for pins in [_pins(tree, lock)]
        for one in (one for group in groups for one in wanted.get(group, ()))
        for wrong in [_misfit(one, pins.get(canonicalize_name(one.name), set()))]
        if wrong
    ]


def _wanted(tree: Tree) -> dict[str, list[Requirement]]:
    for source in tree.sources("pyproject.toml"):
        project = tomllib.loads(source.text)["project"]
        groups = {"": project.get("dependencies", []), **project.get("optional-dependencies", {})}
        return {name: [Requirement(one) for one in group] for name, group in groups.items()}
    return {}


def _pins(tree: Tree, lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for source in tree.sources(lock):
        for pin in PIN.finditer(source.text):
            found.setdefault(canonicalize_name(pin["name"]), set()).add(pin["version"])
    return found


def _misfit(wanted: Requirement, versions: set[str]) -> str:
    if not versions:
        return f"{wanted.name} is not pinned"
    stray = sorted(
        version for version in versions if not wanted.specifier.contains(version, prereleases=True)
    )
    return f"{wanted.name} is pinned at {', '.join(stray)}, outside of {wanted.specifier}" if stray else ""


def every_pin_has_its_hash(tree: Tree) -> Findings:
    """A package that was swapped on its way is refused, wherever it was fetched from."""
    return [
        f"{source.path}: {pin['name']} has no hash. Run make lock"
        for lock in LOCKS
        for source in tree.sources(lock)
        for pin in PIN.finditer(source.text)
        if not source.text[pin.end() :].split("\n", 2)[1].strip().startswith("--hash=sha256:")
    ]


def locks_name_no_index(tree: Tree) -> Findings:
    """Everyone fetches from the index that they trust; the hashes say that it is the same thing."""
    return [
        f"{source.path}:{number}: {line.strip()}. Leave it out"
        for lock in LOCKS
        for source in tree.sources(lock)
        for number, line in enumerate(source.text.splitlines(), 1)
        if re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", line)
    ]


def scripts_stop_at_the_first_error(tree: Tree) -> Findings:
    """A script that goes on after a failure reports success for work it did not do."""
    return [
        f"{source.path}: does not begin with set -euo pipefail. Add it"
        for source in tree.sources(".sh", ".ci/run")
        if not re.match(r"#!/usr/bin/env bash\n(#.*\n)*set -euo pipefail\n", source.text)
    ]


def scripts_can_be_run(tree: Tree) -> Findings:
    """The first command of the day should not be chmod."""
    return [
        f"{path}: cannot be run. chmod +x it"
        for path in tree.paths
        if path == ".ci/run" and not (tree.root / path).stat().st_mode & 0o100
    ]
