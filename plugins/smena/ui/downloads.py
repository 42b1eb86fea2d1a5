"""Download documents: a cash order on its form as PDF, the documents of a filter as XLSX or CSV."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from smena.reads.documents import exported, printed, printed_orders
from smena.ui.asking import CannotBe, Day, ExportFormat, Inn, Text, id_of
from smena.ui.auth import UsePages, Viewer
from smena.ui.documents_filter import filter_of
from smena.ui.one_at_a_time import one_at_a_time
from smena.ui.pages import NotInSight, organization_in_sight

router = APIRouter()

_MOST_PRINTED = 100
"""Orders of one PDF. A page of the table has fewer; an address with more would be too long."""
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get("/documents/{document_id}/order.pdf")
def order_on_paper(_request: Request, who: Viewer, pages: UsePages, document_id: str) -> Response:
    """A ПКО by form КО-1, an РКО by form КО-2."""
    # The library of PDF is heavy: the other pages do without it.
    from smena.reports import form

    wanted = id_of(document_id)
    with pages.reading(who) as transaction:
        row = printed(transaction, wanted)
    if row is None:
        raise NotInSight
    name = f"{row['kind']}-{row['organization_inn']}-{row['number']}.pdf"
    return Response(form.order_on_paper(row), media_type="application/pdf", headers=_attached(name))


@router.get("/documents/print/orders.pdf")
def orders_on_paper(
    _request: Request,
    who: Viewer,
    pages: UsePages,
    document: Annotated[list[str] | None, Query(max_length=_MOST_PRINTED)] = None,
) -> Response:
    """The orders that were ticked, each on its form, in one file: all of them, or a refusal."""
    from smena.reports import form

    wanted = sorted({id_of(one) for one in document or ()})
    if not wanted:
        raise CannotBe("nothing_chosen")
    with pages.reading(who) as transaction:
        rows = printed_orders(transaction, wanted)
    if len(rows) != len(wanted):
        raise NotInSight
    with one_at_a_time():
        content = form.orders_on_paper(rows)
    return Response(content, media_type="application/pdf", headers=_attached(f"orders-{len(rows)}.pdf"))


@router.get("/documents/{inn}/export.{form}")
def export(
    _request: Request,
    who: Viewer,
    pages: UsePages,
    inn: Inn,
    form: ExportFormat,
    from_: Annotated[str, Query(alias="from", max_length=10)] = "",
    to: Day = "",
    kind: Text = "",
    status: Text = "",
    source: Text = "",
    kpp: Text = "",
    number: Text = "",
    sales_point: Text = "",
) -> Response:
    """Download all documents of the page's filter in one file: all of them, or a refusal."""
    wanted = filter_of(inn, from_, to, kind, status, source, kpp, number, sales_point)
    with tempfile.NamedTemporaryFile(prefix="smena-export-", suffix=f".{form}", delete=False) as made:
        file = Path(made.name)
    try:
        with pages.reading(who) as transaction:
            organization_in_sight(transaction, inn)
            _write(file, form, exported(transaction, wanted))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    name = "-".join(str(part) for part in ("documents", inn, wanted.first_day, wanted.last_day) if part)
    return FileResponse(
        file,
        media_type=_TYPES[form],
        headers=_attached(f"{name}.{form}"),
        background=BackgroundTask(file.unlink, missing_ok=True),
    )


def _write(file: Path, form: str, rows: Any) -> None:
    # A file, and not the answer itself: what fails half-way must not look like an export that is whole.
    from smena.reports.columns import DOCUMENTS, sheet_name
    from smena.reports.separated import write_csv
    from smena.reports.spreadsheet import write_xlsx

    if form == "xlsx":
        write_xlsx(file, DOCUMENTS, rows, sheet=sheet_name())
    else:
        write_csv(file, DOCUMENTS, rows)


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
