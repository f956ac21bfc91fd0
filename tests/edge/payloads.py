"""Five hundred hostile texts: those of `test_hostile`, each as it is and inside of what often lets one through."""

from tests.edge.test_hostile import REFUSED, TEXTS

AROUND = [
    "{}", " {}", "{} ", '"{}"', "'{}'", "-->{}", "</script>{}", "*/{}/*", "=1+{}", "@{}", "~{}~", "*{}>", "\r\n\r\n{}", "\x00{}", "{}\x1c{}",
    "\uff1d{}", "A{}",
]  # fmt: skip
"""What stands around a text: an end of quotes, of a comment, of a script, of an element, of a segment, of a header."""
EVERY = dict.fromkeys(around.replace("{}", text) for text in [*TEXTS, *REFUSED] for around in AROUND)
PAYLOADS = list(EVERY)[::2][:500]
