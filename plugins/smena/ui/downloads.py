"""Documents as files: a cash order on its form as PDF, the documents that were filtered as XLSX or CSV."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from smena.ui.asking import CannotBe, Day, ExportFormat, Inn, Text, day_of, id_of, plain
from smena.ui.desk import NotInSight, organization_in_sight
from smena.ui.documents import KINDS, SOURCES, STATUSES, one_of
from smena.ui.doors import AtDesk, Looking

router = APIRouter()

_CHUNK_ROWS = 5000
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get("/documents/{document_id}/order.pdf")
def order_on_paper(_request: Request, who: Looking, desk: AtDesk, document_id: str) -> Response:
    """A ПКО by form КО-1, an РКО by form КО-2."""
    # The library of PDF is heavy: the other pages do without it.
    from smena.printing import form

    wanted = id_of(document_id)
    with desk.reading(who) as transaction:
        row = transaction.row("print_order", document_id=wanted)
    if row is None:
        raise NotInSight
    name = f"{row['kind']}-{row['organization_inn']}-{row['number']}.pdf"
    return Response(form.order_on_paper(row), media_type="application/pdf", headers=_attached(name))


@router.get("/documents/{inn}/export.{form}")
def export(
    _request: Request,
    who: Looking,
    desk: AtDesk,
    inn: Inn,
    form: ExportFormat,
    from_: Annotated[str, Query(alias="from", max_length=10)] = "",
    to: Day = "",
    kind: Text = "",
    status: Text = "",
    source: Text = "",
    kpp: Text = "",
    number: Text = "",
) -> Response:
    """All documents that the page's filter lets through, in one file: the whole of it, or a refusal."""
    first_day, last_day = day_of(from_), day_of(to)
    if first_day and last_day and first_day > last_day:
        raise CannotBe("not_a_span")
    asked = {
        "inn": inn,
        "first_day": first_day,
        "last_day": last_day,
        "kind": one_of(kind, KINDS),
        "status": one_of(status, STATUSES),
        "source": one_of(source, SOURCES),
        "kpp": plain(kpp) or None,
        "number": plain(number) or None,
    }
    with tempfile.NamedTemporaryFile(prefix="smena-export-", suffix=f".{form}", delete=False) as made:
        file = Path(made.name)
    try:
        with desk.reading(who) as transaction:
            organization_in_sight(transaction, inn)
            _write(file, form, transaction.stream("export_documents", chunk_rows=_CHUNK_ROWS, **asked))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    name = "-".join(str(part) for part in ("documents", inn, first_day, last_day) if part)
    return FileResponse(
        file,
        media_type=_TYPES[form],
        headers=_attached(f"{name}.{form}"),
        background=BackgroundTask(file.unlink, missing_ok=True),
    )


def _write(file: Path, form: str, rows: Any) -> None:
    # A file, and not the answer itself: what fails half-way must not look like an export that is whole.
    from smena.exporting.columns import DOCUMENTS, sheet_name
    from smena.exporting.separated import write_csv
    from smena.exporting.spreadsheet import write_xlsx

    if form == "xlsx":
        write_xlsx(file, DOCUMENTS, rows, sheet=sheet_name())
    else:
        write_csv(file, DOCUMENTS, rows)


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
