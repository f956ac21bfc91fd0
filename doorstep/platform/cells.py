"""Cells of tables that people open: what a spreadsheet program would compute is led by an apostrophe, and stays text."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet program would compute; the wide forms count where people type in Japanese or Chinese."""
SIGNS = ("+", "-")


def inert(cell: str) -> str:
    """Return a cell as it may stand in a table: as it is, also a number with its sign, or led by an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULA) and not _number(cell) else cell


def _number(cell: str) -> bool:
    digits = cell[1:].replace(".", "").replace(",", "")
    return cell.startswith(SIGNS) and digits.isascii() and digits.isdigit()
