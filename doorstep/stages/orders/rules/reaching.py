"""Whether a customer can be reached: the syntax of an e-mail address, and telephone numbers as the network dials them."""

import re

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
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:  # also what only neighbors could dial
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
