"""Interchanges of X12 out of a text: envelopes with their own separators, counts and control numbers.

What is wrong is told, not raised: each finding names the segment by its place in the text (1 for the first `ISA`). The header `ISA`
is meant to be 106 characters wide, with the element separator at its 4th, the component separator at its 105th and the terminator
at its 106th place; real ones are often narrower, so the separators are found by counting elements. Source: ASC X12.5 and X12.6.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

TEXT_MAX = 10_000_000
SEGMENTS_MAX = 200_000
ISA_WIDE = 106
ISA_PARTS = 16
TOLD_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes:
        code: stable name for programs.
        name, place: the segment, and which one of the text it is; 0 when it is about none.
        element: which of its elements, from 1; 0 when it is about the whole.
        value: what stood there.
    """

    code: str
    message: str
    name: str = ""
    place: int = 0
    element: int = 0
    value: str = ""

    @property
    def where(self) -> str:
        """Return the place for people: `PO1-02 (segment 14)`."""
        part = f"-{self.element:02}" if self.element else ""
        return f"{self.name}{part} (segment {self.place})" if self.place else self.name


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: its name, its elements without the name, and its place in the text."""

    name: str
    elements: Sequence[str]
    place: int

    def at(self, number: int) -> str:
        """Return an element by its number from 1, without spaces around it; empty when it is not there."""
        return self.elements[number - 1].strip() if 0 < number <= len(self.elements) else ""


@dataclass(slots=True)
class Transaction:
    """A set: `ST` to `SE`.

    Attributes:
        segments: all of it, header and trailer too.
    """

    kind: str
    control: str
    segments: list[Segment]
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """A group of sets: `GS` to `GE`."""

    header: Segment
    sets: list[Transaction] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def control(self) -> str:
        """Return its control number."""
        return self.header.at(6)


@dataclass(slots=True)
class Interchange:
    """An interchange: `ISA` to `IEA`.

    Attributes:
        told: each `TA1` before or between its groups: what became of an interchange that its sender got; at most 100.
        findings: what is wrong with its own envelope.
    """

    header: Segment
    component: str
    groups: list[Group] = field(default_factory=list)
    told: list[Segment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def control(self) -> str:
        """Return its control number."""
        return self.header.at(13)

    @property
    def asks(self) -> bool:
        """Return whether its sender wants to hear of its envelope (ISA14)."""
        return self.header.at(14) == "1"


def read(text: str) -> tuple[list[Interchange], list[Finding]]:
    """Return the interchanges of a text, and what is wrong with what belongs to none of them."""
    text = text.lstrip("\ufeff \t\r\n")
    if len(text) > TEXT_MAX:
        return [], [Finding("too_large", f"A text has at most {TEXT_MAX:,} characters. Send fewer at once.")]
    if not text.startswith("ISA"):
        return [], [_no_envelope(text)]
    found: list[Interchange] = []
    stray: list[Finding] = []
    place = 1
    for part in _interchanges(text):
        read_one = _read_one(part, place)
        if isinstance(read_one, Finding):
            stray.append(read_one)
            break
        interchange, place = read_one
        found.append(interchange)
    return found, stray


def _no_envelope(text: str) -> Finding:
    name = text[:2]
    if name in ("ST", "GS") and len(text) > 3 and not text[2].isalnum():
        message = (
            f"The text begins with {name}: it has no ISA envelope. Send the whole interchange, ISA to IEA."
        )
        return Finding("no_envelope", message, name, 1)
    return Finding("not_x12", "This is no X12 text: it does not begin with ISA. Send an X12 interchange.")


def _interchanges(text: str) -> Iterator[str]:
    """Cut a text before each `ISA` that begins a segment."""
    start = 0
    separator = text[3:4]
    while True:
        after = text.find(f"ISA{separator}", start + 3)
        while after > 0 and text[after - 1].isalnum():
            after = text.find(f"ISA{separator}", after + 3)
        yield text[start : after if after > 0 else len(text)]
        if after <= 0:
            return
        start = after


def _read_one(text: str, place: int) -> tuple[Interchange, int] | Finding:
    """Return an interchange and the place after it, or why its header cannot be read."""
    separator = text[3:4]
    if not separator or separator.isalnum() or separator.isspace():
        return Finding("isa_separator", "No element separator after ISA.", "ISA", place, value=separator)
    parts = text.split(separator, ISA_PARTS)
    if len(parts) <= ISA_PARTS:
        message = f"ISA has {len(parts) - 1} elements instead of 16. Look at the sender's header."
        return Finding("isa_short", message, "ISA", place)
    findings: list[Finding] = []
    component, terminator, rest = _separators(parts[ISA_PARTS], separator)
    if not component:
        findings.append(
            Finding("isa_component", "ISA16, the component separator, is missing.", "ISA", place, 16)
        )
    if text.find(parts[ISA_PARTS]) != ISA_WIDE - 2 or not component:
        findings.append(Finding("isa_width", "ISA is not 106 characters wide.", "ISA", place))
    header = Segment("ISA", [*parts[1:ISA_PARTS], component], place)
    segments = [header, *_segments(rest, separator, terminator, place + 1, findings)]
    interchange = Interchange(header, component, findings=findings)
    _open_envelopes(interchange, segments)
    return interchange, place + len(segments)


def _separators(tail: str, separator: str) -> tuple[str, str, str]:
    """Return component separator, terminator and what follows the header, out of what stands after the 15th element."""
    close = tail.find(f"GS{separator}")
    between = tail[:close] if 0 <= close <= 8 else tail[:2]
    rest = tail[len(between) :]
    marks = between.strip(" \t\r\n")
    if len(marks) >= 2:
        first = tail.index(marks[0])
        return marks[0], marks[1], tail[tail.index(marks[1], first + 1) + 1 :]
    if not marks:
        return "", "\n", rest
    lines = rest.splitlines()
    if lines and lines[0].rstrip().endswith(marks):  # ISA16 left out: the mark ends the following segment too
        return "", marks, rest
    return marks, "\n", rest


def _segments(
    text: str, separator: str, terminator: str, place: int, findings: list[Finding]
) -> Iterable[Segment]:
    """Cut a text into segments; where a terminator is missing at the end of a line, it is cut there and told."""
    found: list[Segment] = []
    for piece in text.split(terminator):
        lines = [line.strip() for line in piece.splitlines() if line.strip()]
        for number, line in enumerate(lines):
            name, *elements = line.split(separator)
            if number:
                message = f"The segment before {name} does not end with a terminator."
                findings.append(Finding("no_terminator", message, name[:3], place))
            if len(found) >= SEGMENTS_MAX:
                message = f"An interchange has at most {SEGMENTS_MAX:,} segments. Send fewer at once."
                findings.append(Finding("too_many", message, name[:3], place))
                return found
            found.append(Segment(name.strip()[:3], elements, place))
            place += 1
    return found


def _open_envelopes(interchange: Interchange, segments: Sequence[Segment]) -> None:
    """Sort segments into groups and sets, and compare counts and control numbers of the trailers."""
    group: Group | None = None
    current: Transaction | None = None
    closed = False
    for one in segments[1:]:
        if one.name == "GS":
            group, current = Group(one), None
            interchange.groups.append(group)
        elif one.name == "TA1" and group is None and len(interchange.told) < TOLD_MAX:
            interchange.told.append(one)
        elif one.name == "ST" and group:
            current = Transaction(one.at(1), one.at(2), [one])
            group.sets.append(current)
        elif one.name == "SE" and current:
            current.segments.append(one)
            current.findings += _compare(one, len(current.segments), "segments", current.control)
            current = None
        elif one.name == "GE" and group:
            group.findings += _compare(one, len(group.sets), "sets", group.control)
            group, current = None, None
        elif one.name == "IEA":
            count = len(interchange.groups)
            interchange.findings += _compare(one, count, "groups", interchange.control)
            closed = True
        elif current:
            current.segments.append(one)
        else:
            message = f"{one.name} stands outside of any transaction set."
            interchange.findings.append(Finding("outside", message, one.name, one.place))
    _tell_open(interchange, closed=closed)


def _tell_open(interchange: Interchange, *, closed: bool) -> None:
    """Tell of envelopes without an end."""
    if not closed:
        message = "The interchange has no IEA: it may have been cut off. Send it whole."
        interchange.findings.append(Finding("no_iea", message, "ISA", interchange.header.place))
    for group in interchange.groups:
        for one in group.sets:
            if one.segments[-1].name != "SE":
                message = f"Set {one.control} has no SE: it may have been cut off. Send it whole."
                one.findings.append(Finding("no_se", message, "ST", one.segments[0].place))
        if not group.sets:
            group.findings.append(Finding("empty", "The group has no set.", "GS", group.header.place))


def _compare(trailer: Segment, count: int, of: str, control: str) -> list[Finding]:
    """Compare a trailer with what it closes: its first element counts, its second repeats the control number."""
    found = []
    said = trailer.at(1)
    if not said.isdecimal() or int(said[:9]) != count:
        message = f"{trailer.name}01 says {said or 'nothing'}, but there are {count} {of}."
        found.append(Finding(f"{trailer.name.lower()}_count", message, trailer.name, trailer.place, 1, said))
    if trailer.at(2) != control:
        message = f"{trailer.name}02 says {trailer.at(2) or 'nothing'}, but the header says {control}."
        found.append(
            Finding(f"{trailer.name.lower()}_control", message, trailer.name, trailer.place, 2, trailer.at(2))
        )
    return found
