"""Customers at home: they read their mail, follow the links in it, say that it arrived, rate it, and send things back."""

import asyncio
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from doorstep.world.people.person import patiently

LINK = re.compile(r"https?://[^\s\"<>]+/t/(?P<token>[A-Za-z0-9_=-]{60,70})")
CSRF = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
LINE = re.compile(r'name="(line-[0-9a-f-]{36})"')
AT_ONCE = 8
"""So many customers sit at their screens at the same time."""


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
        house: client with the house's base URL that keeps no cookies: each customer has a browser of their own.
        mailbox: client with the mailbox's base URL.
        seed: of everybody's dice; what somebody does depends on the letter, not on when it is read.
        read: the newest message that was read.
        said: how often which page was filled in.
    """

    house: httpx.AsyncClient
    mailbox: httpx.AsyncClient
    seed: int
    opinions: Opinions
    read: str = ""
    said: dict[str, int] = field(default_factory=dict)
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def catch_up(self) -> None:
        """Leave what came before today unanswered: whoever wanted to say something has said it."""
        await self._fresh(most=1)

    async def work(self) -> bool:
        """Read new mail; return whether there was some."""
        fresh = await self._fresh()
        await asyncio.gather(*(self._open_letter(mail) for mail in fresh))
        return bool(fresh)

    async def _fresh(self, most: int = 100_000) -> list[dict[str, Any]]:
        """Return the mails since the last look, the newest first."""
        wanted: dict[str, str | int] = {"channel": "mail", "after": self.read, "most": most}
        answer = await self.mailbox.get("/api/messages", params=wanted)
        fresh: list[dict[str, Any]] = answer.json()["messages"]
        self.read = fresh[0]["id"] if fresh else self.read
        return fresh

    async def _open_letter(self, mail: dict[str, Any]) -> None:
        found = LINK.search(mail["text"])
        if found and "/rate" in mail["text"]:
            async with self.at_once:
                dice = Random(f"{self.seed}-{mail['recipient']}-{mail['subject']}")
                await self._say(found["token"], dice)

    async def _say(self, token: str, dice: Random) -> None:
        opinions = self.opinions
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
            fields = {lines[0]: "1", "reason": "changed_mind", "note": ""}
            await self._fill(token, "return", fields, page)

    async def _fill(
        self, token: str, page: str, fields: dict[str, str], shown: httpx.Response | None = None
    ) -> None:
        """Open a page as a browser does, unless it is open already, and send its form."""
        shown = shown or await self._open(f"/t/{token}/{page}")
        csrf = CSRF.search(shown.text)
        if shown.status_code == 200 and csrf:
            form = {**fields, "_csrf_token": csrf[1]}
            cookies = "; ".join(f"{name}={value}" for name, value in shown.cookies.items())

            async def send() -> httpx.Response:
                return await self.house.post(f"/t/{token}/{page}", data=form, headers={"cookie": cookies})

            sent = await patiently(send, page)
            if sent.status_code < 400:
                self.said[page] = self.said.get(page, 0) + 1

    async def _open(self, path: str) -> httpx.Response:
        """Open a page in a browser that nobody used before."""
        return await patiently(lambda: self.house.get(path), path)
