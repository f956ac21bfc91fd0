"""Outgoing text messages over HTTP: one POST with our reference, so that an unanswered call can be asked about."""

import asyncio

import httpx

from doorstep.stages.tracking.ports.mail import Answer, Outcome

TIMEOUT_S = 10.0
"""For a whole call: HTTP's own time limits count anew with every piece that arrives."""


async def send_sms(http: httpx.AsyncClient, url: str, to: str, text: str, reference: str) -> Answer:
    """Hand one text message over and say what became of it; never raises for what the provider does."""
    body = {"to": to, "text": text, "reference": reference}
    try:
        async with asyncio.timeout(TIMEOUT_S):
            response = await http.post(url, json=body, timeout=TIMEOUT_S)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return Answer(Outcome.AWAY, type(error).__name__)
    except (httpx.HTTPError, TimeoutError) as error:
        return Answer(Outcome.UNKNOWN, type(error).__name__)
    if response.is_success:
        return Answer(Outcome.SENT, reference=_name(response))
    words = f"The provider answered {response.status_code}."
    if response.status_code in {408, 429, 503}:
        return Answer(Outcome.LATER, words)
    return Answer(Outcome.UNKNOWN if response.status_code >= 500 else Outcome.REFUSED, words)


async def find_sms(http: httpx.AsyncClient, url: str, reference: str) -> Answer:
    """Ask whether a message was accepted: sent, later (certainly not accepted), or unknown (the provider cannot say)."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            response = await http.get(url, params={"reference": reference}, timeout=TIMEOUT_S)
        found = response.json()["messages"] if response.is_success else None
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
        found = None
    if not isinstance(found, list):
        return Answer(Outcome.UNKNOWN, "The provider cannot say whether it took the message.")
    return Answer(Outcome.SENT, reference=_name(response)) if found else Answer(Outcome.LATER)


def _name(response: httpx.Response) -> str:
    try:
        answer = response.json()
    except ValueError:
        return ""
    return str(answer.get("id", ""))[:200] if isinstance(answer, dict) else ""
