"""What is done to sets of orders, one function per kind of event; every one through the acts of the stage that owns it.

A step of the clock is done in a few chapters, so that thousands of orders cost few transactions.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.stages import feedback, inventory, orders, tracking
from doorstep.stages.feedback import Cause, Rated, Word
from doorstep.stages.inventory import Receipt, Restock
from doorstep.stages.orders import HoldReason, Outcome, RefundAsk
from doorstep.stages.tracking import Scan, Status
from doorstep.world.crew import Crew
from doorstep.world.replay.entering import new_order
from doorstep.world.replay.furnishing import Furnished
from doorstep.world.replay.olist import Olist
from doorstep.world.replay.parts import Oddity, Part
from doorstep.world.replay.places import moment
from doorstep.world.replay.standing import CHANNEL
from doorstep.world.replay.stocking import Delivery
from doorstep.world.replay.timeline import Event, Kind

ACTOR = "replay"
GIVEN_UP = "The shop never sent it."
NOT_APPROVED = "The payment is not approved yet."


class ReplayError(RuntimeError):
    """The house refused something of the export; the message says what and why."""


@dataclass(slots=True)
class Doer:
    """Does what happened, set by set.

    Attributes:
        ids: our order of each part.
        brought: what comes in before each part is placed.
        together: whether the open orders of each step are looked at together before the floor gets them.
        batches: what that came to: `moved` orders, `saved_minor`, `looks`.
        oddities: how often each was noted.
    """

    crew: Crew
    olist: Olist
    furnished: Furnished
    ids: dict[tuple[str, str], UUID]
    brought: Mapping[tuple[str, str], Sequence[Delivery]]
    together: bool = False
    oddities: Counter[str] = field(default_factory=Counter)
    batches: Counter[str] = field(default_factory=Counter)

    @property
    def house(self) -> House:
        """The house that it is done in."""
        return self.crew.house

    async def step(self, happened: Mapping[Kind, Sequence[Event]]) -> None:
        """Do everything that happened within one step of the clock, chapter by chapter, and what follows from it.

        Args:
            happened: the events of each kind, in order of time.
        """
        for chapter in CHAPTERS:
            sets = {kind: happened[kind] for kind in chapter if happened.get(kind)}
            if not sets:
                continue
            if chapter is FLOOR:
                await self._work_floor(sets)
            elif Kind.PLACE in sets:
                await self._place(sets[Kind.PLACE], _keys(sets.get(Kind.PAY, ())))
            for kind, events in sets.items():
                if kind in DEEDS:
                    await DEEDS[kind](self, events)
            if Kind.PLACE in sets and self.together:
                await self._look_together()
            await self.crew.settle()

    async def _look_together(self) -> None:
        """Look at all open orders together, before the floors get them, and move what costs less elsewhere."""
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            asked = await orders.open_orders(tx)
            plan = orders.source_together(asked.standing, asked.routing, asked.free, asked.day)
            moved = await orders.move_open(tx, asked, plan)
        self.batches["moved"] += sum(one.outcome == "moved" for one in moved)
        self.batches["saved_minor"] += plan.before_minor - plan.after_minor
        self.batches["looks"] += plan.looks

    async def _place(self, events: Sequence[Event], paid: frozenset[tuple[str, str]]) -> None:
        """Receive what the orders will take, and place them, in one transaction.

        Args:
            events: in order of time.
            paid: parts whose payment is approved within the same step: they need not wait for it.
        """
        new, found = [], dict[tuple[str, str], list[Oddity]]()
        for event in events:
            order, oddities = new_order(event, self.olist)
            new.append(order)
            found[event.part.key] = [*event.oddities, *oddities]
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            await self._receive(tx, [event.part for event in events])
            verdicts = await orders.place(tx, new, imports=True)
            waiting, doubtful = [], []
            for event, verdict in zip(events, verdicts, strict=True):
                key = event.part.key
                if verdict.order_id is None or verdict.outcome is Outcome.REFUSED:
                    why = "; ".join(f"{one.pointer}: {one.message}" for one in verdict.faults)
                    raise ReplayError(f"order {key[0]} of seller {key[1]} was refused: {why}")
                self.ids[key] = verdict.order_id
                if key not in paid:
                    waiting.append(verdict.order_id)
                if verdict.outcome is Outcome.HELD:
                    doubtful.append(verdict.order_id)
                    found[key].append({"what": "address_doubted"})
            await orders.hold(tx, waiting, HoldReason.PAYMENT, NOT_APPROVED)
            await orders.release_hold(tx, doubtful, HoldReason.ADDRESS, "The export has no better address.")
            await self._note(tx, found)

    async def _receive(self, tx: Tx, parts: Sequence[Part]) -> None:
        """Take in what these parts bring; what is still missing, because floors lost some of it, comes to the first site."""
        bins, products, merchants = self.furnished.bins, self.furnished.products, self.furnished.merchants
        units: dict[tuple[UUID, UUID], int] = defaultdict(int)
        for part in parts:
            for sku, site, n in self.brought.get(part.key, ()):
                units[products[merchants[part.seller], sku], self.furnished.site_ids[site]] += n
        wanted = {one.product_id: one.quantity for one in self._receipts(parts)}
        there = await inventory.available(tx, list(wanted))
        for product_id, quantity in wanted.items():
            coming = sum(units.get((product_id, site_id), 0) for site_id in self.furnished.site_ids)
            lacking = quantity - there.get(product_id, 0) - coming
            if lacking > 0:
                units[product_id, self.furnished.site_id] += lacking
        await inventory.receive(
            tx,
            [
                Receipt(site_id=site_id, product_id=product_id, place=f"bin:{bins[product_id]}", quantity=n)
                for (product_id, site_id), n in sorted(units.items())
            ],
        )

    def _receipts(self, parts: Sequence[Part]) -> list[Receipt]:
        units: dict[UUID, int] = defaultdict(int)
        for part in parts:
            for line in part.lines:
                units[self.furnished.products[self.furnished.merchants[part.seller], line.sku]] += (
                    line.quantity
                )
        site_id, bins = self.furnished.site_id, self.furnished.bins
        return [
            Receipt(
                site_id=site_id, product_id=product_id, place=f"bin:{bins[product_id]}", quantity=quantity
            )
            for product_id, quantity in sorted(units.items())
        ]

    async def pay(self, events: Sequence[Event]) -> None:
        """The payment is approved."""
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            await orders.release_hold(tx, self._ids(events), HoldReason.PAYMENT, "The payment is approved.")
            await self._note_of(tx, events)

    async def cancel(self, events: Sequence[Event]) -> None:
        """Cancel what has not left."""
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            moves = await orders.cancel(
                tx, self._ids(events), "canceled in the export, which does not say when"
            )
            if moves.refused or moves.unknown:
                raise ReplayError(f"orders could not be canceled: {moves.refused or moves.unknown}")
            await self._note_of(tx, events)

    async def miss(self, events: Sequence[Event]) -> None:
        """The picker finds nothing in the bin: the order waits for goods that nobody has, and the bin is counted.

        The shop gave it up, so it is held by hand too: goods that come in later do not send it after all.
        """
        await self._note_once(events)
        for order_id in self._ids(events):
            await self.crew.miss(order_id)
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            await orders.hold(tx, self._ids(events), HoldReason.MANUAL, GIVEN_UP)
        for site_id in self.furnished.site_ids:
            await self.crew.count_bins(site_id)

    async def _work_floor(self, sets: Mapping[Kind, Sequence[Event]]) -> None:
        """Bring everything to the bench in one round, then pack and label what got so far, then load what left.

        The hand-over and the carrier's first scan, at the time that the export says, are one transaction.
        """
        picked, packed, left = ([e for kind in kinds for e in sets.get(kind, ())] for kinds in ROUNDS)
        await self._note_once([event for event in picked if event.kind is not Kind.LEAVE])
        await self.crew.pick(self._ids(picked))
        if packed:
            await self.crew.settle()
            await self.crew.pack(self._ids(packed))
        if left:
            await self.crew.settle()
            async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
                await self.crew.load(tx, self._ids(left))
                await self._scan(tx, left, Status.PICKED_UP)
                await self._note_of(tx, [self._with_size(event) for event in left])

    def _with_size(self, event: Event) -> Event:
        big = [line.sku for line in event.part.lines if line.sku in self.furnished.oversized]
        more = ({"what": "fits_no_box", "skus": big},) if big else ()
        return Event(event.kind, event.at, event.part, event.said, event.review, (*event.oddities, *more))

    async def deliver(self, events: Sequence[Event]) -> None:
        """The carrier says that it is there; the order closes by itself."""
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            await self._scan(tx, events, Status.DELIVERED)
            await self._note_of(tx, events)

    async def turn_back(self, events: Sequence[Event]) -> None:
        """What was canceled on its way comes back: the goods to the shelf, the money to the customer."""
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            await self._scan(tx, events, Status.RETURNING)
            await self._scan(tx, events, Status.RETURNED)
            ids = self._ids(events)
            await inventory.restock(tx, self._restocks(events))
            await self._refund_rest(tx, events)
            await orders.close(tx, ids)
            await self._note_of(tx, events)

    def _restocks(self, events: Sequence[Event]) -> list[Restock]:
        return [
            Restock(
                site_id=one.site_id,
                product_id=one.product_id,
                place=one.place,
                quantity=one.quantity,
                reference=self.ids[event.part.key],
            )
            for event in events
            for one in self._receipts([event.part])
        ]

    async def send_back(self, events: Sequence[Event]) -> None:
        """What was canceled after delivery: the customer returns it whole, and gets everything back."""
        for event in events:
            order_id = self.ids[event.part.key]
            async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
                return_id = await self._ask_return(tx, order_id)
            await self.crew.settle()
            async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
                await feedback.receive_return(tx, return_id)
                items = await feedback.items_of(tx, return_id)
                grades = [feedback.Came(one.line_id, one.product_id, one.quantity) for one in items]
                bins = self.furnished.bins
                await feedback.grade_return(tx, return_id, grades, f"bin:{bins[items[0].product_id]}")
                await self._refund_rest(tx, [event])
                await self._note_of(tx, [event])

    async def _ask_return(self, tx: Tx, order_id: UUID) -> UUID:
        """Ask to send the whole order back, unless a replay that stopped in between has asked already."""
        asked = await feedback.returns(tx, order_id=order_id)
        if asked:
            return asked[0].id
        order = await orders.read(tx, order_id)
        whole = [feedback.ReturnAsk(line.id, line.quantity) for line in order.lines] if order else []
        return await feedback.ask_return(tx, order_id, whole, "changed_mind", "canceled in the export")

    async def _refund_rest(self, tx: Tx, events: Sequence[Event]) -> None:
        asks = [
            RefundAsk(one.id, one.captured_minor - one.refunded_minor, "canceled", "canceled")
            for one in await orders.standing(tx, CHANNEL, self._ids(events))
            if one.captured_minor > one.refunded_minor
        ]
        await orders.refund(tx, asks)

    async def complain(self, events: Sequence[Event]) -> None:
        """The customer of something that never came says so."""
        words = {
            self.ids[event.part.key]: Word(
                self.ids[event.part.key], received=False, note=_said(event), cause=Cause.NOT_RECEIVED
            )
            for event in events
        }
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            await feedback.confirm_each(tx, list(words.values()))
            await self._note_of(tx, events)

    async def rate(self, events: Sequence[Event]) -> None:
        """The customer says how it was; who answers twice within a step is heard twice."""
        rounds: dict[int, list[Event]] = defaultdict(list)
        seen: Counter[tuple[str, str]] = Counter()
        for event in events:
            rounds[seen[event.part.key]].append(event)
            seen[event.part.key] += 1
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            for some in rounds.values():
                given = [
                    Rated(self.ids[event.part.key], event.review.score, _said(event))
                    for event in some
                    if event.review
                ]
                await feedback.rate_each(tx, given)
            await self._note_of(tx, events)

    async def _scan(self, tx: Tx, events: Sequence[Event], status: Status) -> None:
        at = {self.ids[event.part.key]: event for event in events}
        stories = await tracking.stories_of(tx, list(at))
        await tracking.record(
            tx,
            [
                Scan(
                    parcel_id=story.parcel_id,
                    number=story.number,
                    status=status,
                    raw_code=status,
                    occurred_at=_occurred(at[story.order_id]),
                    via="import",
                )
                for story in stories
            ],
        )

    def _ids(self, events: Sequence[Event]) -> list[UUID]:
        return list(dict.fromkeys(self.ids[event.part.key] for event in events))

    async def _note_once(self, events: Sequence[Event]) -> None:
        """Note what is odd before a work of many transactions begins; a replay that goes on finds it noted."""
        odd = [event for event in events if event.oddities]
        if not odd:
            return
        async with self.house.db.transaction(self.crew.tenant_id, actor=ACTOR) as tx:
            there = {
                (one.subject, one.facts.get("what")) for one in await journal.history(tx, self._ids(odd))
            }
            new = [one for one in odd if (self.ids[one.part.key], one.oddities[0]["what"]) not in there]
            await self._note_of(tx, new)

    async def _note_of(self, tx: Tx, events: Sequence[Event]) -> None:
        found: dict[tuple[str, str], list[Oddity]] = defaultdict(list)
        for event in events:
            found[event.part.key] += event.oddities
        await self._note(tx, found)

    async def _note(self, tx: Tx, found: Mapping[tuple[str, str], Sequence[Oddity]]) -> None:
        """Write every oddity into its order's history."""
        for key, oddities in found.items():
            for oddity in oddities:
                await orders.note_oddity(tx, self.ids[key], oddity)
                self.oddities[str(oddity["what"])] += 1


