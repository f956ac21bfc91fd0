"""Kits of kits: what a kit is stored as in the end, single products only."""

from collections.abc import Mapping
from uuid import UUID


class KitInItselfError(ValueError):
    """A kit would hold itself, directly or by another one."""


def flat(
    components: Mapping[UUID, int], made_of: Mapping[UUID, Mapping[UUID, int]], above: tuple[UUID, ...] = ()
) -> dict[UUID, int]:
    """Return what components come to when the kits among them are taken apart.

    Args:
        components: units of each component in one kit.
        made_of: what kits are made of; what is not in it is no kit.
        above: the kits that it is part of.

    Raises:
        KitInItselfError: a kit holds itself.
    """
    found: dict[UUID, int] = {}
    for component_id, quantity in components.items():
        if component_id in above:
            raise KitInItselfError(component_id)
        if component_id in made_of:
            inside = flat(made_of[component_id], made_of, (*above, component_id))
        else:
            inside = {component_id: 1}
        for part, units in inside.items():
            found[part] = found.get(part, 0) + units * quantity
    return found
