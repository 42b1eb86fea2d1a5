"""«Журнал КО-3»: every cash order of a period by number; also as PDF and CSV."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from smena.model.identifiers import KPP
from smena.reads import cash_book as reading
from smena.ui.asking import AnyInn, CannotBe, Day, Inn, Text, day_of, plain
from smena.ui.auth import UsePages, Viewer
from smena.ui.one_at_a_time import one_at_a_time
from smena.ui.pages import organization_in_sight
from smena.ui.rendering import page

router = APIRouter()

MOST_SHOWN = 500
MOST_PRINTED = 3_000
"""Orders of a PDF; they take some eighty pages."""

From = Annotated[str, Query(alias="from", max_length=10)]


@router.get("/journal")
def journal(
    request: Request, who: Viewer, pages: UsePages, inn: AnyInn = "", from_: From = "", to: Day = "", kpp: Text = ""
) -> Response:
    """Show the journal of a period; of many orders only the first of each kind."""
    first_day, last_day = _days(from_, to, pages.context.now().date())
    sides: dict[str, list[dict[str, Any]]] = {}
    books: list[dict[str, Any]] = []
    with pages.reading(who) as transaction:
        organizations = transaction.rows("page_organizations", search="", most=500)
        chosen = inn or (organizations[0]["inn"] if organizations else "")
        organization = organization_in_sight(transaction, chosen) if chosen else None
        if organization:
            books = reading.books(transaction, chosen, last_day)
            sides = {
                kind: [
                    dict(zip(reading.JOURNAL, row, strict=True))
                    for row in reading.journal(
                        transaction, chosen, _kpp(kpp), first_day, last_day, kind=kind, most=MOST_SHOWN
                    )
                ]
                for kind in ("pko", "rko")
            }
    return page(
        request,
        "month_journal.html",
        who,
        organization=organization,
        organizations=organizations,
        books=books,
        kpp=plain(kpp),
        sides=sides,
        is_cut=any(len(rows) == MOST_SHOWN for rows in sides.values()),
        first_day=first_day,
        last_day=last_day,
    )


@router.get("/journal/{inn}/journal.pdf")
def printed(
    _request: Request, who: Viewer, pages: UsePages, inn: Inn, from_: From = "", to: Day = "", kpp: Text = ""
) -> Response:
    """Download the journal by form КО-3."""
    from smena.reads.journal_sheet import journal_of

    first_day, last_day = _days(from_, to, pages.context.now().date())
    with pages.reading(who) as transaction:
        organization_in_sight(transaction, inn)
        printable = journal_of(transaction, inn, _kpp(kpp), first_day, last_day, most=MOST_PRINTED + 1)
    if len(printable.entries) > MOST_PRINTED:
        raise CannotBe("journal_too_long")
    from smena.reports.journal import print_journal

    name = f"journal-{inn}-{first_day}-{last_day}.pdf"
    with one_at_a_time():
        return Response(print_journal(printable), media_type="application/pdf", headers=_attached(name))


@router.get("/journal/{inn}/journal.csv")
def separated(
    _request: Request, who: Viewer, pages: UsePages, inn: Inn, from_: From = "", to: Day = "", kpp: Text = ""
) -> Response:
    """The journal as CSV."""
    from smena.reports.columns import JOURNAL
    from smena.reports.separated import write_csv

    first_day, last_day = _days(from_, to, pages.context.now().date())
    with tempfile.NamedTemporaryFile(prefix="smena-journal-", suffix=".csv", delete=False) as made:
        file = Path(made.name)
    try:
        with pages.reading(who) as transaction:
            organization_in_sight(transaction, inn)
            write_csv(file, JOURNAL, reading.journal(transaction, inn, _kpp(kpp), first_day, last_day))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return FileResponse(
        file,
        media_type="text/csv; charset=utf-8",
        headers=_attached(f"journal-{inn}-{first_day}-{last_day}.csv"),
        background=BackgroundTask(file.unlink, missing_ok=True),
    )


def _days(first: str, last: str, today: date) -> tuple[date, date]:
    """Return the first and last day given, by default those of the last month that is over. Raises CannotBe."""
    end = today.replace(day=1) - timedelta(days=1)
    last_day = day_of(last) or end
    first_day = day_of(first) or last_day.replace(day=1)
    if first_day > last_day:
        raise CannotBe("not_a_span")
    return first_day, last_day


def _kpp(text: str) -> str | None:
    given = plain(text)
    if given and not KPP.fullmatch(given):
        raise CannotBe("not_understood")
    return given or None


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
