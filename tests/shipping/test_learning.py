"""What our own deliveries say of a service takes part in the next choice; and the way back has a label of our own."""

import zxingcpp

from doorstep.stages import shipping
from doorstep.stages.shipping import Record
from doorstep.stages.shipping.rules.numbers import checks
from tests.platform.documents.sheets import gray, words_of
from tests.worlds.catalog import WORLD
from tests.worlds.shipping import SWIFT_EXPRESS, SWIFT_STANDARD, Dock


async def test_a_service_that_is_late_and_breaks_things_loses_the_next_parcel(dock: Dock) -> None:
    first = await dock.label(await dock.wanted())
    assert first.service_id == SWIFT_STANDARD
    async with dock.tx() as tx:
        await shipping.learn(tx, [Record(SWIFT_STANDARD, 10, 10)])
        await shipping.learn(
            tx,
            [
                Record(SWIFT_STANDARD, 400, 40, damaged=80, ratings=50, rating_sum=60),
                Record(SWIFT_EXPRESS, 90, 90),
            ],
        )
        await shipping.learn(tx, [])
    second = await dock.label(await dock.wanted())
    assert second.service_id == SWIFT_EXPRESS
    why = {reason["service"]: reason["why"] for reason in second.reasons}
    assert "on time 10% of 400, 80 damaged, 1.2 stars of 50" in why["Swift Standard"]
    assert "on time 100% of 90" in why["Swift Express"]


async def test_a_return_label_leads_from_the_customer_back_to_the_warehouse(dock: Dock) -> None:
    label = await dock.label(await dock.wanted())
    async with dock.tx() as tx:
        made = await shipping.return_label(tx, label.order_id, WORLD.north, "Return 1003")
    assert checks(made.tracking_number)
    codes = {code.symbology_identifier: code.text for code in zxingcpp.read_barcodes(gray(made.pdf, 203))}
    assert codes["]C0"] == made.tracking_number
    assert codes["]C1"] == f"(00){made.sscc}"
    said = words_of(made.pdf)
    for part in ("Ana Keller", "Northside warehouse", "9490 Vaduz", "Return 1003"):
        assert part in said
