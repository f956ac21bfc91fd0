"""What customers read of money, in mails, on papers and on their pages: with the decimals of the currency, written as in their language."""

import email
import email.policy
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

import doorstep
from doorstep.platform.house import House
from doorstep.stages.tracking.jobs.letters import Desk, Draft, Line, write
from doorstep.stages.warehouse.rules import slip
from tests.orders.test_pages import ADDRESS, checkout_fields, send
from tests.orders.test_pages import shop as shop  # noqa: PLC0414 - a fixture
from tests.platform.documents.sheets import words_of
from tests.warehouse.test_slip import SLIP, words_in
from tests.worlds.catalog import WORLD

STAGES = Path(doorstep.__file__).parent / "stages"
UNIT = 1_234_567
SAID: Mapping[tuple[str, str], tuple[str, str]] = {
    ("JPY", "en"): ("1,234,567 JPY", "2,469,134 JPY"),
    ("JPY", "pt"): ("1.234.567 JPY", "2.469.134 JPY"),
    ("EUR", "en"): ("12,345.67 EUR", "24,691.34 EUR"),
    ("EUR", "pt"): ("12.345,67 EUR", "24.691,34 EUR"),
    ("KWD", "en"): ("1,234.567 KWD", "2,469.134 KWD"),
    ("KWD", "pt"): ("1.234,567 KWD", "2.469,134 KWD"),
    ("CLF", "en"): ("123.4567 CLF", "246.9134 CLF"),
    ("CLF", "pt"): ("123,4567 CLF", "246,9134 CLF"),
}
"""A unit and two of them, by currency and language."""

every_way = pytest.mark.parametrize(("currency", "lang"), list(SAID), ids="-".join)


def draft(currency: str, lang: str) -> Draft:
    """The mail that confirms an order of two units."""
    return Draft(
        id=uuid4(), order_id=uuid4(), tracker_id=None, channel="mail", topic="order_confirmed", recipient="ana@example.org",
        language=lang, facts={}, attempts=0, owed_at=datetime.now(UTC), order_number=1001, currency=currency,
        total_minor=2 * UNIT, placed_at=datetime.now(UTC), customer="Ana Keller", merchant="Juniper", brand_color="#2d6a4f",
        merchant_message="", sender_email="", support_email="", has_logo=False, tracking_number=None, carrier=None,
        zone="Europe/Vaduz", country="LI", lat=None, lon=None, suppressed=False, newer=[],
    )  # fmt: skip


@every_way
async def test_a_mail_says_money(house: House, tenant: UUID, currency: str, lang: str) -> None:
    one = draft(currency, lang)
    lines = [Line(one.order_id, "Stoneware mug", 1, UNIT), Line(one.order_id, "Blue mug", 1, UNIT)]
    written = write(Desk(house, tenant), one, lines)
    message = email.message_from_bytes(written.wire, policy=email.policy.default)
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert re.findall(rf"[\d.,]+ {currency}", text) == [
            *([SAID[currency, lang][0]] * 2),
            SAID[currency, lang][1],
        ]


@every_way
def test_a_packing_slip_says_money(currency: str, lang: str) -> None:
    line = slip.Line("MUG", "Stoneware mug", 1, UNIT)
    paper = replace(SLIP, lines=(line,), currency=currency, language=lang, words=words_in(lang))
    assert SAID[currency, lang][0] in words_of(slip.draw(paper))


@every_way
async def test_the_shop_says_money_from_the_window_to_the_thanks(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, shop: str, currency: str, lang: str
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        for table, column in (("merchants", "id"), ("products", "merchant_id")):
            await tx.connection.execute(
                f"UPDATE catalog.{table} SET currency = %s WHERE tenant_id = %s AND {column} = %s",
                [currency, tenant, WORLD.merchant],
            )
        await tx.connection.execute(
            "UPDATE catalog.products SET price_minor = %s WHERE tenant_id = %s AND id = %s", [UNIT, tenant, WORLD.a]
        )  # fmt: skip
    one, two = SAID[currency, lang]
    web_client.headers["accept-language"] = lang
    assert one in (await web_client.get(shop, headers={"accept": "text/html"})).text
    await send(web_client, f"{shop}/basket", {"units:A": "2", "go": "checkout"})
    form = (await web_client.get(f"{shop}/checkout", headers={"accept": "text/html"})).text
    assert form.count(two) == 3, "line, total and button"
    fields = await checkout_fields(web_client, shop)
    ordered = await send(web_client, f"{shop}/checkout", {**ADDRESS, **fields, "pay": "invoice"})
    assert ordered.status_code == 303, ordered.text
    thanks = await web_client.get(ordered.headers["location"], headers={"accept": "text/html"})
    assert thanks.text.count(two) == 2


def customers_templates() -> list[Path]:
    """Every template of a mail, and of a page that customers see."""
    return sorted(
        one
        for one in (*STAGES.rglob("templates/**/*.html"), *STAGES.rglob("templates/**/*.txt"))
        if one.stem == "mail" or '{% extends "shop.html" %}' in one.read_text(encoding="utf-8")
    )


def test_no_template_for_customers_says_money_in_another_language_than_theirs() -> None:
    found = {
        one.name: re.findall(r"\|\s*money\([^)]*\)", one.read_text(encoding="utf-8"))
        for one in customers_templates()
    }
    said = [(name, call) for name, calls in found.items() for call in calls]
    assert {name for name, _ in said} == {
        "mail.html",
        "mail.txt",
        "checkout.html",
        "thanks.html",
        "window.html",
        "return.html",
    }
    assert [one for one in said if not one[1].endswith(", lang)")] == []
