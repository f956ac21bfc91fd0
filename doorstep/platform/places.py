"""The places of the house that people go to, in the order of an order's walk; each shows to whom its route is open."""

from dataclasses import dataclass

from litestar import Litestar

from doorstep.platform.auth import Allow, Principal

GROUPS = (
    (
        "Overview",
        (
            ("/tower", "Tower"),
            ("/exceptions", "Exceptions"),
            ("/orders", "Orders"),
            ("/sourcing", "Sourcing"),
            ("/channels", "Channels"),
            ("/payments", "Payments"),
            ("/fraud", "Fraud"),
        ),
    ),
    (
        "Goods",
        (
            ("/stock", "Stock"),
            ("/catalog", "Catalog"),
            ("/arrivals", "Arrivals"),
            ("/receive", "Receive"),
            ("/plates", "Plates"),
            ("/refill", "Refill"),
            ("/count", "Count"),
        ),
    ),
    (
        "Floor",
        (
            ("/floor", "Floor"),
            ("/pick", "Pick"),
            ("/pack", "Pack"),
            ("/put-back", "Put back"),
            ("/hand-over", "Hand over"),
        ),
    ),
    (
        "On the way",
        (
            ("/shipping", "Shipping"),
            ("/tracking", "Tracking"),
            ("/dispatch", "Dispatch"),
            ("/driver", "Driver"),
        ),
    ),
    ("Afterward", (("/feedback", "Feedback"), ("/returns", "Returns"))),
    ("House", (("/tasks", "Tasks"), ("/webhooks", "Webhooks"), ("/keys", "Keys"))),
)

HOMES = {"picker": "/pick", "packer": "/pack", "dispatcher": "/dispatch", "driver": "/driver"}
"""Where people of one role work; everyone else begins with the first place that is open to them."""


@dataclass(frozen=True, slots=True)
class Place:
    """One link: its path, its name, and the icon of the same name."""

    path: str
    name: str
    icon: str


def places(app: Litestar, who: Principal | None) -> list[tuple[str, list[Place]]]:
    """Return the places that the routes of the house open to a person, by group; groups without one are left out."""
    if who is None:
        return []
    found = [
        (group, [Place(path, name, path[1:]) for path, name in known if _open_to(app, path, who)])
        for group, known in GROUPS
    ]
    return [(group, mine) for group, mine in found if mine]


def home(app: Litestar, who: Principal | None) -> str:
    """Return where a person's work begins; the door for those who have none, or are not signed in."""
    mine = [place.path for _, group in places(app, who) for place in group]
    own = [HOMES[role] for role in (who.roles if who else ()) if role in HOMES and HOMES[role] in mine]
    return own[0] if len(own) == 1 else next(iter(mine), "/sign-in")


def _open_to(app: Litestar, path: str, who: Principal) -> bool:
    handler = app.route_handler_method_map.get(path, {}).get("GET")
    allowed = handler.opt.get("allow") if handler else None
    return isinstance(allowed, Allow) and who.may(allowed)
