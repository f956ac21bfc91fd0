"""Labels for tests: an everyday one, and as many random ones as wanted."""

import random
from dataclasses import replace

from doorstep.platform.barcodes import sscc
from doorstep.stages.shipping.rules.label import Label, Party
from doorstep.stages.shipping.rules.numbers import tracking_number

SENDER = Party("Northside Fulfillment", "Dock 4, 100 Harbor Road", "Hamburg", "DE", postal_code="20457")
RECEIVER = Party(
    "Ana María Núñez", "Calle Mayor 1", "Madrid", "ES", postal_code="28013", company="Ferretería & Hijos"
)
LABEL = Label(
    SENDER,
    RECEIVER,
    "Swift Parcel",
    "Standard",
    "ES 28",
    tracking_number("DS", 14),
    sscc("0612345", 17),
    "Order 1004 · Parcel 2001 · 1.25 kg",
)

_SYLLABLES = (
    "ma",
    "ri",
    "an",
    "na",
    "lo",
    "pe",
    "strä",
    "ße",
    "ção",
    "ñez",
    "Łu",
    "szcz",
    "\u03bf",
    "π",
    "ш",
    "чи",
    "東",
    "京",
    "O'B",
    "&",
    "(x)",
    "^",
    "~",
    "_",
    "\\",
    ">",
    ",",
    ";",
    "12",
    "99",
)


def sent_to(**parts: str) -> Label:
    """The everyday label, to an address that differs in some parts."""
    return replace(LABEL, receiver=replace(RECEIVER, **parts))


def random_labels(count: int, seed: int) -> list[Label]:
    """Labels with random addresses of every length, in several scripts, and random numbers."""
    draw = random.Random(seed)

    def words(most: int) -> str:
        return " ".join(
            "".join(draw.choices(_SYLLABLES, k=draw.randint(1, 4))) for _ in range(draw.randint(1, most))
        )

    return [
        Label(
            SENDER,
            Party(
                words(4),
                words(9),
                words(3),
                draw.choice(["DE", "US", "BR", "JP", "GB"]),
                postal_code=str(draw.randint(0, 99_999)),
                region=draw.choice(["", "SP", words(1)]),
                company=draw.choice(["", words(5)]),
                street2=draw.choice(["", words(6)]),
            ),
            words(2),
            words(2),
            f"{draw.choice(['DE', 'US'])} {draw.randint(0, 99)}",
            draw.choice(
                [
                    tracking_number(draw.choice(["DS", "F", "NORTH1"]), draw.randrange(10**10)),
                    f"WS{draw.randrange(10**11):011d}{draw.randrange(10)}",
                    "".join(draw.choices("ABCXYZ0123456789", k=draw.randint(8, 24))),
                ]
            ),
            sscc(str(draw.randrange(10**6, 10**7)), draw.randrange(10**10)),
            words(6),
        )
        for _ in range(count)
    ]
