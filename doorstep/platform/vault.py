"""Secrets of others that we must be able to read (keys of shops and carriers), sealed before they reach the database.

AES-256-GCM with a fresh nonce for each text, bound to the tenant: a sealed text moved to another tenant opens no more. Keys are
listed, the newest first; it seals, all open. A sealed text names its key, so that a missing one can be told from a broken text.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doorstep.platform.errors import Reason, Refused

MARK = "sealed"
KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> str:
    """Return a fresh key: 32 random bytes, as URL-safe base64."""
    return secrets.token_urlsafe(KEY_BYTES)


def read_keys(text: str) -> list[bytes]:
    """Return the keys that a text lists, separated by commas, spaces or lines.

    Raises:
        ValueError: one is not 32 bytes in base64; it is named by its place, never shown.
    """
    found = []
    for place, one in enumerate(text.replace(",", " ").split(), 1):
        try:
            key = base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError(f"key {place} of the vault is not {KEY_BYTES} bytes in base64")
        found.append(key)
    return found


@dataclass(slots=True, eq=False)
class Vault:
    """Seals and opens texts.

    Attributes:
        source: returns the listed keys, the newest first; asked again when a text names a key that is not known yet.
    """

    source: Callable[[], Sequence[bytes]] = field(repr=False)
    _keys: dict[str, AESGCM] = field(default_factory=dict, repr=False)

    def seal(self, tenant_id: UUID, text: str) -> str:
        """Return a text sealed with the newest key; nothing stays nothing."""
        if not text:
            return text
        if not self._keys:
            self.look()
        name, key = next(iter(self._keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + key.encrypt(nonce, text.encode(), tenant_id.bytes)
        return f"{MARK}:{name}:{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, tenant_id: UUID, text: str) -> str:
        """Return what was sealed.

        Raises:
            Refused: its key is not listed, or it was altered or sealed for another tenant; the text is not shown.
        """
        if not text:
            return text
        mark, _, rest = text.partition(":")
        name, _, body = rest.partition(":")
        if mark != MARK:
            raise Refused(Reason.CONFLICT, "A key of a partner is not sealed. Enter it anew.")
        if name not in self._keys:
            self.look()
        if name not in self._keys:
            raise Refused(
                Reason.CONFLICT, f"Key {name} of the vault is missing. List it in DOORSTEP_VAULT_KEYS again."
            )
        try:
            sealed = base64.urlsafe_b64decode(body)
            return (
                self._keys[name].decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], tenant_id.bytes).decode()
            )
        except (InvalidTag, ValueError):
            raise Refused(Reason.CONFLICT, "A key of a partner cannot be opened. Enter it anew.") from None

    def look(self) -> None:
        """Read the listed keys."""
        self._keys = {hashlib.sha256(key).hexdigest()[:8]: AESGCM(key) for key in self.source()}


def listed(text: str) -> Vault:
    """Return a vault with the keys of a setting.

    Raises:
        ValueError: one is no key.
    """
    keys = read_keys(text)
    return Vault(lambda: keys)


def kept(path: Path) -> Vault:
    """Return a vault whose keys stand in a file, which is made at the first need, readable by its owner only."""

    def source() -> list[bytes]:
        if not path.exists():
            add_key(path)
        return read_keys(path.read_text())

    return Vault(source)


def add_key(path: Path) -> None:
    """Put a new key in front of those in a file, in one step: whoever reads sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = path.read_text().split() if path.exists() else []
    _write(path, [new_key(), *before], only_new=not before)


def keep_newest(path: Path) -> None:
    """Forget all keys in a file but the first: nothing is sealed with them any more."""
    _write(path, path.read_text().split()[:1], only_new=False)


def _write(path: Path, keys: Sequence[str], *, only_new: bool) -> None:
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(keys) + "\n")
    try:
        if only_new:
            os.link(fresh, path)  # another process that starts now may have been first
            return
        fresh.replace(path)
    except FileExistsError:
        return
    finally:
        fresh.unlink(missing_ok=True)
