"""What somebody holds in the hand at the dock, as far as it is known; it stands in the address until it is put away."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from doorstep.stages.inventory.model import LOT_MAX, QUANTITY_MAX
from doorstep.stages.inventory.model.arrivals import Found
from doorstep.stages.inventory.rules.arrivals import read_sscc

SERIALS_LONG = 4000
"""Most characters of serial numbers in a hand: they stand in the address."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What somebody holds in the hand, as far as it is known.

    Attributes:
        sure: more than expected was looked at twice.
        bin: another one than was offered, where it is to go once somebody has said why.
        serials: numbers of the units, with blanks between them.
    """

    arrival: UUID
    product: UUID | None = None
    quantity: int = 0
    lot: str = ""
    expires: date | None = None
    found: Found = Found.ACCEPTED
    why: str = ""
    plate: str = ""
    sure: bool = False
    bin: str = ""
    serials: str = ""

    @property
    def path(self) -> str:
        """The page of the arrival."""
        return f"/receive/{self.arrival}"

    @property
    def address(self) -> str:
        """The page that goes on with what is in the hand."""
        known = {
            "product": self.product,
            "quantity": self.quantity,
            "lot": self.lot,
            "expires": self.expires,
            "found": "" if self.found == Found.ACCEPTED else self.found,
            "why": self.why,
            "plate": self.plate,
            "sure": "1" if self.sure else "",
            "bin": self.bin,
            "serials": self.serials,
        }
        told = urlencode({name: of for name, of in known.items() if of})
        return f"{self.path}?{told}" if told else self.path

    @property
    def fields(self) -> dict[str, object]:
        """What a form of the page sends along."""
        return {
            "product": self.product or "",
            "quantity": self.quantity,
            "lot": self.lot,
            "expires": self.expires or "",
            "found": self.found,
            "why": self.why,
            "plate": self.plate,
            "sure": "1" if self.sure else "",
            "bin": self.bin,
            "serials": self.serials,
        }

    @property
    def numbers(self) -> list[str]:
        """Numbers of the units, as they were named."""
        return self.serials.split()


def read_hand(arrival_id: UUID, data: dict[str, str]) -> Hand:
    """Return what a form says is in the hand; what makes no sense is left out."""

    def text(name: str, most: int) -> str:
        return data.get(name, "").strip().replace("\x00", "")[:most]

    try:
        product: UUID | None = UUID(data.get("product", ""))
    except ValueError:
        product = None
    try:
        expires = date.fromisoformat(data.get("expires", ""))
    except ValueError:
        expires = None
    number = text("quantity", 8)
    quantity = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
    found = data.get("found", "")
    return Hand(
        arrival_id,
        product,
        min(quantity, QUANTITY_MAX),
        text("lot", LOT_MAX),
        expires,
        Found(found) if found in set(Found) else Found.ACCEPTED,
        text("why", 60),
        read_sscc(text("plate", 24)),
        data.get("sure") == "1",
        text("bin", 40),
        " ".join(text("serials", SERIALS_LONG).split()),
    )
