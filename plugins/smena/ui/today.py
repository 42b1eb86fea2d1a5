"""«Сегодня», the first page: cash of yesterday and of the month, new documents, what waits, health of registers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fastapi import APIRouter, Request
from starlette.responses import Response

from smena.mandates.grants import places
from smena.model.place import Place
from smena.reads.registers import SIGNS, UNKNOWN, health
from smena.reads.same_day import today_read
from smena.ui.asking import AnyInn, CannotBe, Text, plain
from smena.ui.auth import UsePages, Viewer
from smena.ui.chart import bars
from smena.ui.pages import organization_in_sight
from smena.ui.rendering import page
from smena.warehouse.database import Row

router = APIRouter()

POINTS_SHOWN = 50
"""The page shows at most so many points, and as many organisations."""

MOST_UNITS = 1000
"""If the organisations shown have more registers and shops, cash by point is summed only for one organisation."""

SIGNS_SHOWN = 100
_WAITS = {
    "decisions": "decisions", "shifts": "completeness", "missing": "completeness", "quarantine": "quality",
    "differences": "quality",
}  # fmt: skip
"""Kinds of things that wait, with the page that shows them."""


@router.get("/today")
def today(
    request: Request, who: Viewer, pages: UsePages, inn: AnyInn = "", kpp: Text = "", sales_point: Text = ""
) -> Response:
    """Show the page for one organisation or a place of it, or for all that the user may see."""
    place = Place(plain(kpp) or None, plain(sales_point) or None)
    with pages.reading(who) as transaction:
        organizations = transaction.rows("page_organizations", search="", most=500)
        if not inn and not place.is_whole and len(organizations) == 1:
            inn = organizations[0]["inn"]
        organization = organization_in_sight(transaction, inn) if inn else None
        known = places(transaction, inn) if inn else []
    if not inn and not place.is_whole:
        raise CannotBe("organization_needed")
    now, chosen = pages.context.now(), inn or None
    with pages.reading(who, only=(inn, place) if inn else None) as transaction:
        days = transaction.rows("page_today_days", now=now, inn=chosen)
        cash = transaction.rows("page_today_cash", now=now, inn=chosen, most=POINTS_SHOWN)
        points = transaction.rows("page_today_points", now=now, inn=chosen, most=POINTS_SHOWN, most_units=MOST_UNITS)
        fresh = transaction.rows("page_today_new", inn=chosen)
        waits = transaction.row("page_today_waits", inn=chosen) or {}
        as_of = today_read(transaction, now, inn=chosen)
        counts, registers = health(transaction, now, inn=chosen, most=SIGNS_SHOWN)
    yesterday = days[0]["yesterday"] if days else None
    of_level: dict[str, list[Row]] = {"organization": [], "day": [], "total": []}
    for row in cash:
        of_level[row["level"]].append(row)
    by_day = {row["day"]: row["month"] for row in of_level["day"]}
    return page(
        request,
        "today.html",
        who,
        organization=organization,
        organizations=organizations,
        place=place,
        kpps=sorted({row["kpp"] for row in known if row["kpp"]}),
        sales_points=sorted({row["sales_point"] for row in known if row["sales_point"]}),
        yesterday=yesterday,
        as_of=as_of,
        timezone=days[0]["timezone"] if days else "",
        # Yesterday is not the same day for all if organisations are in distant time zones.
        other_days=len(days) > 1,
        cash=of_level["organization"],
        points=points,
        # Every shift belongs to a point, so there is cash without points only if there were too many to sum.
        too_many=MOST_UNITS if of_level["organization"] and not points else 0,
        left={
            level: rows[0]["of_level"] - len(rows)
            for level, rows in (("organization", of_level["organization"]), ("point", points))
            if rows
        },
        total=of_level["total"][0],
        chart=bars(_month(by_day, yesterday)) if yesterday else None,
        fresh=fresh,
        waits=[(name, waits[name], to) for name, to in _WAITS.items() if waits.get(name)],
        registers=registers,
        signs=[(name, counts[name]) for name in SIGNS if counts.get(name)],
        unknown=counts.get(UNKNOWN, 0),
    )


def _month(by_day: dict[date, Decimal | None], yesterday: date) -> list[tuple[date, Decimal | None]]:
    """Return each day of the month through yesterday; None if no shift with known cash was closed."""
    days = [yesterday.replace(day=number) for number in range(1, yesterday.day + 1)]
    return [(day, by_day.get(day)) for day in days]
