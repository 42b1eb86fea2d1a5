"""Covered days, gaps and waiting shifts, for the command line, the pages and certificates.

Only the SQL function `control.state_of_day` computes the state of a day (`control.day_state`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from smena.model.product import product_of
from smena.model.window import Window
from smena.warehouse.database import Row, Transaction, Warehouse


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the rows of a calendar.

    Attributes:
        most: the greatest number of rows.
        search: a part of the name or number of the rows wanted.
        after: the last row of the page before: an ИНН, or a register's or shop's number.
        after_name: in a calendar of organisations, the name of that row.
    """

    most: int
    search: str = ""
    after: str = ""
    after_name: str = ""


def calendar(database: Transaction | Warehouse, product: str, window: Window, shown: Page) -> list[Row]:
    """Return a row per organisation and day: `inn`, `name`, `day`, `state`, numbers of shifts `waiting` and `late`."""
    return database.rows(
        "calendar",
        **_of(product),
        **_span(window),
        search=shown.search,
        after_name=shown.after_name,
        after_inn=shown.after,
        most=shown.most,
    )


def calendar_of_units(
    database: Transaction | Warehouse, organization: Row, product: str, window: Window, shown: Page
) -> list[Row]:
    """Return a row per day and register or shop (`unit_id`) of an organisation, otherwise as `calendar`.

    Args:
        organization: its `inn`, its `today`, and `due_before`, the first day that is not due yet.
    """
    return database.rows(
        "calendar_units",
        inn=organization["inn"],
        today=organization["today"],
        due_before=organization["due_before"],
        **_of(product),
        **_span(window),
        search=shown.search,
        after=shown.after,
        most=shown.most,
    )


def state_of_day(
    database: Transaction | Warehouse, organization: Row, product: str, day: date, unit_id: str | None = None
) -> Row | None:
    """Return the row of the calendar for one day of an organisation, or of one of its registers or shops."""
    window = Window(day, day)
    if unit_id is None:
        # The search also finds names that contain the ИНН; 40 rows leave room for these.
        cells = calendar(database, product, window, Page(40, search=organization["inn"]))
        return next((row for row in cells if row["inn"] == organization["inn"]), None)
    cells = calendar_of_units(database, organization, product, window, Page(1, search=unit_id))
    return next((row for row in cells if row["unit_id"] == unit_id), None)


def verdicts_of_day(
    database: Transaction | Warehouse, inn: str, product: str, day: date, unit_id: str | None = None, *, most: int
) -> list[Row]:
    """Return the last reconciliation's verdicts on the registers of a day, the worst first, with `state` as of now."""
    return database.rows("verdicts_of_day", inn=inn, **_of(product), day=day, register=unit_id or "", most=most)


def days(database: Transaction | Warehouse, inn: str, window: Window) -> list[Row]:
    """Return the verdict on each day of an organisation's registers; `waits`: complete, but a shift waits."""
    return database.rows("completeness_of_days", inn=inn, **_span(window))


def registers(database: Transaction | Warehouse, inn: str, window: Window) -> list[Row]:
    """Return the verdict on each register and day, as of the last reconciliation."""
    return database.rows("completeness", inn=inn, **_span(window))


def outcomes(
    database: Transaction | Warehouse,
    inn: str,
    window: Window,
    *,
    source: str | None = None,
    unit_id: str | None = None,
) -> list[Row]:
    """Return, by `outcome`, the number, sums in roubles and number `late` of the shifts that closed in these days."""
    return database.rows("outcomes_of_days", inn=inn, source=source, unit_id=unit_id, **_span(window))


def gaps(
    database: Transaction | Warehouse,
    inn: str,
    product: str | None = None,
    *,
    window: Window | None = None,
    source: str | None = None,
    reason: str | None = None,
    unit_id: str | None = None,
    batch_id: int | None = None,
    most: int | None = None,
) -> list[Row]:
    """Return days that could not be read or did not come: `unit_id`, first and last day, reason, details.

    If no product is named, each row has its `product`.

    Args:
        window: only gaps that share a day with it.
    """
    rows = database.rows(
        "gaps",
        inn=inn,
        product=product,
        source=source,
        reason=reason,
        unit_id=unit_id,
        batch_id=batch_id,
        first_day=window.first_day if window else None,
        last_day=window.last_day if window else None,
        most=most,
    )
    if product is not None:
        for row in rows:
            del row["product"]
    return rows


def _of(product: str) -> dict[str, str]:
    """Return the parameters `product` and `source`, the source of the product's shifts."""
    return {"product": product, "source": product_of(product).source}


def _span(window: Window) -> dict[str, Any]:
    return asdict(window)
