"""Which segments a set is made of: those that may not be missing, come once, or stand at one place only.

Only what every 850 and 940 must keep is judged; segments that we do not read may stand wherever their sender puts them. Findings are
named in the codes of a 997: 1 no segment, 2 unexpected, 3 missing, 5 too often, 6 of another set, 7 out of place.
Source: the transaction set tables of X12 004010 and 005010.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from doorstep.stages.orders.rules.x12.reading import Finding, Segment, Transaction

SEGMENTS = {
    "no_segment": "1",
    "unexpected": "2",
    "segment_missing": "3",
    "too_often": "5",
    "of_another_set": "6",
    "out_of_place": "7",
}
"""Our names of faults, and the codes that AK304 knows them by."""

NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}")
SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """What every set of a kind keeps.

    Attributes:
        head: its first segment after ST, which comes once. line: begins a line; one at least, unless the order is called off.
        total: comes once, after all lines. foreign: what only another kind of set has.
        calls_off: what the first element of the head says then.
    """

    head: str
    line: str
    total: str
    foreign: Sequence[str]
    calls_off: Sequence[str]


SHAPES: Mapping[str, Shape] = {
    "850": Shape("BEG", "PO1", "CTT", ("W05", "W01", "W66", "W76"), ("01", "03")),
    "940": Shape("W05", "W01", "W76", ("BEG", "PO1"), ("F", "D")),
}
OF_A_PARTY = ("N2", "N3", "N4")
"""Stand after an N1 only."""

STREETS_MAX = 2


def faults_of_shape(transaction: Transaction) -> list[Finding]:
    """Return what is wrong with the sequence of a set's segments, from its beginning to its end; of other kinds nothing."""
    shape = SHAPES.get(transaction.kind)
    if shape is None:
        return []
    segments = transaction.segments
    found = [*_missing(segments, shape), *_strange(segments, shape), *_repeated(segments, shape)]
    found += [*_misplaced(segments, shape), *_parties(segments)]
    return sorted(found, key=lambda one: one.place)[:SHOWN_MAX]


def _missing(segments: Sequence[Segment], shape: Shape) -> Iterator[Finding]:
    head = next((one for one in segments if one.name == shape.head), None)
    if head is None:
        place = segments[1].place if len(segments) > 1 else segments[0].place
        yield _told(shape.head, place, "segment_missing", "is missing after ST")
    if not any(one.name == shape.line for one in segments) and not (head and head.at(1) in shape.calls_off):
        total = next((one for one in segments if one.name in (shape.total, "SE")), segments[-1])
        yield _told(shape.line, total.place, "segment_missing", "is missing: the order has no line")


def _strange(segments: Sequence[Segment], shape: Shape) -> Iterator[Finding]:
    for one in segments:
        if not NAME.fullmatch(one.name):
            yield _told(one.name, one.place, "no_segment", "is no name of a segment")
        elif one.name in shape.foreign:
            yield _told(one.name, one.place, "of_another_set", "belongs to another kind of set")


def _repeated(segments: Sequence[Segment], shape: Shape) -> Iterator[Finding]:
    for name in (shape.head, shape.total):
        again = [one for one in segments if one.name == name][1:]
        for one in again:
            yield _told(name, one.place, "too_often", "comes once at most")


def _misplaced(segments: Sequence[Segment], shape: Shape) -> Iterator[Finding]:
    first = next((i for i, one in enumerate(segments) if one.name == shape.head), 1)
    if first != 1:
        yield _told(shape.head, segments[first].place, "out_of_place", "does not stand right after ST")
    ended = False
    for one in segments:
        ended = ended or one.name == shape.total
        if ended and one.name == shape.line:
            yield _told(one.name, one.place, "out_of_place", f"stands after {shape.total}")


def _parties(segments: Sequence[Segment]) -> Iterator[Finding]:
    streets: int | None = None
    for one in segments:
        if one.name == "N1":
            streets = 0
        elif one.name in OF_A_PARTY and streets is None:
            yield _told(one.name, one.place, "unexpected", "stands before any N1")
        elif one.name == "N3" and streets is not None:
            streets += 1
            if streets > STREETS_MAX:
                yield _told("N3", one.place, "too_often", f"comes {STREETS_MAX} times at most after an N1")


def _told(name: str, place: int, code: str, says: str) -> Finding:
    return Finding(code, f"{name or 'Nothing'} in segment {place} {says}.", name, place)
