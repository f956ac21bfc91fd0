"""Spellings folded: what two people would call the same name, mailbox or address is the same text here."""

import re
import unicodedata

ABBREVIATED = {
    "strasse": "str", "street": "st", "avenue": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln",
    "place": "pl", "square": "sq", "platz": "pl", "avenida": "av", "rua": "r", "rue": "r", "calle": "c", "apartment": "apt",
    "number": "", "nr": "", "no": "", "numero": "",
}  # fmt: skip
"""What people write in full or short."""
ENDING = re.compile(r"(?<=\w)strasse\b|(?<=\w)str\b")
UNITED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i"})


def fold(text: str) -> str:
    """Return words in lower case without marks and punctuation, one space between them."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(UNITED))
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def fold_street(street: str) -> str:
    """Return a street and house number folded: `Invaliden-Straße 117` and `invalidenstr. 117` are one."""
    words = [ABBREVIATED.get(word, word) for word in fold(street).split()]
    return ENDING.sub("str", "".join(words))


def fold_address(street: str, city: str, postal_code: str, country: str) -> str:
    """Return an address folded; the postal code says more than the city where there is one. Empty without a street."""
    place = fold(postal_code).replace(" ", "") or fold(city)
    return f"{fold_street(street)}|{place}|{country.upper()}" if street.strip() else ""


def fold_email(email: str) -> str:
    """Return a mailbox folded: in lower case, without what stands behind a plus. Empty when it is none."""
    local, at, domain = email.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if at and local else ""
