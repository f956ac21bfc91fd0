"""Where others say that we shall call, only what may be called is dialed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import httpx
import pytest

from doorstep.platform import config
from doorstep.platform.reaching import Resolve, partner_client
from tests.platform.webhooks.receiver import Receiver, receiving

CLOSED = config.read({})
NEAR = replace(CLOSED, partner_networks="127.0.0.1/32")


def leads_to(*answers: Sequence[str]) -> Resolve:
    """A name that leads to these addresses, another set at each question; the last one stays."""
    left = list(answers)

    async def look_up(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return look_up


@pytest.fixture
async def server() -> AsyncIterator[Receiver]:
    """A program on this machine."""
    async with receiving() as found:
        yield found


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
    ],
)
async def test_a_name_that_leads_to_a_private_address_is_not_called(server: Receiver, address: str) -> None:
    async with partner_client(CLOSED, leads_to([address])) as client:
        with pytest.raises(httpx.ConnectError, match="private address"):
            await client.get(f"https://shop.example:{server.port}/")
    assert server.heard == []


async def test_one_private_address_among_public_ones_is_enough_to_refuse(server: Receiver) -> None:
    async with partner_client(CLOSED, leads_to(["93.184.216.34", "127.0.0.1"])) as client:
        with pytest.raises(httpx.ConnectError, match="private address"):
            await client.get(f"https://shop.example:{server.port}/")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "127.1"])
async def test_however_this_machine_is_spelled_it_is_not_called(server: Receiver, host: str) -> None:
    async with partner_client(CLOSED) as client:
        with pytest.raises(httpx.ConnectError, match=r"private address|not known"):
            await client.get(f"https://{host}:{server.port}/")
    assert server.heard == []


async def test_plain_http_stays_within_the_allowed_networks(server: Receiver) -> None:
    async with partner_client(NEAR, leads_to(["93.184.216.34"])) as client:
        with pytest.raises(httpx.ConnectError, match="only https"):
            await client.get("http://shop.example/")


async def test_an_allowed_network_is_called_by_name_and_the_judged_address_is_dialed(
    server: Receiver,
) -> None:
    """No system knows `shop.example`: the call arrives only because the judged address itself is dialed."""
    async with partner_client(NEAR, leads_to(["127.0.0.1"])) as client:
        answer = await client.post(f"http://shop.example:{server.port}/orders", content=b"{}")
    assert answer.status_code == 200
    assert server.heard[0].headers["host"] == f"shop.example:{server.port}"


async def test_a_name_that_leads_elsewhere_the_next_time_is_judged_anew(server: Receiver) -> None:
    closing = {"connection": "close"}
    async with partner_client(NEAR, leads_to(["127.0.0.1"], ["127.0.0.2"])) as client:
        url = f"http://shop.example:{server.port}/"
        assert (await client.post(url, content=b"{}", headers=closing)).status_code == 200
        with pytest.raises(httpx.ConnectError, match="private address"):
            await client.post(url, content=b"{}")
    assert len(server.heard) == 1


async def test_a_redirect_is_an_answer_and_no_invitation(server: Receiver) -> None:
    server.answers = [(302, "location: http://169.254.169.254/latest/meta-data\r\n", b"")]
    async with partner_client(NEAR) as client:
        answer = await client.post(f"http://127.0.0.1:{server.port}/", content=b"{}")
    assert (answer.status_code, len(server.heard)) == (302, 1)


async def test_whom_the_operators_settings_name_is_called_wherever_it_is(server: Receiver) -> None:
    named = replace(CLOSED, payment_url=f"http://127.0.0.1:{server.port}")
    async with partner_client(named) as client:
        assert (await client.post(f"http://127.0.0.1:{server.port}/", content=b"{}")).status_code == 200
        with pytest.raises(httpx.ConnectError):
            await client.post("http://127.0.0.1:9/", content=b"{}")


async def test_no_proxy_of_the_environment_is_asked(
    server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.port}")
    async with partner_client(CLOSED, leads_to(["10.0.0.7"])) as client:
        with pytest.raises(httpx.ConnectError, match="private address"):
            await client.get("https://shop.example/")
    assert server.heard == []


def test_networks_that_are_none_are_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
        partner_client(replace(CLOSED, partner_networks="home"))
