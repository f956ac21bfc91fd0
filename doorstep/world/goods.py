"""What the demo's merchants sell: invented brands with things of plausible size, mass and price."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thing:
    """A product as a merchant describes it: sides in mm, mass in g, price in cents."""

    sku: str
    name: str
    sides_mm: tuple[int, int, int]
    weight_g: int
    price_minor: int
    popularity: int = 3
    fragile: bool = False
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Brand:
    """A merchant with a face and goods; `kits` are SKU -> (name, price, {SKU: quantity})."""

    code: str
    name: str
    color: str
    message: str
    things: tuple[Thing, ...]
    kits: dict[str, tuple[str, int, dict[str, int]]]


BRANDS = (
    Brand(
        "juniper",
        "Juniper & Co",
        "#2d6a4f",
        "Thank you for choosing slow things.",
        (
            Thing("JU-MUG", "Stoneware mug", (120, 95, 100), 380, 1450, 9, fragile=True),
            Thing("JU-BOWL", "Breakfast bowl", (160, 160, 80), 520, 1890, 5, fragile=True),
            Thing("JU-TEA", "Mountain herb tea, 80 g", (150, 90, 60), 110, 890, 8),
            Thing("JU-HONEY", "Alpine honey, 500 g", (85, 85, 110), 780, 1290, 7, fragile=True, upright=True),
            Thing("JU-LAMP", "Glass table lamp", (220, 220, 310), 1850, 8990, 1, fragile=True, upright=True),
            Thing("JU-BLANKET", "Wool blanket", (380, 300, 120), 1400, 11900, 2),
            Thing("JU-BOARD", "Oak cutting board", (400, 260, 25), 1250, 3990, 3),
            Thing("JU-CANDLE", "Beeswax candle", (70, 70, 140), 310, 1690, 6),
        ),
        {
            "JU-EVENING": (
                "Evening set: mug, tea and candle",
                3590,
                {"JU-MUG": 1, "JU-TEA": 1, "JU-CANDLE": 1},
            )
        },
    ),
    Brand(
        "northlight",
        "Northlight Outdoor",
        "#1f4b99",
        "See you out there.",
        (
            Thing("NL-BOTTLE", "Steel bottle, 750 ml", (75, 75, 265), 340, 2490, 8),
            Thing("NL-LIGHT", "Head lamp", (90, 70, 60), 95, 3490, 6),
            Thing("NL-SOCKS", "Hiking socks", (200, 90, 40), 85, 1590, 9),
            Thing("NL-PACK", "Day pack, 22 l", (420, 280, 110), 690, 7990, 3),
            Thing("NL-POLES", "Trekking poles", (640, 110, 90), 540, 6990, 2),
            Thing("NL-STOVE", "Gas stove", (110, 110, 80), 210, 4990, 2),
            Thing("NL-MAP", "Map of the Rhine valley", (240, 130, 8), 70, 1290, 4),
            Thing("NL-TENT", "Tent for two", (460, 170, 170), 2300, 24900, 1),
        ),
        {
            "NL-START": (
                "Starter set: bottle, socks and map",
                4990,
                {"NL-BOTTLE": 1, "NL-SOCKS": 2, "NL-MAP": 1},
            )
        },
    ),
    Brand(
        "paperboat",
        "Paperboat Books",
        "#9b2c3f",
        "Happy reading!",
        (
            Thing("PB-NOVEL", "The ferryman's daughter", (210, 135, 30), 420, 1990, 9),
            Thing("PB-COOK", "Soups of the Alps", (270, 210, 25), 980, 3290, 5),
            Thing("PB-ATLAS", "Children's atlas", (330, 250, 18), 1150, 2790, 4),
            Thing("PB-NOTE", "Dotted notebook", (210, 148, 15), 290, 1290, 8),
            Thing("PB-PEN", "Fountain pen", (170, 60, 30), 60, 3900, 4),
            Thing("PB-PUZZLE", "Puzzle, 1,000 pieces", (370, 270, 60), 850, 1890, 4),
            Thing("PB-POSTER", "Star chart poster", (720, 70, 70), 260, 1690, 2),
            Thing("PB-MAGNET", "Set of magnets", (90, 60, 20), 130, 790, 5),
        ),
        {"PB-WRITE": ("Writing set: notebook and pen", 4790, {"PB-NOTE": 1, "PB-PEN": 1})},
    ),
)
