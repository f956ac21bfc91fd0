"""What a demo keeps between its starts, in a file of the home folder that only its owner can read."""

import base64
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class Kept:
    """Ports of the outside, keys of the people of the world by their name there, and the secret of the carrier."""

    carrier_port: int
    payment_port: int
    mailbox_port: int
    smtp_port: int
    hook_secret: str = field(repr=False)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def write(self, home: Path) -> None:
        """Keep this, whole or not at all."""
        partial = _path(home).with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(self))
        partial.replace(_path(home))


def keep(home: Path) -> Kept:
    """Read what the demo kept, or choose it now; ports are free ones, the same at every start."""
    path = _path(home)
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    carrier, payment, mailbox, smtp = _free_ports(4)
    kept = Kept(carrier, payment, mailbox, smtp, _hook_secret())
    kept.write(home)
    return kept


def _path(home: Path) -> Path:
    return home / "secrets" / "demo.json"


def _hook_secret() -> str:
    """Return a secret as Standard Webhooks spell it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
