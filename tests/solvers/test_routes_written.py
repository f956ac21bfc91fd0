"""A day to plan comes as JSON, its plan goes as JSON and as a picture."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import RouteRefused, judge, solve
from doorstep.solvers.routes.drawing import drawn
from doorstep.solvers.routes.written import read, told

DAY: dict[str, Any] = {
    "depots": [{"name": "center", "lat": 47.165, "lon": 9.509}],
    "vans": [
        {"name": "van <1>", "start": "center", "parcels": 3, "skills": ["lift"], "shift_end_s": 36000},
        {
            "name": "van 2",
            "start": "center",
            "parcels": 3,
            "breaks": [{"start_s": 0, "end_s": 9, "length_s": 60}],
        },
    ],
    "stops": [
        {"name": "a", "lat": 47.17, "lon": 9.51, "needs": ["lift"]},
        {"name": "b", "lat": 47.15, "lon": 9.52, "windows": [{"start_s": 0, "end_s": 20000}]},
        {"name": "c", "lat": 47.20, "lon": 9.50, "parcels": 9},
    ],
}


def test_a_document_becomes_a_plan_and_the_plan_a_document() -> None:
    problem = read(json.loads(json.dumps(DAY)))
    plan = solve(problem, Budget(work=30))
    assert judge(problem, plan) == []
    document = json.loads(json.dumps(told(plan)))
    assert {call["stop"] for route in document["routes"] for call in route["calls"]} == {"a", "b"}
    assert document["unserved"][0]["constraint"] == "parcels"


def test_matrices_may_stand_instead_of_coordinates() -> None:
    matrix = [[0, 5], [7, 0]]
    document = {
        "roads": {"distance_m": matrix, "duration_s": matrix},
        "depots": [{"name": "center", "place": 0}],
        "vans": [{"name": "van", "start": "center"}],
        "stops": [{"name": "a", "place": 1}],
    }
    assert solve(read(document), Budget(work=5)).distance_m == 12


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ([], "$"),
        ({"cars": []}, "cars"),
        ({"stops": {}}, "stops"),
        ({"stops": [{"name": "a", "lat": 47.1}]}, "a"),
        ({"stops": [{"name": "a", "lat": 47.1, "lon": "east"}]}, "a"),
        ({"stops": [{"name": 5, "lat": 47.1, "lon": 9.5}]}, "stops[0]"),
        ({"vans": [{"name": "van", "start": "center", "wings": 2}]}, "vans[0]"),
        ({"habits": {"speed_m_h": "fast"}}, "habits"),
    ],
)
def test_a_document_that_makes_no_sense_says_where(change: Any, item: str) -> None:
    with pytest.raises(RouteRefused) as refused:
        read({**DAY, **change} if isinstance(change, dict) else change)
    assert (refused.value.kind, refused.value.item) == ("document_wrong", item)


@pytest.mark.parametrize("roads", [None, 5, {}, {"distance_m": "x", "duration_s": [[0]]}])
def test_matrices_that_are_none_are_refused(roads: Any) -> None:
    with pytest.raises(RouteRefused):
        read({**DAY, "roads": roads or {"distance_m": None}})


def test_the_picture_shows_every_route_and_what_is_left_out_and_hostile_names_stay_text() -> None:
    problem = read(DAY)
    plan = solve(problem, Budget(work=30))
    picture = ET.fromstring(drawn(problem, plan))
    kinds = [element.tag.rpartition("}")[2] for element in picture.iter()]
    assert (kinds.count("polyline"), kinds.count("circle"), kinds.count("path")) == (len(plan.routes), 2, 1)
    assert any("van <1>" in (element.text or "") for element in picture.iter())
