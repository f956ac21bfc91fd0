"""ZPL from outside is read with suspicion before a printer sees it."""

import pytest

from doorstep.stages.shipping.rules.label import STOCKS
from doorstep.stages.shipping.rules.lint import lint, modules_of
from doorstep.stages.shipping.rules.paper import zpl
from tests.worlds.labels import LABEL, random_labels

GOOD = "^XA^PW812^LL1218^FO10,10^A0N,30,30^FDHello^FS^FO20,100^BY3^BCN,100,N^FD>;123456^FS^XZ"
WRONG = [
    ("", "empty"),
    ("^XA^FO1,1^FDx^FS", "format_open"),
    ("^XA^XA^XZ", "format_open"),
    ("^FO1,1^FDx^FS^XA^XZ", "outside"),
    ("^XA^FO1,1^FDx^XZ", "field_open"),
    ("^XA^FO1,1^GFA,8,8,1,FF00FF^DN^XZ", "field_open"),
    ("^XA^FO1,1^FDx^FO2,2^FDy^FS^XZ", "field_open"),
    ("^XA^MMT^XZ", "command"),
    ("^XA^JUS^XZ", "command"),
    ("~JA^XA^XZ", "command"),
    ("^XA^CC|^XZ", "command"),
    ("hello ^XA^XZ", "stray_text"),
    ("^XA^PW2000^XZ", "too_large"),
    ("^XA^FO800,10^GB100,10,10^FS^XZ", "off_paper"),
    ("^XA^FO10,1200^BY3^BCN,100,N^FD>;123456^FS^XZ", "off_paper"),
    ("^XA^FO10,10^BY3^BCN,100,N^FD>;123456^FS^XZ", "off_paper"),
    ("^XA^FO790,10^BXN,4,200,20,20^FDx^FS^XZ", "off_paper"),
]


def test_what_draws_one_label_and_leaves_the_printer_as_it_was_has_no_finding() -> None:
    assert lint(GOOD.replace("^FO20", "^FO60"), width=812, height=1218) == []


@pytest.mark.parametrize(("text", "code"), WRONG)
def test_what_does_more_or_less_than_a_label_is_found(text: str, code: str) -> None:
    assert code in {finding.code for finding in lint(text, width=812, height=1218)}


@pytest.mark.parametrize("stock", STOCKS.values())
def test_our_own_labels_have_no_finding(stock: object) -> None:
    for stock_ in STOCKS.values():
        made = zpl([LABEL, *random_labels(20, seed=3)], stock_)
        assert lint(made, width=stock_.width, height=stock_.height) == []


@pytest.mark.parametrize(("data", "modules"), [(">;>8" + "00" * 10, 156), (">:AB>51234>6C", 7 * 11 + 2 + 33)])
def test_the_width_of_a_code_is_counted_from_its_zpl(data: str, modules: int) -> None:
    assert modules_of(data) == modules
