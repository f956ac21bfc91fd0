"""Units that are taken in with numbers of their own: each comes in once."""

from collections.abc import Mapping
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.serials import begin_serials, serials_known
from doorstep.stages.inventory.model.arrivals import Intake
from doorstep.stages.inventory.model.serials import NUMBER
from doorstep.stages.inventory.rules import serials as rules


async def number_faults(tx: Tx, todo: Mapping[int, Intake]) -> list[Fault]:
    """Say everything that is wrong with the numbers in scans; scans without numbers cost no statement."""
    naming = _naming(todo)
    if not naming:
        return []
    products = await catalog.products(tx, list({one.product_id for one in naming.values()}))
    faults = list(rules.number_faults(naming, {one.id: one for one in products}))
    units = [unit for i, one in naming.items() for unit, _ in rules.numbered(i, one)]
    sound = [unit for unit in dict.fromkeys(units) if NUMBER.fullmatch(unit[1])]
    return [*faults, *rules.known_faults(naming, await serials_known(tx, sound))]


async def write_numbers(
    tx: Tx, arrival_id: UUID, todo: Mapping[int, Intake], places: Mapping[int, str]
) -> None:
    """Make the units known that scans name.

    Raises:
        Refused: somebody else brought one of them in at this moment.
    """
    naming = _naming(todo)
    if not naming:
        return
    units = {
        unit: {"arrival_id": arrival_id, "place": places[i], "lot": one.lot}
        for i, one in naming.items()
        for unit, _ in rules.numbered(i, one)
    }
    if known := await begin_serials(tx, units):
        raise invalid(list(rules.known_faults(naming, known)))


def _naming(todo: Mapping[int, Intake]) -> dict[int, Intake]:
    return {i: one for i, one in todo.items() if one.serials}
