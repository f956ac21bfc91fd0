"""A crew that works through whole sets of orders: carts walked by list, boxes packed by list, everything labeled handed over.

It works through the same acts as the people with scanners, but reports lists instead of single scans; the reactions that
the acts owe are done by the house's own worker in between.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, inventory, shipping, warehouse
from doorstep.stages.warehouse import Bench, Boxed, Hand, Reported, Stop

TOTES = 999_999
GIVE_UP = 5
"""So often a report is tried with other totes before it counts as a failure."""


class CrewError(RuntimeError):
    """The house refused work that should have been right; the message says which and why."""


@dataclass(slots=True)
class Crew:
    """Works for one tenant.

    Attributes:
        worker: does what the acts owe.
        linked: writes the customer's address for an order onto its slip.
        hand: who does it.
    """

    worker: Worker
    tenant_id: UUID
    linked: Callable[[UUID], str]
    hand: Hand = field(default_factory=lambda: Hand("crew:1", "The crew"))
    totes: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def house(self) -> House:
        """Where it works."""
        return self.worker.house

    async def settle(self) -> None:
        """Do everything that is owed."""
        while await self.worker.step(self.tenant_id):
            pass

    async def pick(self, order_ids: Sequence[UUID]) -> None:
        """Plan carts for just these orders, and walk them to their ends.

        Raises:
            CrewError: a cart cannot be picked as it was planned.
        """
        async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
            work = await warehouse.work_of(tx, order_ids)
        waiting = [one.fulfillment_id for one in work if one.state == "waiting"]
        carts = set(await warehouse.plan_wave(self.house, self.tenant_id, waiting) if waiting else [])
        carts |= {one.batch_id for one in work if one.batch_id and one.state in ("batched", "picking")}
        if carts:
            await self._walk(sorted(carts))
        await self._check_picked(order_ids)

    async def _check_picked(self, order_ids: Sequence[UUID]) -> None:
        async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
            work = await warehouse.work_of(tx, order_ids)
        behind = [one for one in work if one.state in ("waiting", "batched", "picking")]
        if behind:
            raise CrewError(
                f"order {behind[0].order_id} and {len(behind) - 1} more are not picked: {behind[0].stuck or behind[0].state}"
            )

    async def miss(self, order_id: UUID) -> None:
        """Find nothing where the goods of an order should lie, wherever they are looked for, until the order waits for them.

        Raises:
            CrewError: they were found again and again.
        """
        for _ in range(GIVE_UP):
            async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
                work = await warehouse.work_of(tx, [order_id])
            if any(one.state == "short" for one in work):
                return
            carts = {one.batch_id for one in work if one.batch_id}
            waiting = [one.fulfillment_id for one in work if one.state == "waiting"]
            carts |= set(await warehouse.plan_wave(self.house, self.tenant_id, waiting) if waiting else [])
            for cart in sorted(carts):
                await self._short(cart, order_id)
            await self.settle()
        raise CrewError(f"the goods of order {order_id} turn up again and again")

    async def _short(self, cart: UUID, order_id: UUID) -> None:
        async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
            ahead = (await warehouse.take_carts(tx, self.hand, [cart]))[cart]
            stop = next((one for one in ahead if one.order_id == order_id), None)
            if stop is None:
                return
            missing = warehouse.ShortReason.MISSING
            if not stop.arrived:
                await warehouse.scan_pick(tx, self.hand, cart, f"{new_id()}", stop.bin)
            await warehouse.short(tx, self.hand, cart, f"{new_id()}", stop.id, missing)

    async def count_bins(self, site_id: UUID) -> None:
        """Count every bin that waits for it, and find what the books say."""
        async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
            counts = await inventory.open_counts(tx, site_id)
            lying = {
                (place, one.product_id): one.on_hand
                for place in {one.place for one in counts}
                for one in await inventory.lies_in(tx, site_id, place)
            }
            found = [
                inventory.Counted(one.id, lying.get((one.place, one.product_id), 0), one.as_of)
                for one in counts
            ]
            await inventory.count(tx, found)

    async def _walk(self, carts: Sequence[UUID]) -> None:
        totes: dict[UUID, str] = {}
        for _ in range(GIVE_UP):
            async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
                ahead = await warehouse.take_carts(tx, self.hand, carts)
                reports = [self._report(stop, totes) for stops in ahead.values() for stop in stops]
                rejected = await warehouse.report_picks(tx, self.hand, carts, reports)
            other = [
                one for one in rejected if one.code not in ("tote_taken", "order_held", "order_canceled")
            ]
            if other:
                raise CrewError(f"a pick was rejected ({other[0].code}): {other[0].message}")
            if not any(one.code == "tote_taken" for one in rejected):
                return
            totes.clear()
        raise CrewError("no empty totes were found")

    def _report(self, stop: Stop, totes: dict[UUID, str]) -> Reported:
        """Say of a stop that all its units were taken, into the order's tote."""
        single = next((code for code, units in stop.codes.items() if units == 1), stop.sku)
        if stop.tote is None and stop.fulfillment_id not in totes:
            totes[stop.fulfillment_id] = f"T-{next(self.totes) % TOTES + 1}"
        return Reported(stop.id, stop.bin, single, stop.left, stop.tote or totes[stop.fulfillment_id])

    async def pack(self, order_ids: Sequence[UUID]) -> None:
        """Pack everything of these orders that is picked, as it was thought out, else as few boxes as bear it.

        Raises:
            CrewError: a box is refused.
        """
        async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
            work = await warehouse.work_of(tx, order_ids)
            ready = [one.fulfillment_id for one in work if one.state == "picked"]
            if not ready:
                return
            boxes = {box.code: box for box in await catalog.boxes_of(tx)}
            boxed = [
                one for bench in await warehouse.benches(tx, ready) for one in packed_as_thought(bench, boxes)
            ]
            verdicts = await warehouse.pack_boxes(tx, self.hand, boxed, self.linked)
        wrong = [one for one in verdicts if one.parcel_id is None]
        if wrong:
            raise CrewError(f"a box was refused ({wrong[0].code}): {wrong[0].message}")

    async def hand_over(self, order_ids: Sequence[UUID]) -> int:
        """Load everything of these orders in a transaction of its own; return how many parcels.

        Raises:
            CrewError: a parcel may not leave.
        """
        async with self.house.db.transaction(self.tenant_id, actor=self.hand.actor) as tx:
            return await self.load(tx, order_ids)

    async def load(self, tx: Tx, order_ids: Sequence[UUID]) -> int:
        """Scan everything of these orders that is labeled onto its truck, and let the trucks leave; return how many parcels.

        Raises:
            CrewError: a parcel may not leave.
        """
        labels = await shipping.labels_of(tx, order_ids)
        numbers = [one.tracking_number or "" for one in labels if not one.handed_over]
        answers = await shipping.hand_over(tx, numbers) if numbers else []
        wrong = [one for one in answers if one.verdict is not shipping.Verdict.HANDED_OVER]
        if wrong:
            raise CrewError(f"a parcel stays ({wrong[0].verdict}): {wrong[0].message}")
        trucks = {one.manifest for one in await shipping.labels_of(tx, order_ids) if one.manifest}
        await shipping.hand_over(tx, [f"M{number}" for number in sorted(trucks)])
        return len(answers)


