"""What a shopper put into the basket and wrote into the form, read with care: it comes from anybody."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from doorstep.platform.errors import Fault
from doorstep.platform.shape import faults
from doorstep.stages.catalog import Merchant, Product
from doorstep.stages.orders.model import NewOrder

SKUS_MAX = 50
EACH_MAX = 999
CONTACT = (
    "name",
    "company",
    "street",
    "street2",
    "city",
    "region",
    "postal_code",
    "country",
    "email",
    "phone",
)
CARDS = {"card": "tok_ok", "card_declined": "tok_declined", "card_slow": "tok_late"}
"""What the shop window offers while the processor is the simulated one, and the token that each gives."""


@dataclass(frozen=True, slots=True)
class Basket:
    """Units by SKU, as the shopper wants them."""

    units: Mapping[str, int]

    def cookie(self) -> str:
        """Spell the basket for a cookie."""
        return json.dumps(self.units, separators=(",", ":"))


def read_cookie(text: str | None) -> Basket:
    """Read a basket from a cookie; nonsense is an empty basket."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return Basket({})
    return Basket(_sound(found.items()) if isinstance(found, dict) else {})


def read_form(data: Mapping[str, str], before: Basket) -> Basket:
    """Read the units of a form (`units:SKU`) into the basket; what the form does not show stays as it was."""
    shown = {name.removeprefix("units:"): text for name, text in data.items() if name.startswith("units:")}
    return Basket(_sound({**before.units, **shown}.items()))


def _sound(pairs: object) -> dict[str, int]:
    found: dict[str, int] = {}
    for sku, units in pairs:  # type: ignore[attr-defined]
        text = str(units).strip()
        if (
            text.isascii()
            and text.isdigit()
            and 0 < len(text) <= 6
            and int(text) > 0
            and len(found) < SKUS_MAX
        ):
            found[str(sku)[:64]] = min(int(text), EACH_MAX)
    return found


def read_checkout(
    data: Mapping[str, str], basket: Basket, products: Sequence[Product], merchant: Merchant, language: str
) -> tuple[NewOrder | None, list[Fault]]:
    """Return the order that a checkout form means, or what keeps it from having an order's shape.

    Prices are the catalog's; what the browser says of them is not believed.
    """
    lines = [
        {"sku": one.sku, "quantity": basket.units[one.sku], "unit_minor": one.price_minor} for one in products
    ]
    total = sum(basket.units[one.sku] * one.price_minor for one in products)
    way = data.get("pay", "invoice")
    payment = (
        {"processor": "simulated", "method": "card", "token": CARDS[way]}
        if way in CARDS
        else {"processor": "manual", "method": "invoice"}
    )
    asked = {
        "merchant": merchant.code,
        "channel": "shop",
        "currency": merchant.currency,
        "lines": lines,
        "total_minor": total,
        "ship_to": {name: data.get(name, "").strip() for name in CONTACT},
        "payments": [{**payment, "amount_minor": total}] if total else [],
        "delivery": data.get("delivery") or None,
        "gift": data.get("gift") == "yes",
        "note": data.get("note", "").strip(),
        "language": language,
    }
    try:
        return msgspec.convert(asked, NewOrder), []
    except msgspec.ValidationError as error:
        found = faults(msgspec.json.encode(asked), NewOrder)
        return None, found or [Fault("", "invalid", str(error))]
