"""Frames in a form that tests can compare."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smena.transform.frames import OPENINGS, RECEIPTS, REJECTS, VAT_LINES, Z_REPORTS
from smena.transform.pages import RawPage
from smena.transform.reading import FiscalFrames, read_documents
from smena.transform.schema import Schema
from tests.unit.transform.builders import KKT, page, records, z_report

BROKEN = z_report(9, 900, shiftNumber=None)
"""A neighbour that cannot be read: the page must be read one document by one."""


def read(*documents: Any, page_id: int = 1) -> FiscalFrames:
    return read_documents([page(*documents, page_id=page_id)])


def raw(data: bytes) -> FiscalFrames:
    return read_documents([RawPage(1, KKT, data)])


def one(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = records(frame)
    return row


def counts(frames: FiscalFrames) -> tuple[int, int, int, int]:
    """Z-reports, openings, receipts, rejects."""
    return len(frames.z_reports), len(frames.openings), len(frames.receipts), len(frames.rejects)


def conforms(frame: pd.DataFrame, schema: Schema) -> bool:
    return {name: str(kind) for name, kind in frame.dtypes.items()} == dict(schema.columns)


def all_conform(frames: FiscalFrames) -> bool:
    pairs = zip(
        (frames.z_reports, frames.openings, frames.receipts, frames.vat_lines, frames.rejects),
        (Z_REPORTS, OPENINGS, RECEIPTS, VAT_LINES, REJECTS),
        strict=True,
    )
    return all(conforms(frame, schema) for frame, schema in pairs)
