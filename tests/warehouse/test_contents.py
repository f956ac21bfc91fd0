"""A slip names kits as they were sold, where they are whole."""

from dataclasses import replace
from uuid import UUID

from doorstep.stages.warehouse.rules.contents import Inside, slip_lines
from doorstep.stages.warehouse.rules.slip import Line

KIT, MUG = UUID(int=1), UUID(int=2)


def inside(line_id: UUID, pieces: int, each: int = 1, components: int = 0, sku: str = "P") -> Inside:
    kit = components > 0
    return Inside(
        line_id,
        "K" if kit else sku,
        "Set" if kit else sku,
        4,
        1000,
        sku,
        f"Piece {sku}",
        pieces,
        each,
        components,
    )


def test_a_single_product_pays_its_share() -> None:
    assert slip_lines([inside(MUG, 3)]) == [Line("P", "P", 3, 750)]


def test_a_whole_kit_is_one_line() -> None:
    found = slip_lines([inside(KIT, 2, 1, 2, "A"), inside(KIT, 4, 2, 2, "B"), inside(MUG, 1)])
    assert found == [Line("K", "Set", 2, 500), Line("P", "P", 1, 250)]


def test_numbers_of_units_stand_with_what_the_slip_names() -> None:
    part_a, part_b = inside(KIT, 1, 1, 2, "A"), replace(inside(KIT, 1, 1, 2, "B"), serials=("S-2",))
    assert [line.serials for line in slip_lines([part_a, part_b])] == [("S-2",)]
    assert [line.serials for line in slip_lines([part_b])] == [("S-2",)]


def test_the_parts_of_a_kit_that_is_not_whole_here_are_named() -> None:
    for pieces in ([inside(KIT, 2, 1, 2, "A")], [inside(KIT, 2, 1, 2, "A"), inside(KIT, 3, 2, 2, "B")]):
        assert [line.name for line in slip_lines(pieces)] == [f"Piece {p.piece_sku} (Set)" for p in pieces]
