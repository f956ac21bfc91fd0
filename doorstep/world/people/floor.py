"""The people on the floor: pickers with carts, packers at benches, the dock that hands parcels over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.world.people.person import Person

SCANS_MAX = 2000
"""More scans than any cart needs: a picker who gets nowhere gives the cart back."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often people err, as shares of one."""

    wrong_scan: float = 0.02
    missing: float = 0.01
    wrong_weight: float = 0.01


@dataclass(slots=True)
class Picker:
    """Takes the most urgent cart and walks it to its end.

    Attributes:
        barcodes: SKU -> what stands on the item.
    """

    person: Person
    site_id: str
    barcodes: Mapping[str, str]
    habits: Habits

    async def work(self) -> bool:
        """Pick one cart; return whether there was one."""
        status, found = await self.person.post("/api/batches/next", {"site_id": self.site_id, "device": ""})
        if status != 200 or found["cart"] is None:
            return False
        cart = found["cart"]
        for _ in range(SCANS_MAX):
            if cart["stop"] is None or cart["batch_state"] != "picking":
                return True
            cart = await self._next(cart)
        await self.person.post(f"/api/batches/{cart['batch_id']}/give-back", {"device": ""})
        return True

    async def _next(self, cart: dict[str, Any]) -> dict[str, Any]:
        stop, dice = cart["stop"], self.person.dice
        if cart["expects"] == "item" and stop["counted"] == 0 and dice.random() < self.habits.missing:
            return await self._act(
                cart, "/api/picks/short", {"pick_id": stop["pick_id"], "reason": "missing"}
            )
        code = {
            "bin": stop["bin"],
            "item": self.barcodes.get(stop["sku"], stop["sku"]),
            "tote": stop["tote"] or f"T-{dice.randrange(1, 100_000)}",
        }[cart["expects"]]
        if dice.random() < self.habits.wrong_scan:
            code = f"X{code}"
        left = stop["quantity"] - stop["done"] - stop["counted"]
        more = {"quantity": left} if cart["expects"] == "item" and left > 1 else {}
        return await self._act(cart, "/api/picks/scan", {"code": code, **more})

    async def _act(self, cart: dict[str, Any], path: str, body: dict[str, Any]) -> dict[str, Any]:
        command = self.person.new_id()
        whole = {"command_id": command, "device": "", "batch_id": cart["batch_id"], **body}
        status, answer = await self.person.post(path, whole, key=command)
        return dict(answer) if status == 200 else {**cart, "stop": None}


@dataclass(slots=True)
class Packer:
    """Opens picked totes one after the other and closes boxes.

    Attributes:
        bench: which of the `benches` is theirs; each takes every so-manieth tote, so that two rarely reach for one.
    """

    person: Person
    site_id: str
    barcodes: Mapping[str, str]
    habits: Habits
    bench: int = 0
    benches: int = 1

    async def work(self) -> bool:
        """Pack what is picked for this bench; return whether there was something."""
        waiting = await self.person.get("/api/fulfillments", state="picked", site_id=self.site_id, limit=200)
        mine = [one["order_number"] for one in waiting if one["order_number"] % self.benches == self.bench]
        packed = [await self._pack(str(number)) for number in mine]
        return any(packed)

    async def _pack(self, code: str) -> bool:
        opened = await self._act("/api/pack/open", {"code": code, "site_id": self.site_id})
        if not opened or not opened["accepted"]:
            return False
        fulfillment_id = opened["fulfillment_id"]
        answer = opened
        for line in opened["lines"]:
            need = line["need"] - line["packed"]
            if need > 0:
                body = {"fulfillment_id": fulfillment_id, "code": self.barcodes.get(line["sku"], line["sku"])}
                if self.person.dice.random() < self.habits.wrong_scan:
                    await self._act("/api/pack/scan", {**body, "code": f"X{body['code']}"})
                answer = await self._act("/api/pack/scan", {**body, "quantity": need}) or answer
        return await self._close(answer)

    async def _close(self, answer: dict[str, Any]) -> bool:
        parcel = answer.get("parcel")
        if not parcel:
            return False
        weight_g = max(1, parcel["expected_g"])
        if self.person.dice.random() < self.habits.wrong_weight:
            await self._act("/api/pack/close", {"parcel_id": parcel["id"], "weight_g": weight_g * 3 + 500})
        closed = await self._act("/api/pack/close", {"parcel_id": parcel["id"], "weight_g": weight_g})
        return bool(closed and closed["accepted"])

    async def _act(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        command = self.person.new_id()
        status, answer = await self.person.post(
            path, {"command_id": command, "device": "", **body}, key=command
        )
        return answer if status == 200 else None


@dataclass(slots=True)
class Tidier:
    """Puts back what canceled and held orders left in totes and boxes, and counts bins that somebody doubts.

    Attributes:
        spare_bin: takes what lies in no bin any more.
    """

    person: Person
    site_id: str
    barcodes: Mapping[str, str]
    spare_bin: str

    async def work(self) -> bool:
        """Put everything back and count what is doubted; return whether there was something."""
        return any([await self._put_back(), await self._count()])

    async def _count(self) -> bool:
        """Count bins. The goods were there after all, somewhere behind the others: this world loses nothing."""
        doubted = await self.person.get("/api/counts", site_id=self.site_id)
        for place in sorted({one["place"] for one in doubted}):
            lying = await self.person.get("/api/stock", site_id=self.site_id, place=place)
            there = {one["product_id"]: one["on_hand"] for one in lying}
            found = [
                {
                    "count_id": one["id"],
                    "quantity": there.get(one["product_id"], 0),
                    "as_of": one["as_of"],
                }
                for one in doubted
                if one["place"] == place
            ]
            await self.person.post("/api/counts", {"counts": found})
        return bool(doubted)

    async def _put_back(self) -> bool:
        lines = await self.person.get("/api/put-backs", site_id=self.site_id)
        for line in lines:
            command = self.person.new_id()
            body = {
                "command_id": command,
                "device": "",
                "source": line["source"],
                "code": self.barcodes.get(line["sku"], line["sku"]),
                "bin": line["bin"] or self.spare_bin,
                "quantity": line["units"],
                "site_id": self.site_id,
            }
            await self.person.post("/api/put-backs", body, key=command)
        return bool(lines)


@dataclass(slots=True)
class Dock:
    """Makes manifests, scans what leaves, and lets the trucks go."""

    person: Person
    site_id: str
    carriers: tuple[str, ...]

    async def work(self) -> bool:
        """Hand everything over that is labeled; return whether there was something."""
        left = False
        for carrier_id in self.carriers:
            status, manifest = await self.person.post(
                "/api/manifests", {"site_id": self.site_id, "carrier_id": carrier_id}
            )
            if status == 201:
                await self.person.post("/api/hand-overs", {"codes": [f"M{manifest['number']}"]})
                left = True
        return left
