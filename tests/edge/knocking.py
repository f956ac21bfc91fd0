"""Every door of the house, and a well-shaped request for each."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx
from litestar.handlers.http_handlers import HTTPRouteHandler
from msgspec import inspect

from doorstep import app as house_app
from doorstep.platform import assets
from doorstep.platform.auth import Allow
from tests.platform.people import sign_in

PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
WORDS = {"act": "hold", "topic": "delivered", "path": "x", "file_path": "doorstep.css", "digest": "0"}
TEXTS = {
    "country": "DE", "currency": "EUR", "timezone": "UTC", "cutoff": "14:00", "shift_start": "08:00", "shift_end": "16:00",
    "brand_color": "#2d6a4f", "language": "en", "csv": "sku,name\nA,Mug\n", "place": "bin:A-01-01", "code": "A-1", "sku": "A",
    "to": "2026-03-03T12:00:00Z", "kind": "", "processor": "manual", "method": "invoice", "email": "ana@example.org",
    "sender_email": "", "support_email": "", "phone": "", "recipient": "ana@example.org", "from_place": "bin:A-01-01",
    "base_url": "https://shop.example.org", "hook_secret": "whsec_demo", "api_key": "sk_test_demo", "location": "1",
    "url": "https://hooks.example.org/", "kinds": "order.held", "onto": "P-1",
    "to_place": "bin:A-01-02", "tracking_prefix": "ZZ", "device": "d1", "picture": b64encode(b"<svg></svg>").decode(),
}  # fmt: skip
"""Texts that fit where not every text does."""


@dataclass(frozen=True)
class Door:
    """One method of one path.

    Attributes:
        data: the type of its body, if it takes one.
    """

    method: str
    path: str
    allowed: Allow
    handler: HTTPRouteHandler
    data: Any = None

    @property
    def is_api(self) -> bool:
        """Whether programs enter here."""
        return self.path.startswith("/api/")

    @property
    def names(self) -> list[str]:
        """The names of the path's parameters."""
        return PARAMETER.findall(self.path)

    def __str__(self) -> str:
        """Name the door."""
        return f"{self.method} {self.path}"


def doors() -> Iterator[Door]:
    """Every door, from the table of routes itself."""
    for one in (*house_app.routes(), assets.send_asset):
        assert isinstance(one, HTTPRouteHandler), f"{one} is no HTTP route: cover it here"
        allowed = one.opt["allow"]
        for path in one.paths:
            for method in sorted(one.http_methods - {"OPTIONS", "HEAD"}):
                yield Door(method, path, allowed, one, _body_type(one))


def _body_type(handler: HTTPRouteHandler) -> Any:
    annotation = handler.fn.__annotations__.get("data")
    arguments = getattr(annotation, "__args__", ())
    return arguments[0] if arguments else None


DOORS = tuple(doors())
"""Every door there is."""

IdOf = Callable[[str], UUID]
"""Chooses the id for a parameter or a field by its name."""


def path_of(door: Door, id_of: IdOf, **texts: str) -> str:
    """Return the door's path with its parameters filled in."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return str(texts.get(name) or WORDS.get(name) or id_of(name))

    return PARAMETER.sub(fill, door.path)


def body_of(door: Door, id_of: IdOf) -> Any:
    """Return the smallest body of the right shape."""
    return None if door.data is None else sample(inspect.type_info(door.data), "", id_of)


def sample(kind: inspect.Type, name: str, id_of: IdOf) -> Any:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of value
    match kind:
        case inspect.Metadata():
            return sample(kind.type, name, id_of)
        case inspect.StructType():
            wanted = [f for f in kind.fields if f.required or _carries_id(f.type)]
            return {field.encode_name: sample(field.type, field.encode_name, id_of) for field in wanted}
        case inspect.UnionType():
            return sample(next(t for t in kind.types if not isinstance(t, inspect.NoneType)), name, id_of)
        case inspect.ListType():
            item = kind.item_type
            return [sample(item, f"{name.removesuffix('_ids')}_id" if name.endswith("_ids") else name, id_of)]
        case inspect.UUIDType():
            return str(id_of(name))
        case inspect.IntType():
            return max(kind.ge if kind.ge is not None else 1, 1)
        case inspect.FloatType():
            return 1.5
        case inspect.BoolType():
            return True
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.DateTimeType():
            return "2026-03-03T12:00:00Z"
        case inspect.TimeType():
            return "08:00:00"
        case inspect.BytesType():
            return b64encode(b"Order,SKU\n1,A\n").decode()
        case inspect.DictType():
            return {}
        case _ if name == "command_id":
            return uuid4().hex
        case _:
            return TEXTS.get(name) or "x"


def _carries_id(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.Metadata):
        return _carries_id(kind.type)
    if isinstance(kind, inspect.UnionType):
        return any(_carries_id(one) for one in kind.types)
    return isinstance(kind, inspect.UUIDType)


class Visitor:
    """Somebody at the doors, with what they carry: a key, or a browser's cookies."""

    def __init__(
        self, client: httpx.Client, key: str | None = None, cookies: dict[str, str] | None = None
    ) -> None:
        self.client = client
        self.key = key
        self.cookies = cookies

    def knock(self, door: Door, id_of: IdOf, *, accept: str = "*/*", **texts: str) -> httpx.Response:
        """Send a well-shaped request; of a stream only the beginning is read."""
        cookies = self.cookies or {"doorstep_csrf": csrf_token(self.client)}
        headers = {
            "accept": accept,
            "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        more: dict[str, Any] = {}
        if door.is_api and door.data is not None:
            more["json"] = body_of(door, id_of)
        elif door.method != "GET":
            more["data"] = {"_csrf_token": cookies["doorstep_csrf"]}
        path = path_of(door, id_of, **texts)
        with self.client.stream(door.method, path, headers=headers, **more) as answer:
            if "event-stream" not in answer.headers.get("content-type", ""):
                answer.read()
        self.client.cookies.clear()
        return answer


@cache
def csrf_token(client: httpx.Client) -> str:
    """Return what a browser without a session has in its CSRF cookie."""
    return client.get("/sign-in").cookies["doorstep_csrf"]


async def signed_in(url: str, login: str) -> dict[str, str]:
    """Sign a person in and return the cookies."""
    async with httpx.AsyncClient(base_url=url) as client:
        await sign_in(client, login)
        return dict(client.cookies)
