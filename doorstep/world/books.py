"""The books at the end of a day: everything ordered is delivered, returned, canceled or open; money and goods add up."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from doorstep.world.people.person import Person

AT_ONCE = 8
SETTLED_WITHIN_S = 60.0
"""So long the house may take until nothing is owed any more, after the last thing that happened to it."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Who keeps books of their own, and our keys there."""

    carrier: httpx.AsyncClient
    carrier_key: str
    payment: httpx.AsyncClient
    payment_key: str
    mailbox: httpx.AsyncClient


@dataclass(frozen=True, slots=True)
class Books:
    """What became of everything.

    Attributes:
        ordered: orders that the house acknowledged.
        states: how many of them end in which state.
        delivered: closed orders without a return.
        returned: closed orders with goods sent back.
        labels_sold: labels that the carrier's own ledger holds, voided ones apart.
        labels_twice: parcels for which the carrier's own ledger holds more than one of them.
        labels_bought: labels of that carrier that the house believes to have bought.
        captured_minor: taken from customers by our books; `charged_minor` by the processor's own.
        refunded_minor: given back by our books.
        doubles: messages that somebody received twice.
        in_doubt: mails that were on their way when something broke: nobody knows, and a person decides.
        lost: orders that were acknowledged and are not there.
        settled_s: how long it took until nothing was owed any more.
        owed: what is still owed then, `given_up` what was tried too often.
    """

    ordered: int
    states: dict[str, int]
    delivered: int
    returned: int
    labels_sold: int
    labels_twice: int
    labels_bought: int
    captured_minor: int
    charged_minor: int
    refunded_minor: int
    paid_back_minor: int
    messages: int
    doubles: int
    in_doubt: int
    lost: int
    settled_s: float
    owed: int
    given_up: int

    @property
    def faults(self) -> list[str]:
        """What does not add up; empty when everything does."""
        ends = self.states.get("canceled", 0) + self.states.get("closed", 0)
        still = sum(self.states.values()) - ends
        ended = self.delivered + self.returned + self.states.get("canceled", 0)
        checks = (
            (self.ordered == ended + still, "orders do not add up"),
            (self.labels_sold == self.labels_bought, "the carrier sold other labels than we bought"),
            (self.labels_twice == 0, "a parcel's label was bought twice"),
            (
                self.captured_minor == self.charged_minor,
                "the processor charged something else than we booked",
            ),
            (
                self.refunded_minor == self.paid_back_minor,
                "the processor paid back something else than we booked",
            ),
            (self.doubles == 0, "somebody got a message twice"),
            (self.lost == 0, "an acknowledged order is not there"),
            (self.owed == 0, f"something is still owed after {SETTLED_WITHIN_S:.0f} s"),
            (self.given_up == 0, "the house gave something up"),
        )
        return [said for good, said in checks if not good]


async def close_books(owner: Person, outside: Outside, placed: list[str]) -> Books:
    """Wait until nothing is owed, read everything back through the APIs of the house and of the outside, and say what became of it."""
    settled_s, owed, given_up = await _settled(owner)
    orders = await _all_orders(owner)
    wholes = await _each(owner, [(f"/api/orders/{order['id']}", {}) for order in orders])
    payments = [one for whole in wholes for one in whole["payments"] if one["processor"] != "manual"]
    closed = {order["id"] for order in orders if order["state"] == "closed"}
    back = await _each(owner, [("/api/returns", {"order_id": order_id}) for order_id in sorted(closed)])
    returned = {one["order_id"] for found in back for one in found}
    labels = await _ledger(outside.carrier, outside.carrier_key, "labels")
    sold = Counter(label["reference"] for label in labels if label["status"] == "sold")
    charged = await _ledger(outside.payment, outside.payment_key, "payments")
    messages = await _messages(outside.mailbox)
    return Books(
        ordered=len(orders),
        states=dict(Counter(order["state"] for order in orders)),
        delivered=len(closed - returned),
        returned=len(closed & returned),
        labels_sold=sold.total(),
        labels_twice=sum(1 for count in sold.values() if count > 1),
        labels_bought=await _bought(owner),
        captured_minor=sum(one["captured_minor"] for one in payments),
        charged_minor=sum(one["captured_minor"] for one in charged),
        refunded_minor=sum(one["refunded_minor"] for one in payments),
        paid_back_minor=sum(one["refunded_minor"] for one in charged),
        messages=messages.total(),
        doubles=messages.total() - len(messages),
        in_doubt=await _in_doubt(owner),
        lost=len(set(placed) - {order["id"] for order in orders}),
        settled_s=settled_s,
        owed=owed,
        given_up=given_up,
    )


async def _settled(owner: Person) -> tuple[float, int, int]:
    """Wait until nothing is owed, also nothing that waits for another try; return how long that took, what is left, and what was given up."""
    begun = time.monotonic()
    while True:
        tasks = [one for one in await owner.get("/api/tasks") if not one["timer"]]
        dead = sum(one["dead"] for one in tasks)
        owed = sum(one["owed"] for one in tasks) - dead
        for state in ("owed", "sending"):
            owed += len((await owner.get("/api/messages", state=state, limit=200))["messages"])
        passed = time.monotonic() - begun
        if not owed or passed > SETTLED_WITHIN_S:
            return round(passed, 1), owed, dead
        await asyncio.sleep(0.2)


async def _each(owner: Person, asked: Sequence[tuple[str, dict[str, str]]]) -> list[Any]:
    """Read many addresses, a few at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def read(path: str, params: dict[str, str]) -> Any:
        async with gate:
            return await owner.get(path, **params)

    return await asyncio.gather(*(read(path, params) for path, params in asked))


async def _all_orders(owner: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await owner.get("/api/orders", cursor=cursor, limit=100)
        found += page["orders"]
        cursor = page["next"]
        if cursor is None:
            return found


async def _bought(owner: Person) -> int:
    """Count the labels of outside carriers that the house holds for bought."""
    count, after = 0, None
    while True:
        page = await owner.get("/api/labels", state="bought", after=after, most=200)
        count += sum(1 for label in page["labels"] if label["carrier"] == "Parcelo")
        after = page["next"]
        if after is None:
            return count


async def _in_doubt(owner: Person) -> int:
    """Count the messages of which nobody knows whether they arrived."""
    count, before = 0, None
    while True:
        page = await owner.get("/api/messages", state="failed", before=before, limit=200)
        count += sum(1 for one in page["messages"] if one["in_doubt"])
        before = page["next"]
        if before is None:
            return count


async def _ledger(server: httpx.AsyncClient, key: str, what: str) -> list[dict[str, Any]]:
    """Read the whole ledger of somebody outside."""
    found: list[dict[str, Any]] = []
    headers = {"authorization": f"Bearer {key}"}
    while True:
        answer = await server.get("/v1/ledger", params={"skip": len(found), "most": 1000}, headers=headers)
        page = answer.json()[what]
        found += page
        if len(page) < 1000:
            return found


async def _messages(mailbox: httpx.AsyncClient) -> Counter[tuple[str, str, str]]:
    """Count how often each message came: the same recipient, channel and name of the message are one."""
    answer = await mailbox.get("/api/messages", params={"most": 100_000})
    found = answer.json()["messages"]
    return Counter((one["recipient"], one["channel"], one["reference"]) for one in found)
