"""What comes back of products whose units are all known by number comes back by number."""

import pytest

from doorstep.platform.errors import Refused
from doorstep.stages import feedback, inventory
from doorstep.stages.feedback import Grade, ReturnAsk
from doorstep.stages.feedback.acts import returns
from doorstep.stages.feedback.acts.returns import Came
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.feedback import Doorstep
from tests.worlds.inventory import by_number

HOME = f"bin:{bin_code(2, 2)}"


async def where(door: Doorstep) -> dict[str, tuple[str, str | None]]:
    """State and place of each lamp; floor and books are right."""
    assert await door.wrong() == {}
    async with door.tx() as tx:
        found = [one for n in (1, 2, 3) for one in await inventory.serials_called(tx, f"L-{n}")]
        return {one.serial: (one.state, one.place) for one in found}


async def test_units_that_come_back_are_named_unless_all_of_the_order_do(door: Doorstep) -> None:
    async with door.tx() as tx:
        await by_number(tx, WORLD.c, {HOME: ["L-1", "L-2", "L-3"]})
    [order_id] = await door.work({"C": 2})
    cart = await door.take()
    for code in (bin_code(2, 2), "L-1", "L-2", "T-1"):
        cart = await door.scan(cart, code)
        assert cart.accepted, cart.message
    await door.settle()
    bench = await door.open_bench("T-1")
    for serial in ("L-1", "L-2"):
        bench = await door.put_in(bench, f"010{BARCODES['C']}21{serial}")
    await door.close(bench)
    await door.bring([order_id])
    assert (await where(door))["L-1"] == ("shipped", None)
    async with door.tx() as tx:
        ask = ReturnAsk(await door.line(order_id), 2)
        return_id = await feedback.ask_return(tx, order_id, [ask], "changed_mind")
        [item] = await returns.items_of(tx, return_id)
        await feedback.receive_return(tx, return_id, {(item.line_id, item.product_id): 1})
    for numbers in ((), ("L-3",), ("L-1", "L-2")):
        came = Came(item.line_id, item.product_id, 0, Grade.A, numbers)
        with pytest.raises(Refused, match="fault"):
            async with door.tx() as tx:
                await feedback.grade_return(tx, return_id, [came], HOME)
    async with door.tx() as tx:
        came = Came(item.line_id, item.product_id, 0, Grade.A, ["L-2"])
        await feedback.grade_return(tx, return_id, [came], HOME)
    known = await where(door)
    assert (known["L-1"], known["L-2"]) == (("shipped", None), ("returned", HOME))
    async with door.tx() as tx:
        back = inventory.Restock(
            site_id=WORLD.north, product_id=WORLD.c, place="quarantine", quantity=1, order_id=order_id
        )
        await inventory.restock(tx, [back])
    assert (await where(door))["L-1"] == ("returned", "quarantine"), "nobody else of the order is out"
