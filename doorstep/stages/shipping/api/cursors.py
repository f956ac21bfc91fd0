"""Going on where a page of what left ended: by moment, and by label among those of the same moment."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from doorstep.platform.errors import Fault, invalid

CURSOR = re.compile(r"(\d{1,17})-([0-9a-f]{32})")
MOMENT = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(since: str) -> datetime:
    """Return a moment as it is written in the address; a plain number, which may be meant as anything, is none.

    Raises:
        Refused: there is no such moment.
    """
    try:
        return datetime.fromisoformat(since) if since else BEGINNING
    except ValueError as bad:
        raise invalid(
            [Fault("/since", "not_a_moment", "There is no such moment. Write it as 2026-03-02T08:00:00Z.")]
        ) from bad


def write_cursor(moment: datetime, label_id: UUID) -> str:
    """Write where a page ended: what left last on it, and when."""
    return f"{(moment - BEGINNING) // timedelta(microseconds=1)}-{label_id.hex}"


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Read where a page ended.

    Raises:
        Refused: it is no cursor.
    """
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise invalid(
            [Fault("/cursor", "not_a_cursor", "Use the address in the header Link of the page before.")]
        )
    return BEGINNING + timedelta(microseconds=int(found[1])), UUID(found[2])
