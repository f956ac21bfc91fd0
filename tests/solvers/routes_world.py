"""Problems of routes of every kind, for tests: a straight street, and random worlds with everything in them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    Break,
    Depot,
    Hours,
    Plan,
    Roads,
    Routing,
    Stop,
    Van,
    Window,
    judge,
    solve,
)

PLACES = 12
KILOMETERS = np.abs(np.arange(PLACES)[:, None] - np.arange(PLACES)[None, :])
STREET = Roads(KILOMETERS * 1000, KILOMETERS * 60)
"""A place every kilometer, a kilometer a minute."""

VAN = Van(name="van", start="center", shift_end_s=10_000)


def stop(place: int, **more: Any) -> Stop:
    """Make a stop at a kilometer of the street."""
    return Stop(**{"name": f"km {place}", "place": place, **more})


def street(*stops: Stop, vans: tuple[Van, ...] = (VAN,), depots: tuple[Depot, ...] = ()) -> Routing:
    """Make a day on the street."""
    return Routing(roads=STREET, depots=depots or [Depot(name="center", place=0)], vans=vans, stops=stops)


def planned(problem: Routing, work: int = 60, seed: int = 1) -> Plan:
    """Plan a problem; the referee has nothing to say."""
    plan = solve(problem, Budget(work=work), seed=seed)
    assert judge(problem, plan) == []
    return plan


def visited(plan: Plan) -> dict[str, list[str]]:
    """Return the stops of each van in driving order."""
    return {route.van: [call.stop for call in route.calls] for route in plan.routes}


COUNT = 9
APART = 1 - np.eye(COUNT, dtype=np.int64)
NUMBER = st.integers(0, 2000)
WINDOW = st.tuples(NUMBER, NUMBER).map(lambda w: Window(min(w), max(w)))
SKILLS = st.frozensets(st.sampled_from(["cold", "lift"]), max_size=1)


@st.composite
def vans(draw: st.DrawFn, name: str) -> Van:
    """Draw a van with any of its limits, costs, breaks and hours."""
    starts = sorted(draw(st.lists(NUMBER, max_size=2)))
    breaks = [Break(start, start + 300, draw(st.integers(1, 200))) for start in starts]
    hours = Hours(
        driving_s=draw(st.integers(1, 4000)),
        rest_s=draw(st.sampled_from([(100,), (50, 100)])),
        day_s=draw(st.integers(1000, 9000)),
    )
    return Van(
        name=name,
        start=draw(st.sampled_from(["a", "b"])),
        end=draw(st.sampled_from([None, "a", "b"])),
        mass_g=draw(st.none() | st.integers(0, 100)),
        parcels=draw(st.none() | st.integers(0, 6)),
        stops=draw(st.none() | st.integers(0, 5)),
        skills=draw(SKILLS) | draw(SKILLS),
        shift_start_s=draw(st.integers(0, 500)),
        shift_end_s=draw(st.integers(500, 9000)),
        distance_m=draw(st.none() | st.integers(0, 12_000)),
        reloads=draw(st.integers(0, 2)),
        reload_at=draw(st.sampled_from([(), ("a",), ("a", "b")])),
        breaks=tuple(breaks) if draw(st.booleans()) else (),
        hours=draw(st.none() | st.just(hours)),
        fixed_cost=draw(st.integers(0, 500)),
        meter_cost=draw(st.integers(0, 3)),
        second_cost=draw(st.integers(0, 2)),
        fair_s=draw(st.none() | NUMBER),
        unfair_cost=draw(st.integers(0, 3)),
        zone_costs=draw(st.sampled_from([(), (("north", 300),), (("north", 5), ("south", 900))])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> Routing:
    """Draw a small problem with everything that a problem may have."""
    matrix = st.lists(st.lists(NUMBER, min_size=COUNT, max_size=COUNT), min_size=COUNT, max_size=COUNT)
    stops: list[Stop] = []
    for k in range(draw(st.integers(0, 7))):
        kind = draw(st.sampled_from(["delivery", "delivery", "pickup", "pair"]))
        windows = tuple(draw(st.lists(WINDOW, max_size=1 if kind == "pair" else 3)))
        place, source = draw(st.integers(0, COUNT - 1)), None
        if kind == "pair":
            source = f"source {k}"
            stops.append(
                Stop(name=f"source {k}", place=draw(st.integers(0, COUNT - 1)), parcels=0, service_s=30)
            )
        stops.append(
            Stop(
                name=f"s{k}",
                place=place,
                mass_g=draw(st.integers(0, 40)),
                parcels=draw(st.integers(0, 3)),
                windows=windows,
                service_s=draw(st.integers(0, 200)),
                release_s=draw(st.sampled_from([0, 0, 400])) if kind != "pair" else 0,
                prize=draw(st.none() | NUMBER),
                needs=draw(SKILLS),
                zone=draw(st.sampled_from([None, "north", "south"])),
                pickup=kind == "pickup",
                source=source,
            )
        )
    return Routing(
        roads=Roads(np.array(draw(matrix)) * APART, np.array(draw(matrix)) * APART),
        depots=[
            Depot(name="a", place=0, loading_s=draw(st.sampled_from([0, 60]))),
            Depot(name="b", place=1),
        ],
        vans=[draw(vans(f"v{k}")) for k in range(draw(st.integers(1, 3)))],
        stops=stops,
    )
