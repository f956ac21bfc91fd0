"""Picking: bin, item, tote; a wrong scan is refused and says what was expected; nothing is counted twice."""

import asyncio
from uuid import UUID

import pytest

from doorstep.platform.errors import Reason, Refused
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PickAnswer
from tests.worlds.catalog import BARCODES, CASE_OF_A, WORLD, bin_code
from tests.worlds.warehouse import ANA, BEN, Floor, new_command

BIN_A, BIN_B = bin_code(1, 1), bin_code(1, 5)


async def at_item(floor: Floor, goods: dict[str, int]) -> PickAnswer:
    await floor.work(goods)
    cart = await floor.take()
    assert cart.stop is not None
    return await floor.scan(cart, cart.stop.bin)


async def test_a_single_unit_takes_three_scans(floor: Floor) -> None:
    await floor.work({"A": 1})
    cart = await floor.take()
    assert cart.expects == "bin"
    cart = await floor.scan(cart, BIN_A)
    assert cart.expects == "item"
    cart = await floor.scan(cart, BARCODES["A"])
    assert cart.expects == "tote"
    cart = await floor.scan(cart, "T-1")
    assert (cart.accepted, cart.code, cart.expects, cart.batch_state) == (True, "done", "nothing", "picked")
    assert await floor.lies("tote:T-1", WORLD.a) == 1
    assert await floor.lies(f"bin:{BIN_A}", WORLD.a) == 59
    assert await floor.wrong() == {}


async def test_a_wrong_bin_is_refused_and_says_which_was_expected(floor: Floor) -> None:
    await floor.work({"A": 1})
    cart = await floor.scan(await floor.take(), "A-04-10")
    assert (cart.accepted, cart.code, cart.expects) == (False, "wrong_bin", "bin")
    assert cart.message == f"Scanned A-04-10, expected the bin {BIN_A}."


async def test_the_item_before_the_bin_is_refused(floor: Floor) -> None:
    await floor.work({"A": 1})
    cart = await floor.scan(await floor.take(), BARCODES["A"])
    assert (cart.accepted, cart.code) == (False, "bin_first")


async def test_a_look_alike_is_refused_and_what_was_counted_stays_counted(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 3})
    await floor.scan(cart, BARCODES["A"])
    cart = await floor.scan(cart, BARCODES["A"])
    cart = await floor.scan(cart, BARCODES["B"])
    assert (cart.accepted, cart.code) == (False, "wrong_item")
    assert "expected Stoneware mug (A)" in cart.message
    assert cart.stop is not None
    assert cart.stop.counted == 2


async def test_nothing_is_counted_before_it_is_scanned(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 5})
    assert cart.stop is not None
    assert (cart.stop.quantity, cart.stop.counted) == (5, 0)
    cart = await floor.scan(cart, "T-1")
    assert (cart.accepted, cart.code) == (False, "item_first")


async def test_scans_add_up_a_case_counts_twelve_and_the_keypad_multiplies(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 30})
    cart = await floor.scan(cart, CASE_OF_A)
    cart = await floor.scan(cart, BARCODES["A"])
    cart = await floor.scan(cart, BARCODES["A"], 5)
    assert cart.stop is not None
    assert cart.stop.counted == 18
    cart = await floor.scan(cart, CASE_OF_A, 2)
    assert (cart.accepted, cart.code) == (False, "too_many")
    assert cart.stop is not None
    assert cart.stop.counted == 18, "the refused scan changes nothing"
    cart = await floor.scan(cart, CASE_OF_A)
    assert cart.expects == "tote"
    cart = await floor.scan(cart, BARCODES["A"])
    assert (cart.accepted, cart.code) == (False, "too_many")


async def test_units_may_go_into_the_tote_in_parts(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 3})
    cart = await floor.scan(cart, BARCODES["A"])
    cart = await floor.scan(cart, "T-1")
    assert (cart.accepted, cart.expects) == (True, "item")
    assert cart.stop is not None
    assert (cart.stop.done, cart.stop.tote) == (1, "T-1")
    cart = await floor.scan(await floor.scan(cart, BARCODES["A"], 2), "T-1")
    assert cart.code == "done"
    assert await floor.wrong() == {}


