"""Breaks and rests placed exactly: the earliest end of a fixed order of visits, over the ways to pause.

A label says when the driver is ready, how long he has driven since his last rest, which parts of a rest and which breaks
he has taken; of two labels alike in the last two, one that is later in both of the first is dropped (dynamic programming
over labels: Goel, "Truck driver scheduling in the European Union", Transportation Science 44, 2010). A pause on a leg is
taken as late as the leg, the hours and the window allow (the arrival is the same, and the time driven afterwards least), or
just so early that a later break is still in time.
Only a rest in parts may end a day earlier when its first part comes sooner than it must; that is not tried.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from doorstep.solvers.routes.chain import ANY_TIME, Link, opening
from doorstep.solvers.routes.fleet import Van
from doorstep.solvers.routes.refusals import MOST
from doorstep.solvers.routes.stops import Window

BOUNDLESS = 4 * MOST


class Label(NamedTuple):
    """How a driver stands after a link.

    Attributes:
        now_s: ready to go on.
        since_s: driven since the last rest.
        part: parts taken of the rest under way.
        breaks: breaks taken, or no longer owed.
        links: the chain up to here; the pauses are in it.
    """

    now_s: int
    since_s: int
    part: int
    breaks: int
    links: tuple[Link, ...]


class _Way(NamedTuple):
    """A driver on a leg, with so much of it left."""

    now_s: int
    since_s: int
    part: int
    breaks: int
    left_s: int
    pauses: tuple[Link, ...]


def paused(van: Van, links: Sequence[Link]) -> list[Link] | None:
    """Return the chain with the pauses that end it earliest; None if there is no way.

    Args:
        van: whose driver pauses.
        links: without pauses, but for those that stand already.
    """
    standing = [link for link in links if link.stand]
    rest = links[len(standing) :]
    labels = [_after(van, standing)] if standing else list(_beginnings(van, links[0]))
    if not standing:
        rest = links[1:]
    for link in rest:
        labels = _thinned(way for label in labels for way in _led(van, label, link))
    ends = [label for label in labels if not _owed(van, label)]
    best = min(ends, key=lambda label: (label.now_s, len(label.links), label.since_s), default=None)
    return list(best.links) if best else None


def owes(van: Van, depart_s: int, end_s: int) -> bool:
    """Whether a driver who is out between two times owes a break."""
    return any(depart_s <= one.end_s < end_s for one in van.breaks)


def _owed(van: Van, label: Label) -> bool:
    return label.breaks < len(van.breaks) and label.now_s > van.breaks[label.breaks].end_s


def _beginnings(van: Van, loading: Link) -> Iterator[Label]:
    """Yield the ways to begin: at once, or so late that the first breaks are not owed any more."""
    early = loading.windows[0].start_s
    for taken in range(len(van.breaks) + 1):
        free = van.breaks[taken - 1].end_s + 1 - loading.length_s if taken else 0
        start = max(early, free)
        link = loading._replace(windows=(Window(start, BOUNDLESS),))
        yield Label(start + loading.length_s, 0, 0, taken, (link,))


def _after(van: Van, standing: Sequence[Link]) -> Label:
    """Return how the driver stands after what is done already."""
    since, part, breaks = 0, 0, 0
    for link in standing:
        since += link.travel_s
        if link.kind == "pause":
            if link.which is not None:
                breaks = link.which + 1
            part, since = _rested(van, part, since, link.length_s)
    last, first = standing[-1], standing[0]
    assert last.stand is not None and first.stand is not None  # noqa: S101, PT018 - they stand
    while breaks < len(van.breaks) and van.breaks[breaks].end_s < first.stand.leave_s:
        breaks += 1
    return Label(last.stand.leave_s, since, part, breaks, tuple(standing))


def _led(van: Van, label: Label, link: Link) -> Iterator[Label]:
    """Yield how the driver may stand after one more link, with every choice of pauses on the way."""
    longest = van.hours.driving_s if van.hours else BOUNDLESS
    ways = [_Way(label.now_s, label.since_s, label.part, label.breaks, link.travel_s, ())]
    while ways:
        way = ways.pop()
        if way.since_s + way.left_s <= longest:
            arrival = way.now_s + way.left_s
            window = opening(link.windows, arrival)
            if window:
                done = link._replace(travel_s=way.left_s)
                yield Label(
                    max(arrival, window.start_s) + link.length_s,
                    way.since_s + way.left_s,
                    way.part,
                    way.breaks,
                    (*label.links, *way.pauses, done),
                )
        ways += _pauses(van, way, link.before, longest)


def _pauses(van: Van, way: _Way, before: int, longest: int) -> Iterator[_Way]:
    """Yield the ways after one more pause: the part of a rest that is due, or the next break."""
    furthest = min(way.left_s, longest - way.since_s)
    if van.hours:
        length = van.hours.rest_s[way.part]
        for drive in _drives(van, way, furthest, length, way.breaks):
            if way.since_s + drive > 0:
                yield _on(van, way, Link("pause", before, "", drive, ANY_TIME, length), way.now_s + drive)
    if way.breaks < len(van.breaks):
        due = van.breaks[way.breaks]
        latest = min(furthest, due.end_s - way.now_s)
        for drive in _drives(van, way, latest, due.length_s, way.breaks + 1):
            windows = (Window(due.start_s, due.end_s),)
            pause = Link("pause", before, "", drive, windows, due.length_s, way.breaks)
            yield _on(van, way, pause, max(way.now_s + drive, due.start_s))


def _drives(van: Van, way: _Way, latest: int, length_s: int, following: int) -> set[int]:
    """Return after how much driving a pause is tried: as late as can be, or just in time for the breaks that follow it.

    Args:
        van: whose breaks and hours.
        way: the driver on the leg.
        latest: s of driving, the most; less than 0 if the pause cannot be any more.
        length_s: of the pause.
        following: number of the next break after it.
    """
    if latest < 0:
        return set()
    drives = {latest}
    between_s = (0, *(van.hours.rest_s if van.hours else ()))
    for due in van.breaks[following:]:
        for rest_s in between_s:
            in_time = due.end_s - length_s - rest_s - way.now_s
            if 0 <= in_time < latest:
                drives.add(in_time)
        length_s += due.length_s
    return drives


def _on(van: Van, way: _Way, pause: Link, start_s: int) -> _Way:
    part, since = _rested(van, way.part, way.since_s + pause.travel_s, pause.length_s)
    breaks = way.breaks if pause.which is None else pause.which + 1
    return _Way(
        start_s + pause.length_s, since, part, breaks, way.left_s - pause.travel_s, (*way.pauses, pause)
    )


def _rested(van: Van, part: int, since_s: int, length_s: int) -> tuple[int, int]:
    """Return the parts taken and the driving since the last rest after a pause."""
    if van.hours is None or not since_s or length_s < van.hours.rest_s[part]:
        return part, since_s
    complete = part + 1 == len(van.hours.rest_s)
    return (0, 0) if complete else (part + 1, since_s)


def _thinned(labels: Iterator[Label]) -> list[Label]:
    """Keep the labels that no other beats in both times."""
    kept: dict[tuple[int, int], list[Label]] = {}
    for label in sorted(labels, key=lambda each: (each.now_s, each.since_s, len(each.links))):
        rivals = kept.setdefault((label.part, label.breaks), [])
        if all(rival.since_s > label.since_s for rival in rivals):
            rivals.append(label)
    return [label for rivals in kept.values() for label in rivals]
