"""Whether a customer can be reached: the syntax of an e-mail address, and telephone numbers as the network dials them."""

import re
from functools import lru_cache

import phonenumbers

LOCAL = r"[^\s@\"(),:;<>\[\]\\.]+(?:\.[^\s@\"(),:;<>\[\]\\.]+)*"
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
EMAIL = re.compile(rf"^(?=.{{3,254}}$)(?=.{{1,64}}@){LOCAL}@(?:{LABEL}\.)+[^\W\d_][\w-]*[^\W_]$")
"""Addresses as people have them; quoted local parts and address literals, which mail providers refuse, are left out."""


def email_fits(email: str) -> bool:
    """Whether this is written like an e-mail address."""
    return EMAIL.match(email) is not None


def dialed(phone: str, country: str) -> str | None:
    """Return a number in international form (`+4930123456`), or None when no network could dial it.

    Args:
        phone: with country code, or as dialed within `country`.
        country: ISO 3166 alpha-2.
    """
    if quick := _international(phone, country):
        return quick
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:  # also what only neighbors could dial
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def dials_in(phone: str, country: str) -> bool:
    """Whether a number in international form has the calling code of a country; True where that has none."""
    code, _ = _plan(country)
    return not code or phone.startswith(code)


def _international(phone: str, country: str) -> str | None:
    """Return a number that is written plainly with its country's own code; None where the full rules must look.

    Most numbers come so from a shop's form. The full rules of telephone numbers cost as much as all other checks together.
    """
    code, lengths = _plan(country)
    digits = phone.translate(PUNCTUATION)
    if not code or not digits.startswith(code) or not digits[1:].isascii() or not digits[1:].isdigit():
        return None
    rest = digits[len(code) :]
    return digits if len(rest) in lengths and not rest.startswith("0") else None


PUNCTUATION = str.maketrans("", "", " -./()")


@lru_cache(maxsize=300)
def _plan(country: str) -> tuple[str, frozenset[int]]:
    """Return a country's calling code with its plus, and how long its numbers are; no code where there is no such country."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(country.upper(), None)
    if plan is None or plan.general_desc is None:
        return "", frozenset()
    return f"+{plan.country_code}", frozenset(plan.general_desc.possible_length)


def mail_domain(email: str) -> str:
    """Return the domain that mails to an address go to, in small letters."""
    return email.rpartition("@")[2].lower()


def said_dead(domain: str) -> str:
    """Return why an order is held whose mail domain takes no mail."""
    return f"The mail domain {domain} has neither a mail server nor an address: what is sent there does not arrive."
