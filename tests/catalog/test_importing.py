"""Tables from elsewhere: a verdict per row, good rows in, bad rows without a trace."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import catalog
from doorstep.stages.catalog import NewProduct, Outcome
from tests.worlds.catalog import BARCODES, WORLD, build_catalog, fixed, product

GOOD = {
    "merchant": "juniper",
    "sku": "N-1",
    "name": "New thing",
    "length_mm": "10",
    "width_mm": "20",
    "height_mm": "30",
    "weight_g": "40",
    "price": "5.00",
}


async def test_good_rows_come_in_and_the_same_table_again_changes_nothing(house: House, tenant: UUID) -> None:
    rows = [GOOD, {**GOOD, "sku": "N-2", "barcodes": "N-2-EACH N-2-CASE*24", "fragile": "yes"}]
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        first = await catalog.import_rows(tx, "products", rows)
        again = await catalog.import_rows(tx, "products", rows)
        [one] = (await catalog.products_by_sku(tx, [(WORLD.merchant, "N-2")])).values()
        assert [verdict.outcome for verdict in first] == [Outcome.CREATED, Outcome.CREATED]
        assert [verdict.outcome for verdict in again] == [Outcome.SAME, Outcome.SAME]
        assert (one.price_minor, one.currency, one.fragile) == (500, "EUR", True)
        assert await catalog.barcodes_of(tx, [one.id]) == {one.id: {"N-2-EACH": 1, "N-2-CASE": 24}}


async def test_an_empty_cell_keeps_what_is_there(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        [verdict] = await catalog.import_rows(tx, "products", [{"sku": "C", "price": "95.00"}])
        [lamp] = await catalog.products(tx, [WORLD.c])
        assert verdict.outcome == Outcome.UPDATED
        assert (lamp.name, lamp.price_minor, lamp.fragile) == ("Glass lamp", 9500, True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sku": ""}, "sku"),
        ({"sku": "ä" * 3}, "sku"),
        ({"merchant": "nobody"}, "merchant"),
        ({"name": ""}, "name"),
        ({"weight_g": "0"}, "weight_g"),
        ({"weight_g": "-4"}, "weight_g"),
        ({"weight_g": "4 kg"}, "weight_g"),
        ({"length_mm": "99999999999999999999"}, "length_mm"),
        ({"length_mm": "25000"}, "length_mm"),
        ({"price": "5,00"}, "price"),
        ({"price": "5.001"}, "price"),
        ({"price": "-1"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "1e400"}, "price"),
        ({"barcodes": BARCODES["A"]}, "barcodes"),
        ({"barcodes": "4006381333930"}, "barcodes"),
        ({"barcodes": "X*0"}, "barcodes"),
        ({"fragile": "maybe"}, "fragile"),
        ({"kind": "bundle"}, "kind"),
        ({"kind": "kit"}, "components"),
        ({"kind": "kit", "components": "NOPE*2"}, "components"),
        ({"kind": "kit", "components": "K*9999"}, "components"),
        ({"components": "A"}, "components"),
        ({"picture": "file:///etc/passwd"}, "picture"),
        ({"origin_country": "Germany"}, "origin_country"),
        ({"name": "nul \x00 in it"}, "name"),
    ],
)
async def test_a_faulty_row_is_refused_at_its_field_and_its_neighbors_come_in(
    house: House, tenant: UUID, changed: dict[str, str], field: str
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        bad, good = await catalog.import_rows(tx, "products", [{**GOOD, **changed}, {**GOOD, "sku": "N-9"}])
        assert bad.outcome == Outcome.REFUSED
        assert field in {fault.field for fault in bad.faults}
        assert all(fault.message.endswith(".") for fault in bad.faults)
        assert good.outcome == Outcome.CREATED
        assert len(await catalog.find_products(tx, "N-")) == 1


async def test_all_faults_of_a_row_are_said_at_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        row = {"sku": "N-1", "length_mm": "x", "price": "free", "fragile": "?"}
        [verdict] = await catalog.import_rows(tx, "products", [row])
        assert {fault.field for fault in verdict.faults} == {
            "length_mm",
            "price",
            "fragile",
            "name",
            "width_mm",
            "height_mm",
            "weight_g",
        }


async def test_rows_that_contradict_each_other_are_refused_after_the_first(
    house: House, tenant: UUID
) -> None:
    rows = [
        {**GOOD, "barcodes": "ONE"},
        {**GOOD, "name": "Again"},
        {**GOOD, "sku": "N-2", "barcodes": "ONE"},
    ]
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        verdicts = await catalog.import_rows(tx, "products", rows)
        assert [one.outcome for one in verdicts] == [Outcome.CREATED, Outcome.REFUSED, Outcome.REFUSED]
        assert "Row 1" in verdicts[1].faults[0].message
        assert "N-1" in verdicts[2].faults[0].message


async def test_a_kit_and_its_components_come_in_with_one_table(house: House, tenant: UUID) -> None:
    rows = [GOOD, {**GOOD, "sku": "SET", "kind": "kit", "components": "N-1*3 A"}]
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        assert [one.outcome for one in await catalog.import_rows(tx, "products", rows)] == [
            Outcome.CREATED
        ] * 2
        there = await catalog.products_by_sku(tx, [(WORLD.merchant, "SET"), (WORLD.merchant, "N-1")])
        single, kit = there[WORLD.merchant, "N-1"], there[WORLD.merchant, "SET"]
        assert dict((await catalog.components(tx, [kit.id]))[kit.id]) == {single.id: 3, WORLD.a: 1}
        assert [one.outcome for one in await catalog.import_rows(tx, "products", rows)] == [Outcome.SAME] * 2
        other = [{**rows[1], "components": "N-1*4 A"}]
        [verdict] = await catalog.import_rows(tx, "products", other)
        assert verdict.outcome == Outcome.REFUSED


async def test_a_preview_says_the_same_and_writes_nothing(house: House, tenant: UUID) -> None:
    rows = [GOOD, {**GOOD, "sku": ""}]
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        seen = await catalog.import_rows(tx, "products", rows, preview=True)
        assert await catalog.count_products(tx) == 5
        assert await catalog.import_rows(tx, "products", rows) == seen
        with pytest.raises(Refused):
            await catalog.import_rows(tx, "planets", rows)


async def test_ten_thousand_rows_stream_in(house: House, tenant: UUID) -> None:
    read = 0

    def rows() -> Iterator[dict[str, str]]:
        nonlocal read
        for n in range(10_000):
            read += 1
            yield {**GOOD, "sku": f"S-{n:05d}", "price": "" if n % 1000 == 999 else "1.00"}

    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        verdicts = await catalog.import_rows(tx, "products", rows())
        assert read == len(verdicts) == 10_000
        assert [one.row for one in verdicts if one.outcome == Outcome.REFUSED] == list(
            range(1000, 10_001, 1000)
        )
        assert await catalog.count_products(tx) == 5 + 9_990


async def test_a_kit_of_kits_is_stored_as_single_products(house: House, tenant: UUID) -> None:
    inner = {**GOOD, "sku": "SET", "kind": "kit", "components": "A*2 K"}
    outer = {**GOOD, "sku": "CRATE", "kind": "kit", "components": "SET*3 K C"}
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        for _ in range(2):  # the same table again changes nothing
            verdicts = await catalog.import_rows(tx, "products", [inner, outer])
            assert [one.faults for one in verdicts] == [(), ()]
        kits = await catalog.products_by_sku(tx, [(WORLD.merchant, sku) for sku in ("SET", "CRATE")])
        made = await catalog.components(tx, [one.id for one in kits.values()])
        assert dict(made[kits[WORLD.merchant, "SET"].id]) == {WORLD.a: 3, WORLD.b: 2}
        assert dict(made[kits[WORLD.merchant, "CRATE"].id]) == {WORLD.a: 10, WORLD.b: 8, WORLD.c: 1}


async def test_a_kit_does_not_hold_itself(house: House, tenant: UUID) -> None:
    first, second = (product(fixed(2, 90 + i), sku=f"LOOP-{i}", kind="kit") for i in range(2))
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        for parts in ({first.id: 1}, {second.id: 1}):
            loop = [NewProduct(first, components=parts), NewProduct(second, components={first.id: 1})]
            with pytest.raises(Refused) as refused:
                await catalog.add_products(tx, loop)
            assert refused.value.faults[0].code == "kit_in_itself"
