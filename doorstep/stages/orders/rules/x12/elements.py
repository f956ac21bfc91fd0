"""What each segment that we read must hold: elements that may not be missing, pairs, numbers, dates and lengths.

Only the segments that an order is made of are judged; others may hold what they like. `faults_of_set` names every fault with its
segment and element, in the codes of a 997: 1 missing, 2 half of a pair, 3 one too many, 4 too short, 5 too long, 6 wrong characters, 8 no date.
Source: the segment directories of X12 004010 and 005010, which agree on these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doorstep.stages.orders.rules.x12.reading import Finding, Segment, Transaction

TYPES = {
    "missing": "1",
    "half_pair": "2",
    "one_too_many": "3",
    "too_short": "4",
    "too_long": "5",
    "not_a_number": "6",
    "not_a_date": "8",
}
"""Our names of faults, and the codes that AK403 knows them by."""

DEPTH = 12


@dataclass(frozen=True, slots=True)
class Law:
    """What one segment must hold, by numbers of its elements.

    Attributes:
        needs: may not be missing. pairs: both or neither. implies: the first only with the second.
        most: how many characters at most. least: how many at least. width: how many elements at most; 0: any number.
    """

    needs: Sequence[int] = ()
    pairs: Sequence[tuple[int, int]] = ()
    implies: Sequence[tuple[int, int]] = ()
    numbers: Sequence[int] = ()
    dates: Sequence[int] = ()
    most: Sequence[tuple[int, int]] = ()
    least: Sequence[tuple[int, int]] = ()
    width: int = 0


def _pairs(first: int) -> tuple[tuple[int, int], ...]:
    return tuple((i, i + 1) for i in range(first, first + 2 * DEPTH, 2))


LAWS = {
    "BEG": Law(needs=(1, 2, 3, 5), dates=(5,), most=((1, 2), (2, 2), (3, 22)), width=12),
    "PO1": Law(needs=(2,), pairs=_pairs(6), numbers=(2, 4), most=((1, 20), (2, 15), (3, 2))),
    "PO4": Law(
        pairs=((2, 3), (6, 7), (8, 9)), implies=((5, 6),), numbers=(1, 2, 6, 8), most=((1, 6), (5, 2))
    ),
    "N1": Law(needs=(1,), pairs=((3, 4),), most=((1, 3), (2, 60), (4, 80))),
    "N3": Law(needs=(1,), most=((1, 55), (2, 55)), width=2),
    "N4": Law(most=((1, 30), (2, 2), (3, 15), (4, 3)), width=7),
    "CUR": Law(needs=(1, 2), most=((2, 3),), least=((2, 3),)),
    "CTT": Law(needs=(1,), numbers=(1, 2)),
    "DTM": Law(needs=(1,), dates=(2,), most=((1, 3),)),
    "REF": Law(needs=(1,), most=((1, 3), (2, 50))),
    "N9": Law(needs=(1,), most=((1, 3), (2, 50))),
    "SAC": Law(needs=(1,), numbers=(5,), most=((1, 1),)),
    "W05": Law(needs=(1, 2), most=((1, 1), (2, 22), (3, 22))),
    "LX": Law(needs=(1,), numbers=(1,), most=((1, 6),), width=1),
    "W01": Law(needs=(1, 2), pairs=_pairs(4)[:2], numbers=(1,), most=((1, 15), (2, 2), (3, 12))),
    "W66": Law(needs=(1,), most=((1, 2), (2, 2), (3, 1), (4, 2), (5, 35), (6, 2), (8, 2), (9, 10), (10, 4))),
    "W76": Law(needs=(1,), numbers=(1, 2)),
    "G62": Law(dates=(2,), most=((1, 2),)),
}


def faults_of_set(transaction: Transaction) -> list[Finding]:
    """Return what is wrong with the elements of a set, from its beginning to its end."""
    found: list[Finding] = []
    for segment in transaction.segments:
        law = LAWS.get(segment.name)
        if law:
            found += _judge(segment, law)
    return found


def _judge(segment: Segment, law: Law) -> Iterator[Finding]:
    yield from _absent(segment, law)
    yield from _misshapen(segment, law)
    yield from _beyond(segment, law)


def _absent(segment: Segment, law: Law) -> Iterator[Finding]:
    for number in law.needs:
        if not segment.at(number):
            yield _told(segment, number, "missing", "is missing")
    for one, other in law.pairs:
        if bool(segment.at(one)) != bool(segment.at(other)):
            absent, present = (other, one) if segment.at(one) else (one, other)
            says = f"is missing, though {segment.name}{present:02} is there: both or neither"
            yield _told(segment, absent, "half_pair", says)
    for one, other in law.implies:
        if segment.at(one) and not segment.at(other):
            yield _told(segment, other, "half_pair", f"is missing, though {segment.name}{one:02} is there")


def _misshapen(segment: Segment, law: Law) -> Iterator[Finding]:
    for number in law.numbers:
        if segment.at(number) and number_of(segment.at(number)) is None:
            yield _told(segment, number, "not_a_number", "is not a number")
    for number in law.dates:
        if segment.at(number) and not _dated(segment.at(number)):
            yield _told(segment, number, "not_a_date", "is not a date as YYYYMMDD")
    for number, most in law.most:
        if len(segment.at(number)) > most:
            yield _told(segment, number, "too_long", f"has more than {most} characters")
    for number, least in law.least:
        if 0 < len(segment.at(number)) < least:
            yield _told(segment, number, "too_short", f"has fewer than {least} characters")


def _beyond(segment: Segment, law: Law) -> Iterator[Finding]:
    for number in range(law.width + 1, len(segment.elements) + 1) if law.width else ():
        if segment.at(number):
            yield _told(segment, number, "one_too_many", f"is one too many: {segment.name} has {law.width}")
            return


def _told(segment: Segment, number: int, code: str, says: str) -> Finding:
    value = segment.at(number)
    shown = f" ({value[:30]})" if value else ""
    message = f"{segment.name}{number:02}{shown} in segment {segment.place} {says}."
    return Finding(code, message, segment.name, segment.place, number, value[:99])


def number_of(text: str) -> float | None:
    """Return a number of X12: digits with at most one point and a sign; None when it is none."""
    body = text.removeprefix("-")
    whole, _, part = body.partition(".")
    plain = (whole + part).isascii() and (whole + part).isdecimal() and len(body) <= 18
    return float(text) if plain else None


def _dated(text: str) -> bool:
    if not (text.isascii() and text.isdecimal() and len(text) in (6, 8)):
        return False
    month, day = int(text[-4:-2]), int(text[-2:])
    return 1 <= month <= 12 and 1 <= day <= 31
