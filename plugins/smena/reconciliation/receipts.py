"""Shifts that were booked from their receipts: their VAT, and the same receipts requested again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pandas as pd

from smena.loading.ofd.receipts import periods_of
from smena.model.reason_text import LINE_END, joined, reason
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.reconciliation.asking import RegisterRequest, SourceTotalsClient
from smena.reconciliation.evidence import documents_of
from smena.runtime.context import Context
from smena.transform.changed_receipts import GONE, NEW, changed_receipts, vat_of_shifts, with_unknown_vat
from smena.transform.frames import SHIFT_KEY
from smena.transform.reading import read_documents
from smena.transform.schema import MOMENT
from smena.warehouse.database import Row, as_json

SHIFTS_AT_ONCE = 500
"""How many shifts' receipts are in memory at once; the last register of a chunk may add more."""

MOST_NAMED = 20

OF_RECEIPTS, OF_TOTALS = str(Reason.VAT_NOT_THE_TOTALS), str(Reason.VAT_OF_TOTALS_CHANGED)


@dataclass
class Again:
    """The result of asking again.

    Attributes:
        differences: rows for `differences_found`.
        confirmed: shifts whose evidence was read, for `proof_confirm_shifts`.
        asked: registers (РНМ) or shops that were asked; `unasked` those that could not be asked, with the reason.
        days: loaded days of shops that were requested again, for `proof_confirm_shop_days`.
    """

    differences: list[dict[str, Any]] = field(default_factory=list)
    confirmed: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    unasked: dict[str, str] = field(default_factory=dict)
    days: list[dict[str, Any]] = field(default_factory=list)


def read_booked_vat(context: Context, inn: str, batch_id: int, shifts: Sequence[Row], window: Window) -> pd.DataFrame:
    """Return the VAT with which shifts were booked, as `unequal_vat` takes it; evidence is read only once.

    Args:
        shifts: rows of `proof_from_receipts`.
    """
    for some in _by_registers([shift for shift in shifts if not shift["is_read"]]):
        with context.warehouse.transaction() as transaction:
            unknown: set[str] = set()
            lines: dict[str, list[Any]] = {shift["shift_id"]: [] for shift in some}
            for part in _by_batch(some):
                documents, keys = documents_of(transaction, part), _keys(part)
                unknown |= with_unknown_vat(documents, keys)
                for row in vat_of_shifts(documents, keys).to_dict("records"):
                    lines[row.pop("shift_id")].append(row)
            confirmed = [
                _confirmed(shift, None if one in unknown else lines[one], asked=False)
                for one, shift in ((shift["shift_id"], shift) for shift in some)
            ]
            transaction.run("proof_confirm_shifts", inn=inn, batch_id=batch_id, shifts=as_json(confirmed))
    rows = context.warehouse.rows("proof_booked_vat", inn=inn, first_day=window.first_day, last_day=window.last_day)
    columns = ["shift_id", "kkt_reg_id", "fiscal_drive_number", "shift_number", "closed_at", "receipts"]
    columns += ["is_of_receipts", "operation", "rate", "vat"]
    frame = pd.DataFrame([[row[name] for name in columns] for row in rows], columns=columns)
    text = dict.fromkeys(["shift_id", "kkt_reg_id", "fiscal_drive_number", "operation", "rate"], "string")
    whole = dict.fromkeys(["shift_number", "receipts", "vat"], "Int64")
    return frame.astype(text | whole | {"closed_at": MOMENT, "is_of_receipts": "boolean"})


