"""Every life cycle of the house, as a table."""

from enum import StrEnum

import pytest

from doorstep import app
from doorstep.platform.machine import Machine

MACHINES = app.machines()


class S(StrEnum):
    """States of a small machine."""

    START = "start"
    END = "end"
    NOWHERE = "nowhere"


class A(StrEnum):
    """Acts of a small machine."""

    GO = "go"


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_a_life_cycle_reaches_every_state_and_has_an_end(machine: Machine) -> None:
    assert machine.reachable == frozenset(type(machine.start))
    assert machine.ends or machine.kind in {"rating", "serial", "tracker"}, (
        "a life without an end is listed here"
    )


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_the_legal_moves_are_those_of_the_table_and_no_other(machine: Machine) -> None:
    legal = {
        f"{machine.kind}:{act}:{was}:{now}"
        for act in machine.moves
        for was in type(machine.start)
        if (now := machine.step(was, act)) is not None
    }
    assert set(machine.legal()) == legal


def test_kinds_and_tables_are_used_once() -> None:
    assert (
        len({machine.kind for machine in MACHINES})
        == len({machine.table for machine in MACHINES})
        == len(MACHINES)
    )


def test_every_listener_waits_for_an_event_that_can_happen() -> None:
    events = {event for machine in MACHINES for event in machine.events} | set(app.told())
    assert set(app.all_duties().listeners) - events == set()


def test_a_state_that_no_act_reaches_is_a_fault_in_the_table() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Machine(kind="small", table="a.b", start=S.START, moves={A.GO: {S.START: S.END}})
