"""Lists as PostgreSQL arrays, fast: sets of rows travel as parallel arrays, so this is the hot path of every act.

psycopg spells an array element by element. The lists we send are nearly always of one plain type, which can be spelled
as a whole, some ten times faster. Their type is left to the statement, which casts each array anyway
(`%(ids)s::uuid[]`). Whatever is not plain (nested lists, records, mixed numbers) goes psycopg's own way.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.array import ListDumper

Spell = Callable[[list[Any]], bytes]


class ArrayDumper(ListDumper):
    """Spells lists of ids, texts, whole numbers and truths as array literals."""

    def get_key(self, obj: list[Any], format: Any) -> Any:  # noqa: A002 - psycopg names it so
        """Tell psycopg that a plain list needs no dumper of its own."""
        return self.cls if _plain(obj) else super().get_key(obj, format)

    def upgrade(self, obj: list[Any], format: Any) -> Any:  # noqa: A002
        """Return the dumper for this list."""
        return self if _plain(obj) else ListDumper(self.cls, self._tx).upgrade(obj, format)

    def dump(self, obj: list[Any]) -> Any:
        """Return the list as an array literal."""
        spell = _plain(obj)
        return spell(obj) if spell else super().dump(obj)


def _plain(values: list[Any]) -> Spell | None:
    kinds = set(map(type, values))
    if len(kinds) == 1:
        return _ALL.get(kinds.pop())
    if len(kinds) == 2 and type(None) in kinds:
        kinds.discard(type(None))
        return _SOME.get(kinds.pop())
    return _numbers if not kinds else None


def _numbers(values: list[Any]) -> bytes:
    return f"{{{','.join(map(str, values))}}}".encode()


def _ids(values: list[UUID]) -> bytes:
    return f"{{{','.join([value.hex for value in values])}}}".encode()


def _texts(values: list[str]) -> bytes:
    """Spell texts as JSON does: the same quotes, and the same escapes as long as there is nothing to escape."""
    spelled = msgspec.json.encode(values)
    if b"\\" in spelled:
        return f"{{{','.join(map(_quoted, values))}}}".encode()
    return b"{" + spelled[1:-1] + b"}"


def _quoted(value: str | None) -> str:
    return "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _some_numbers(values: list[Any]) -> bytes:
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}".encode()


def _some_texts(values: list[str | None]) -> bytes:
    return f"{{{','.join(map(_quoted, values))}}}".encode()


def _bytes(values: list[bytes]) -> bytes:
    return b"{" + b",".join([b'"\\\\x' + value.hex().encode() + b'"' for value in values]) + b"}"


def _times(values: list[datetime | None]) -> bytes:
    spelled = ['"' + value.isoformat() + '"' if value else "NULL" for value in values]
    return f"{{{','.join(spelled)}}}".encode()


def _nothing(values: list[None]) -> bytes:
    return f"{{{','.join(['NULL'] * len(values))}}}".encode()


_ALL: dict[type, Spell] = {
    int: _numbers,
    UUID: _ids,
    bool: _numbers,
    str: _texts,
    float: _numbers,
    bytes: _bytes,
    datetime: _times,
    type(None): _nothing,
}
_SOME: dict[type, Spell] = {
    int: _some_numbers,
    UUID: _some_numbers,
    bool: _some_numbers,
    float: _some_numbers,
    str: _some_texts,
    datetime: _times,
}


def register() -> None:
    """Let every connection of this process spell lists this way."""
    psycopg.adapters.register_dumper(list, ArrayDumper)
