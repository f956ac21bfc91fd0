"""Customers at home: they read their mail, follow the links in it, say that it arrived, rate it, and send things back."""

import re
from dataclasses import dataclass, field
from random import Random

import httpx

from doorstep.world.people.person import patiently

LINK = re.compile(r"https?://[^\s\"<>]+/t/(?P<token>[A-Za-z0-9_=-]{60,70})")
CSRF = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
LINE = re.compile(r'name="(line-[0-9a-f-]{36})"')


@dataclass(frozen=True, slots=True)
class Opinions:
    """What people do when a parcel has arrived, as shares of one."""

    rates: float = 0.4
    confirms: float = 0.3
    returns: float = 0.08
    complains: float = 0.02


@dataclass(slots=True)
class Household:
    """Reads every mailbox and acts on what has arrived, through the same pages as anyone.

    Attributes:
        house: client with the house's base URL; each customer's cookies are kept apart.
        mailbox: client with the mailbox's base URL.
        seen: messages that were read.
    """

    house: httpx.AsyncClient
    mailbox: httpx.AsyncClient
    dice: Random
    opinions: Opinions
    seen: set[str] = field(default_factory=set)
    said: dict[str, int] = field(default_factory=dict)

    async def work(self) -> bool:
        """Read new mail; return whether there was some."""
        answer = await self.mailbox.get("/api/messages", params={"channel": "mail", "most": 100})
        fresh = [mail for mail in answer.json()["messages"] if mail["id"] not in self.seen]
        for mail in fresh:
            self.seen.add(mail["id"])
            found = LINK.search(mail["text"])
            if found and "/rate" in mail["text"]:
                await self._say(found["token"])
        return bool(fresh)

    async def _say(self, token: str) -> None:
        dice, opinions = self.dice, self.opinions
        if dice.random() < opinions.complains:
            await self._fill(
                token, "problem", {"cause": dice.choice(("damaged", "not_received")), "note": "Please help."}
            )
            return
        if dice.random() < opinions.confirms:
            await self._fill(token, "confirm", {})
        if dice.random() < opinions.rates:
            score = dice.choices((1, 2, 3, 4, 5), (2, 3, 10, 35, 50))[0]
            await self._fill(
                token, "rate", {"score": str(score), "comment": "" if score > 2 else "The box was wet."}
            )
        if dice.random() < opinions.returns:
            await self._return(token)

    async def _return(self, token: str) -> None:
        page = await self._open(f"/t/{token}/return")
        lines = LINE.findall(page.text)
        if lines:
            await self._fill(token, "return", {lines[0]: "1", "reason": "changed_mind", "note": ""})

    async def _fill(self, token: str, page: str, fields: dict[str, str]) -> None:
        """Open a page as a browser does and send its form."""
        shown = await self._open(f"/t/{token}/{page}")
        csrf = CSRF.search(shown.text)
        if shown.status_code == 200 and csrf:
            form = {**fields, "_csrf_token": csrf[1]}

            async def send() -> httpx.Response:
                return await self.house.post(f"/t/{token}/{page}", data=form)

            sent = await patiently(send, page, self.dice)
            if sent.status_code < 400:
                self.said[page] = self.said.get(page, 0) + 1

    async def _open(self, path: str) -> httpx.Response:
        """Open a page in a browser that nobody used before."""
        self.house.cookies.clear()
        return await patiently(lambda: self.house.get(path), path, self.dice)
