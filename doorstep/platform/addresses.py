"""Networks and servers, as settings name them: several, separated by commas or spaces."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
DNS_PORT = 53
PORT_MAX = 65_535


def networks(text: str) -> tuple[Network, ...]:
    """Return networks (`10.1.0.0/16, ::1/128`).

    Raises:
        ValueError: one is not a network.
    """
    return tuple(ip_network(one) for one in _several(text))


def name_servers(text: str) -> tuple[tuple[str, int], ...]:
    """Return name servers as address and port (`10.0.0.2, 10.0.0.3:5353, [::1]:53`).

    Raises:
        ValueError: one is not an address, or its port is none.
    """
    return tuple(_name_server(one) for one in _several(text))


def _several(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _name_server(text: str) -> tuple[str, int]:
    try:
        return str(ip_address(text)), DNS_PORT
    except ValueError:
        host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
        raise ValueError(f"{text} is no address")
    return str(ip_address(host.removeprefix("[").removesuffix("]"))), int(port)
