"""How a solver refuses a question that makes no sense: by a stable name, and with the thing at fault."""

from typing import Self


class SolverRefused(ValueError):  # noqa: N818 - a refusal is an answer, named as such
    """The question makes no sense; each solver refuses with a class of its own.

    Attributes:
        kind: stable name of the refusal, e.g. `number_out_of_range`.
        item: what is at fault.
    """

    def __init__(self, kind: str, item: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.item = item

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, str]]:
        return (type(self), (self.kind, self.item, str(self)))
