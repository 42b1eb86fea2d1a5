"""Stored pages into frames: which page is read as what."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from smena.transform.pages import RawPage
from smena.transform.reading import FiscalFrames, read_documents
from smena.transform.totals import read_shift_totals
from smena.warehouse.pages import StoredPage


def read_pages(pages: Iterable[StoredPage]) -> tuple[FiscalFrames, pd.DataFrame, pd.DataFrame]:
    """The fiscal documents, the totals by shift, and the totals that could not be read (SHIFT_TOTALS, REJECTS)."""
    pages = list(pages)
    documents = read_documents(_raw(page) for page in pages if page.method in ("by_period", "unreadable"))
    totals, broken = read_shift_totals(_raw(page) for page in pages if page.method == "by_shifts")
    return documents, totals, broken


def _raw(page: StoredPage) -> RawPage:
    return RawPage(page.page_id, page.kkt_reg_id, page.body)