async def test_a_gs1_code_is_read_when_it_fits_the_task(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 2})
    cart = await floor.scan(cart, f"]C10104006381333931{'10D9T'}")
    assert cart.accepted
    cart = await floor.scan(cart, "10D9T")
    assert (cart.accepted, cart.code) == (False, "wrong_item"), "a text that only looks like GS1 stays a text"


async def test_a_tote_belongs_to_one_order(floor: Floor) -> None:
    await floor.work({"A": 1}, {"B": 1})
    first = await floor.take()
    await floor.pick_stop(first)
    cart = await floor.take()
    assert cart.stop is not None
    await floor.scan(cart, cart.stop.bin)
    await floor.scan(cart, BARCODES[cart.stop.sku])
    cart = await floor.scan(cart, "T-1")
    assert (cart.accepted, cart.code) == (False, "tote_taken")
    assert "T-1 belongs to order" in cart.message
    assert (await floor.scan(cart, "T-2")).accepted


async def test_an_order_stays_in_its_tote_until_the_tote_is_full(floor: Floor) -> None:
    await floor.work({"A": 2, "C": 1})
    cart = await floor.pick_stop(await floor.take())
    assert cart.stop is not None
    cart = await floor.scan(cart, cart.stop.bin)
    assert cart.stop is not None
    await floor.scan(cart, BARCODES[cart.stop.sku], cart.stop.quantity)
    cart = await floor.scan(cart, "T-9")
    assert (cart.accepted, cart.code) == (False, "wrong_tote")
    assert "expected T-1 in slot 1" in cart.message
    async with floor.tx() as tx:
        cart = await acts.fill_tote(tx, ANA, cart.batch_id, new_command())
    assert cart.code == "tote_full"
    cart = await floor.scan(cart, "T-1")
    assert (cart.accepted, cart.code) == (False, "tote_full")
    cart = await floor.scan(cart, "T-9")
    assert cart.code == "done"
    assert await floor.wrong() == {}


@pytest.mark.proves("I9")
async def test_a_repeated_command_gets_the_same_answer_and_counts_once(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 3})
    once = await floor.scan(cart, BARCODES["A"], command="c-1")
    again = await floor.scan(cart, BARCODES["A"], command="c-1")
    assert once == again
    assert again.stop is not None
    assert again.stop.counted == 1
    with pytest.raises(Refused, match="used for another scan"):
        await floor.scan(cart, "T-1", command="c-1")


async def test_the_same_scan_sent_twice_at_once_counts_once(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 3})
    first, second = await asyncio.gather(*(floor.scan(cart, BARCODES["A"], command="c-1") for _ in range(2)))
    assert first == second
    assert first.stop is not None
    assert first.stop.counted == 1


@pytest.mark.proves("I9")
async def test_a_batch_replayed_after_the_radio_was_off_ends_in_the_same_books(floor: Floor) -> None:
    await floor.work({"A": 2, "B": 1})
    cart = await floor.take()
    assert cart.stop is not None
    queued = [
        (BIN_B, None), (BARCODES["B"], None), ("T-1", None), (BIN_A, None), (BARCODES["A"], 2), ("T-1", None)
    ]  # fmt: skip
    if cart.stop.bin == BIN_A:
        queued = queued[3:] + queued[:3]
    answers = [await floor.scan(cart, code, n, command=f"off-{i}") for i, (code, n) in enumerate(queued)]
    assert all(answer.accepted for answer in answers)
    replayed = [await floor.scan(cart, code, n, command=f"off-{i}") for i, (code, n) in enumerate(queued)]
    assert replayed == answers
    assert (await floor.lies("tote:T-1", WORLD.a), await floor.lies("tote:T-1", WORLD.b)) == (2, 1)
    assert await floor.wrong() == {}


async def test_a_skipped_stop_comes_again_at_the_end_with_an_empty_hand(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 2, "C": 1})
    assert cart.stop is not None
    skipped = cart.stop
    cart = await floor.scan(cart, BARCODES[skipped.sku])
    async with floor.tx() as tx:
        cart = await acts.skip(tx, ANA, cart.batch_id, new_command(), skipped.pick_id)
    assert "Put the 1 in your hand back" in cart.message
    assert cart.stop is not None
    assert cart.stop.pick_id != skipped.pick_id
    cart = await floor.pick_stop(cart)
    assert cart.stop is not None
    assert (cart.stop.pick_id, cart.stop.counted) == (skipped.pick_id, 0)
    await floor.walk(cart)
    assert await floor.wrong() == {}


