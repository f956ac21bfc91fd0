"""Days, times and windows in words, in the reader's language and on the clock of the place."""

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NAMES = {
    "en": (
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
         "November", "December"),
        "{weekday} {day} {month}", "{first} to {last}", "{day}, {begin} to {end}",
    ),
    "pt": (
        ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
        ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
         "novembro", "dezembro"),
        "{weekday}, {day} de {month}", "{first} a {last}", "{day}, das {begin} às {end}",
    ),
}  # fmt: skip
"""Per language: days, months, how a day is said, a span of days, and a span of hours."""


OFFSET = re.compile(r"^([+-])([0-9]{2}):([0-9]{2})$")


def clock(zone: str) -> tzinfo:
    """Return the clock of a place: of an IANA zone, or of an offset (`+01:00`); UTC for anything else."""
    if found := OFFSET.match(zone):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-ahead if found[1] == "-" else ahead)
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def day(at: date, language: str) -> str:
    """Return a day as people say it: `Tuesday 3 March`."""
    weekdays, months, form, _, _ = NAMES.get(language, NAMES["en"])
    return form.format(weekday=weekdays[at.weekday()], day=at.day, month=months[at.month - 1])


def moment(at: datetime, zone: str, language: str) -> str:
    """Return a moment on the clock of a place: `Tuesday 3 March, 14:05`."""
    there = at.astimezone(clock(zone))
    return f"{day(there.date(), language)}, {there:%H:%M}"


def stamp(at: datetime, zone: str) -> str:
    """Return a moment on the clock of a place as lists show it: `03 Mar 14:05`."""
    return at.astimezone(clock(zone)).strftime("%d %b %H:%M")


def window(from_: datetime, until: datetime, zone: str, language: str) -> str:
    """Return a window: hours when it is one day, else days."""
    begin, end = from_.astimezone(clock(zone)), until.astimezone(clock(zone))
    _, _, _, days, hours = NAMES.get(language, NAMES["en"])
    if begin.date() == end.date():
        return hours.format(day=day(begin.date(), language), begin=f"{begin:%H:%M}", end=f"{end:%H:%M}")
    return days.format(first=day(begin.date(), language), last=day(end.date(), language))


def ink_on(color: str) -> str:
    """Return black or white, whichever reads better on `#rrggbb` (relative luminance of WCAG 2)."""
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)
