"""Boxes for the real orders of the Olist export, and for goods whose measures nobody knows: no impossible box, no crash."""

import itertools

import pytest

from doorstep.bench.olist_parcels import read_parcels
from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Packing, judge, solve
from doorstep.stages.warehouse.rules.cartons import by_eye, suggest
from tests.datasets import DATA
from tests.warehouse.test_cartons import BOXES, piece

OLIST = DATA / "olist"


@pytest.mark.proves("E6")
@pytest.mark.skipif(not OLIST.exists(), reason="DOORSTEP_DATA holds no Olist export")
@pytest.mark.parametrize("stride", [60, pytest.param(1, marks=pytest.mark.soak)])
def test_every_real_order_is_packed_soundly_or_named_as_too_large(stride: int) -> None:
    parcels = read_parcels(OLIST)[::stride]
    assert len(parcels) * stride >= 11_981
    for items in parcels:
        problem = Packing(items=items, boxes=BOXES, objective="cost")
        answer = solve(problem, Budget(work=0))
        assert judge(problem, answer) == []
        for left in answer.unserved:
            one = items[left.item]
            largest = max(BOXES, key=lambda box: box.inner_mm3)
            sides = sorted((one.length_mm, one.width_mm, one.height_mm))
            too_large = any(a > b for a, b in zip(sides, sorted(largest.sides), strict=True))
            assert too_large or one.weight_g > largest.room_g, one


@pytest.mark.proves("E6")
def test_measures_that_are_missing_or_make_no_sense_are_left_to_the_packer() -> None:
    """Goods without a side or a mass, or with absurd ones, alone and beside sound ones: by eye, never a crash."""
    odd = (0, -1, 120, 10**9)
    for length, width, height, weight in itertools.product(odd, repeat=4):
        strange = piece(sides=(length, width, height), weight_g=weight)
        for pieces in ([strange], [piece(2), strange]):
            suggestion = suggest(pieces, BOXES)
            sound = min(length, width, height) == max(length, width, height) == 120 and 0 <= weight < 10**9
            assert (suggestion is not None) == sound, (length, width, height, weight)
            assert by_eye(pieces, BOXES) in ("S", "L")
