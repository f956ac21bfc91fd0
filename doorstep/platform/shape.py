"""All faults of a request body at once, each with a JSON pointer.

msgspec stops at the first fault, which is right for speed. When it has found one, this walk looks at every field on its
own and lists everything that is wrong.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import inspect

from doorstep.platform.errors import Fault


def faults(body: bytes, wanted: Any) -> list[Fault]:
    """Return everything that keeps `body` from being a `wanted` (a msgspec type); empty when it fits."""
    try:
        data = msgspec.json.decode(body) if body else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return [Fault("", "malformed", f"The body is not JSON: {error}. Send application/json in UTF-8.")]
    return _walk(data, inspect.type_info(wanted), wanted, "")


def unkept(body: bytes) -> list[Fault]:
    """Return every text of a JSON body that a database cannot keep, since it holds the character 0; empty when there is none."""
    try:
        return list(_holding_nothing(msgspec.json.decode(body), "")) if body else []
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return []


def _holding_nothing(data: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(data, dict):
        for name, one in data.items():
            yield from _holding_nothing(one, f"{pointer}/{_escaped(name)}")
            if "\x00" in name:
                yield Fault(pointer, "character", "A name here holds the character 0. Take it out.")
    elif isinstance(data, list):
        for place, one in enumerate(data):
            yield from _holding_nothing(one, f"{pointer}/{place}")
    elif isinstance(data, str) and "\x00" in data:
        yield Fault(
            pointer, "character", "The text holds the character 0, which cannot be kept. Take it out."
        )


def _walk(data: Any, kind: inspect.Type, wanted: Any, pointer: str) -> list[Fault]:
    while isinstance(kind, inspect.Metadata):  # descriptions and examples wrap the type
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        if data is None and kind.includes_none:
            return []
        real = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(real) == 1:
            return _walk(data, real[0], wanted, pointer)
    if isinstance(kind, inspect.StructType):
        return _walk_struct(data, kind, pointer)
    if isinstance(kind, inspect.ListType) and isinstance(data, list):
        found = [f for i, one in enumerate(data) for f in _walk(one, kind.item_type, None, f"{pointer}/{i}")]
        return found or _length(data, kind, pointer)
    return _leaf(data, kind, pointer)


def _walk_struct(data: Any, kind: inspect.StructType, pointer: str) -> list[Fault]:
    if not isinstance(data, dict):
        return [Fault(pointer, "type", f"Expected an object, got {_named(data)}.")]
    found = []
    known = {field.encode_name: field for field in kind.fields}
    for name, field in known.items():
        at = f"{pointer}/{_escaped(name)}"
        if name in data:
            found += _walk(data[name], field.type, None, at)
        elif field.required:
            found.append(Fault(at, "missing", f"{name} is required. Add it."))
    if kind.forbid_unknown_fields:
        found += [
            Fault(
                f"{pointer}/{_escaped(name)}",
                "unknown_field",
                f"{name} is not a field here. Known: {', '.join(known)}.",
            )
            for name in data
            if name not in known
        ]
    return found


def _length(data: list[Any], kind: inspect.ListType, pointer: str) -> list[Fault]:
    least, most = kind.min_length or 0, kind.max_length
    if len(data) < least:
        return [Fault(pointer, "too_short", f"At least {least} needed, got {len(data)}.")]
    if most is not None and len(data) > most:
        return [Fault(pointer, "too_long", f"At most {most} allowed, got {len(data)}.")]
    return []


def _leaf(data: Any, kind: inspect.Type, pointer: str) -> list[Fault]:
    try:
        msgspec.convert(data, _annotation(kind))
    except msgspec.ValidationError as error:
        return [Fault(pointer, "value", str(error).split(" - at ")[0] + ".")]
    return []


def _annotation(kind: inspect.Type) -> Any:
    """Return a Python annotation that checks one leaf the way the struct's field did."""
    limits = {
        name: value
        for name in ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")
        if (value := getattr(kind, name, None)) is not None
    }
    base: Any = _BASES.get(type(kind), Any)
    if isinstance(kind, inspect.EnumType):
        base = kind.cls
    elif isinstance(kind, inspect.LiteralType):
        base = Literal[tuple(kind.values)]
    if isinstance(kind, inspect.DateTimeType) and kind.tz is not None:
        limits["tz"] = kind.tz
    if not limits or base is Any:
        return base
    return Annotated[base, msgspec.Meta(**limits)]


_BASES: dict[type[inspect.Type], Any] = {
    inspect.IntType: int,
    inspect.StrType: str,
    inspect.BytesType: bytes,
    inspect.BoolType: bool,
    inspect.FloatType: float,
    inspect.DateTimeType: datetime,
    inspect.DateType: date,
    inspect.UUIDType: uuid.UUID,
    inspect.DictType: dict[str, Any],
    inspect.ListType: list[Any],
}


def _named(data: Any) -> str:
    return {type(None): "null", dict: "an object", list: "an array", str: "a string", bool: "a boolean"}.get(
        type(data), "a number"
    )


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
