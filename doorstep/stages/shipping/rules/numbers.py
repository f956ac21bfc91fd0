"""The numbers that a parcel carries: our own tracking numbers, and how each number is said aloud.

A tracking number of ours is a prefix, ten digits of serial, and two check digits by ISO 7064 MOD 97-10 over all before them
(letters count as 10 to 35, as in an IBAN). They find every wrong digit and every swap of neighbors. SSCCs
are built and checked in `platform/barcodes.py`.
"""

import re

SERIAL_DIGITS = 10
SHAPE = re.compile(r"[A-Z0-9]{4,30}")
"""What a carrier's number may look like: it must fit the label's bar code and survive any keyboard."""

OURS = re.compile(r"[A-Z0-9]{1,8}[0-9]{12}")
"""What ours looks like: a letter among the digits is wrong before anything is computed."""


def tracking_number(prefix: str, serial: int) -> str:
    """Return our tracking number for a serial.

    Raises:
        ValueError: the prefix is not 1 to 8 capitals or digits, or the serial has more than ten digits.
    """
    if not re.fullmatch(r"[A-Z0-9]{1,8}", prefix):
        raise ValueError(f"a tracking prefix has 1 to 8 capital letters or digits, not {prefix!r}")
    if not 0 <= serial < 10**SERIAL_DIGITS:
        raise ValueError(f"the serial {serial} does not fit {SERIAL_DIGITS} digits: start a new prefix")
    body = f"{prefix}{serial:0{SERIAL_DIGITS}}"
    return f"{body}{98 - _remainder(body + '00'):02}"


def checks(number: str) -> bool:
    """Whether a number of ours carries the right check digits."""
    return bool(OURS.fullmatch(number)) and _remainder(number) == 1


def _remainder(text: str) -> int:
    return int("".join(str(int(char, 36)) for char in text)) % 97


def spoken(number: str) -> str:
    """Return a number in groups of four, as people read it aloud."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def spoken_sscc(sscc: str, prefix_digits: int = 7) -> str:
    """Return an SSCC as the label prints it under its bars: `(00) 3 1234567 000000001 9`."""
    cut = 1 + prefix_digits
    return f"(00) {sscc[0]} {sscc[1:cut]} {sscc[cut:17]} {sscc[17]}"


def scanned(text: str) -> str:
    """Return what a scanner read, as the number we keep: without symbology prefix, brackets, spaces and case.

    `]C100123456789012345675`, `(00)123456789012345675` and `00123456789012345675` are all the SSCC 123456789012345675.
    """
    number = re.sub(r"^\]C[012]|[()\s\x1d-]", "", text).upper()
    return number[2:] if re.fullmatch(r"00[0-9]{18}", number) else number
