"""Units that are taken in with numbers of their own: each comes in once."""

from collections.abc import Mapping
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid
from doorstep.stages.catalog import Product, Serials
from doorstep.stages.inventory.acts.serials import begin_serials, serials_known
from doorstep.stages.inventory.model.arrivals import Intake
from doorstep.stages.inventory.model.serials import NUMBER
from doorstep.stages.inventory.rules import serials as rules


async def number_faults(tx: Tx, todo: Mapping[int, Intake], products: Mapping[UUID, Product]) -> list[Fault]:
    """Say everything that is wrong with the numbers in scans."""
    naming = _naming(todo)
    faults = list(rules.number_faults(todo, products))
    units = [unit for i, one in naming.items() for unit, _ in rules.numbered(i, one)]
    sound = [unit for unit in dict.fromkeys(units) if NUMBER.fullmatch(unit[1])]
    return [*faults, *rules.known_faults(naming, await serials_known(tx, sound))]


async def write_numbers(
    tx: Tx,
    arrival_id: UUID,
    todo: Mapping[int, Intake],
    products: Mapping[UUID, Product],
    places: Mapping[int, str],
) -> None:
    """Make the units known that scans name; those that are placed by number come in with their goods.

    Raises:
        Refused: somebody else brought one of them in at this moment.
    """
    naming = {i: one for i, one in _naming(todo).items() if products[one.product_id].serials != Serials.ALL}
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
