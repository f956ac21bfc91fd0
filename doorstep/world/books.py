"""The books at the end of a day: everything ordered is delivered, returned, canceled or open; money and goods add up."""

from dataclasses import dataclass
from typing import Any

import httpx

from doorstep.world.people.person import Person


@dataclass(frozen=True, slots=True)
class Books:
    """What became of everything.

    Attributes:
        ordered: orders that the house acknowledged.
        states: how many of them end in which state.
        delivered: closed orders without a return.
        returned: closed orders with goods sent back.
        labels_sold: labels that the carrier's own ledger holds, voided ones apart.
        labels_bought: labels of that carrier that the house believes to have bought.
        captured_minor: taken from customers by our books; `charged_minor` by the processor's own.
        refunded_minor: given back by our books.
        doubles: messages that somebody received twice.
        lost: orders that were acknowledged and are not there.
    """

    ordered: int
    states: dict[str, int]
    delivered: int
    returned: int
    labels_sold: int
    labels_bought: int
    captured_minor: int
    charged_minor: int
    refunded_minor: int
    paid_back_minor: int
    doubles: int
    lost: int

    @property
    def faults(self) -> list[str]:
        """What does not add up; empty when everything does."""
        canceled, still = (
            self.states.get("canceled", 0),
            sum(self.states.values()) - self.states.get("canceled", 0),
        )
        still -= self.states.get("closed", 0)
        checks = (
            (self.ordered == self.delivered + self.returned + canceled + still, "orders do not add up"),
            (self.labels_sold == self.labels_bought, "the carrier sold other labels than we bought"),
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
        )
        return [said for good, said in checks if not good]


async def close_books(
    owner: Person, carrier: httpx.AsyncClient, carrier_key: str, payment: httpx.AsyncClient, payment_key: str,
    mailbox: httpx.AsyncClient, placed: list[str],
) -> Books:  # fmt: skip
    """Read everything back through the APIs of the house and of the outside, and return what became of it."""
    orders = await _all_orders(owner)
    wholes = [await owner.get(f"/api/orders/{order['id']}") for order in orders]
    payments = [one for whole in wholes for one in whole["payments"] if one["processor"] != "manual"]
    returned = {one["order_id"] for one in await _all_returns(owner, orders)}
    closed = {order["id"] for order in orders if order["state"] == "closed"}
    states: dict[str, int] = {}
    for order in orders:
        states[order["state"]] = states.get(order["state"], 0) + 1
    sold = await _ledger(carrier, "/v1/ledger", carrier_key, "labels")
    charged = await _ledger(payment, "/v1/ledger", payment_key, "payments")
    bought = await _bought(owner)
    there = {order["id"] for order in orders}
    return Books(
        ordered=len(orders),
        states=states,
        delivered=len(closed - returned),
        returned=len(closed & returned),
        labels_sold=sum(1 for label in sold if label["status"] == "sold"),
        labels_bought=bought,
        captured_minor=sum(one["captured_minor"] for one in payments),
        charged_minor=sum(one["captured_minor"] for one in charged),
        refunded_minor=sum(one["refunded_minor"] for one in payments),
        paid_back_minor=sum(one["refunded_minor"] for one in charged),
        doubles=await _doubles(mailbox),
        lost=len(set(placed) - there),
    )


async def _all_orders(owner: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await owner.get("/api/orders", cursor=cursor, limit=100)
        found += page["orders"]
        cursor = page["next"]
        if cursor is None:
            return found


async def _all_returns(owner: Person, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for order in orders for one in await owner.get("/api/returns", order_id=order["id"])]


async def _bought(owner: Person) -> int:
    """Count the labels of outside carriers that the house holds for bought."""
    count, after = 0, None
    while True:
        page = await owner.get("/api/labels", state="bought", after=after, most=200)
        count += sum(1 for label in page["labels"] if label["carrier"] == "Parcelo")
        after = page["next"]
        if after is None:
            return count


async def _ledger(outside: httpx.AsyncClient, path: str, key: str, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    headers = {"authorization": f"Bearer {key}"}
    while True:
        answer = await outside.get(path, params={"skip": len(found), "most": 1000}, headers=headers)
        page = answer.json()[what]
        found += page
        if len(page) < 1000:
            return found


async def _doubles(mailbox: httpx.AsyncClient) -> int:
    """Count messages that came twice: the same recipient, channel and name of the message."""
    answer = await mailbox.get("/api/messages", params={"most": 100_000})
    names = [(one["recipient"], one["channel"], one["reference"]) for one in answer.json()["messages"]]
    return len(names) - len(set(names))
