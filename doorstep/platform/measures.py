"""Money, mass and length as the field counts them: integers in the smallest unit, the unit in the name."""

from collections.abc import Sequence

DECIMALS_0 = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
DECIMALS_3 = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
DECIMALS_4 = frozenset(["CLF", "UYW"])
MARKS = {"en": (",", "."), "pt": (".", ",")}
"""What stands between thousands and before decimals, in each language that customers read."""


def decimals(currency: str) -> int:
    """Return how many decimal places the minor unit of an ISO 4217 currency has (0, 2, 3 or 4)."""
    if currency in DECIMALS_0:
        return 0
    if currency in DECIMALS_3:
        return 3
    return 4 if currency in DECIMALS_4 else 2


def money(amount_minor: int, currency: str, lang: str = "en") -> str:
    """Return an amount for people: `1,234.50 EUR`, `-3 JPY`; in Portuguese `1.234,50 EUR`."""
    places = decimals(currency)
    thousands, point = MARKS.get(lang, MARKS["en"])
    sign = "-" if amount_minor < 0 else ""
    whole, part = divmod(abs(amount_minor), 10**places)
    grouped = f"{whole:,}".replace(",", thousands)
    return f"{sign}{grouped}{f'{point}{part:0{places}d}' if places else ''} {currency}"


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` by weights so that the parts add up exactly (largest remainder; ties to the first).

    Negative totals mirror positive ones. All weights zero: equal parts.

    Raises:
        ValueError: no weights, or a negative weight.
    """
    if not weights or min(weights) < 0:
        raise ValueError("split needs at least one weight, none negative")
    if total < 0:
        return [-part for part in split(-total, weights)]
    shares = list(weights) if sum(weights) else [1] * len(weights)
    whole = sum(shares)
    parts = [total * share // whole for share in shares]
    by_rest = sorted(range(len(shares)), key=lambda i: (-(total * shares[i] % whole), i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def mass(weight_g: int) -> str:
    """Return a mass for people: `850 g`, `12.40 kg`."""
    return f"{weight_g} g" if weight_g < 1000 else f"{weight_g / 1000:.2f} kg"


def distance(distance_m: int) -> str:
    """Return a distance for people: `640 m`, `12.3 km`."""
    return f"{distance_m} m" if distance_m < 1000 else f"{distance_m / 1000:.1f} km"
