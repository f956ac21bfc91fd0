"""X12: interchanges are read with every fault named by segment and element, and written so that no text can break them. Pure."""

from doorstep.stages.orders.rules.x12.elements import faults_of_set, number_of
from doorstep.stages.orders.rules.x12.reading import Finding, Group, Interchange, Segment, Transaction, read
from doorstep.stages.orders.rules.x12.shape import faults_of_shape
from doorstep.stages.orders.rules.x12.writing import Envelope, clean, write, write_bare

__all__ = [
    "Envelope",
    "Finding",
    "Group",
    "Interchange",
    "Segment",
    "Transaction",
    "clean",
    "faults_of_set",
    "faults_of_shape",
    "number_of",
    "read",
    "write",
    "write_bare",
]
