"""Stored pages into frames: which page is read as what."""

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
    """The fiscal documents, the totals by shift, and the totals that could not be read (SHIFT_TOTALS, REJECTS).

    Pages come as they were kept: by assignment, those of by-days each after those of by-shifts that it is a witness of.
    `latest` is the latest local time that a register's clock can show; `reader` gives the contents of a page that were
    decoded before.
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
    """The days of the assignment of each page of documents."""
    return {
        page.page_id: (pd.Timestamp(page.first_day), pd.Timestamp(page.last_day) + A_DAY, pd.Timestamp(latest))
        for page in pages
        if page.method == DOCUMENTS
    }


def _windows(pages: list[StoredPage]) -> dict[int, int]:
    """By page of by-shifts, that of by-days which was asked after it, for the same days."""
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
