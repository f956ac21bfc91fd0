"""What a text message costs: how its letters are spelled and into how many segments it is cut (3GPP TS 23.038)."""

from dataclasses import dataclass

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWICE = frozenset("\f^{}\\[~]|€")
"""Letters that take two places."""


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text is sent: `gsm7` or `ucs2`, and in how many paid parts."""

    spelling: str
    count: int


def segments(text: str) -> Segments:
    """Return how a text message is spelled and cut; an empty one takes one segment."""
    if all(letter in GSM_7 or letter in GSM_7_TWICE for letter in text):
        length = sum(2 if letter in GSM_7_TWICE else 1 for letter in text)
        return Segments("gsm7", 1 if length <= 160 else -(-length // 153))
    length = len(text.encode("utf-16-be")) // 2
    return Segments("ucs2", 1 if length <= 70 else -(-length // 67))
