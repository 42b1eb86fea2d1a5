"""Kontur.Market's answers made into rows: cheques become till shifts, waybills and sums become documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

import pandas as pd

from smena.loading.market.extract import CHEQUES, CONTRACTORS, WAYBILLS
from smena.model.organization import DatePolicy, SettingsInForce
from smena.quality import Verdict, check_cheques, check_till_shifts, check_waybills
from smena.runtime.product import Chunk
from smena.sources.market_listing import list_contractors
from smena.transform.by_settings import by_settings
from smena.transform.duplicates import as_rejects
from smena.transform.frames import ORDERS
from smena.transform.market.filing import file_cashless, file_sold, file_waybills
from smena.transform.market.frames import TILL_SHIFTS
from smena.transform.market.orders import make_till_orders
from smena.transform.market.reading import read_cheques, read_waybills
from smena.transform.market.reports import make_cashless, make_sold
from smena.transform.market.shifts import make_till_shifts
from smena.transform.market.tax import vat_of_tills, with_known_vat
from smena.transform.market.waybills import make_waybills
from smena.transform.pages import RawPage
from smena.warehouse.pages import StoredPage


def work(
    pages: list[StoredPage],
    settings: Sequence[SettingsInForce],
    first_day: date,
    last_day: date,
    now_local: datetime,
    *,
    days_are_over: bool = True,
) -> Chunk:
    """Return the rows to publish that pages of one window, of any number of shops, make. Pure.

    `settings` cover each day once: a shift is dated and booked by those of the day of its closing.

    If the days are not over, only shifts that certainly are over are booked. Reports of such a day would be of a part
    of it, and what cannot be read may be whole tomorrow: there are no documents and no rejects.
    """
    organization = settings[-1].organization
    days = {"first_day": first_day, "last_day": last_day}
    parsed = read_cheques(_raw(pages, CHEQUES, "unreadable"), organization.timezone, now_local=now_local)
    before = check_cheques(parsed.cheques, parsed.payments, parsed.lines, now_local=now_local)
    cheques = parsed.cheques.drop(index=before.bad.index)
    sold = with_known_vat(parsed.lines, cheques)
    rejected = _rejected(parsed.rejects, before, "cheque")
    shifts, orders = _booked_by_day(
        {
            policy: make_till_shifts(
                cheques, rejected, **days, date_policy=policy, now_local=now_local, days_are_over=days_are_over
            )
            for policy in sorted({one.organization.date_policy for one in settings})
        },
        vat_of_tills(cheques, sold),
        settings,
    )
    if not days_are_over:
        nothing = rejected.head(0)
        return Chunk(shifts, orders, nothing, (before, check_till_shifts(shifts, cheques)))
    delivered = read_waybills(_raw(pages, WAYBILLS), organization.timezone, now_local=now_local)
    of_waybills = check_waybills(delivered.waybills, delivered.lines, now_local=now_local)
    waybills = delivered.waybills.drop(index=of_waybills.bad.index)
    filed = [
        file_cashless(make_cashless(cheques, parsed.payments, **days), cheques),
        file_sold(make_sold(cheques, sold, **days), cheques),
        file_waybills(make_waybills(waybills, delivered.lines, **days), _contractors(pages)),
    ]
    return Chunk(
        shifts,
        orders,
        _together(rejected, _rejected(delivered.rejects, of_waybills, "waybill")),
        (before, of_waybills, check_till_shifts(shifts, cheques)),
        documents=pd.concat([documents for documents, _ in filed], ignore_index=True),
        lines=pd.concat([lines for _, lines in filed], ignore_index=True),
    )


def _booked_by_day(
    made: dict[DatePolicy, pd.DataFrame], vat: pd.DataFrame, settings: Sequence[SettingsInForce]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Till shifts of the window and their orders, each by the settings of the day of its closing.

    `made` are the shifts of the window by date policy: the date of a shift decides which window it belongs to.
    """
    parts = [
        make_till_orders(
            shifts,
            vat,
            refunds=in_force.organization.refunds,
            keeps_cash_documents=in_force.organization.keeps_cash_documents,
            accounts=in_force.accounts,
        )
        for policy, of_policy in made.items()
        for in_force, shifts in by_settings(of_policy, settings)
        if in_force.organization.date_policy == policy
    ]
    if not parts:
        return TILL_SHIFTS.empty(), ORDERS.empty()
    shifts, orders = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))
    return shifts, orders


def _rejected(unread: pd.DataFrame, gate: Verdict, kind: str) -> pd.DataFrame:
    """REJECTS with their `step`: unreadable records, and those that failed a check."""
    bad = as_rejects(gate.bad, kind, gate.bad["reason"])
    return _together(unread.assign(step="read"), bad.assign(step="check"))


def _together(*rejects: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([some for some in rejects if len(some)] or rejects[:1], ignore_index=True)


def _raw(pages: list[StoredPage], *methods: str) -> list[RawPage]:
    return [RawPage(page.page_id, page.unit_id, page.body) for page in pages if page.method in methods]


def _contractors(pages: list[StoredPage]) -> pd.DataFrame:
    rows = [
        (one.id, one.inn, one.name)
        for page in pages
        if page.method == CONTRACTORS
        for one in list_contractors(page.body)[0]
    ]
    return pd.DataFrame(rows, columns=["id", "inn", "name"], dtype="string").drop_duplicates("id", keep="last")


def by_window(pages: list[StoredPage]) -> Iterator[list[StoredPage]]:
    """Yield the pages of each requested window: the days of its margin belong to other windows."""

    def window(page: StoredPage) -> tuple[date, date]:
        return page.first_day, page.last_day

    for _, part in groupby(sorted(pages, key=window), key=window):
        yield list(part)
