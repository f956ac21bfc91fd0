"""What a referee says is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: stable name, e.g. `overlap`.
        where: box and unit, e.g. `box 2, unit 5`; both counted from 1.
        message: in a sentence.
    """

    kind: str
    where: str
    message: str
