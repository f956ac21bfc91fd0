"""Who works in the simulated house: each with a name, a role, and a key that opens only what the role needs."""

from dataclasses import dataclass

SCOPES: dict[str, tuple[str, ...]] = {
    "owner": ("*",),
    "shop": ("orders:write",),
    "picker": ("picks:write",),
    "packer": ("fulfillments:read", "pack:write"),
    "tidier": ("pack:write", "stock:read", "stock:write"),
    "dock": ("manifests:write", "hand-overs:write"),
    "dispatcher": ("clock:read", "stops:read", "stops:write", "routes:write"),
    "driver": ("clock:read", "routes:read", "routes:write", "stops:write", "positions:write"),
    "desk": (
        "orders:read",
        "orders:write",
        "feedback:read",
        "feedback:write",
        "returns:read",
        "returns:write",
    ),
}
"""What the key of each role may do. The owner furnishes the house, moves its clock and closes its books."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a device.

    Attributes:
        key_name: what their key is called: their first name, or what the program is. The house knows them by it.
        role: a key of `SCOPES`.
    """

    key_name: str
    role: str

    @property
    def scopes(self) -> tuple[str, ...]:
        """What their key may do."""
        return SCOPES[self.role]


STAFF = {
    "owner": Colleague("demo", "owner"),
    "shop": Colleague("web shop", "shop"),
    "picker-1": Colleague("Nora", "picker"),
    "picker-2": Colleague("Petr", "picker"),
    "picker-3": Colleague("Quim", "picker"),
    "picker-4": Colleague("Rita", "picker"),
    "packer-1": Colleague("Sven", "packer"),
    "packer-2": Colleague("Tara", "packer"),
    "packer-3": Colleague("Ugo", "packer"),
    "tidier": Colleague("Wilma", "tidier"),
    "dock": Colleague("Xaver", "dock"),
    "dispatcher": Colleague("Yara", "dispatcher"),
    "driver-1": Colleague("Zoe", "driver"),
    "driver-2": Colleague("Arno", "driver"),
    "driver-3": Colleague("Bela", "driver"),
    "desk": Colleague("Carla", "desk"),
}
