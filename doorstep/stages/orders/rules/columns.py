"""Which column of a merchant's table means what: guessed from its heading and from what its cells look like.

A heading that says it in full is worth 100 points, one that holds the words 60; cells that look right add up to 40, and
cells that cannot be what is wanted rule a column out. The best pairs are taken first, a column and a wanted thing once each.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from doorstep.stages.orders.model.sheets import Columns, Sheet, Wanted

SAID, HELD, LOOKS, ENOUGH = 100.0, 60.0, 40.0, 60.0
SAMPLE = 200
HELD_MOST = 85.0
MOSTLY, HALF = 0.8, 0.5
"""The share of cells that must look right: fewer where the heading says it in full, so that wrong cells are told one by one."""

WANTED = (
    Wanted("reference", "Order number at the shop; rows with the same one are one order", "reference",
           ("order number", "order no", "order id", "order", "reference", "order reference", "name", "bestellnummer",
            "auftragsnummer", "bestellung", "numero do pedido", "pedido", "external ref"), needed=True),
    Wanted("placed_at", "When it was placed, like 2026-03-01 or 01.03.2026", "date",
           ("created at", "order date", "date", "placed at", "paid at", "bestelldatum", "datum", "data do pedido", "data")),
    Wanted("sku", "Article number (SKU)", "sku",
           ("sku", "lineitem sku", "item sku", "article number", "article", "item number", "product code", "artikelnummer",
            "artikel", "codigo", "codigo do produto"), needed=True, of_line=True),
    Wanted("quantity", "Units, a whole number", "count",
           ("quantity", "qty", "lineitem quantity", "units", "count", "menge", "anzahl", "stuck", "quantidade", "qtd"),
           needed=True, of_line=True),
    Wanted("unit_price", "Price of one unit, like 12.50", "money",
           ("unit price", "price", "lineitem price", "item price", "item cost", "einzelpreis", "preis", "preco unitario", "preco"),
           of_line=True),
    Wanted("line_discount", "Taken off the line", "money", ("lineitem discount", "line discount", "positionsrabatt"),
           of_line=True),
    Wanted("line_tax", "Tax on top of the line's price", "money", ("line tax", "item tax", "lineitem tax"), of_line=True),
    Wanted("currency", "Currency, like EUR", "currency", ("currency", "wahrung", "moeda")),
    Wanted("shipping", "What the customer pays for shipping", "money",
           ("shipping", "shipping cost", "shipping amount", "shipping total", "versand", "versandkosten", "frete")),
    Wanted("discount", "Taken off the whole order", "money",
           ("discount", "discount amount", "order discount", "rabatt", "desconto")),
    Wanted("tax", "Tax on top that no line carries", "money", ("tax", "taxes", "order tax", "steuer", "imposto")),
    Wanted("total", "What the customer pays in all", "money",
           ("total", "order total", "grand total", "amount", "gesamt", "gesamtbetrag", "summe", "valor total")),
    Wanted("payment", "How it was paid", "text",
           ("payment method", "payment", "zahlungsart", "forma de pagamento")),
    Wanted("name", "Who receives the parcel", "name",
           ("shipping name", "recipient", "ship to name", "ship to", "customer name", "customer", "full name", "name",
            "empfanger", "kunde", "nome", "destinatario")),
    Wanted("first_name", "First name", "name", ("first name", "shipping first name", "vorname", "primeiro nome")),
    Wanted("last_name", "Last name", "name", ("last name", "shipping last name", "surname", "nachname", "sobrenome")),
    Wanted("company", "Company", "text", ("company", "shipping company", "firma", "empresa")),
    Wanted("street", "Street and house number", "text",
           ("street", "shipping street", "shipping address1", "address 1", "address1", "address", "shipping address",
            "street address", "strasse", "straße", "adresse", "endereco", "rua"), needed=True),
    Wanted("street2", "Floor, apartment, care of", "text",
           ("address 2", "address2", "shipping address2", "street 2", "adresszusatz", "complemento")),
    Wanted("city", "City", "name", ("city", "shipping city", "town", "ort", "stadt", "cidade"), needed=True),
    Wanted("region", "State or province", "text",
           ("region", "state", "province", "shipping province", "shipping state", "bundesland", "estado", "uf")),
    Wanted("postal_code", "Postal code", "postal",
           ("postal code", "postcode", "zip", "zip code", "shipping zip", "shipping postcode", "plz", "postleitzahl", "cep")),
    Wanted("country", "Country, by its two letters or its name; the warehouse's own where it is blank", "country",
           ("country", "country code", "shipping country", "land", "pais")),
    Wanted("email", "E-mail address", "email", ("email", "e mail", "email address", "customer email")),
    Wanted("phone", "Phone", "phone", ("phone", "phone number", "shipping phone", "telephone", "telefon", "telefone", "mobile")),
    Wanted("delivery", "Service level that the customer chose", "text",
           ("shipping method", "delivery", "service", "versandart")),
    Wanted("note", "Note", "text", ("note", "notes", "comment", "customer note", "bemerkung", "hinweis", "observacao")),
)  # fmt: skip

LOOKING = {
    "count": re.compile(r"[+-]?\d{1,9}([.,]0+)?"),
    "money": re.compile(r"[^\d\w]{0,3}[+-]?[A-Z]{0,3}[$€£R]{0,2} ?-?\d[\d., ']*( ?[A-Z]{3}| ?[$€£])?"),
    "date": re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ].*)?"),
    "currency": re.compile(r"[A-Z]{3}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "phone": re.compile(r"[+(]?[\d][\d ()/.+-]{5,}"),
    "country": re.compile(r"[A-Z]{2}|[^\W\d]{4,}.*"),
    "postal": re.compile(r"(?=.*\d)[A-Za-z\d][A-Za-z\d -]{2,9}"),
    "name": re.compile(r"[^\d@#=]+"),
    "reference": re.compile(r"(?=.*\d)\S{1,64}"),
}
"""What the cells of a kind look like; other kinds look like anything."""

TELLING = {"email": 40.0, "date": 15.0, "currency": 15.0, "country": 0.0, "reference": 20.0, "name": 15.0}
"""What looking right is worth where few other things look so."""

EMAIL_ALONE = frozenset({"email"})
"""Kinds that cells alone give away, whatever the heading says."""


def plain_words(heading: str) -> str:
    """Return a heading in lower case, without accents and signs, one space between its words."""
    flat = unicodedata.normalize("NFKD", heading.casefold().replace("ß", "ss"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in flat if not unicodedata.combining(c))))


def layout_of(headings: Sequence[str]) -> str:
    """Return what two tables of one layout have in common: their headings, in their sequence."""
    return "\n".join(plain_words(heading) for heading in headings)


def guess(sheet: Sheet, skus: Collection[str] = ()) -> Columns:
    """Return which column is probably meant by each wanted thing; what nothing fits is left out.

    Args:
        sheet: the table.
        skus: article numbers of the merchant that stand in the table, wherever.
    """
    samples = [[cells[i] for _, cells in sheet.rows[:SAMPLE] if cells[i]] for i in range(len(sheet.headings))]
    pairs = [
        (points, -place, -i, one.name)
        for place, one in enumerate(WANTED)
        for i, heading in enumerate(sheet.headings)
        if (points := _points(one, plain_words(heading), samples[i], skus)) >= ENOUGH
    ]
    found: Columns = {}
    taken: set[int] = set()
    for _, _, i, name in sorted(pairs, reverse=True):
        if name not in found and -i not in taken:
            found[name] = -i
            taken.add(-i)
    if "name" in found:
        found.pop("first_name", None)
        found.pop("last_name", None)
    return found


def _points(one: Wanted, heading: str, sample: Sequence[str], skus: Collection[str]) -> float:
    said = _said(one, heading)
    if sample and _looks(one.kind, sample) < (HALF if said > HELD_MOST else MOSTLY):
        return 0.0
    if one.kind == "sku" and sample:
        known = sum(cell in skus for cell in sample) / len(sample)
        return said + known * (SAID if known > 0.5 else LOOKS)
    if one.kind in EMAIL_ALONE and sample:
        return said + ENOUGH
    return said and said + (TELLING.get(one.kind, 0.0) if sample else 0.0)


def _said(one: Wanted, heading: str) -> float:
    """Return how clearly a heading says what is wanted; what it is known as first counts a little more."""
    words = set(heading.split())
    for place, known in enumerate(one.known_as):
        if heading == plain_words(known):
            return SAID - place
    billing = words & {"billing", "invoice", "rechnung", "cobranca"}
    if billing:
        return 0.0
    for place, known in enumerate(one.known_as):
        if len(known) > 3 and set(plain_words(known).split()) <= words:
            return HELD - place / 10 + 5 * len(known.split())
    return 0.0


def _looks(kind: str, sample: Sequence[str]) -> float:
    """Return the share of cells that look as the kind does."""
    pattern = LOOKING.get(kind)
    if pattern is None or not sample:
        return 1.0
    return sum(pattern.fullmatch(cell) is not None for cell in sample) / len(sample)


def missing(columns: Mapping[str, int]) -> list[Wanted]:
    """Return what no column means although a table cannot be imported without it."""
    named = "name" in columns or "last_name" in columns or "company" in columns
    return [
        one
        for one in WANTED
        if (one.needed and one.name not in columns) or (one.name == "name" and not named)
    ]
