"""Problems of cartonization: a small known world, and any number of random ones with every constraint in them."""

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from doorstep.solvers.cartons import Box, Item, Objective, Packing, Rate, Surcharge, Tariff

SMALL = Box(
    name="small",
    length_mm=200,
    width_mm=150,
    height_mm=100,
    tare_g=80,
    max_gross_g=5_000,
    price_minor=60,
)
LARGE = Box(
    name="large",
    length_mm=400,
    width_mm=300,
    height_mm=200,
    tare_g=300,
    max_gross_g=15_000,
    price_minor=110,
)
BAG = Box(name="bag", kind="bag", length_mm=300, width_mm=220, height_mm=60, tare_g=15, price_minor=12)

PARCELS = Rate(
    steps=((1, 390), (2, 450), (5, 560), (10, 790), (20, 1_290)),
    over_minor=90,
    surcharges=(Surcharge(measure="longest_mm", above=350, price_minor=250),),
)
TARIFF = Tariff(rate=PARCELS, handling_minor=80, filler_minor_per_l=3)

NONSENSE: Any = "nonsense"
"""What no type checker would let through."""


def cube(side_mm: int, *, weight_g: int = 0, quantity: int = 1) -> Item:
    """A cube."""
    return Item(
        name=f"cube {side_mm}",
        length_mm=side_mm,
        width_mm=side_mm,
        height_mm=side_mm,
        weight_g=weight_g,
        quantity=quantity,
    )


def drawn(seed: int) -> Packing:
    """A random problem; each constraint appears in some of them, and none in a third."""
    luck = random.Random(seed)
    plain = luck.random() < 0.35
    items = [_item(luck, plain=plain) for _ in range(luck.randint(1, 7))]
    boxes = [_box(luck, str(n), plain=plain) for n in range(luck.randint(1, 4))]
    tariff = None
    if luck.random() < 0.5:
        rate = Rate(
            steps=[(n, 100 * n + luck.randint(0, 90)) for n in range(1, luck.randint(2, 6))],
            over_minor=luck.randint(0, 200),
            unit_mg=luck.choice((10_000, 453_592, 1_000_000)),
            side_unit_um=luck.choice((1_000, 10_000, 25_400)),
            divisor=luck.choice((0, 5, 139, 5_000)),
            divisor_above_mm3=luck.choice((0, 300_000)),
            surcharges=[
                Surcharge(
                    measure=luck.choice(("longest_mm", "second_mm", "girth_mm", "volume_cm3", "gross_g")),
                    above=luck.randint(50, 400),
                    price_minor=luck.randint(1, 300),
                )
                for _ in range(luck.randint(0, 2))
            ],
        )
        tariff = Tariff(
            rate=luck.choice((rate, None)),
            handling_minor=luck.randint(0, 50),
            filler_minor_per_l=luck.randint(0, 9),
        )
    return Packing(
        items=items,
        boxes=boxes,
        objective=luck.choice(("fewest", "volume", "cost")),
        support_pct=luck.choice((0, 20, 50, 50, 75, 100)),
        even=luck.random() < 0.2,
        incompatible=() if plain or luck.random() < 0.5 else (("food", "soap"), ("acid", "soap")),
        tariff=tariff,
    )


def _item(luck: random.Random, *, plain: bool) -> Item:
    most = luck.choice((20, 60, 90))

    def some(share: float) -> bool:
        return not plain and luck.random() < share

    return (
        Item(
            name=f"thing {luck.randint(1, 99)}",
            length_mm=luck.randint(1, most),
            width_mm=luck.randint(1, most),
            height_mm=luck.randint(1, most),
            weight_g=luck.choice((0, 0, luck.randint(1, 300))),
            quantity=luck.randint(1, luck.choice((1, 3, 9))),
            rotations=luck.choice(("any", "any", "upright", "flat")),
            fragile=some(0.15),
            top_load_g=luck.randint(0, 500) if some(0.2) else None,
            crush_class=luck.randint(0, 3) if some(0.2) else 0,
            floor_only=some(0.15),
            clearance_mm=luck.randint(0, 3) if some(0.2) else 0,
            tags=(luck.choice(("food", "soap", "acid", "none")),) if some(0.3) else (),
            together=luck.choice(("set 1", "set 2", "")) if some(0.3) else "",
            own_container=some(0.05),
        )
        if not plain
        else Item(
            name=f"thing {luck.randint(1, 99)}",
            length_mm=luck.randint(1, most),
            width_mm=luck.randint(1, most),
            height_mm=luck.randint(1, most),
            weight_g=luck.choice((0, 0, luck.randint(1, 300))),
            quantity=luck.randint(1, luck.choice((1, 3, 9))),
        )
    )


def _box(luck: random.Random, name: str, *, plain: bool) -> Box:
    bag = not plain and luck.random() < 0.25
    return Box(
        name=name,
        kind="bag" if bag else "box",
        length_mm=luck.randint(20, 160),
        width_mm=luck.randint(20, 160),
        height_mm=luck.randint(10, 120),
        outer_height_mm=0 if bag else luck.choice((0, 130)),
        tare_g=luck.randint(0, 50),
        max_gross_g=luck.choice((None, luck.randint(0, 1_500))),
        price_minor=luck.randint(0, 90),
        stock=luck.choice((None, None, luck.randint(0, 3))),
        clearance_mm=0 if plain else luck.choice((0, 0, 2)),
        most_fill_pct=100 if plain else luck.choice((100, 100, 60)),
        max_units=None if plain else luck.choice((None, None, 3)),
    )


BOXES: st.SearchStrategy[Sequence[Box]] = st.lists(
    st.builds(
        Box,
        name=st.sampled_from("abcdef"),
        kind=st.sampled_from(["box", "box", "bag"]),
        length_mm=st.integers(20, 120),
        width_mm=st.integers(20, 120),
        height_mm=st.integers(10, 120),
        tare_g=st.integers(0, 50),
        max_gross_g=st.none() | st.integers(0, 900),
        price_minor=st.integers(0, 90),
        stock=st.none() | st.integers(0, 3),
        clearance_mm=st.integers(0, 3),
        most_fill_pct=st.sampled_from([100, 70]),
        max_units=st.none() | st.integers(1, 5),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda box: box.name,
)
ITEMS: st.SearchStrategy[Sequence[Item]] = st.lists(
    st.builds(
        Item,
        name=st.just("thing"),
        length_mm=st.integers(1, 70),
        width_mm=st.integers(1, 70),
        height_mm=st.integers(1, 70),
        weight_g=st.integers(0, 300),
        quantity=st.integers(1, 6),
        rotations=st.sampled_from(["any", "upright", "flat"]),
        fragile=st.booleans(),
        top_load_g=st.none() | st.integers(0, 600),
        crush_class=st.integers(0, 2),
        floor_only=st.sampled_from([False, False, True]),
        clearance_mm=st.integers(0, 2),
        tags=st.sampled_from([(), (), ("food",), ("soap",)]),
        own_container=st.sampled_from([False, False, False, True]),
    ),
    max_size=6,
)
OBJECTIVES: st.SearchStrategy[Objective] = st.sampled_from(["fewest", "volume", "cost"])
