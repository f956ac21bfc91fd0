"""Shoppers: who they are, where they live, what they put into a basket, and how they pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from doorstep.world.people.person import Person

FIRST = [
    "Ana",
    "Bruno",
    "Clara",
    "David",
    "Eva",
    "Felix",
    "Gina",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaya",
    "Leon",
    "Mira",
    "Noah",
    "Olga",
    "Paulo",
    "Rosa",
    "Samuel",
    "Tania",
    "Vera",
]
LAST = [
    "Silva",
    "Frick",
    "Meier",
    "Hasler",
    "Ospelt",
    "Marxer",
    "Kaiser",
    "Wanger",
    "Beck",
    "Gassner",
    "Souza",
    "Berger",
    "Keller",
    "Nigg",
    "Vogt",
    "Wolf",
]
STREETS = [
    "Hauptstrasse",
    "Landstrasse",
    "Dorfstrasse",
    "Feldweg",
    "Bahnhofstrasse",
    "Kirchgasse",
    "Schulweg",
    "Im",
    "Winkel",
    "Oberdorf",
    "Lindenweg",
]

NEAR = (
    ("9490", "Vaduz", 47.1410, 9.5209),
    ("9494", "Schaan", 47.1650, 9.5087),
    ("9495", "Triesen", 47.1078, 9.5283),
    ("9496", "Balzers", 47.0660, 9.5030),
    ("9492", "Eschen", 47.2107, 9.5222),
    ("9493", "Mauren", 47.2180, 9.5440),
    ("9491", "Ruggell", 47.2380, 9.5250),
)
"""Towns of Liechtenstein, served by our own vans: postal code, name, and about where."""

FAR = (
    ("DE", "10115", "Berlin", "", 52.532, 13.385),
    ("DE", "80331", "München", "", 48.137, 11.572),
    ("AT", "6900", "Bregenz", "", 47.503, 9.747),
    ("CH", "8001", "Zürich", "", 47.373, 8.541),
    ("PT", "1100-148", "Lisboa", "", 38.714, -9.134),
    ("BR", "01310-100", "São Paulo", "SP", -23.561, -46.656),
)
"""Cities that an outside carrier serves: country, postal code, name, region, and about where."""

WORRIES = ("tok_declined", "tok_timeout", "tok_flaky")


@dataclass(frozen=True, slots=True)
class Good:
    """Something that a shop sells."""

    sku: str
    price_minor: int
    popularity: int = 1


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant's shop window."""

    merchant: str
    currency: str
    goods: Sequence[Good]


@dataclass(frozen=True, slots=True)
class Moods:
    """How often shopping goes another way, as shares of one."""

    far: float = 0.35
    payment_trouble: float = 0.06
    bad_address: float = 0.02
    gift: float = 0.05
    portuguese: float = 0.2
    changes_mind: float = 0.03


@dataclass(slots=True)
class Shopper:
    """Places orders in the shops of one tenant, one after the other.

    Attributes:
        processor: `simulated` where a payment processor is set up, else `manual`.
        placed: ids of the orders that the house acknowledged.
    """

    person: Person
    shops: Sequence[Shop]
    processor: str
    moods: Moods
    placed: list[str] = field(default_factory=list)
    count: int = 0

    async def buy(self) -> str | None:
        """Place one order; return its id when it was taken."""
        self.count += 1
        reference = f"W-{self.person.run}-{self.count}"
        dice = Random(self.person.dice.getrandbits(64))  # this order's own, whoever buys at the same moment
        status, answer = await self.person.post("/api/orders", self.order(reference, dice), key=reference)
        if status not in {200, 201}:
            return None
        self.placed.append(answer["id"])
        if dice.random() < self.moods.changes_mind:
            await self.person.post(f"/api/orders/{answer['id']}/cancel", {"why": "changed my mind"})
        return str(answer["id"])

    def order(self, reference: str, dice: Random) -> dict[str, Any]:
        """Return a basket with an address and a payment."""
        shop = dice.choice(self.shops)
        weights = [good.popularity for good in shop.goods]
        chosen = {
            good.sku: good for good in dice.choices(shop.goods, weights, k=dice.choice((1, 1, 1, 2, 2, 3)))
        }
        lines: list[dict[str, Any]] = [
            {"sku": good.sku, "quantity": dice.choice((1, 1, 1, 2)), "unit_minor": good.price_minor}
            for good in chosen.values()
        ]
        shipping_minor = 490
        total_minor = shipping_minor + sum(line["quantity"] * line["unit_minor"] for line in lines)
        trouble = dice.random() < self.moods.payment_trouble
        token = dice.choice(WORRIES) if trouble else "tok_ok"
        payment = {"processor": self.processor, "method": "card", "amount_minor": total_minor}
        return {
            "merchant": shop.merchant,
            "channel": "webshop",
            "external_ref": reference,
            "currency": shop.currency,
            "lines": lines,
            "shipping_minor": shipping_minor,
            "total_minor": total_minor,
            "ship_to": address(dice, self.moods),
            "payments": [{**payment, "token": token} if self.processor == "simulated" else payment],
            "gift": dice.random() < self.moods.gift,
            "language": "pt" if dice.random() < self.moods.portuguese else "en",
        }


def address(dice: Random, moods: Moods) -> dict[str, Any]:
    """Return somebody's name, address, e-mail and, for half of them, a telephone."""
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    number = dice.randrange(1, 90)
    if dice.random() < moods.far:
        country, postal_code, city, region, lat, lon = dice.choice(FAR)
    else:
        postal_code, city, lat, lon = dice.choice(NEAR)
        country, region = "LI", ""
    bad = dice.random() < moods.bad_address
    return {
        "name": name,
        "street": dice.choice(STREETS) if bad else f"{dice.choice(STREETS)} {number}",
        "city": city,
        "region": region,
        "postal_code": postal_code,
        "country": country,
        "email": f"{name.lower().replace(' ', '.')}.{dice.randrange(1000)}@mail.example",
        "phone": f"+4232{dice.randrange(100000, 999999)}" if dice.random() < 0.5 else "",
        "lat": round(lat + dice.gauss(0, 0.006), 6),
        "lon": round(lon + dice.gauss(0, 0.006), 6),
    }
