"""Which days are covered, what is missing and what waits: one reading for the command line, the pages and certificates.

What a day is (`control.day_state`) is computed by `control.state_of_day` alone.
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
    """Which rows of a calendar are shown: those whose name or number holds `search`, after one of them.

    Attributes:
        most: no more than so many.
        after: the last row that was shown: an ИНН, or a register's or shop's number.
        after_name: of organisations, the name of that one.
    """

    most: int
    search: str = ""
    after: str = ""
    after_name: str = ""


def calendar(database: Transaction | Warehouse, product: str, window: Window, shown: Page) -> list[Row]:
    """Organisations × days: `inn`, `name`, `day`, `state`, and how many shifts of the day are `waiting` and `late`."""
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
    """Registers or shops of an organisation × days, by `unit_id`; else as `calendar`.

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
    """What the calendar says of one day of an organisation, or of one register or shop of it."""
    window = Window(day, day)
    if unit_id is None:
        # The search finds names too: the organisation itself is among the few that have its ИНН in them.
        cells = calendar(database, product, window, Page(40, search=organization["inn"]))
        return next((row for row in cells if row["inn"] == organization["inn"]), None)
    cells = calendar_of_units(database, organization, product, window, Page(1, search=unit_id))
    return next((row for row in cells if row["unit_id"] == unit_id), None)


def verdicts_of_day(
    database: Transaction | Warehouse, inn: str, product: str, day: date, unit_id: str | None = None, *, most: int
) -> list[Row]:
    """What the last reconciliation found of the registers on a day, the worst first, each with its `state` now."""
    return database.rows("verdicts_of_day", inn=inn, **_of(product), day=day, register=unit_id or "", most=most)


def days(database: Transaction | Warehouse, inn: str, window: Window) -> list[Row]:
    """The verdict on each day of an organisation's registers; `waits` where it is complete and a shift waits."""
    return database.rows("completeness_of_days", inn=inn, **_span(window))


def registers(database: Transaction | Warehouse, inn: str, window: Window) -> list[Row]:
    """The verdict on each register and day, as of the last reconciliation."""
    return database.rows("completeness", inn=inn, **_span(window))


def outcomes(
    database: Transaction | Warehouse,
    inn: str,
    window: Window,
    *,
    source: str | None = None,
    unit_id: str | None = None,
) -> list[Row]:
    """Shifts that closed in these days by `outcome`: how many, their sums in roubles, and how many came `late`."""
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
    """What is out of reach or did not come: `unit_id`, first and last day, reason, details; those that touch a window.

    Where no product is named, each row has its `product`.
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
    """What statements are asked about: a product, and the source that its shifts are of."""
    return {"product": product, "source": product_of(product).source}


def _span(window: Window) -> dict[str, Any]:
    return asdict(window)
