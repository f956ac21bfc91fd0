"""Windows, plans, proofs and second tries as pure decisions."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.ids import new_id
from doorstep.solvers.routes import Point
from doorstep.stages.delivery.model import Center, Day, FailReason, FreeVan, Handing, Place, ProofKind, Task
from doorstep.stages.delivery.rules.arrivals import WIDEST_S, etas, may_see_van, window_of, worth_telling
from doorstep.stages.delivery.rules.doors import ATTEMPTS_MAX, after_failure, distance_m, proof_faults, seal
from doorstep.stages.delivery.rules.planning import insert_stop, plan_day, timed_again

NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)
MOMENTS = st.integers(0, 10**7).map(lambda seconds: NINE + timedelta(seconds=seconds))
CENTER = Center(id=new_id(), code="c", name="Center", lat=47.165, lon=9.509, timezone="Europe/Vaduz")
VAN = FreeVan(
    id=new_id(), code="van-1", capacity_g=50_000, capacity_ml=500_000, shift_start=time(8), shift_end=time(17)
)


def task(number: int, **changed: object) -> Task:
    """A parcel of 1 kg for a door half a kilometer farther north than the one before."""
    values = {
        "id": UUID(int=number),
        "lat": 47.165 + number * 0.005,
        "lon": 9.509,
        "weight_g": 1000,
        "volume_ml": 5000,
    }
    return Task(**{**values, **changed})  # type: ignore[arg-type]


def day(*tasks: Task, vans: tuple[FreeVan, ...] = (VAN,), starts_at: datetime = NINE) -> Day:
    return Day(center=CENTER, day=date(2026, 3, 3), starts_at=starts_at, vans=vans, tasks=tasks)


@given(MOMENTS, st.integers(0, 300))
def test_a_window_holds_the_arrival_on_whole_five_minutes_and_grows_with_the_stops_ahead(
    eta: datetime, ahead: int
) -> None:
    start, end = window_of(eta, ahead)
    assert start <= eta <= end
    assert start.timestamp() % 300 == end.timestamp() % 300 == 0
    assert (end - start).total_seconds() <= 2 * WIDEST_S
    nearer = window_of(eta, max(0, ahead - 1))
    assert nearer[1] - nearer[0] <= end - start


@given(MOMENTS, st.integers(0, 30), st.integers(-4 * 3600, 4 * 3600))
def test_an_arrival_that_leaves_the_window_is_always_told(eta: datetime, ahead: int, moved_s: int) -> None:
    told = window_of(eta, ahead)
    later = eta + timedelta(seconds=moved_s)
    if not told[0] <= later <= told[1]:
        assert worth_telling(told, later, window_of(later, ahead))


def test_a_first_window_is_told_and_the_same_one_is_not_told_again() -> None:
    window = window_of(NINE, 5)
    assert worth_telling(None, NINE, window)
    assert not worth_telling(window, NINE, window)
    assert not worth_telling(window, NINE, window_of(NINE, 4))


def test_a_window_that_frees_the_customer_of_an_hour_is_told() -> None:
    assert worth_telling(window_of(NINE, 40), NINE, window_of(NINE, 1))


@given(st.lists(st.tuples(st.floats(47, 47.3), st.floats(9, 9.6)), max_size=8), st.booleans())
def test_arrivals_come_one_after_the_other(doors: list[tuple[float, float]], at_door: bool) -> None:
    found = etas(Point(47.1, 9.5), NINE, [Point(*door) for door in doors], at_door=at_door)
    assert len(found) == len(doors)
    assert found == sorted(found)
    assert all(eta >= NINE for eta in found)
    if at_door and found:
        assert found[0] == NINE


def test_a_van_ahead_of_time_waits_for_those_who_were_told_a_later_one() -> None:
    doors = [Point(47.166, 9.509), Point(47.167, 9.509)]
    first, second = etas(Point(47.165, 9.509), NINE, doors, [NINE + timedelta(hours=1), None])
    assert first == NINE + timedelta(hours=1)
    assert second > first
    assert etas(Point(47.165, 9.509), NINE, doors, [NINE + timedelta(hours=1), None], at_door=True)[0] == NINE


@pytest.mark.parametrize(
    ("ahead", "under_way", "age_s", "seen"),
    [(0, True, 10.0, True), (2, True, 600.0, True), (3, True, 10.0, False), (0, False, 10.0, False), (0, True, None, False),
     (0, True, 601.0, False)],
)  # fmt: skip
def test_the_van_is_shown_near_the_door_and_live_only(
    ahead: int, under_way: bool, age_s: float | None, seen: bool
) -> None:
    assert may_see_van(ahead, under_way=under_way, age_s=age_s) is seen


def test_a_plan_leaves_in_the_shift_and_not_before_it_can_be_loaded() -> None:
    (route,) = plan_day(day(task(1), task(2)), 1.0, 1, 20).routes
    assert route.departs_at >= NINE
    (early,) = plan_day(day(task(1), starts_at=NINE - timedelta(hours=5)), 1.0, 1, 20).routes
    assert early.departs_at == datetime(2026, 3, 3, 7, tzinfo=UTC)


def test_a_day_in_the_hour_that_the_clocks_change_keeps_its_length() -> None:
    spring = Day(
        center=CENTER,
        day=date(2026, 3, 29),
        starts_at=datetime(2026, 3, 28, tzinfo=UTC),
        vans=(VAN,),
        tasks=(task(1),),
    )
    (route,) = plan_day(spring, 1.0, 1, 20).routes
    assert route.departs_at == datetime(2026, 3, 29, 6, tzinfo=UTC)


def test_what_the_vans_cannot_carry_names_the_mass_or_the_room() -> None:
    heavy, large = task(1, weight_g=60_000), task(2, volume_ml=600_000)
    plan = plan_day(day(heavy, large, task(3)), 1.0, 1, 20)
    assert {one.stop_id: one.constraint for one in plan.left_out} == {
        heavy.id: "mass_g",
        large.id: "volume_ml",
    }
    assert all("Add a van" in one.message for one in plan.left_out)


def test_one_van_is_enough_until_a_second_saves_its_cost() -> None:
    two = (VAN, FreeVan(**{**_fields(VAN), "id": new_id(), "code": "van-2"}))  # type: ignore[arg-type]
    assert len(plan_day(day(*map(task, range(1, 6)), vans=two), 1.0, 1, 50).routes) == 1


def _fields(van: FreeVan) -> dict[str, object]:
    return {name: getattr(van, name) for name in FreeVan.__slots__}


def test_a_promise_that_was_told_binds_a_later_plan() -> None:
    told = task(2, told_from=NINE + timedelta(hours=4), told_until=NINE + timedelta(hours=5))
    plan = plan_day(day(task(1), told, task(3)), 1.0, 1, 50)
    (eta,) = [stop.eta for route in plan.routes for stop in route.stops if stop.stop_id == told.id]
    assert NINE + timedelta(hours=4) <= eta <= NINE + timedelta(hours=5)


def test_an_order_that_a_person_chose_names_the_windows_it_misses() -> None:
    late = task(2, told_from=NINE, told_until=NINE + timedelta(minutes=1))
    plan = timed_again(day(), VAN, [task(5), task(4), late])
    assert [stop.stop_id for stop in plan.routes[0].stops] == [task(5).id, task(4).id, late.id]
    assert "1 stops are reached after their window." in plan.reasons


def test_an_order_too_heavy_for_the_van_is_no_plan_and_says_why() -> None:
    plan = timed_again(day(), VAN, [task(1, weight_g=60_000)])
    assert (plan.routes, plan.reasons) == ([], ["This order of stops is too heavy for the van."])


def test_without_vans_a_late_parcel_is_left_out_by_name() -> None:
    plan = insert_stop(day(task(1), vans=()), plan_day(day(task(1)), 1.0, 1, 10), task(2), [])
    assert {one.constraint for one in plan.left_out} == {"no_van"}


@pytest.mark.parametrize(
    ("reason", "attempts", "again"),
    [*((FailReason.ABSENT, n, n < ATTEMPTS_MAX) for n in (1, 2, 3, 4)), (FailReason.REFUSED, 1, False),
     (FailReason.DAMAGED, 1, False), (FailReason.NO_ACCESS, 1, True)],
)  # fmt: skip
def test_somebody_comes_again_until_the_last_attempt(reason: FailReason, attempts: int, again: bool) -> None:
    step = after_failure(reason, attempts)
    assert step.again is again
    assert ("returns to the sender" in step.message) is not again


def test_the_seal_covers_everything_that_proves() -> None:
    plain = Handing(stop_id=UUID(int=1), kind=ProofKind.SIGNATURE, received_by="Ana")
    changed = [
        (plain, 1, None, NINE),
        (plain, 2, None, NINE),
        (plain, 1, 5, NINE),
        (plain, 1, None, NINE + timedelta(seconds=1)),
        (Handing(stop_id=UUID(int=1), kind=ProofKind.SIGNATURE, received_by="Eva"), 1, None, NINE),
        (Handing(stop_id=UUID(int=1), kind=ProofKind.PHOTO, received_by="Ana", photo=b"x"), 1, None, NINE),
        (
            Handing(
                stop_id=UUID(int=1), kind=ProofKind.SIGNATURE, received_by="Ana", place=Place(lat=1, lon=1)
            ),
            1,
            None,
            NINE,
        ),
    ]
    seals = {seal("s", attempt, handing, far_m, at) for handing, attempt, far_m, at in changed}
    assert len(seals) == len(changed)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_no_distance_from_itself_and_never_farther_than_half_around(
    lat: float, lon: float
) -> None:
    assert distance_m(Place(lat=lat, lon=lon), lat, lon) == 0
    far = distance_m(Place(lat=lat, lon=lon), 0, 0)
    assert far is not None
    assert 0 <= far <= 20_016_000


@given(st.text(max_size=60), st.text(max_size=5))
def test_only_a_drawing_of_moves_and_lines_is_a_signature(signature: str, name: str) -> None:
    faults = proof_faults(
        Handing(stop_id=UUID(int=1), kind=ProofKind.SIGNATURE, signature=signature, received_by=name)
    )
    if not faults:
        assert set(signature) <= set("ML 0123456789")
        assert name.strip() or len(signature) >= 20
