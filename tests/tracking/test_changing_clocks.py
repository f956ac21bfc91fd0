"""Days on which clocks change, and the leap day: nothing ends early, nothing lasts less than nothing, whatever the zone."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from doorstep.platform import clock
from doorstep.platform.house import House
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.catalog import begins, day_there, ends
from doorstep.stages.tracking.rules.promise import Outlook, first_promise, leave_by
from doorstep.stages.warehouse.rules.cutoff import ship_by
from tests.worlds.inventory import small_world, wish

CHANGES = [
    ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)), ("America/Sao_Paulo", date(2018, 2, 17)), ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Australia/Lord_Howe", date(2026, 4, 5)), ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Europe/Lisbon", date(2024, 2, 29)), ("America/New_York", date(2028, 2, 29)),
]  # fmt: skip
"""An hour that is missing, one that comes twice, one of midnight, half an hour of both kinds, and two leap days."""

CUTOFFS = [time(0), time(0, 30), time(1, 30), time(2, 15), time(16), time(23, 59)]
LONGEST = timedelta(hours=25)


def quarters(zone: str, day: date) -> list[datetime]:
    """Return every quarter of an hour from the day before to the day after, as moments."""
    begun = datetime.combine(day - timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    return [begun + timedelta(minutes=15 * n) for n in range(3 * 96)]


@pytest.mark.proves("E2")
@pytest.mark.parametrize(("zone", "day"), CHANGES, ids=str)
def test_windows_and_cutoffs_hold_in_every_quarter_of_an_hour_around_a_change(zone: str, day: date) -> None:
    for at in quarters(zone, day):
        there = day_there(at, zone)
        begin, end = begins(there, zone).astimezone(UTC), ends(there, zone).astimezone(UTC)
        assert timedelta(hours=10) <= end - begin <= timedelta(hours=12)
        assert day_there(begin, zone) == day_there(end, zone) == there
        for cutoff in CUTOFFS:
            by = ship_by(at, cutoff, zone).astimezone(UTC)
            assert by >= at, f"{cutoff} at {at} is over before it begins"
            assert by - at <= 2 * LONGEST, "the next working day, a Sunday between"
            outlook = Outlook(at, zone, cutoff, 0, 0, 1, 2, zone)
            window = first_promise(outlook)
            assert at < window.from_.astimezone(UTC) < window.until.astimezone(UTC)
            assert leave_by(outlook).astimezone(UTC) < window.from_.astimezone(UTC)


@pytest.mark.proves("E2")
@pytest.mark.parametrize(
    "change",
    [
        datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2018, 11, 4, 3, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2028, 2, 29, 0, tzinfo=UTC),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"])
async def test_a_hold_over_a_change_of_clocks_lasts_as_long_as_any_other(
    house: House, tenant: UUID, change: datetime, zone: str
) -> None:
    """Whatever zone the database's session lives in."""
    begun = change - timedelta(seconds=inventory.HOLD_S // 2)
    await clock.simulate(house.db, tenant, begun)

    async def run_out(at: datetime) -> int:
        async with house.db.transaction(tenant, actor="test") as tx:
            await clock.advance(tx, at)
        async with house.db.transaction(tenant, actor="test") as tx:
            await tx.connection.execute("SELECT set_config('timezone', %s, true)", [zone])
            return len(await inventory.expire(tx))

    async with house.db.transaction(tenant, actor="test") as tx:
        await tx.connection.execute("SELECT set_config('timezone', %s, true)", [zone])
        world = await small_world(tx)
        await inventory.reserve(tx, [wish(world.a)])
    assert await run_out(begun + timedelta(seconds=inventory.HOLD_S - 1)) == 0
    assert await run_out(begun + timedelta(seconds=inventory.HOLD_S + 1)) == 1


@pytest.mark.proves("E2")
def test_leases_are_decided_by_the_databases_clock_alone() -> None:
    """No statement takes the end of a lease, or the moment against which one is held, from a program whose clock may be wrong."""
    leases = [one for one in Statements("doorstep.platform") if "leased_until" in one.sql]
    assert len(leases) >= 3
    for one in leases:
        assert "%(now)s" not in one.sql, one.name
        assert "leased_until = %(" not in one.sql, one.name
