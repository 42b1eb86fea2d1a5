"""Documents reported more than once: equal ones become one, different ones with the same key are rejected."""

from __future__ import annotations

import pandas as pd

from smena.model.reasons import Reason
from smena.transform.frames import REJECTS


def distinct(
    frame: pd.DataFrame, key: list[str], kind: str, reason: str = Reason.SAME_KEY_OTHER_CONTENT
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows each once, by all but their page; and, as rejects, all rows of a key that has several contents."""
    frame = frame.drop_duplicates([column for column in frame if column != "page_id"], ignore_index=True)
    doubled = frame.duplicated(key, keep=False)
    if not doubled.any():
        return frame, REJECTS.empty()
    return frame[~doubled].reset_index(drop=True), as_rejects(frame[doubled], kind, reason)


def as_rejects(rows: pd.DataFrame, kind: str, reason: str | pd.Series) -> pd.DataFrame:
    """Return rows of a frame as rejects: the record is the row itself, the unit its `kkt_reg_id` or `shop_id`.

    Without rows the result is empty.
    """
    if rows.empty:
        return REJECTS.empty()
    record = rows.drop(columns=["page_id", "reason", "_vat"], errors="ignore")
    lines = record.to_json(orient="records", lines=True, date_format="iso", force_ascii=False).strip().split("\n")
    moment = next((rows[name] for name in ("closed_at", "formed_at", "opened_at", "day") if name in rows), None)
    absent = pd.Series(pd.NA, index=rows.index)
    return REJECTS.of(
        {
            "page_id": rows.get("page_id", absent),
            "unit_id": rows.get("kkt_reg_id", rows.get("shop_id", absent)),
            "kind": pd.Series(kind, index=rows.index),
            "reason": reason if isinstance(reason, pd.Series) else pd.Series(str(reason), index=rows.index),
            "record": pd.Series(lines, index=rows.index),
            "day": absent if moment is None else moment.dt.normalize(),
            "fiscal_drive_number": rows.get("fiscal_drive_number", absent),
            "shift_number": rows.get("shift_number", absent),
            "fiscal_document_number": rows.get("fiscal_document_number", absent),
        }
    ).reset_index(drop=True)