async def test_a_cart_is_scanned_by_its_holder_only(floor: Floor) -> None:
    await floor.work({"A": 1})
    cart = await floor.take()
    with pytest.raises(Refused, match="is with Ana since 12:00") as refused:
        await floor.scan(cart, BIN_A, hand=BEN)
    assert refused.value.reason == Reason.CONFLICT


async def test_a_page_that_is_loaded_again_stands_where_it_was(floor: Floor) -> None:
    cart = await at_item(floor, {"A": 3})
    cart = await floor.scan(cart, BARCODES["A"])
    async with floor.tx() as tx:
        again = await acts.look_at_cart(tx, ANA, cart.batch_id)
    assert (again.stop, again.expects) == (cart.stop, cart.expects)


async def test_stops_at_the_same_bin_need_its_scan_once(floor: Floor) -> None:
    await floor.work({"A": 1, "K": 1})
    cart = await floor.take()
    seen: list[str] = []
    while cart.stop:
        if cart.expects == "bin":
            seen.append(cart.stop.bin)
        cart = await floor.pick_stop(cart)
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == 2


@pytest.mark.parametrize(("how", "code"), [("cancel", "order_canceled"), ("hold", "order_held")])
async def test_a_cancel_or_hold_during_the_pick_stops_the_next_scan(
    floor: Floor, how: str, code: str
) -> None:
    [order] = await floor.work({"A": 2, "B": 1})
    cart = await floor.pick_stop(await floor.take())
    assert cart.stop is not None
    cart = await floor.scan(cart, cart.stop.bin)
    await getattr(floor, how)(order)
    assert cart.stop is not None
    cart = await floor.scan(cart, BARCODES[cart.stop.sku])
    assert (cart.accepted, cart.code, cart.put_back) == (False, code, ["T-1"])
    assert "Set T-1 aside" in cart.message
    assert cart.stop is None, "the walk goes on without the order"
    await floor.settle()
    assert await floor.states(order) == ["canceled" if how == "cancel" else "waiting"]
    assert await floor.wrong() == {}


async def test_a_held_order_is_picked_on_from_where_it_was_when_it_is_released(floor: Floor) -> None:
    [order] = await floor.work({"A": 2, "B": 1})
    cart = await floor.pick_stop(await floor.take())
    await floor.hold(order)
    assert cart.stop is not None
    await floor.scan(cart, cart.stop.bin)
    await floor.settle()
    assert await floor.waiting_carts() == 0, "a held order is not planned"
    await floor.release_hold(order)
    await floor.settle()
    cart = await floor.take()
    assert cart.lines == 1
    assert cart.stop is not None
    assert cart.stop.tote == "T-1"
    await floor.walk(cart)
    assert await floor.states(order) == ["picked"]
    assert await floor.wrong() == {}


@pytest.mark.proves("I12")
async def test_no_scan_reads_all_bins_of_a_large_site(floor: Floor, tenant: UUID) -> None:
    async with floor.tx() as tx:
        await tx.connection.execute(
            "INSERT INTO catalog.bins (tenant_id, id, site_id, code, aisle, x_mm, y_mm) "
            "SELECT %s, gen_random_uuid(), %s, 'Z-' || n, 1, 0, 3000 FROM generate_series(1, 15000) n",
            [tenant, WORLD.north],
        )
        await tx.connection.execute("ANALYZE catalog.bins")
    cart = await at_item(floor, {"A": 1})
    async with floor.tx() as tx:
        before = await _rows_read(tx.connection)
        await acts.scan_pick(tx, ANA, cart.batch_id, new_command(), BARCODES["A"])
        assert await _rows_read(tx.connection) - before < 100


async def _rows_read(connection: object) -> int:
    cursor = await connection.execute(  # type: ignore[attr-defined]
        "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables "
        "WHERE relname = 'bins'"
    )
    return int((await cursor.fetchone())[0])
