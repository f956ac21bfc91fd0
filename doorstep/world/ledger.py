"""A book that outlives its server: one SQLite file per simulated server, written through before anything is answered."""

import re
import sqlite3
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, TypeVar

from doorstep.platform.statements import Statement

T = TypeVar("T")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Ledger:
    """The book of one server, opened from a folder; it is made when it is not there.

    Args:
        folder: where the file lies.
        name: of the server; `ledgers/<name>.sql` holds its tables.
    """

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute("ATTACH DATABASE ? AS world", [str(folder / f"{name}.db")])
        self._connection.execute("PRAGMA world.journal_mode = WAL")
        self._connection.execute("PRAGMA world.synchronous = FULL")
        tables = (files("doorstep.world") / "ledgers" / f"{name}.sql").read_text(encoding="utf-8")
        self._connection.executescript(tables)

    def rows(self, statement: Statement, record: type[T], **params: Any) -> list[T]:
        """Run a statement and return its rows as records; columns stand in the order of the record's fields."""
        width = len(fields(record))  # type: ignore[arg-type]
        return [record(*row[:width]) for row in self._run(statement, params).fetchall()]

    def row(self, statement: Statement, record: type[T], **params: Any) -> T | None:
        """Run a statement and return its first row, or None."""
        found = self.rows(statement, record, **params)
        return found[0] if found else None

    def value(self, statement: Statement, **params: Any) -> Any:
        """Run a statement and return its first value, or None."""
        row = self._run(statement, params).fetchone()
        return row[0] if row else None

    def run(self, statement: Statement, **params: Any) -> int:
        """Run a statement and return how many rows it wrote."""
        return self._run(statement, params).rowcount

    def run_many(self, statement: Statement, many: list[dict[str, Any]]) -> None:
        """Run a statement for many rows."""
        self._connection.executemany(_spelled(statement), many)

    def __enter__(self) -> Self:
        """Begin a transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Commit, or roll back when something was raised."""
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _run(self, statement: Statement, params: dict[str, Any]) -> sqlite3.Cursor:
        return self._connection.execute(_spelled(statement), params)


def _spelled(statement: Statement) -> str:
    """Spell a named statement for SQLite."""
    return PLACEHOLDER.sub(r":\1", statement.sql)
