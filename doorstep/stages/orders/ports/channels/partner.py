"""The port to partners of EDI: our sets go to their address by POST, as `application/edi-x12`, with their key as a bearer."""

import httpx

from doorstep.stages.orders.model.edi import Partner
from doorstep.stages.orders.ports.channels.port import ask


def _headers(partner: Partner) -> dict[str, str]:
    return {"authorization": f"Bearer {partner.api_key}"} if partner.api_key else {}


async def greet(http: httpx.AsyncClient, partner: Partner) -> None:
    """Look whether the address answers and lets us in.

    Raises:
        ShopBusyError, ShopAwayError, ShopRefusesError: as `port.ask` tells.
    """
    await ask(http, "GET", partner.base_url, headers=_headers(partner))


async def deliver(http: httpx.AsyncClient, partner: Partner, text: str) -> None:
    """Hand an interchange to a partner; any 2xx says that it was taken.

    Raises:
        ShopBusyError, ShopAwayError, ShopRefusesError: as `port.ask` tells.
    """
    headers = {**_headers(partner), "content-type": "application/edi-x12"}
    await ask(http, "POST", partner.base_url, headers=headers, content=text.encode())
