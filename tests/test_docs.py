"""The docs are true: generated pages are current, and every example of the API guide answers as it says."""

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from uuid import UUID

import httpx
import pytest

from doorstep.platform.house import House
from tests.worlds.inventory import small_world

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLE = re.compile(r"`(GET|POST) (/api/[^`\s]+)` answers (\d{3})(?::\n+```json\n(.*?)```)?", re.DOTALL)


def build() -> ModuleType:
    """Load docs/build.py, which is a script of the workshop and no package."""
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def examples() -> Iterator[tuple[str, str, int, str | None]]:
    """Every example of the API guide, in order: method, path, status, body."""
    for method, path, status, body in EXAMPLE.findall((DOCS / "api.md").read_text(encoding="utf-8")):
        yield method, path, int(status), body or None


@pytest.mark.parametrize("name", ["life-cycles.md", "reference.md", "openapi.json"])
def test_a_generated_page_is_current(name: str) -> None:
    pages: dict[str, str] = build().pages()
    assert (DOCS / name).read_text(encoding="utf-8") == pages[name], "run make docs"


async def test_every_example_of_the_api_guide_answers_as_it_says(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    headers, order_id, seen = {"authorization": f"Bearer {key}"}, "", []
    for method, path, status, body in examples():
        content = json.dumps(json.loads(body)) if body else None
        answer = await web_client.request(
            method,
            path.replace("{id}", order_id),
            content=content,
            headers={**headers, "content-type": "application/json"},
        )
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        order_id = answer.json().get("id", order_id) if status == 201 else order_id
        seen.append(status)
    assert {200, 201, 409, 422} <= set(seen)


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.glob("**/*.md"), *(DOCS.parent.glob("*.md"))]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(
            r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"", page.read_text(encoding="utf-8")
        )
        for target in [target[0] or target[1]]
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []
