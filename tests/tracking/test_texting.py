"""Text messages: how many parts a text is cut into."""

import pytest

from doorstep.stages.tracking.rules.texting import Segments, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("gsm7", 1)),
        ("a" * 160, Segments("gsm7", 1)),
        ("a" * 161, Segments("gsm7", 2)),
        ("a" * 307, Segments("gsm7", 3)),
        ("€" * 80, Segments("gsm7", 1)),
        ("€" * 81, Segments("gsm7", 2)),
        ("ã" * 70, Segments("ucs2", 1)),
        ("ã" * 71, Segments("ucs2", 2)),
        ("🚚" * 35, Segments("ucs2", 1)),
        ("🚚" * 36, Segments("ucs2", 2)),
    ],
)
def test_a_text_is_cut_as_the_standard_says(text: str, expected: Segments) -> None:
    assert segments(text) == expected
