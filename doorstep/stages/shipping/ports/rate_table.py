"""A carrier that sells labels over HTTP: prices come from our own table or from its quotes, labels are drawn by ourselves.

What a call may end in is one of four things, and the difference is what keeps a label from being bought twice: it was sold;
it was refused for good; it was certainly not sold (`Busy`); or nobody knows (`Silent`), and then the carrier is asked
by our reference before anything else happens. This client never repeats a call by itself.
"""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec

from doorstep.stages.shipping.rules.numbers import SHAPE
from doorstep.stages.shipping.rules.tariff import Answer as Quoted
from doorstep.stages.shipping.rules.tariff import Quote

DEADLINE_S = 10.0
"""How long one call may take in all; the worker's lease of a task is several times as long."""
QUOTING_S = 2.0
"""How long carriers may think about their prices: all are asked at once, and who is silent is left out."""
TEXT_MAX = 300
CURRENCY = re.compile(r"[A-Z]{3}")
NEVER_REACHED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Account:
    """Where a carrier's server is and who we are there."""

    base_url: str
    key: str


@dataclass(frozen=True, slots=True)
class Sold:
    """A label of ours at the carrier; `voided` when it was taken back since."""

    carrier_ref: str
    tracking_number: str
    price_minor: int
    currency: str
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """The carrier refuses for good, and sold nothing; with `all`, it refuses our account whatever we ask."""

    code: str
    message: str
    all: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Certainly nothing was sold: the carrier was not reached, or asks to come back."""

    message: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody knows what happened: no answer, a broken one, or nonsense."""

    message: str


Answer = Sold | Declined | Busy | Silent


class _Shipment(msgspec.Struct):
    id: str
    reference: str
    status: str
    tracking_number: str
    price_minor: int
    currency: str


class _Found(msgspec.Struct):
    shipments: list[_Shipment]


class _Rate(msgspec.Struct):
    service: str
    price_minor: int
    currency: str


class _Rates(msgspec.Struct):
    rates: list[_Rate]


