"""Labels to every territory, in every writing: what is said fits its zone, or is shortened by whole characters, and never loses place and country."""

from dataclasses import replace

import pytest

from doorstep.platform.documents import BOLD, measure, plain
from doorstep.stages.orders import Contact
from doorstep.stages.shipping.rules.label import STOCKS, Party, arrange, unprintable, zones
from doorstep.stages.shipping.rules.lint import lint
from doorstep.stages.shipping.rules.paper import pdf, zpl
from tests.orders.test_worldwide import TERRITORIES, WRITINGS, somewhere
from tests.worlds.labels import LABEL

LONG = "Ana 👩‍👩‍👧‍👦 Müller-Łukasiewicz von und zu der Hohenwart am See "


def party(to: Contact) -> Party:
    """Return who receives, as the label takes it from an order."""
    return Party(
        to.name,
        to.street,
        to.city,
        to.country,
        to.postal_code or "",
        to.region or "",
        to.company or "",
        to.street2 or "",
    )


def sent() -> list[Party]:
    """One address in each territory, each with a writing in turn."""
    return [party(somewhere(one, WRITINGS[place % len(WRITINGS)])) for place, one in enumerate(TERRITORIES)]


def stretched(to: Party) -> Party:
    """The same with the longest lines that an order may have."""
    return replace(to, name=LONG * 3, company=LONG * 3, street=LONG * 3, street2=LONG * 3, city=to.city * 6)


def whole(line: str, of: list[str]) -> bool:
    """Whether a line is a part of what was said, cut between whole characters and words at most."""
    told = line.removesuffix("…").removesuffix("...").strip()
    return any(told in one for one in of)


@pytest.mark.proves("E3")
@pytest.mark.parametrize(("name", "dpi"), STOCKS)
def test_every_territorys_address_fits_its_zone_or_is_shortened_without_losing_place_and_country(
    name: str, dpi: int
) -> None:
    stock = STOCKS[name, dpi]
    z = zones(stock)
    high_pt, room_pt = (z.address - z.sender) * 72 / dpi - 14, (stock.width - 2 * z.margin) * 72 / dpi
    assert len(TERRITORIES) == 252
    for short in sent():
        for to in (short, stretched(short)):
            said = [plain(one) for one in to.lines()]
            size_pt, lines = arrange(to.lines(), room_pt, high_pt)
            assert size_pt >= 7
            assert len(lines) * min(high_pt / len(lines), size_pt * 1.3) <= high_pt + 0.01, to
            assert all(measure(one, BOLD, size_pt) <= room_pt for one in lines), to
            assert lines[-1] == to.country
            assert all(whole(plain(one), said) for one in lines), (to, lines)
            if to.postal_code and to is short:
                assert any(plain(to.postal_code) in plain(one) for one in lines), to


@pytest.mark.proves("E3")
def test_a_printer_draws_every_territorys_label_inside_of_its_paper() -> None:
    stock = STOCKS["4x6", 203]
    labels = [replace(LABEL, receiver=to) for short in sent() for to in (short, stretched(short))]
    for label in labels:
        assert lint(zpl([label], stock), width=stock.width, height=stock.height) == [], label.receiver
    assert pdf(labels, stock).startswith(b"%PDF-")


def test_what_a_printer_has_no_letters_for_is_named_and_what_it_can_spell_is_not() -> None:
    named = {to.country for to in sent() if "name" in unprintable(replace(LABEL, receiver=to))}
    asked = [to for to in sent() if to.name.isascii()]
    assert asked
    assert not any(to.country in named for to in asked)
