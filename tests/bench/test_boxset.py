"""The bench of sizes reads histories in two formats, chooses, and adds up what the referee found sound."""

from itertools import pairwise
from pathlib import Path

import pytest

from doorstep.bench import boxset
from doorstep.bench.olist_parcels import read_parcels
from doorstep.bench.report import Options

ITEMS = """order_id,quantity,item_id,width_mm,length_mm,depth_mm,weight_g
a,2,book,150,200,30,600
a,1,cup,90,90,100,300
b,5,book,150,200,30,600
c,1,cup,90,90,100,300
d,1,lamp,220,380,200,900
"""
BOXES = (
    "reference,outer_width_mm,outer_length_mm,outer_depth_mm,empty_weight_g,inner_width_mm,inner_length_mm,"
    "inner_depth_mm,max_gross_weight_g\n"
    "B1,240,320,210,200,235,315,205,9000\n"
    "B2,400,450,410,300,395,445,405,9000\n"
)
PRODUCTS = """product_id,product_weight_g,product_length_cm,product_height_cm,product_width_cm
cup,300,9,10,9
lamp,900,38,20,22
"""
ORDERED = """order_id,order_item_id,product_id,seller_id
1,1,cup,potter
1,2,cup,potter
1,3,lamp,smith
2,1,cup,potter
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "items.csv").write_text(ITEMS)
    (tmp_path / "boxes.csv").write_text(BOXES)
    return tmp_path


@pytest.fixture
def olist(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text(PRODUCTS)
    (tmp_path / "order_items.csv").write_text(ORDERED)
    return tmp_path


def test_chosen_sizes_cost_less_than_the_boxes_that_the_orders_came_with(suite: Path) -> None:
    report = boxset.run(Options(suite=suite))
    assert report.good
    assert report.value > 0
    (told,) = report.details.values()
    assert told["orders"] == 4
    assert told["cost_minor"][1] < told["own_boxes_minor"]
    assert told["saved_by_each_size_minor"] == [a - b for a, b in pairwise(told["cost_minor"])]


def test_what_one_seller_ships_for_one_order_goes_together(olist: Path) -> None:
    parcels = read_parcels(olist)
    assert [[(item.name, item.quantity) for item in parcel] for parcel in parcels] == [
        [("cup", 2)],
        [("lamp", 1)],
        [("cup", 1)],
    ]
    assert parcels[1][0].sides == (380, 220, 200)


def test_a_history_without_boxes_is_held_against_sizes_spread_evenly(olist: Path) -> None:
    report = boxset.run(Options(suite=olist))
    assert report.good
    assert list(report.yardsticks) == ["even_sizes"]
