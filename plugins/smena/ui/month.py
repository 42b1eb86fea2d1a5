"""«Месяц»: the work left before a period is closed; close it, open it again, show the history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions import periods
from smena.mandates.organizations import organization_of
from smena.reads import month as reading
from smena.ui.asking import AnyInn, CannotBe, Inn, Text, day_of, month_of, plain
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.pages import Pages, User, organization_in_sight, whole_organization
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page

router = APIRouter()

ORGANIZATIONS_A_PAGE = 40
LONGEST_REASON = 500
NOT_HERE: tuple[reading.What, ...] = ("uncovered", "reconciled", "register")
WAITS: tuple[reading.What, ...] = ("shift", "decision", "quarantine")
_DONE = ("closed", "opened")

Reason = Annotated[str, Form(max_length=LONGEST_REASON)]
OneDay = Annotated[str, Form(max_length=10)]


@router.get("/month")
def month(
    request: Request,
    who: Viewer,
    pages: UsePages,
    inn: AnyInn = "",
    month: Text = "",
    q: Text = "",
    after_name: Text = "",
    after: Text = "",
    done: Text = "",
) -> Response:
    """List organisations with the work left in a month, or show all of it for one organisation."""
    if inn:
        return _shown(request, who, pages, inn, month, done=done if done in _DONE else "")
    first_day, last_day = _month(month, pages)
    with pages.reading(who) as transaction:
        listed = transaction.rows(
            "page_month", search=plain(q), after_name=plain(after_name), after_inn=plain(after),
            most=ORGANIZATIONS_A_PAGE,
        )  # fmt: skip
        found = reading.waiting(transaction, [row["inn"] for row in listed], through=last_day, now=pages.context.now())
    rows = [row | _summed(found[row["inn"]]) for row in listed]
    return page(
        request,
        "month.html",
        who,
        rows=rows,
        q=q,
        next_after=rows[-1] if len(rows) == ORGANIZATIONS_A_PAGE else None,
        last_day=last_day,
        **_around(first_day),
    )


@router.post("/month/{inn}/close")
def close(
    request: Request, who: Editor, pages: UsePages, inn: Inn, through: OneDay = "", reason: Reason = ""
) -> Response:
    """Close the books through a day: nothing is written on or before it any more."""
    given = {"through": through, "close_reason": reason}
    try:
        last = _needed_day(through)
        with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
            newest_day = periods.newest_day_over(organization_of(transaction, inn).timezone, pages.context.now())
            periods.close_period(
                transaction, inn=inn, through=last, closed_by=who.name, reason=plain(reason), newest_day=newest_day
            )
    except NOT_DONE as error:
        return _shown(request, who, pages, inn, through[:7], given=given, refused=refused_by(error))
    return _back(request, inn, last, "closed")


@router.post("/month/{inn}/open")
def open_again(
    request: Request, who: Editor, pages: UsePages, inn: Inn, stays: OneDay = "", reason: Reason = ""
) -> Response:
    """Open the books: all of them, or the days after the one that stays closed. A reason is needed."""
    given = {"stays": stays, "open_reason": reason}
    try:
        why, last = plain(reason), day_of(stays)
        if not why:
            raise CannotBe("reason_needed")
        with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
            periods.open_period(transaction, inn=inn, opened_by=who.name, through=last, reason=why)
    except NOT_DONE as error:
        return _shown(request, who, pages, inn, "", given=given, refused=refused_by(error))
    return _back(request, inn, last, "opened")


def _shown(
    request: Request,
    who: User,
    pages: Pages,
    inn: str,
    month: str,
    *,
    done: str = "",
    given: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        try:
            first_day, last_day = _month(month, pages)
        except CannotBe:
            if refused is None:
                raise
            first_day, last_day = _month("", pages)
        through = min(last_day, periods.newest_day_over(organization["timezone"], pages.context.now()))
        rows = reading.waiting(transaction, [inn], through=last_day, now=pages.context.now())[inn]
        period, history = periods.period(transaction, inn), periods.history(transaction, inn)
        organizations = transaction.rows("page_organizations", search="", most=500)
        reconciled_at = (transaction.row("page_reconciled", inn=inn) or {}).get("reconciled_at")
    return page(
        request,
        "month_one.html",
        who,
        status=refused.status if refused else 200,
        organization=organization,
        organizations=organizations,
        rows=rows,
        reconciled_at=reconciled_at,
        period=period,
        history=history[::-1],
        through=through,
        is_closed=period["through"] is not None and period["through"] >= through,
        done=done,
        given={"through": str(through), "close_reason": "", "stays": "", "open_reason": ""} | (given or {}),
        refused=refused,
        **_around(first_day),
    )


def _month(text: str, pages: Pages) -> tuple[date, date]:
    """Return the first and last day of a month, by default of the last one that is over."""
    today = pages.context.now().date()
    return month_of(text, (today.replace(day=1) - timedelta(days=1)) if not text else today)


def _around(first_day: date) -> dict[str, Any]:
    before, after = first_day - timedelta(days=1), first_day + timedelta(days=31)
    return {
        "first_day": first_day,
        "month": f"{first_day:%Y-%m}",
        "month_before": f"{before:%Y-%m}",
        "month_after": f"{after:%Y-%m}",
    }


def _summed(rows: list[reading.Waiting]) -> dict[str, Any]:
    """Return the counts of one organisation for the list of organisations."""
    parts = {"not_here": NOT_HERE, "waits": WAITS, "differs": ("difference",), "not_accepted": ("not_accepted",)}
    counts = {name: reading.count_of(rows, *whats) for name, whats in parts.items()}
    return counts | {"amount": reading.amount_of(rows, "not_accepted")}


def _needed_day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise CannotBe("not_a_day")
    return day


def _back(request: Request, inn: str, through: date | None, done: str) -> Response:
    month = f"&month={through:%Y-%m}" if through else ""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/month?inn={inn}{month}&done={done}", 303)
