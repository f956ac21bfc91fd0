"""The office: clears doubts about addresses, answers customers, takes returns in."""

from dataclasses import dataclass
from typing import Any

from doorstep.world.people.person import Person

HOPELESS = frozenset({"payment", "out_of_stock"})
"""Holds that nobody can put right here; the rest are doubts, and somebody looked."""

HERE = frozenset({"approved", "in_transit", "received"})
"""Returns that the office takes in and grades; what follows, the house does by itself."""


@dataclass(slots=True)
class Desk:
    """Whoever runs the day.

    Attributes:
        bin_code: where goods that came back are put.
    """

    person: Person
    bin_code: str

    async def work(self) -> bool:
        """Do what waits; return whether there was something."""
        return any([await self._holds(), await self._cases(), await self._returns()])

    async def _holds(self) -> bool:
        """Look at held orders: a doubtful address is right after all, a payment that failed is given up."""
        held = await self.person.get("/api/orders", state="held", limit=100)
        done = False
        for order in held["orders"]:
            path = f"/api/orders/{order['id']}"
            if HOPELESS & set(order["holds"]):
                done |= await self._do(f"{path}/cancel", {"why": "it could not be put right"})
                continue
            for reason in order["holds"]:
                done |= await self._do(f"{path}/release-hold", {"reason": reason, "note": "looked at"})
        return done

    async def _cases(self) -> bool:
        done = False
        for case in await self.person.get("/api/cases"):
            path = f"/api/cases/{case['id']}"
            if case["state"] == "open":
                await self._do(f"{path}/answer", {"answer": "We are sorry, and will make it good."})
            done |= await self._do(f"{path}/close", {})
        return done

    async def _returns(self) -> bool:
        came = [one for one in await self.person.get("/api/returns") if one["state"] in HERE]
        done = False
        for one in came:
            path = f"/api/returns/{one['id']}"
            if one["state"] == "approved":
                await self._do(f"{path}/receive", {})
            whole = await self.person.get(path)
            grades = [
                {
                    "line_id": i["line_id"],
                    "product_id": i["product_id"],
                    "grade": self.person.dice.choice("aaabc"),
                }
                for i in whole["items"]
            ]
            done |= await self._do(f"{path}/grade", {"items": grades, "bin": self.bin_code})
        return done

    async def _do(self, path: str, body: dict[str, Any]) -> bool:
        """Do one act; return whether the house took it."""
        status, _ = await self.person.post(path, body)
        return status < 400
