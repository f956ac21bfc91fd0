"""What leaves first: the next cut-off of the site's own clock, and orders that paid for speed."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from doorstep.stages.catalog import PLAIN, Calendar, showing


def ship_by(now: datetime, cutoff: time, timezone: str, works: Calendar = PLAIN) -> datetime:
    """Return the first cut-off after `now` on the site's clock, on a day on which it works, as a moment.

    Args:
        now: with a zone.
        cutoff: the site's time of day when the last carrier leaves.
        timezone: IANA name of the site's zone.
        works: on which days the site works.
    """
    local = now.astimezone(ZoneInfo(timezone))
    day = local.date() if local.time() < cutoff else local.date() + timedelta(days=1)
    return showing(works.working_day(day), cutoff, timezone)


def priority(delivery: str | None) -> int:
    """Return how much an order goes before others of the same day, by the service level that the customer chose."""
    return 10 if delivery and "express" in delivery.casefold() else 0