def _occurred(event: Event) -> datetime:
    """Return the time that the export says, even where it contradicts itself; else the one that was taken instead."""
    return moment(event.said) if event.said else event.at


def _said(event: Event) -> str:
    letters = event.review.letters if event.review else 0
    return f"({letters} letters, withheld in the export)" if letters else ""


def _keys(events: Sequence[Event]) -> frozenset[tuple[str, str]]:
    return frozenset(event.part.key for event in events)


Deed = Callable[[Doer, Sequence[Event]], Awaitable[None]]
DEEDS: Mapping[Kind, Deed] = {
    Kind.PAY: Doer.pay,
    Kind.CANCEL: Doer.cancel,
    Kind.MISS: Doer.miss,
    Kind.DELIVER: Doer.deliver,
    Kind.TURN_BACK: Doer.turn_back,
    Kind.SEND_BACK: Doer.send_back,
    Kind.COMPLAIN: Doer.complain,
    Kind.RATE: Doer.rate,
}
"""What is done by itself; placing looks at what is paid, and the floor is worked as one."""

FLOOR = (Kind.PICK, Kind.PACK, Kind.LEAVE)
ROUNDS = (FLOOR, (Kind.PACK, Kind.LEAVE), (Kind.LEAVE,))
"""Who is picked, who is packed, who leaves."""

CHAPTERS = (
    (Kind.PLACE, Kind.PAY, Kind.CANCEL),
    (Kind.MISS,),
    FLOOR,
    (Kind.DELIVER, Kind.TURN_BACK),
    (Kind.SEND_BACK,),
    (Kind.COMPLAIN, Kind.RATE),
)
"""What is done one after the other before the reactions are awaited: nothing in a chapter needs those of what is before it there."""
