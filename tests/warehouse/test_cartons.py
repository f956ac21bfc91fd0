"""Which box, and how things lie in it."""

from uuid import UUID

import msgspec

from doorstep.solvers.cartons import Box
from doorstep.stages.warehouse.rules.cartons import UNITS_MAX, Piece, Suggestion, by_eye, guide, suggest

SMALL = Box(
    name="S", length_mm=250, width_mm=180, height_mm=120, tare_g=120, max_gross_g=5000, price_minor=45
)
LARGE = Box(
    name="L", length_mm=950, width_mm=400, height_mm=400, tare_g=700, max_gross_g=30_000, price_minor=190
)
BOXES = [LARGE, SMALL]


def piece(quantity: int = 1, sides: tuple[int, int, int] = (120, 100, 90), weight_g: int = 350) -> Piece:
    return Piece(UUID(int=1), "A", "Mug", *sides, weight_g, quantity, upright=False, fragile=False)


def test_the_cheapest_box_that_holds_it_is_suggested_with_a_picture_for_each_step() -> None:
    suggestion = suggest([piece(2)], BOXES)
    assert suggestion is not None
    assert [box.box for box in suggestion.boxes] == ["S"]
    steps = list(guide(suggestion, 0).steps)
    assert guide(suggestion, 0).reasons == suggestion.reasons
    assert steps
    assert all(step.svg.startswith("<svg") and "Mug" in step.text for step in steps)
    assert guide(suggestion, 1).steps == ()


def test_a_suggestion_survives_being_kept_as_json() -> None:
    suggestion = suggest([piece(3)], BOXES)
    assert msgspec.json.decode(msgspec.json.encode(suggestion), type=Suggestion) == suggestion


def test_what_fits_nowhere_is_left_to_the_packer() -> None:
    assert suggest([piece(sides=(2000, 100, 100))], BOXES) is None
    assert suggest([], BOXES) is None
    assert suggest([piece()], []) is None
    assert suggest([piece(UNITS_MAX + 1)], BOXES) is None


def test_by_eye_the_smallest_box_with_room_and_strength_is_taken() -> None:
    assert by_eye([piece()], BOXES) == "S"
    assert by_eye([piece(sides=(900, 60, 60))], BOXES) == "L"
    assert by_eye([piece(weight_g=6000)], BOXES) == "L"
    assert by_eye([piece(6)], BOXES) == "L"
    assert by_eye([piece(sides=(5000, 1, 1))], BOXES) == "L"
    assert by_eye([piece()], []) is None
