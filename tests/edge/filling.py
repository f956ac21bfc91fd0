"""Every text field of the API, and bodies that are sound but for the text in one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from msgspec import inspect

from tests.edge.knocking import DOORS, Door, IdOf, sample
from tests.worlds.orders import body, new_order
from tests.worlds.shipping import far

Path = tuple[str | int, ...]
OWN = ("sku", "code", "external_ref", "reference")
"""Names that a new thing must have for itself."""

SECRETS = (
    "api_key",
    "api_secret",
    "hook_secret",
    "login_url",
    "refresh_token",
    "token",
    "picture",
    "photo",
    "signature",
    "csv",
)
"""Fields that are kept and never shown, or that hold files with tests of their own."""


@dataclass(frozen=True)
class Field:
    """A text field: the door that takes it, and the way to it through the body."""

    door: Door
    path: Path

    def __str__(self) -> str:
        """Name the field."""
        return f"{self.door} {'.'.join(map(str, self.path))}"

    def body(self, id_of: IdOf, text: str) -> Any:
        """Return a body with a text in this field; the rest is sound where a sample can be."""
        kind = inspect.type_info(self.door.data)
        whole = _ground(self.door, kind, id_of)
        return _put(kind, whole, self.path, text, id_of)


def text_fields() -> Iterator[Field]:
    """Every text field of every door for programs."""
    for door in DOORS:
        if door.is_api and door.data is not None:
            for path in _texts(inspect.type_info(door.data), ()):
                if path[-1] not in SECRETS and path[-1] != "command_id":
                    yield Field(door, path)


def _texts(kind: inspect.Type, path: Path) -> Iterator[Path]:
    match kind:
        case inspect.Metadata():
            yield from _texts(kind.type, path)
        case inspect.StructType():
            for one in kind.fields:
                yield from _texts(one.type, (*path, one.encode_name))
        case inspect.UnionType():
            for each in kind.types:
                yield from _texts(each, path)
        case inspect.ListType():
            yield from _texts(kind.item_type, (*path, 0))
        case inspect.StrType():
            yield path


def _ground(door: Door, kind: inspect.Type, id_of: IdOf) -> Any:
    order = body(new_order({"D": 1}, ship_to=far(), external_ref=uuid4().hex))
    if str(door) == "POST /api/orders":
        return order
    if str(door) == "POST /api/sourcing/preview":
        return {"order": order}
    whole = sample(kind, "", id_of)
    if door.method == "POST" and isinstance(whole, dict):
        whole |= {name: uuid4().hex[:12] for name in OWN if name in whole}
    return whole


def _put(kind: inspect.Type, whole: Any, path: Path, text: str, id_of: IdOf) -> Any:
    """Put a text where a path leads; what is not there on the way is made of samples."""
    if not path:
        return text
    match kind:
        case inspect.Metadata():
            return _put(kind.type, whole, path, text, id_of)
        case inspect.UnionType():
            inner = next(
                one for one in kind.types if not isinstance(one, inspect.NoneType) and _leads(one, path)
            )
            return _put(inner, whole, path, text, id_of)
        case inspect.ListType():
            first = whole[0] if whole else sample(kind.item_type, "", id_of)
            return [_put(kind.item_type, first, path[1:], text, id_of)]
        case inspect.StructType():
            one = next(each for each in kind.fields if each.encode_name == path[0])
            whole = whole if whole is not None else sample(kind, "", id_of)
            before = whole.get(path[0])
            return {**whole, path[0]: _put(one.type, before, path[1:], text, id_of)}
    raise AssertionError(f"{kind} has no {path}")


def _leads(kind: inspect.Type, path: Path) -> bool:
    if isinstance(kind, inspect.Metadata):
        return _leads(kind.type, path)
    if isinstance(kind, inspect.StructType):
        return any(one.encode_name == path[0] for one in kind.fields)
    return isinstance(kind, inspect.ListType) and path[0] == 0