class _Taken(msgspec.Struct):
    id: str
    accepted: list[str]
    refused: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a carrier took over; `refused` names what it did not, and why."""

    carrier_ref: str
    accepted: tuple[str, ...]
    refused: dict[str, str]


async def quote(
    http: httpx.AsyncClient, accounts: Mapping[UUID, Account], question: dict[str, Any]
) -> dict[UUID, Quoted]:
    """Ask carriers for their prices, all at once; one that does not answer in time holds up none of the others.

    Returns:
        For each carrier what it quoted, or why it did not.
    """
    answers = await asyncio.gather(*(_quote(http, account, question) for account in accounts.values()))
    return dict(zip(accounts, answers, strict=True))


async def _quote(http: httpx.AsyncClient, account: Account, question: dict[str, Any]) -> Quoted:
    answer = await _call(http, account, "POST", "/v1/rates", json=question, deadline_s=QUOTING_S)
    if isinstance(answer, Declined):
        return f"has no price: {answer.message}"
    if isinstance(answer, Busy | Silent):
        return f"did not answer with its price: {answer.message}"
    found = _read(answer, _Rates)
    if found is None:
        return "did not answer with its price: what it said cannot be read."
    return {
        one.service: Quote(one.price_minor, one.currency)
        for one in found.rates
        if 0 <= one.price_minor < 10**12 and CURRENCY.fullmatch(one.currency)
    }


async def buy(http: httpx.AsyncClient, account: Account, request: dict[str, Any], key: str) -> Answer:
    """Ask for one label, once. `key` and `request` are the same whenever the same wish is repeated."""
    answer = await _call(http, account, "POST", "/v1/shipments", json=request, key=key)
    if isinstance(answer, Busy | Silent | Declined):
        return answer
    shipment = _read(answer, _Shipment)
    if shipment is None or shipment.reference != request["reference"]:
        return Silent(f"The answer ({answer.status_code}) is not about our label.")
    return _sold(shipment)


async def find(
    http: httpx.AsyncClient, account: Account, reference: str, over: Collection[str] = ()
) -> Sold | Busy | Silent | None:
    """Ask what became of a wish: the label that is alive, else one that was voided, else None.

    `over` names labels of earlier wishes, whose end is known: they say nothing about this one.
    """
    answer = await _call(http, account, "GET", "/v1/shipments", params={"reference": reference})
    if isinstance(answer, Declined):
        return Silent(f"The carrier does not say: {answer.message}")
    if isinstance(answer, Busy | Silent):
        return answer
    found = _read(answer, _Found)
    if found is None:
        return Silent(f"The answer ({answer.status_code}) is not a list of labels.")
    ours = [_sold(one) for one in found.shipments if one.reference == reference and one.id not in over]
    known = [one for one in ours if isinstance(one, Sold)]
    if len(known) < len(ours):
        return Silent("The carrier names a label that cannot be read.")
    return next((one for one in known if not one.voided), known[0] if known else None)


async def void(http: httpx.AsyncClient, account: Account, carrier_ref: str) -> Answer:
    """Take a label back; repeating it is harmless. `Declined` when it was handed over before."""
    answer = await _call(http, account, "POST", f"/v1/shipments/{carrier_ref}/void")
    if isinstance(answer, Busy | Silent | Declined):
        return answer
    shipment = _read(answer, _Shipment)
    if shipment is None or shipment.status != "voided":
        return Silent(f"The answer ({answer.status_code}) does not say that the label is voided.")
    return _sold(shipment)


async def hand_over(
    http: httpx.AsyncClient, account: Account, carrier_refs: list[str]
) -> Taken | Declined | Busy | Silent:
    """Tell the carrier which parcels (1 to 1,000) it takes over; repeating it is harmless."""
    answer = await _call(http, account, "POST", "/v1/manifests", json={"shipments": carrier_refs})
    if isinstance(answer, Busy | Silent | Declined):
        return answer
    taken = _read(answer, _Taken)
    if taken is None:
        return Silent(f"The answer ({answer.status_code}) is not a manifest.")
    refused = {one.get("id", ""): one.get("code", "") for one in taken.refused}
    return Taken(taken.id, tuple(taken.accepted), refused)


def _sold(shipment: _Shipment) -> Sold | Silent:
    fits = (
        SHAPE.fullmatch(shipment.tracking_number)
        and 1 <= len(shipment.id) <= 200
        and 0 <= shipment.price_minor < 10**12
        and len(shipment.currency) == 3
        and shipment.status in ("sold", "voided")
    )
    if not fits:
        return Silent("The carrier's label has a number, price or status that makes no sense.")
    return Sold(
        shipment.id,
        shipment.tracking_number,
        shipment.price_minor,
        shipment.currency,
        shipment.status == "voided",
    )


async def _call(
    http: httpx.AsyncClient,
    account: Account,
    method: str,
    path: str,
    *,
    key: str | None = None,
    json: Any = None,
    params: dict[str, str] | None = None,
    deadline_s: float | None = None,
) -> httpx.Response | Declined | Busy | Silent:
    headers = {"authorization": f"Bearer {account.key}"}
    if key is not None:
        headers["idempotency-key"] = key
    try:
        async with asyncio.timeout(deadline_s or DEADLINE_S):
            answer = await http.request(
                method, account.base_url.rstrip("/") + path, headers=headers, json=json, params=params
            )
    except NEVER_REACHED as error:
        return Busy(f"The carrier's server was not reached ({type(error).__name__}).")
    except (TimeoutError, httpx.TimeoutException):
        return Silent("The carrier did not answer in time.")
    except httpx.HTTPError as error:
        return Silent(f"The connection broke ({type(error).__name__}).")
    return _judged(answer)


def _judged(answer: httpx.Response) -> httpx.Response | Declined | Busy | Silent:
    status = answer.status_code
    code, message = _error(answer)
    if status in (200, 201):
        return answer
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return Busy(f"The carrier asks to come back later ({status}). {message}".strip())
    if status >= 500 or status < 400 or code in ("", "key_reused"):  # a refusal that does not say so is none
        return Silent(f"The carrier answered {status}. {message}".strip())
    return Declined(code, message or f"The carrier answered {status}.", status in (401, 403))


def _error(answer: httpx.Response) -> tuple[str, str]:
    try:
        error = msgspec.json.decode(answer.content)["error"]
        return str(error["code"])[:80], str(error["message"]).replace("\0", "")[:TEXT_MAX]
    except (msgspec.DecodeError, KeyError, TypeError, UnicodeDecodeError):
        return "", ""


def _read(answer: httpx.Response, wanted: type[Any]) -> Any:
    try:
        return msgspec.json.decode(answer.content, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
