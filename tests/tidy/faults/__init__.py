"""Every way we know to break a law, each planted alone in the sound house."""

from tests.tidy.faults import code, statements, workshop
from tests.tidy.planted import Fault

FAULTS: tuple[Fault, ...] = (*code.FAULTS, *statements.FAULTS, *workshop.FAULTS)
