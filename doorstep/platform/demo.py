"""The demo's first page: what this is in a few words, and one click into the house in each role.

Only a house whose setting `DOORSTEP_DEMO` names its demo tenant shows it; the people and their password are public there.
"""

from dataclasses import dataclass
from typing import Any

from litestar import get

from doorstep.platform.auth import Role, public
from doorstep.platform.edge import Asked, InHouse
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.pages import page

PASSWORD = "doorstep-demo"  # noqa: S105 - printed on the demo's first page


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to be for a while."""

    login: str
    name: str
    role: Role
    does: str
    place: str


PEOPLE = (
    DemoPerson(
        "olga@demo.example", "Olga", Role.OWNER, "See everything: the whole house on one page.", "/tower"
    ),
    DemoPerson(
        "mira@demo.example", "Mira", Role.MANAGER, "Run the day: orders, holds, stock, exceptions.", "/orders"
    ),
    DemoPerson("pia@demo.example", "Pia", Role.PICKER, "Take a cart and pick it, bin by bin.", "/pick"),
    DemoPerson(
        "paul@demo.example",
        "Paul",
        Role.PACKER,
        "Pack a tote into the right box, weigh and close it.",
        "/pack",
    ),
    DemoPerson("dora@demo.example", "Dora", Role.DISPATCHER, "Plan the vans on the map.", "/dispatch"),
    DemoPerson("dan@demo.example", "Dan", Role.DRIVER, "Drive a route and hand parcels over.", "/driver"),
    DemoPerson("vera@demo.example", "Vera", Role.VIEWER, "Look, but touch nothing.", "/tower"),
)


@get("/demo", opt=public(), include_in_schema=False)
async def demo(request: Asked, house: InHouse) -> Any:
    """Welcome the visitor of a demo."""
    settings = house.settings
    if settings.demo is None:
        raise Refused(Reason.UNKNOWN, "This house is no demo. Sign in instead.")
    return page(
        request,
        "demo.html",
        people=PEOPLE,
        password=PASSWORD,
        shop=f"/shop?tenant={settings.demo}",
        mailbox=settings.demo_mailbox,
    )


ROUTES = [demo]
