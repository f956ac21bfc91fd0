"""No webhook reaches what is private, by whatever name or detour; and nobody who is called can hold the house up."""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.addresses import networks
from doorstep.platform.reaching import Resolve, may_call
from doorstep.platform.webhooks import calling
from doorstep.platform.webhooks.calling import line
from doorstep.platform.webhooks.model import ANSWER_MAX
from doorstep.platform.webhooks.rules import url_faults
from tests.platform.webhooks.receiver import Receiver, receiving

NEAR = networks("127.0.0.1/32")
PRIVATE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_no_private_address_is_called(text: str) -> None:
    assert not may_call(ip_address(text), ())


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_called(text: str) -> None:
    assert may_call(ip_address(text), ())


@given(st.ip_addresses(v=4))
def test_an_address_dressed_as_another_kind_is_judged_as_itself(address: IPv4Address) -> None:
    plain = may_call(address, ())
    assert may_call(IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed), ()) == plain
    assert may_call(IPv6Address(b"\x20\x02" + address.packed + b"\0" * 10), ()) == plain
    assert may_call(IPv6Address(bytes.fromhex("0064ff9b") + b"\0" * 8 + address.packed), ()) == plain


def test_a_private_network_is_called_only_when_the_operator_names_it() -> None:
    assert may_call(ip_address("10.1.2.3"), networks("10.1.0.0/16, fd00::/8"))
    assert not may_call(ip_address("10.2.2.3"), networks("10.1.0.0/16, fd00::/8"))
    with pytest.raises(ValueError, match="10"):
        networks("10.1.0.0/99")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hooks", "ftp://example.org", "javascript:alert(1)", "https://", "https:///x", "example.org", "",
        "https://ana:secret@example.org/", "https://example.org/#x", "https://example.org:99999/", "https://[::1/", "https://exämple.org/",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https://a b/", "https://e\n.org/",
        "https://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_right_is_refused_when_it_is_entered(url: str) -> None:
    assert [one.pointer for one in url_faults(url, ())] == ["/url"]


@pytest.mark.parametrize(
    "url", ["https://example.org/hooks?of=doorstep", "https://example.org:8443/", "https://8.8.8.8/"]
)
def test_a_plain_address_is_taken(url: str) -> None:
    assert url_faults(url, ()) == []


def names(*answers: Sequence[str]) -> tuple[Resolve, list[str]]:
    """Return a resolver that gives these answers in turn, and the names it was asked for."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


async def test_a_name_that_leads_to_a_private_address_is_not_called(receiver: Receiver) -> None:
    for addresses in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], ["10.0.0.1"]):
        resolve, _ = names(addresses)
        async with line(f"https://hooks.example.org:{receiver.port}/", (), resolve) as connected:
            answer = await connected.post({}, b"{}")
        assert (answer.status, answer.error) == (
            None,
            "the name leads to a private address, which is not called",
        )
    assert receiver.heard == []


async def test_an_odd_spelling_of_a_private_address_is_not_called(receiver: Receiver) -> None:
    for host in ("2130706433", "0x7f.1", "127.1", "localhost"):
        async with line(f"https://{host}:{receiver.port}/", ()) as connected:
            answer = await connected.post({}, b"{}")
        assert answer.status is None
        assert "private" in answer.error or "not known" in answer.error
    assert receiver.heard == []


async def test_the_address_that_was_judged_is_the_one_that_is_called(receiver: Receiver) -> None:
    resolve, asked = names(["127.0.0.1"], ["10.9.9.9"])
    async with line(f"http://hooks.example.org:{receiver.port}/in?a=b", NEAR, resolve) as connected:
        answers = [await connected.post({}, b"{}") for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 200]
    assert asked == ["hooks.example.org"]
    assert {one.headers["host"] for one in receiver.heard} == {f"hooks.example.org:{receiver.port}"}
    assert {one.path for one in receiver.heard} == {"/in?a=b"}


async def test_plain_http_stays_within_the_allowed_networks() -> None:
    resolve, _ = names(["8.8.8.8"])
    async with line("http://hooks.example.org/", NEAR, resolve) as connected:
        answer = await connected.post({}, b"{}")
    assert answer.error == "only https is called outside of the allowed networks"


async def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    async with receiving() as inside:
        receiver.answers = [(status, f"location: {inside.url}\r\n", b"") for status in (301, 302, 307, 308)]
        async with line(receiver.url, NEAR) as connected:
            answers = [await connected.post({}, b"{}") for _ in range(4)]
        assert [one.status for one in answers] == [301, 302, 307, 308]
        assert not any(one.arrived for one in answers)
        assert "not followed" in answers[0].error
        assert inside.heard == []


async def test_who_does_not_answer_in_time_has_not_answered(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "CALL_S", 0.2)
    receiver.holding.clear()
    async with line(receiver.url, NEAR) as connected:
        answer = await connected.post({}, b"{}")
    assert (answer.status, answer.arrived) == (None, False)
    assert "no answer within" in answer.error


async def test_only_the_first_bytes_of_an_answer_are_read(receiver: Receiver) -> None:
    receiver.answers = [(500, "", b"\0\xff" + b"x" * 3_000_000)]
    async with line(receiver.url, NEAR) as connected:
        answer = await connected.post({}, b"{}")
    assert answer.status == 500
    assert answer.body.startswith("\ufffd\ufffdx")
    assert len(answer.body) <= ANSWER_MAX


async def test_a_port_that_is_closed_is_an_answer_too() -> None:
    async with receiving() as gone:
        url = gone.url
    async with line(url, NEAR) as connected:
        answers = await asyncio.gather(*(connected.post({}, b"{}") for _ in range(3)))
    assert [one.status for one in answers] == [None] * 3
    assert all("Connect" in one.error for one in answers)


async def test_the_next_address_of_a_name_is_tried_when_one_is_closed(receiver: Receiver) -> None:
    resolve, _ = names(["127.0.0.2", "127.0.0.1"])
    url = f"http://hooks.example.org:{receiver.port}/"
    async with line(url, networks("127.0.0.0/8"), resolve) as connected:
        assert (await connected.post({}, b"{}")).status == 200
        assert connected.addresses[0] == "127.0.0.1"
