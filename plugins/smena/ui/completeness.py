"""«Полнота»: organisation (or register) × day, down to the shifts of a day and the run that loaded it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from smena.messages import message
from smena.model.product import product_of
from smena.model.window import Window
from smena.reads import completeness as reads
from smena.reads.completeness import Page
from smena.ui.asking import AnyProduct, CannotBe, Inn, Text, day_of, id_of, month_of, plain
from smena.ui.auth import UsePages, Viewer
from smena.ui.pages import organization_in_sight
from smena.ui.rendering import language_of, page
from smena.ui.runs import Runs
from smena.warehouse.database import Row

router = APIRouter()

ORGANIZATIONS_A_PAGE = 40
REGISTERS_A_PAGE = 40
SHIFTS_A_PAGE = 100
SIGNS = {
    "complete": "✓",
    "late": "↓",
    "open": "…",
    "waits": "?",
    "missing": "!",
    "out_of_reach": "×",
    "offline": "–",
    "disabled": "·",
    "ahead": "",
}
"""The sign of a day's cell by its state, so that the state is not shown by colour alone."""

_NO_ID = "00000000-0000-0000-0000-000000000000"


@router.get("/completeness")
def calendar(
    request: Request,
    who: Viewer,
    pages: UsePages,
    month: Text = "",
    product: AnyProduct = "ofd",
    q: Text = "",
    after_name: Text = "",
    after: Text = "",
) -> Response:
    """Show organisations × the days of a month."""
    first_day, last_day = month_of(month, datetime.now(UTC).date())
    with pages.reading(who) as transaction:
        shown = Page(ORGANIZATIONS_A_PAGE, search=plain(q), after=plain(after), after_name=plain(after_name))
        cells = reads.calendar(transaction, product, Window(first_day, last_day), shown)
    rows = _by(cells, "inn", lambda inn, day: f"{inn}/{day}?product={product}", request)
    return page(
        request,
        "completeness.html",
        who,
        rows=rows,
        next_after=rows[-1] if len(rows) == ORGANIZATIONS_A_PAGE else None,
        **_months(first_day, last_day),
        product=product,
        q=q,
    )


@router.get("/completeness/{inn}")
def registers(
    request: Request,
    who: Viewer,
    pages: UsePages,
    inn: Inn,
    month: Text = "",
    product: AnyProduct = "ofd",
    q: Text = "",
    after: Text = "",
) -> Response:
    """Show registers of one organisation × the days of a month."""
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        first_day, last_day = month_of(month, organization["today"])
        shown = Page(REGISTERS_A_PAGE, search=plain(q), after=plain(after))
        cells = reads.calendar_of_units(transaction, organization, product, Window(first_day, last_day), shown)
    rows = _by(cells, "unit_id", lambda place, day: f"{inn}/{day}?product={product}&register={quote(place)}", request)
    return page(
        request,
        "completeness_registers.html",
        who,
        organization=organization,
        rows=rows,
        next_after=rows[-1] if len(rows) == REGISTERS_A_PAGE else None,
        **_months(first_day, last_day),
        product=product,
        q=q,
    )


@router.get("/completeness/{inn}/{day}")
def shifts(
    request: Request,
    who: Viewer,
    pages: UsePages,
    find_runs: Runs,
    inn: Inn,
    day: str,
    product: AnyProduct = "ofd",
    register: Text = "",
    after: Text = "",
) -> Response:
    """Show the shifts of a day, their outcomes, and the runs that loaded them."""
    shown, register = day_of(day), plain(register)
    if shown is None:
        raise CannotBe("not_a_day")
    after_closed_at, after_id = _after(after, shown)
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        source, unit_id, span = product_of(product).source, register or None, Window(shown, shown)
        outcomes = reads.outcomes(transaction, inn, span, source=source, unit_id=unit_id)
        rows = transaction.rows(
            "page_day_shifts",
            inn=inn,
            day=shown,
            source=source,
            register=register,
            after_closed_at=after_closed_at,
            after_id=after_id,
            most=SHIFTS_A_PAGE,
        )
        batches = transaction.rows("page_day_batches", inn=inn, day=shown, product=product)
        gaps = reads.gaps(transaction, inn, product, window=span, unit_id=unit_id, most=100)
        verdicts = reads.verdicts_of_day(transaction, inn, product, shown, unit_id, most=100)
        state = reads.state_of_day(transaction, organization, product, shown, unit_id)
    last = rows[-1] if len(rows) == SHIFTS_A_PAGE else None
    return page(
        request,
        "completeness_day.html",
        who,
        organization=organization,
        day=shown,
        before=shown - timedelta(days=1),
        next=shown + timedelta(days=1),
        product=product,
        register=register,
        outcomes=outcomes,
        shifts=rows,
        next_after=f"{last['closed_at'].isoformat()}_{last['shift_id']}" if last else None,
        batches=batches,
        gaps=gaps,
        verdicts=verdicts,
        state=state,
        sign=SIGNS[state["state"]] if state else "",
        dags=find_runs({row["run_id"] for row in (*batches, *rows)}),
    )


@router.get("/run")
def run(request: Request, who: Viewer, pages: UsePages, run_id: Text, dag_id: Text = "") -> Response:
    """Show what a run of Airflow loaded; the run's page in Airflow links here."""
    with pages.reading(who) as transaction:
        batches = transaction.rows("page_batches", inn=None, product=None, run_id=plain(run_id), most=200)
    dags = {plain(run_id): dag_id} if dag_id else {}
    return page(request, "completeness_run.html", who, run_id=run_id, batches=batches, dags=dags)


def _by(cells: list[Row], key: str, leads_to: Callable[[str, date], str], request: Request) -> list[dict[str, Any]]:
    """Return a row for each organisation or register, with the cells of its days."""
    language = language_of(request)
    words = {state: message(f"state_{state}", language, context="page") for state in SIGNS}
    here = f"{request.scope.get('root_path', '')}/completeness"
    rows: dict[str, dict[str, Any]] = {}
    for cell in cells:
        row = rows.setdefault(cell[key], {"key": cell[key], "name": cell["name"], "cells": []})
        state, day = cell["state"], cell["day"]
        title = f"{day:%d.%m.%Y}: {words[state]}"
        for name in ("waiting", "late"):
            if cell[name]:
                title += f", {message(f'{name}_shifts', language, context='page')}: {cell[name]}"
        row["cells"].append((state, f"{here}/{leads_to(cell[key], day)}", title, SIGNS[state]))
    return list(rows.values())


def _months(first_day: date, last_day: date) -> dict[str, Any]:
    return {
        "first_day": first_day,
        "days": [first_day + timedelta(days=place) for place in range((last_day - first_day).days + 1)],
        "month": f"{first_day:%Y-%m}",
        "month_before": f"{first_day - timedelta(days=1):%Y-%m}",
        "month_after": f"{last_day + timedelta(days=1):%Y-%m}",
    }


def _after(text: str, day: date) -> tuple[datetime, str]:
    if not text:
        return datetime.combine(day, datetime.min.time()), _NO_ID
    closed_at, _, shift_id = text.partition("_")
    try:
        return datetime.fromisoformat(closed_at), id_of(shift_id)
    except ValueError:
        raise CannotBe("not_an_id") from None
