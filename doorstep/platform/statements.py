"""Named SQL: every statement lives in a stage's `queries.sql` under a name and a one-line why."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

HEAD = re.compile(r"^-- name: (?P<name>[a-z_0-9]+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with psycopg's named placeholders, `%(tenant_id)s` among them."""

    name: str
    why: str
    sql: str


class Statements:
    """The statements of one package, by attribute: `Q.place_orders`.

    Args:
        package: the package that holds `queries.sql` or a folder `queries/` of such files.

    Raises:
        AttributeError: there is no statement of that name; the message says where it was looked for.
    """

    def __init__(self, package: str) -> None:
        self._package = package
        self._named = _load(package)

    def __getattr__(self, name: str) -> Statement:
        try:
            return self._named[name]
        except KeyError:
            raise AttributeError(f"{self._package} has no statement named {name}") from None

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204 - the tests' way to see them all
        return iter(self._named.values())


@cache
def _load(package: str) -> dict[str, Statement]:
    root = files(package)
    folder = root / "queries"
    sources = (
        sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
        if folder.is_dir()
        else [root / "queries.sql"]
    )
    return {s.name: s for source in sources for s in parse(source.read_text(encoding="utf-8"))}


def parse(text: str) -> list[Statement]:
    """Split the text of a `queries.sql` into its statements.

    Raises:
        ValueError: a statement without a why, or a name used twice.
    """
    heads = list(HEAD.finditer(text))
    found: dict[str, Statement] = {}
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : after.start() if after else None].strip()
        lines = body.splitlines()
        comments = [line for line in lines if line.startswith("--")]
        why = " ".join(line.removeprefix("--").strip() for line in comments)
        sql = "\n".join(line for line in lines if not line.startswith("--")).strip().removesuffix(";")
        name = head["name"]
        if not why:
            raise ValueError(
                f"statement {name} does not say why it exists: add a comment line under its name"
            )
        if name in found:
            raise ValueError(f"statement {name} is there twice")
        found[name] = Statement(name, why, sql)
    return list(found.values())
