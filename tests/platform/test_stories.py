"""A row of history reads as people say it: no ids, no machine's spelling, units and moments in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from doorstep.platform.stories import by, said, when

AT = datetime(2026, 3, 3, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        ("user:ana@example.org", "by ana@example.org"),
        ("key:shop", "by the key shop"),
        ("customer", "by the customer"),
        ("carrier", "by the carrier"),
        ("system:shipping.want_labels", "by the house"),
        ("cli", "by the house"),
    ],
)
def test_everybody_who_acts_has_a_name(actor: str, words: str) -> None:
    assert by(actor) == words


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"reason": "out_of_stock", "note": "two mugs"}, ["out of stock: two mugs"]),
        ({"price_minor": 936, "currency": "EUR", "quoted_minor": 1157, "quoted_currency": "CHF"},
         ["price: 9.36 EUR", "quoted: 11.57 CHF"]),
        ({"weight_g": 1910, "distance_m": 40}, ["weight: 1.91 kg", "distance: 40 m"]),
        ({"received": False, "reason": "consignee.absent"}, ["received: no", "reason: consignee absent"]),
        ({"reasons": ["short walk", "one cart"]}, ["reasons: short walk; one cart"]),
        ({"order_id": "01a21949-6a93-7984-ae23-b45d85b36538", "at": "2026-03-03T08:05:00Z", "seed": 1, "why": None}, []),
        ({"why": "<b>late</b>"}, ["why: &lt;b&gt;late&lt;/b&gt;"]),
    ],
)  # fmt: skip
def test_facts_are_told_in_words(facts: dict[str, Any], words: list[str]) -> None:
    assert said(facts) == words


def test_a_window_is_one_sentence_of_two_moments() -> None:
    [window] = said({"from": "2026-03-03T09:05:00+01:00", "until": "2026-03-03T12:00:00+01:00"})
    assert window.count("data-when") == 2
    assert "03 Mar 2026 08:05" in window
    assert "T09:05" not in window.replace("data-when", "").split(">", 1)[1].split("<", 1)[0]


def test_a_moment_is_told_on_the_clock_of_a_place_or_left_to_the_readers_device() -> None:
    assert when(AT, "Europe/Vaduz") == "03 Mar 2026 09:05"
    assert when(AT, "Europe/Vaduz", "%H:%M") == "09:05"
    assert when(AT) == '<time datetime="2026-03-03T08:05:00+00:00" data-when>03 Mar 2026 08:05</time>'
    assert when(None) == "–"  # noqa: RUF001 - a dash is meant
