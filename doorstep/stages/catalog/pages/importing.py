"""The page that takes in a table of products: look first, then import, a verdict per row."""

from typing import Annotated, Any

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from doorstep.platform.auth import allow
from doorstep.platform.edge import Asked, Caller, InHouse
from doorstep.stages.catalog.acts import importing
from doorstep.stages.catalog.api.goods import summary
from doorstep.stages.catalog.model import Outcome
from doorstep.stages.catalog.pages.tabs import WRITERS, catalog_page
from doorstep.stages.catalog.rules.rows import COLUMNS, NEEDED, read_table

SHOWN_MAX = 500
AGAIN_MAX = 4_000_000
"""A table up to this many characters rides along on the preview page, so that it need not be chosen again."""


@get("/catalog/import", opt=allow(*WRITERS), include_in_schema=False)
async def import_page(request: Asked) -> Any:
    """Show where a table goes in, and what its columns mean."""
    return _page(request)


def _page(request: Asked, **found: Any) -> Any:
    context = {"answer": None, "wrong": None, "preview": False, "table": "", "rows": [], **found}
    return catalog_page(request, "import.html", "/catalog/import", columns=COLUMNS, needed=NEEDED, **context)


@post("/catalog/import", opt=allow(*WRITERS), include_in_schema=False, status_code=200)
async def import_table(
    request: Asked,
    house: InHouse,
    who: Caller,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Any:
    """Give a verdict on every row; write the good ones unless it is a preview. Five hundred rows are one transaction."""
    preview = data.get("do") != "import"
    upload = data.get("file")
    try:
        text = (
            (await upload.read()).decode() if isinstance(upload, UploadFile) else str(data.get("table") or "")
        )
        rows = list(read_table(text))
    except UnicodeDecodeError:
        return _page(request, wrong="The file is not text in UTF-8. Save it as CSV in UTF-8.")
    except ValueError as error:
        return _page(request, wrong=str(error))
    verdicts = []
    for start in range(0, len(rows), importing.CHUNK):
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            verdicts += await importing.import_rows(
                tx,
                "products",
                rows[start : start + importing.CHUNK],
                merchant_id=who.merchant_id,
                preview=preview,
                start=start + 1,
            )
    verdicts.sort(key=lambda one: (one.outcome != Outcome.REFUSED, one.row))
    return _page(
        request,
        answer=summary(verdicts),
        rows=verdicts[:SHOWN_MAX],
        preview=preview,
        table=text if preview and len(text) <= AGAIN_MAX else "",
    )


ROUTES = [import_page, import_table]
