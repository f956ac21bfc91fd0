"""How records get into the catalog's tables: as one set, the database's rules turned into refusals with names."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import errors

from doorstep.platform.db import Tx, broken_rule
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.statements import Statement

TAKEN = {
    "merchant_code_taken": "A merchant with this code is there already. Choose another code.",
    "product_sku_taken": "This merchant has a product with this SKU already. Change that one, or choose another SKU.",
    "barcode_taken": "One of the barcodes belongs to another product already. Check the label, or take it off there.",
    "site_code_taken": "A site with this code is there already. Choose another code.",
    "bin_code_taken": "Two bins of the site have the same code. Give each its own.",
    "box_code_taken": "A box with this code is there already. Choose another code.",
    "carrier_code_taken": "A carrier with this code is there already. Choose another code.",
    "service_code_taken": "The carrier has a service with this code already. Choose another code.",
    "van_code_taken": "A van with this code is there already. Choose another code.",
}


async def put(tx: Tx, statement: Statement, records: Sequence[Any], **params: Any) -> int:
    """Write records (dataclasses or mappings) with one statement and return how many rows it touched.

    Raises:
        Refused: a code is taken (conflict), something named is not there (unknown), or a value breaks a rule.
    """
    if not records:
        return 0
    try:
        return await tx.run(statement, rows=msgspec.json.encode(list(records)).decode(), **params)
    except errors.UniqueViolation as error:
        rule = broken_rule(error)
        raise Refused(
            Reason.CONFLICT, TAKEN.get(rule, "This is there already. Look it up and change it instead.")
        ) from None
    except errors.ForeignKeyViolation:
        raise Refused(
            Reason.UNKNOWN,
            "Something that this names is not there: check the ids of merchant, site or carrier.",
        ) from None
    except errors.CheckViolation as error:
        raise Refused(
            Reason.INVALID,
            f"A value breaks the rule {broken_rule(error)}. Check sizes, limits and times.",
        ) from None


def refuse(faults: Sequence[Fault]) -> None:
    """Refuse when there are faults.

    Raises:
        Refused: with all of them.
    """
    if faults:
        raise invalid(faults)
