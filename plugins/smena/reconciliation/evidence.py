"""Evidence about shifts whose sums disagree: corrections that totals leave out, and missing documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from smena.loading.ofd.reading import OF_DOCUMENTS
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.transform.frames import MONEY, SHIFT_KEY
from smena.transform.pages import RawPage
from smena.transform.reading import FiscalFrames, read_documents
from smena.transform.shifts import CASH
from smena.warehouse.archive import Bodies
from smena.warehouse.database import Row, Transaction

CORRECTIONS = ("receiptCorrection", "bsoCorrection")
MOST_NAMED = 20


def documents_of(transaction: Transaction, shifts: Sequence[Row]) -> FiscalFrames:
    """Return the fiscal documents of the pages from which these shifts were read."""
    pages = sorted({page for shift in shifts for page in shift["evidence"]})
    rows = [row for row in transaction.rows("proof_pages", pages=pages) if row["method"] in OF_DOCUMENTS]
    return read_documents(
        RawPage(row["page_id"], row["unit_id"], body)
        for row, body in zip(rows, Bodies(transaction).of_rows(rows), strict=True)
    )


def corrections_of(documents: FiscalFrames, shifts: Sequence[Row]) -> list[dict[str, Any]]:
    """Return, by shift_id, the number of correction receipts in the evidence, and their six sums in kopecks."""
    wanted = _keys(shifts)
    receipts = documents.receipts
    rows = receipts[receipts["kind"].isin(CORRECTIONS)].merge(wanted, on=SHIFT_KEY)
    for name in MONEY:
        form = "cash" if name in CASH else "cashless"
        rows[name] = rows[form].where(rows["operation"] == name.replace("cashless", "cash"), 0)
    summed = rows.groupby("shift_id")[list(MONEY)].sum()
    summed.insert(0, "receipts", rows.groupby("shift_id").size())
    return [{str(key): value for key, value in row.items()} for row in summed.reset_index().to_dict("records")]


def unread_documents(documents: FiscalFrames, shifts: Sequence[Row]) -> list[dict[str, Any]]:
    """Return, by shift_id of incomplete shifts, the stored reason that names the missing documents.

    A state report has a number too and is never requested, so it may be among them; the shift's own reason has the
    number of missing receipts.
    """
    wanted = _keys([shift for shift in shifts if shift["is_incomplete"] and shift["documents_quantity"]])
    if wanted.empty:
        return []
    last = wanted["fiscal_document_number"]
    # The first document is the opening report, the last the z-report: missing ones are between them.
    ranges = [range(end - count + 2, end) for end, count in zip(last, wanted["documents_quantity"], strict=True)]
    numbers = wanted[["shift_id", "fiscal_drive_number"]].assign(
        fiscal_document_number=pd.Series(ranges, index=wanted.index)
    )
    numbers = numbers.explode("fiscal_document_number").dropna().astype({"fiscal_document_number": "Int64"})
    came = documents.receipts[["fiscal_drive_number", "fiscal_document_number"]]
    met = numbers.merge(came.drop_duplicates(), how="left", indicator=True)
    lacking = met[met["_merge"] == "left_only"].groupby("shift_id")["fiscal_document_number"]
    return [{"shift_id": name, "reason": _named(sorted(reasons))} for name, reasons in lacking]


def _named(numbers: list[int]) -> str:
    named, rest = ", ".join(map(str, numbers[:MOST_NAMED])), len(numbers) - MOST_NAMED
    if rest > 0:
        return reason(Reason.RECEIPTS_MISSING_OF_MORE, numbers=named, rest=rest)
    return reason(Reason.RECEIPTS_MISSING, numbers=named)


def _keys(shifts: Sequence[Row]) -> pd.DataFrame:
    columns = ["shift_id", *SHIFT_KEY, "fiscal_document_number", "documents_quantity"]
    frame = pd.DataFrame([{name: shift[name] for name in columns} for shift in shifts], columns=columns)
    whole = dict.fromkeys(("shift_number", "fiscal_document_number", "documents_quantity"), "Int64")
    return frame.astype({"fiscal_drive_number": "string", **whole})