def packed_as_thought(bench: Bench, boxes: dict[str, catalog.Box]) -> list[Boxed]:
    """Return the boxes of a bench: those thought out for it, if they hold everything, else filled one after the other."""
    code_of = {line.product_id: _code(bench, line.product_id, line.sku) for line in bench.lines}
    weight_of = {line.product_id: line.weight_g for line in bench.lines}
    left = {line.product_id: line.need - line.packed for line in bench.lines if line.need > line.packed}
    thought: dict[UUID, int] = {}
    for _, inside in bench.suggested:
        for product_id, units in inside.items():
            thought[product_id] = thought.get(product_id, 0) + units
    loads = bench.suggested if thought == left else _filled(left, weight_of, boxes[bench.by_eye])
    return [
        Boxed(
            bench.job.id,
            box,
            {code_of[product_id]: units for product_id, units in inside.items()},
            boxes[box].tare_g + sum(weight_of[product_id] * units for product_id, units in inside.items()),
            reason="filled by mass",
        )
        for box, inside in loads
    ]


def _code(bench: Bench, product_id: UUID, sku: str) -> str:
    return next((code for code, units in bench.codes[product_id].items() if units == 1), sku)


def _filled(
    left: dict[UUID, int], weight_of: dict[UUID, int], box: catalog.Box
) -> list[tuple[str, dict[UUID, int]]]:
    """Fill boxes of one kind piece by piece, each up to what it bears."""
    room_g = box.max_gross_g - box.tare_g
    loads: list[tuple[str, dict[UUID, int]]] = []
    free_g = -1
    for product_id, units in left.items():
        for _ in range(units):
            if weight_of[product_id] > free_g:
                loads.append((box.code, {}))
                free_g = room_g
            free_g -= weight_of[product_id]
            inside = loads[-1][1]
            inside[product_id] = inside.get(product_id, 0) + 1
    return loads
