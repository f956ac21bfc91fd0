"""Questions to solvers as JSON documents: the fields are those of the records, nothing is guessed, nothing ignored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from doorstep.solvers.refusals import SolverRefused

T = TypeVar("T")


def record(given: Any, kind: type[T], refusal: type[SolverRefused], where: str = "", **ready: Any) -> T:
    """Return the record that a document describes.

    Args:
        given: of JSON, decoded.
        kind: a dataclass whose fields msgspec can convert.
        refusal: what is raised.
        where: place of `given` in the whole document; empty: it is the document.
        ready: fields that are read already.

    Raises:
        SolverRefused: `document_wrong` with the place at fault, or what the record itself refuses.
    """
    if not isinstance(given, Mapping):
        raise refusal("document_wrong", where or "$", f"{where or 'the document'} is no object")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    inside = f"{where}." if where else ""
    for name in given.keys() - known.keys():
        message = f"{inside}{name}: there is no such field, only {', '.join(known)}"
        raise refusal("document_wrong", f"{inside}{name}", message)
    for name, field in known.items():
        if name not in given and name not in ready and field.default is field.default_factory is MISSING:
            raise refusal("document_wrong", f"{inside}{name}", f"{inside}{name} is missing")
    hints = get_type_hints(kind)
    read = {
        name: _converted(given[name], hints[name], refusal, f"{inside}{name}")
        for name in given
        if name not in ready
    }
    return kind(**read, **ready)


def _converted(given: Any, hint: Any, refusal: type[SolverRefused], where: str) -> Any:
    for place, name in _unknown(given, hint, where):
        raise refusal("document_wrong", place, f"{place}: there is no such field {name!r}")
    try:
        return msgspec.convert(given, hint)
    except msgspec.ValidationError as wrong:
        if isinstance(wrong.__cause__, SolverRefused):
            raise wrong.__cause__ from None
        text, _, at = str(wrong).partition(" - at `$")
        place = where + at.removesuffix("`")
        raise refusal("document_wrong", place, f"{place}: {text}") from None


def _unknown(given: Any, hint: Any, where: str) -> Iterator[tuple[str, str]]:
    """Find fields that no record knows, at any depth; msgspec would skip them."""
    if is_dataclass(hint) and isinstance(given, Mapping):
        hints = get_type_hints(hint)
        for name, each in given.items():
            if name in hints:
                yield from _unknown(each, hints[name], f"{where}.{name}")
            else:
                yield where, name
    elif isinstance(given, Sequence) and not isinstance(given, str):
        for number, each in enumerate(given):
            for inner in get_args(hint):
                yield from _unknown(each, inner, f"{where}[{number}]")
    elif isinstance(given, Mapping):
        for inner in get_args(hint):
            yield from _unknown(given, inner, where)