def vat_differences(unequal: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return rows for `differences_found`: shifts whose totals and books differ in VAT (see `unequal_vat`)."""
    if unequal is None or unequal.empty:
        return []
    rows = []
    for shift_id, reported in unequal.groupby("shift_id"):
        first = reported.iloc[0]
        rates = reported[["operation", "rate", "ours", "vat"]].astype(object).to_dict("records")
        rows.append(
            {
                "kind": "vat",
                "kkt_reg_id": first["kkt_reg_id"],
                "day": first["closed_at"].date(),
                "amount": int(reported["ours"].sum() - reported["vat"].sum()),
                "cause": OF_RECEIPTS if first["is_of_receipts"] else OF_TOTALS,
                "details": {"rates": rates, **_named(first)},
                "shifts": [shift_id],
                "key": shift_id,
            }
        )
    return rows


def ask_again(
    context: Context, totals_client: SourceTotalsClient, registers: Sequence[RegisterRequest], shifts: Sequence[Row]
) -> Again:
    """Request the receipts of these shifts (rows of `proof_from_receipts`) once more, and compare each document."""
    again = Again()
    known = {one.kkt_reg_id: one for one in registers}
    for some in _by_registers([shift for shift in shifts if shift["kkt_reg_id"] in known]):
        frame = _keys(some)
        names = list(dict.fromkeys(frame["kkt_reg_id"]))
        spans = periods_of(frame.assign(first_day=_NO_DAY))
        periods = {register: found for (register, _), found in spans.items()}
        pages, unasked = totals_client.receipts([known[name] for name in names], periods)
        again.unasked |= unasked
        again.asked += list(pages)
        read = [shift for shift in some if shift["kkt_reg_id"] in pages]
        parsed = read_documents(page for one in pages.values() for page in one)
        for part in _by_batch(read):
            with context.warehouse.transaction() as transaction:
                booked = documents_of(transaction, part)
            again.differences += _changed(changed_receipts(booked, parsed, _keys(part)), frame)
        again.confirmed += [_confirmed(shift, None, asked=True) for shift in read]
    return again


_NO_DAY = pd.Timestamp("1970-01-01").date()


def _changed(receipts: pd.DataFrame, shifts: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for `differences_found`, one per shift."""
    rows = []
    for shift_id, changed in receipts.groupby("shift_id"):
        (shift,) = shifts[shifts["shift_id"] == shift_id].to_dict("records")
        numbers = changed["fiscal_document_number"].sort_values().astype("string").tolist()
        named = ", ".join(numbers[:MOST_NAMED])
        if len(numbers) > MOST_NAMED:
            documents = reason(Reason.DOCUMENTS_NAMED_OF_MORE, numbers=named, rest=len(numbers) - MOST_NAMED)
        else:
            documents = reason(Reason.DOCUMENTS_NAMED, numbers=named)
        what = sorted({code for text in changed["what"] for code in text.split(LINE_END)}, key=[GONE, NEW].__contains__)
        cause = joined([str(Reason.RECEIPTS_CHANGED), *what, documents])
        columns = ["fiscal_document_number", "ours", "theirs"]
        rows.append(
            {
                "kind": "receipts_changed",
                "kkt_reg_id": shift["kkt_reg_id"],
                "day": shift["closed_at"].date(),
                "amount": int(changed["cash"].sum()),
                "cause": cause,
                "details": {
                    "receipts": changed[columns].head(MOST_NAMED).astype(object).to_dict("records"),
                    **_named(shift),
                },
                "shifts": [shift_id],
                "key": shift_id,
            }
        )
    return rows


def _named(shift: Any) -> dict[str, Any]:
    return {name: str(shift[name]) if name in SHIFT_KEY[:1] else int(shift[name]) for name in SHIFT_KEY}


def _confirmed(shift: Row, vat: list[Any] | None, *, asked: bool) -> dict[str, Any]:
    return {"shift_id": shift["shift_id"], "evidence": shift["evidence"], "vat": vat, "asked": asked}


def _keys(shifts: Sequence[Row]) -> pd.DataFrame:
    columns = ["shift_id", "kkt_reg_id", *SHIFT_KEY, "opened_at", "closed_at", "received_at"]
    frame = pd.DataFrame([[shift[name] for name in columns] for shift in shifts], columns=columns)
    moments = dict.fromkeys(["opened_at", "closed_at", "received_at"], MOMENT)
    text = dict.fromkeys(["shift_id", "kkt_reg_id", "fiscal_drive_number"], "string")
    return frame.astype(text | moments | {"shift_number": "Int64"})


def _by_batch(shifts: Sequence[Row]) -> list[list[Row]]:
    """Shifts by the batch that read them: pages of two batches may hold one document with two contents."""
    ordered = sorted(shifts, key=lambda shift: shift["read_in"] or 0)
    return [list(part) for _, part in groupby(ordered, key=lambda shift: shift["read_in"])]


def _by_registers(shifts: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield chunks of shifts; the shifts of one register are in one chunk."""
    chunk: list[Row] = []
    for _, of_register in groupby(shifts, key=lambda shift: shift["kkt_reg_id"]):
        chunk += of_register
        if len(chunk) >= SHIFTS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
