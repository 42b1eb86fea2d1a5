"""Stored pages read into frames by their method."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from smena.transform.days import is_unconfirmed, read_days_of_windows
from smena.transform.decoded import Reader, decoded_now
from smena.transform.pages import RawPage
from smena.transform.reading import FiscalFrames, Windows, read_documents
from smena.transform.totals import read_shift_totals
from smena.warehouse.pages import StoredPage

DOCUMENTS = "by_period"
OF_DOCUMENTS = (DOCUMENTS, "unreadable")
A_DAY = pd.Timedelta(days=1)


def read_pages(
    pages: Iterable[StoredPage], latest: datetime, reader: Reader = decoded_now
) -> tuple[FiscalFrames, pd.DataFrame, pd.DataFrame]:
    """Return the fiscal documents, the totals by shift (SHIFT_TOTALS), and the unreadable totals (REJECTS).

    Pages come in the order in which they were stored: by assignment, each page of by-days after the pages of by-shifts
    that it cross-checks. `latest` is the latest local time that a register's clock can show; `reader` returns the
    contents of a page that was decoded before.
    """
    pages = list(pages)
    documents = read_documents(
        (_raw(page) for page in pages if page.method in OF_DOCUMENTS), _days(pages, latest), reader
    )
    totals, broken = read_shift_totals((_raw(page) for page in pages if page.method == "by_shifts"), reader)
    windows = _windows(pages)
    if windows:
        days, unread = read_days_of_windows((_raw(page) for page in pages if page.method == "by_days"), reader)
        totals["is_unconfirmed"] = is_unconfirmed(totals, days, windows)
        broken = pd.concat([broken, unread], ignore_index=True) if len(unread) else broken
    return documents, totals, broken


def _days(pages: list[StoredPage], latest: datetime) -> Windows:
    """By page of documents: the days of its assignment, and `latest`."""
    return {
        page.page_id: (pd.Timestamp(page.first_day), pd.Timestamp(page.last_day) + A_DAY, pd.Timestamp(latest))
        for page in pages
        if page.method == DOCUMENTS
    }


def _windows(pages: list[StoredPage]) -> dict[int, int]:
    """By page of by-shifts: the page of by-days that was requested after it, for the same days."""
    windows: dict[int, int] = {}
    alone: list[StoredPage] = []
    for page in pages:
        if page.method == "by_shifts":
            alone.append(page)
        elif page.method == "by_days":
            place = (page.unit_id, page.first_day)
            windows |= {one.page_id: page.page_id for one in alone if (one.unit_id, one.first_day) == place}
            alone = []
    return windows


def _raw(page: StoredPage) -> RawPage:
    return RawPage(page.page_id, page.unit_id, page.body)
