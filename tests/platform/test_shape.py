"""All faults of a body at once, whatever the types of its fields."""

from datetime import time
from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from doorstep.platform.shape import faults, unkept


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    """A body with a limit on every field, one of a type that the walk has no word for."""

    name: Annotated[str, Meta(max_length=3)]
    logo: Annotated[bytes, Meta(max_length=4)] | None = None
    at: Annotated[time, Meta(tz=False)] | None = None
    tags: Annotated[list[str], Meta(max_length=2)] = []


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"name": "abc", "logo": "QUJD", "tags": ["a"]}', []),
        (
            b'{"name": "abcd", "logo": "!!!", "tags": ["a", "b", "c"], "more": 1}',
            ["/name", "/logo", "/tags", "/more"],
        ),
        (b'{"name": "abc", "logo": "QUJDREVGR0g="}', ["/logo"]),
        (b'{"name": "abc", "logo": 5}', ["/logo"]),
        (b"[]", [""]),
        (b"{", [""]),
        (b"\xff", [""]),
    ],
)
def test_every_fault_is_found_and_none_is_an_error(body: bytes, pointers: list[str]) -> None:
    assert [fault.pointer for fault in faults(body, Thing)] == pointers


def test_each_text_that_holds_nothing_a_database_can_keep_is_named() -> None:
    body = b'{"a": "x\\u0000", "b": [{"c/d": "\\u0000"}, "fine"], "e": 1, "f\\u0000": null}'
    assert [(one.pointer, one.code) for one in unkept(body)] == [
        ("/a", "character"),
        ("/b/0/c~1d", "character"),
        ("", "character"),
    ]
    assert (unkept(b'{"a": "fine"}'), unkept(b""), unkept(b"{")) == ([], [], [])
