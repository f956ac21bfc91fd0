"""Words are measured, fitted and broken by what a reader sees as one character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.documents import BOLD, REGULAR, fit, measure, plain, wrap
from doorstep.platform.documents.spelling import clusters, lost, spell

WORDS = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.mark.proves("E3")
@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Ana María Núñez", "Ana María Núñez"),
        ("Łódź, Żółć", "Lódz, Zólc"),
        ("e\u0301tage", "étage"),
        ("Улица Щукина", "Ulitsa Shchukina"),
        ("Ελλάδα", "Ellada"),
        ("№ ﬁ ½ ẞ", "No fi ½ SS"),
        ("東京", "??"),
        ("👨‍👩‍👧 family", "? family"),
        ("A\u202eB\x00C\tD\r\nE", "AB C D  E"),
    ],
)
def test_text_is_spelled_with_the_letters_that_printers_have(text: str, printed: str) -> None:
    assert plain(text) == printed


def test_what_has_no_spelling_is_counted_so_that_a_page_can_warn() -> None:
    assert lost("東京 why?") == 2
    assert lost("Łódź") == 0


@given(WORDS)
def test_whatever_is_typed_can_be_printed_and_spelling_it_twice_changes_nothing(text: str) -> None:
    printed = plain(text)
    printed.encode("cp1252")
    assert printed.isprintable() or all(char in "\xa0\xad" or char.isprintable() for char in printed)
    assert plain(printed) == printed


@given(WORDS, st.floats(20, 400))
def test_fitted_text_is_never_wider_than_its_room(text: str, room_pt: float) -> None:
    assert measure(fit(text, BOLD, 9, room_pt), BOLD, 9) <= room_pt


@pytest.mark.proves("E3")
def test_text_is_shortened_between_whole_characters() -> None:
    family = "👨‍👩‍👧"
    assert list(clusters(f"a{family}e\u0301🇩🇪🇧🇷")) == ["a", family, "e\u0301", "🇩🇪", "🇧🇷"]
    england = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert list(clusters(f"{england}D\u200cJ1\ufe0f\u20e3")) == [england, "D\u200c", "J", "1\ufe0f\u20e3"]
    assert fit("e\u0301" * 40, REGULAR, 10, 40) == "é" * 5 + "…"


@pytest.mark.proves("E3")
@given(st.text(st.characters(codec="utf-8"), min_size=35, max_size=70), st.floats(20, 400))
def test_a_line_of_35_and_more_letters_is_cut_between_whole_characters(text: str, room_pt: float) -> None:
    """What is left is the beginning of what is spelled character by character, whole characters only."""
    spelled = spell(text)
    kept = fit(text, BOLD, 9, room_pt)
    begun = {"".join(spelled[:n]).rstrip() for n in range(len(spelled) + 1)}
    assert kept == plain(text) or kept.removesuffix("…").rstrip() in begun


@given(WORDS, st.integers(1, 4))
def test_wrapped_lines_keep_to_their_room_and_their_number(text: str, lines_max: int) -> None:
    lines = wrap(text, REGULAR, 9, 60, lines_max=lines_max)
    assert len(lines) <= lines_max
    assert all(measure(line, REGULAR, 9) <= 60 for line in lines)


@given(st.lists(st.text("abcdef", min_size=1, max_size=8), max_size=12))
def test_wrapping_loses_no_word_when_there_is_room(words: list[str]) -> None:
    assert " ".join(wrap(" ".join(words), REGULAR, 9, 60, lines_max=99)).split() == words
