"""A trading partner that speaks EDI X12: it writes orders, takes our documents by POST, and answers them with a 997 of its own.

Base: `http://127.0.0.1:<port>/`. `GET /` answers 200, `POST /` takes `application/edi-x12`; both want `Authorization: Bearer`
(401 otherwise). What was taken before is known by its interchange number and not taken twice.

`befall` names what goes wrong with the next requests: `down` (503), `late` (taken, answered 500), `busy` (429).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, get, post

from doorstep.world.serving import serving

Asked = Request[Any, Any, Any]
Segments = list[list[str]]


class TradingPartner:
    """The books of one partner.

    Attributes:
        taken: our interchanges by their number, as segments.
    """

    def __init__(self) -> None:
        self.key = "hush"
        self.name, self.us = "ACME", "DOORSTEP"
        self.taken: dict[str, Segments] = {}
        self.next: list[str] = []
        self.posts = 0
        self._control = 0

    def befall(self, *mishaps: str) -> None:
        """Let the next requests go wrong so, one each; `none` lets one pass."""
        self.next += mishaps

    def of(self, kind: str) -> list[Segments]:
        """Return the sets of one kind that we sent, in the sequence of their numbers."""
        return [self.taken[one] for one in sorted(self.taken) if self.taken[one][2][1] == kind]

    def of_envelopes(self) -> Segments:
        """Return the TA1 that we sent, in the sequence of their numbers."""
        return [one for number in sorted(self.taken) for one in self.taken[number] if one[0] == "TA1"]

    def write(
        self,
        code: str,
        sets: list[Segments],
        *,
        version: str = "004010",
        minute: int = 0,
        usage: str = "P",
        asks: bool = False,
    ) -> str:
        """Return an interchange of sets, each from its ST on without SE; the later `minute`, the later it was sent; `asks` for a TA1."""
        self._control += 1
        number = f"{self._control:09}"
        isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{self.name:15}", "ZZ", f"{self.us:15}", "260302", f"11{minute:02}", "U",
               "00401", number, str(int(asks)), usage, ">"]  # fmt: skip
        lines: Segments = [
            isa,
            ["GS", code, self.name, self.us, "20260302", f"11{minute:02}", str(self._control), "X", version],
        ]
        for place, one in enumerate(sets, 1):
            control = f"{place:04}"
            lines += [["ST", one[0][0], control], *one[1:], ["SE", str(len(one) + 1), control]]
        lines += [["GE", str(len(sets)), str(self._control)], ["IEA", "1", number]]
        return "~\n".join("*".join(one) for one in lines) + "~\n"

    def order(self, ref: str, *lines: list[str], purpose: str = "00", to: str = "Ana Keller") -> Segments:
        """Return an 850 of PO1 lines."""
        return [
            ["850"], ["BEG", purpose, "SA", ref, "", "20260302"], ["CUR", "BY", "EUR"], ["N1", "ST", to], ["N3", "Im Rietle 14"],
            ["N4", "Schaan", "", "9494", "LI"], *(["PO1", *one] for one in lines), ["CTT", str(len(lines))],
        ]  # fmt: skip

    def shipping_order(self, ref: str, *lines: list[str], status: str = "N") -> Segments:
        """Return a 940 of W01 lines."""
        body: Segments = [["940"], ["W05", status, ref], ["N1", "ST", "Ana Keller"], ["N3", "Im Rietle 14"]]
        body += [["N4", "Schaan", "", "9494", "LI"]]
        for place, one in enumerate(lines, 1):
            body += [["LX", str(place)], ["W01", *one]]
        return body

    def turn_away(self, sent: Segments, note: str = "021") -> str:
        """Return a TA1 that refuses an interchange of ours."""
        text = self.write("FA", [])
        header, *_, trailer = text.split("\n")[:-1]
        told = "*".join(["TA1", sent[0][13], sent[0][9], sent[0][10], "R", note])
        return "~\n".join([header.rstrip("~"), told, trailer.rstrip("~").replace("IEA*1", "IEA*0")]) + "~\n"

    def acknowledge(self, sent: Segments, verdict: str = "A") -> str:
        """Return a 997 about an interchange of ours."""
        group = sent[1]
        body = [
            ["997"],
            ["AK1", group[1], group[6]],
            ["AK9", verdict, "1", "1", "1" if verdict == "A" else "0"],
        ]
        return self.write("FA", [body])


def _segments(text: str) -> Segments:
    return [line.split("*") for line in text.replace("\n", "").split("~") if line]


@get("/")
async def _greet(request: Asked) -> Response[str]:
    allowed = request.headers.get("authorization") == f"Bearer {request.app.state.books.key}"
    return Response("", status_code=200 if allowed else 401)


@post("/", status_code=200)
async def _take(request: Asked) -> Response[str]:
    books: TradingPartner = request.app.state.books
    books.posts += 1
    mishap = books.next.pop(0) if books.next else "none"
    if request.headers.get("authorization") != f"Bearer {books.key}":
        return Response("", status_code=401)
    if mishap in ("down", "busy"):
        return Response("", status_code=503 if mishap == "down" else 429)
    segments = _segments((await request.body()).decode())
    books.taken.setdefault(segments[0][13], segments)
    return Response("", status_code=500 if mishap == "late" else 200)


@asynccontextmanager
async def serve_partner(books: TradingPartner, port: int = 0) -> AsyncIterator[str]:
    """Serve a partner; yield its base URL."""
    application = Litestar([_greet, _take], openapi_config=None, logging_config=None)
    application.state.books = books
    async with serving(application, port) as url:
        yield url
