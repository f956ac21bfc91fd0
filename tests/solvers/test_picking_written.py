"""Walks and batches come as JSON, their answers go as JSON and as pictures."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers import batches, walk
from doorstep.solvers.batches import BatchRefused, referee
from doorstep.solvers.batches import written as batches_written
from doorstep.solvers.batches.picture import MOST_DRAWN
from doorstep.solvers.batches.picture import picture as batches_picture
from doorstep.solvers.budget import Budget
from doorstep.solvers.refusals import SolverRefused
from doorstep.solvers.walk import Spot, WalkRefused, Warehouse, rectangle, written
from doorstep.solvers.walk.referee import judge

ALLEYS: dict[str, Any] = {"aisles": 3, "cells": 4, "pitch_mm": 3000, "cell_mm": 1000, "lead_mm": 1000}
WAREHOUSE: dict[str, Any] = {
    "aisles": [{"name": "A", "x_mm": 0}, {"name": "B", "x_mm": 3000, "one_way": "up"}],
    "bins": [{"name": "a", "aisle": "A", "y_mm": 2000}, {"name": "b", "aisle": "B", "y_mm": 1000}],
    "cross_aisles_mm": [0, 5000],
    "start": {"x_mm": 0, "y_mm": 0},
}
GRAPH: dict[str, Any] = {
    "passages": [{"a": "door", "b": "lift", "length_mm": 4}, {"a": "lift", "b": "roof", "length_mm": 9}],
    "bins": {"hat": "roof"},
    "start": "door",
}
ORDERS: list[dict[str, Any]] = [
    {"name": "1", "bins": ["A01-001"], "articles": 2},
    {"name": "2", "bins": ["A03-004"]},
]


@pytest.mark.parametrize(
    ("document", "length_mm"),
    [
        ({"floor": ALLEYS, "picks": ["A01-004"]}, 8000),
        ({"floor": WAREHOUSE, "picks": ["a", "b"]}, 16_000),
        ({"floor": WAREHOUSE, "picks": ["a"], "ends": [{"x_mm": 0, "y_mm": 5000}]}, 5000),
        ({"floor": WAREHOUSE, "picks": ["b"], "start": {"x_mm": 3000, "y_mm": 0}, "stay": True}, 1000),
        ({"floor": GRAPH, "picks": ["hat"]}, 26),
        ({"floor": GRAPH, "picks": [], "choices": [["hat"]], "ends": ["lift"]}, 22),
    ],
)
def test_a_document_becomes_a_walk_and_the_tour_a_document(document: Any, length_mm: int) -> None:
    problem = written.read(json.loads(json.dumps(document)))
    tour = walk.solve(problem, Budget(work=10))
    assert judge(problem, tour) == []
    assert json.loads(json.dumps(written.told(tour)))["distance_mm"] == length_mm


def test_a_document_becomes_batches_and_the_answer_a_document() -> None:
    problem = batches_written.read({"floor": ALLEYS, "orders": ORDERS, "cart": {"articles": 1}})
    answer = batches.solve(problem, Budget(work=10))
    assert referee.judge(problem, answer) == []
    document = json.loads(json.dumps(batches_written.told(answer)))
    assert [each["orders"] for each in document["batches"]] == [["2"]]
    assert document["unserved"][0]["constraint"] == "articles"


@pytest.mark.parametrize(
    ("change", "kind", "item"),
    [
        ([], "document_wrong", "$"),
        ({"floor": None}, "document_wrong", "floor"),
        ({"floor": {**ALLEYS, "levels": 2}}, "document_wrong", "floor.levels"),
        ({"floor": {"cells": 3}}, "document_wrong", "floor.aisles"),
        ({"floor": {**ALLEYS, "aisles": 10**9, "cells": 10**9}}, "number_out_of_range", "cells"),
        ({"floor": {**ALLEYS, "pitch_mm": 1.5}}, "document_wrong", "floor.pitch_mm"),
        ({"floor": {**WAREHOUSE, "aisles": [{"name": "A"}]}}, "document_wrong", "floor.aisles[0]"),
        ({"floor": {**WAREHOUSE, "bins": [{**WAREHOUSE["bins"][0], "z": 1}]}}, "document_wrong", "floor.bins[0]"),
        ({"floor": {**WAREHOUSE, "start": {"x_mm": 1, "y_mm": 1}}}, "spot_unreachable", "1,1"),
        ({"floor": {**GRAPH, "passages": [{"a": "x", "b": "y", "length_mm": -1}]}}, "number_out_of_range", "x-y"),
        ({"picks": "A01-001"}, "document_wrong", "picks"),
        ({"picks": [7]}, "document_wrong", "picks[0]"),
        ({"before": [["A01-001"]]}, "document_wrong", "before[0]"),
        ({"ends": [{"x_mm": 0, "y_mm": 0, "z_mm": 0}]}, "document_wrong", "ends[0]"),
        ({"choices": [[]]}, "choice_empty", "0"),
        ({"hurry": True}, "document_wrong", "hurry"),
    ],
)  # fmt: skip
def test_a_walk_that_makes_no_sense_says_where(change: Any, kind: str, item: str) -> None:
    document = {"floor": ALLEYS, "picks": []}
    with pytest.raises(WalkRefused) as refused:
        written.read({**document, **change} if isinstance(change, dict) else change)
    assert (refused.value.kind, refused.value.item) == (kind, item)


@pytest.mark.parametrize(
    ("change", "kind", "item"),
    [
        ({"orders": None}, "document_wrong", "orders"),
        ({"orders": [{"name": "1"}]}, "document_wrong", "orders[0]"),
        ({"orders": [{**ORDERS[0], "mass": 3}]}, "document_wrong", "orders[0]"),
        ({"orders": [{**ORDERS[0], "mass_g": -3}]}, "number_out_of_range", "1"),
        ({"orders": [ORDERS[0], ORDERS[0]]}, "order_given_twice", "1"),
        ({"orders": [{"name": "1", "bins": ["nowhere"]}]}, "bin_unknown", "1"),
        ({"cart": {"wheels": 4}}, "document_wrong", "cart"),
        ({"cart": {"slots": "many"}}, "document_wrong", "cart.slots"),
        ({"cart": {"walk_mm_s": 0}}, "number_out_of_range", "cart"),
        ({"carts": 2}, "document_wrong", "carts"),
    ],
)
def test_batches_that_make_no_sense_say_where(change: Any, kind: str, item: str) -> None:
    with pytest.raises(BatchRefused) as refused:
        batches_written.read({"floor": ALLEYS, "orders": ORDERS, **change})
    assert (refused.value.kind, refused.value.item) == (kind, item)


SCRAPS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.sampled_from([2**70, 0.5, "A01-001", "door", "up", WAREHOUSE, GRAPH, ALLEYS]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["floor", "aisles", "bins", "cells", "passages", "start", "name", "x_mm"]), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["floor", "picks", "orders", "cart", "before", "ends", "start"]), SCRAPS, SCRAPS)
def test_whatever_a_document_holds_it_is_read_or_refused_by_name(name: str, scrap: Any, floor: Any) -> None:
    documents = (scrap, {"floor": floor, name: scrap}, {"floor": ALLEYS, "picks": [], name: scrap})
    kinds = {
        refusal(read, document) for read in (written.read, batches_written.read) for document in documents
    }
    assert all(kinds)


def refusal(read: Callable[[Any], object], document: Any) -> str:
    """Return the name of the refusal, or that there was none."""
    try:
        read(document)
    except SolverRefused as refused:
        return refused.kind
    return "read"


def test_the_picture_of_batches_shows_every_walk_and_counts_those_left_out() -> None:
    floor = rectangle(aisles=3, cells=4, pitch_mm=3000, cell_mm=1000, lead_mm=1000)
    orders = [
        batches.Order(name=f"<{k}>", bins=(floor.bins[k % 12].name,), articles=1)
        for k in range(MOST_DRAWN + 2)
    ]
    problem = batches.Batching(floor=floor, orders=orders, cart=batches.Cart(articles=1))
    drawn = batches_picture(floor, batches.solve(problem, Budget(work=0)))
    elements = list(ET.fromstring(drawn).iter())
    assert sum(element.tag.endswith("polyline") for element in elements) == MOST_DRAWN
    assert any(element.text == "and 2 more walks" for element in elements)


def test_a_floor_of_one_spot_can_be_drawn() -> None:
    floor = Warehouse(aisles=(walk.Aisle(name="A", x_mm=0),), bins=(), cross_aisles_mm=(0,), start=Spot(0, 0))
    problem = batches.Batching(floor=floor, orders=[batches.Order(name="1", bins=())])
    assert batches_picture(floor, batches.solve(problem, Budget(work=0))).count("<polyline") == 1
