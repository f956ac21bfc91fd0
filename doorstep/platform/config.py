"""The settings: read once from the environment, then frozen. Every one is documented in docs/operating.md."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from doorstep.platform.addresses import name_servers, networks


def _default_home() -> Path:
    """Return where files live when nobody says: never below a folder that must stay private.

    As root the embedded database runs as another user, which must be able to reach its files.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/doorstep")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "doorstep"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "doorstep"


def _setting(
    variable: str,
    default: Any,
    meaning: str,
    *,
    secret: bool = False,
    read: Callable[[str], object] | None = None,
    wanted: str = "",
) -> Any:
    """Return the field of a setting; a secret one never shows in a log or a traceback.

    What `read` cannot read is refused at the start as not `wanted`, before anybody needs it.
    """
    about = {"variable": variable, "meaning": meaning, "read": read, "wanted": wanted}
    return field(default=default, repr=not secret, metadata=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set from outside."""

    home: Path = _setting("DOORSTEP_HOME", None, "folder of the embedded database, its secrets and logs")
    database_url: str | None = _setting(
        "DOORSTEP_DATABASE_URL",
        None,
        "PostgreSQL 15+ for the program's role; without it the embedded one runs",
        secret=True,
    )
    owner_url: str | None = _setting(
        "DOORSTEP_OWNER_URL",
        None,
        "the same database for the owning role, used by `doorstep migrate` only",
        secret=True,
    )
    secret: str | None = _setting(
        "DOORSTEP_SECRET",
        None,
        "signs links and sessions; without it one is made and kept in the home folder",
        secret=True,
    )
    vault_keys: str | None = _setting(
        "DOORSTEP_VAULT_KEYS",
        None,
        "seal the keys of shops and carriers, the newest first; without it one is made and kept in the home folder",
        secret=True,
    )
    public_url: str = _setting("DOORSTEP_PUBLIC_URL", "http://127.0.0.1:8080", "how people reach this server")
    host: str = _setting("DOORSTEP_HOST", "127.0.0.1", "address the server listens on")
    port: int = _setting("DOORSTEP_PORT", 8080, "port the server listens on")
    pool_max: int = _setting("DOORSTEP_POOL_MAX", 10, "database connections per process, at most")
    body_max: int = _setting("DOORSTEP_BODY_MAX", 10_485_760, "largest request body in bytes")
    rate_per_minute: int = _setting(
        "DOORSTEP_RATE_PER_MINUTE", 600_000, "requests a minute for each API key before 429"
    )
    mail_url: str = _setting("DOORSTEP_MAIL_URL", "smtp://127.0.0.1:2525", "SMTP server for outgoing mail")
    mail_from: str = _setting("DOORSTEP_MAIL_FROM", "orders@doorstep.invalid", "sender of outgoing mail")
    sms_url: str | None = _setting(
        "DOORSTEP_SMS_URL", None, "HTTP endpoint of the SMS provider; without it text messages wait"
    )
    payment_url: str | None = _setting(
        "DOORSTEP_PAYMENT_URL",
        None,
        "the simulated payment processor; without it only payments arranged outside are taken",
    )
    payment_key: str = _setting(
        "DOORSTEP_PAYMENT_KEY", "payment-demo-key", "our account key at the payment processor"
    )
    webhook_networks: str = _setting(
        "DOORSTEP_WEBHOOK_NETWORKS",
        "",
        "private networks that webhooks may reach, also by plain http (`10.1.0.0/16, 127.0.0.1/32`)",
        read=networks,
        wanted="a list of networks",
    )
    partner_networks: str = _setting(
        "DOORSTEP_PARTNER_NETWORKS",
        "",
        "private networks in which shops and carriers may be called, also by plain http (`10.1.0.0/16, 127.0.0.1/32`)",
        read=networks,
        wanted="a list of networks",
    )
    dns: str = _setting(
        "DOORSTEP_DNS",
        "",
        "name servers that are asked for the mail domains of orders (`10.0.0.2, 10.0.0.3:5353`); without it the system's",
        read=name_servers,
        wanted="a list of addresses, each with a port or without",
    )
    edi_folder: Path | None = _setting(
        "DOORSTEP_EDI_FOLDER",
        None,
        "where partners of EDI have their mailboxes, `<company>/<partner>/in` and `out`; without it there are none",
    )
    tile_url: str | None = _setting(
        "DOORSTEP_TILE_URL", None, "map tiles, {z}/{x}/{y}; without it maps are plain"
    )
    osrm_url: str | None = _setting(
        "DOORSTEP_OSRM_URL",
        None,
        "a road server (OSRM); without it `doorstep serve` runs the one built here, else roads are straight lines",
    )
    demo: str | None = _setting(
        "DOORSTEP_DEMO",
        None,
        "code of the demo's tenant; with it the front page lets anyone in. Never set it elsewhere",
    )
    demo_mailbox: str | None = _setting("DOORSTEP_DEMO_MAILBOX", None, "where the demo's mailbox can be read")
    pure: int = _setting(
        "DOORSTEP_PURE", 0, "1: solvers leave their compiled core aside and run in pure Python, slower"
    )
    log_level: str = _setting("DOORSTEP_LOG_LEVEL", "info", "debug, info, warning or error")


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings from the environment.

    Raises:
        ValueError: a variable's text does not fit; all misfits are named.
    """
    values: dict[str, Any] = {"home": _default_home()}
    wrong = []
    for setting in fields(Settings):
        text = environment.get(setting.metadata["variable"], "").strip()
        if not text:
            continue
        about = setting.metadata
        try:
            values[setting.name] = _parse(text, setting.type)
            if about["read"]:
                about["read"](text)
        except ValueError:
            wrong.append(f"{about['variable']}={text!r} is not {about['wanted'] or 'a whole number'}")
    if wrong:
        raise ValueError("; ".join(wrong))
    return Settings(**values)


def _parse(text: str, kind: object) -> Path | int | str:
    if kind in (Path, Path | None):
        return Path(text).expanduser().absolute()
    return int(text) if kind is int else text
