"""What the fields of the catalog's JSON may be."""

from typing import Annotated

from msgspec import Meta

from doorstep.platform.auth import DESK, Role

READERS = (*DESK, Role.VIEWER, Role.MERCHANT, Role.DISPATCHER, Role.PICKER, Role.PACKER)
LIST_MAX = 200

NO_NUL = r"^[^\x00]*$"
Code = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$",
        max_length=40,
        description="Short name: letters, digits, dots, dashes, underscores.",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL, description="What people call it.")]
Text = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]
Sku = Annotated[
    str,
    Meta(
        pattern=r"^[!-~]([ -~]{0,62}[!-~])?$",
        max_length=64,
        description="What the merchant calls it: 1 to 64 printable ASCII characters.",
    ),
]
Barcode = Annotated[
    str, Meta(pattern=r"^[!-~]([ -~]{0,78}[!-~])?$", max_length=80, description="What the scanner reads.")
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", max_length=3, description="ISO 4217, like EUR.")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", max_length=2, description="ISO 3166, like DE.")]
Color = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$", max_length=7, description="Like #1f4b99.")]
Millimeters = Annotated[int, Meta(ge=1, le=20_000, description="Millimeters.")]
Grams = Annotated[int, Meta(ge=1, le=2_000_000, description="Grams.")]
Minor = Annotated[int, Meta(ge=0, le=10_000_000_000, description="Amount in the currency's minor unit.")]
FloorMillimeters = Annotated[
    int, Meta(ge=-1_000_000, le=1_000_000, description="Place on the floor, in millimeters.")
]
Units = Annotated[int, Meta(ge=1, le=100_000, description="Whole units.")]
ClockTime = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5, description="Like 16:00.")
]
