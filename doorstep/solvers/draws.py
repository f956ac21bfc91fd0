"""Random draws that are the same in every language and on every machine."""

_MASK = (1 << 64) - 1


class Draws:
    """A stream of numbers from a seed: splitmix64 (Steele, Lea, Flood, "Fast splittable generators", 2014).

    The compiled core draws the same numbers from the same seed; Python's own generator would tie it to CPython.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def next(self) -> int:
        """Draw a whole number below 2**64."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, limit: int) -> int:
        """Draw a whole number in `0..limit-1`; `limit` is at most 2**32."""
        return (self.next() >> 32) * limit >> 32
