"""The house obeys its laws. Each law says in its docstring why it is one; each finding says what to do."""

from collections.abc import Callable
from inspect import getmembers, isfunction, signature
from pathlib import Path

import pytest

from tests.tidy import documented, flow, names, ownership, purity, spoken, tables, workshop
from tests.tidy.faults import FAULTS
from tests.tidy.planted import Fault, plant
from tests.tidy.tree import ROOT, STAGES, Findings, Tree

Law = Callable[[Tree], Findings]
BOOKS = (flow, purity, ownership, tables, names, documented, workshop)
LAWS: list[Law] = [
    law
    for book in BOOKS
    for name, law in getmembers(book, isfunction)
    if law.__module__ == book.__name__
    and not name.startswith("_")
    and signature(law).return_annotation == Findings
]
HOUSE = Tree(ROOT, spoken.ask)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_house_obeys(law: Law) -> None:
    assert law(HOUSE) == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_sound_house_is_left_in_peace_by(law: Law, tmp_path: Path) -> None:
    assert law(plant(tmp_path)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_planted_fault_is_found(fault: Fault, tmp_path: Path) -> None:
    findings = fault.law(plant(tmp_path, fault))
    assert [fault.says in finding for finding in findings] == [True], findings


def test_every_law_can_fail() -> None:
    assert {fault.law.__name__ for fault in FAULTS} == {law.__name__ for law in LAWS}


def test_every_law_says_why() -> None:
    assert [law.__name__ for law in LAWS if not law.__doc__] == []


def test_the_laws_and_the_house_order_the_stages_alike() -> None:
    from doorstep import app

    assert app.STAGES == STAGES
