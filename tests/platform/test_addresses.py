"""Settings name networks and servers; one that is none is refused by name, before anybody needs it."""

import pytest

from doorstep.platform import config
from doorstep.platform.addresses import name_servers


def test_name_servers_are_addresses_with_a_port_or_without() -> None:
    assert name_servers("10.0.0.2, 10.0.0.3:5353 ::1,[::1]:54") == (
        ("10.0.0.2", 53),
        ("10.0.0.3", 5353),
        ("::1", 53),
        ("::1", 54),
    )
    assert name_servers("") == ()


@pytest.mark.parametrize(
    "text", ["dns.example", "10.0.0.3:", "10.0.0.3:0", "10.0.0.3:70000", "10.0.0.3:x", "[::1"]
)
def test_what_is_no_name_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        name_servers(text)


def test_every_misfit_among_the_settings_is_named() -> None:
    given = {
        "DOORSTEP_DNS": "dns.example",
        "DOORSTEP_PARTNER_NETWORKS": "10.1.0.0/16, here",
        "DOORSTEP_WEBHOOK_NETWORKS": "10.1.0.1/16",
        "DOORSTEP_POOL_MAX": "many",
    }
    with pytest.raises(ValueError, match="is not") as refused:
        config.read(given)
    assert all(name in str(refused.value) for name in given)
    assert config.read({"DOORSTEP_DNS": "10.0.0.2"}).dns == "10.0.0.2"
