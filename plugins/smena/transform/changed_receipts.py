"""Compares booked receipts with those that the operator returns when they are requested again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from msgspec import Struct

from smena.contract.decoding import Undecodable, decode
from smena.contract.ofd import MOST_KOPECKS, LocalMoment
from smena.model.reason_text import LINE_END
from smena.model.reasons import Reason
from smena.transform.frames import SHIFT_KEY
from smena.transform.pages import RawPage, moments
from smena.transform.reading import FiscalFrames
from smena.transform.schema import MOMENT, TEXT, WHOLE, Schema

FIELDS = {
    "shift_number": Reason.OTHER_SHIFT,
    "formed_at": Reason.OTHER_TIME,
    "kind": Reason.OTHER_KIND,
    "operation": Reason.OTHER_OPERATION,
    "taxation": Reason.OTHER_TAX_SYSTEM,
    "agent": Reason.OTHER_AGENT,
    "corrects_day": Reason.OTHER_CORRECTED_DAY,
    "total": Reason.OTHER_AMOUNTS,
    "cash": Reason.OTHER_AMOUNTS,
    "cashless": Reason.OTHER_AMOUNTS,
    "prepaid": Reason.OTHER_AMOUNTS,
    "postpaid": Reason.OTHER_AMOUNTS,
    "consideration": Reason.OTHER_AMOUNTS,
    "vat": Reason.OTHER_VAT,
}
"""The fields of a receipt that are compared, all that its orders are made from, and the reason for each difference."""

GONE, NEW = Reason.RECEIPT_GONE, Reason.RECEIPT_NEW

_DOCUMENT = ["fiscal_drive_number", "fiscal_document_number"]
_OUT = {"cash_refund", "cash_payout"}
_SECTIONS = {
    "sell": "cash_income",
    "return_sell": "cash_refund",
    "buy": "cash_payout",
    "return_buy": "cash_payout_refund",
}

CHANGED_RECEIPTS = Schema(
    "changed_receipts",
    {
        "shift_id": TEXT,
        "fiscal_document_number": WHOLE,
        "what": TEXT,
        "cash": WHOLE,
        "ours": TEXT,
        "theirs": TEXT,
    },
)
"""One row per receipt that has changed. `what` has a stored reason per line, one for each kind of difference; `cash` is
ours minus theirs, in kopecks, where cash paid out is negative; `ours` and `theirs` are the fields that differ, as text.
"""

REPORTED_VAT = Schema(
    "reported_vat",
    {
        "kkt_reg_id": TEXT,
        "shift_number": WHOLE,
        "closed_at": MOMENT,
        "receipts": WHOLE,
        "operation": TEXT,
        "rate": TEXT,
        "vat": WHOLE,
    },
)
"""by-shifts: VAT in kopecks, one row per shift, operation and rate in the entry, zeros too.

`receipts` is the number of receipts of the shift.
"""


class _Section(Struct, rename="camel"):
    count: Any = None
    nds: Any = None


class _Entry(Struct, rename="camel"):
    shift_number: Any = None
    shift_open: LocalMoment | None = None
    shift_close: LocalMoment | None = None
    sell: _Section | None = None
    return_sell: _Section | None = None
    buy: _Section | None = None
    return_buy: _Section | None = None


class _Answer(Struct):
    shifts: list[_Entry]


def changed_receipts(booked: FiscalFrames, reported: FiscalFrames, shifts: pd.DataFrame) -> pd.DataFrame:
    """Return the receipts (CHANGED_RECEIPTS) of these shifts that are reported differently than when they were booked.

    Args:
        booked: the documents in the evidence from which the shifts were booked.
        reported: the documents in responses that hold every receipt of the shifts.
        shifts: columns shift_id and SHIFT_KEY.
    """
    keys = shifts[["shift_id", *SHIFT_KEY]]
    ours = _compared(booked).merge(keys, on=SHIFT_KEY)
    theirs = _compared(reported).merge(keys, on=SHIFT_KEY, how="left")
    both = ours.merge(theirs, on=_DOCUMENT, how="outer", suffixes=("", "_reported"), indicator=True)
    both["shift_id"] = both["shift_id"].fillna(both["shift_id_reported"])
    both = both[both["shift_id"].notna()].reset_index(drop=True)
    side = both["_merge"].astype("string")
    what = side.map({"left_only": str(GONE), "right_only": str(NEW)}).astype("string").fillna("")
    texts = {name: pd.Series("", index=both.index, dtype="string") for name in ("", "_reported")}
    for name, code in FIELDS.items():
        differs = ((side == "both") & (both[name] != both[f"{name}_reported"])).fillna(value=False)
        differs &= ~what.str.contains(str(code), regex=False)
        what = what.mask(differs, what + LINE_END + str(code))
        for one, text in texts.items():
            texts[one] = text.mask(differs, text + f", {name}=" + both[f"{name}{one}"].astype("string"))
    signed = _signed(both, "").fillna(0) - _signed(both, "_reported").fillna(0)
    made = both.assign(
        what=what.str.removeprefix(LINE_END),
        cash=signed,
        ours=texts[""].str.removeprefix(", "),
        theirs=texts["_reported"].str.removeprefix(", "),
    )
    return CHANGED_RECEIPTS.conform(made[made["what"] != ""]).reset_index(drop=True)


def vat_of_shifts(booked: FiscalFrames, shifts: pd.DataFrame) -> pd.DataFrame:
    """Return the VAT of these shifts' receipts by operation and rate: shift_id, operation, rate, vat (kopecks)."""
    keys = shifts[["shift_id", *SHIFT_KEY]]
    receipts = booked.receipts[[*SHIFT_KEY, _DOCUMENT[1], "operation"]].merge(keys, on=SHIFT_KEY)
    lines = booked.vat_lines.merge(receipts, on=_DOCUMENT)
    return lines.groupby(["shift_id", "operation", "rate"], as_index=False).agg(vat=("vat", "sum"))


def with_unknown_vat(booked: FiscalFrames, shifts: pd.DataFrame) -> set[str]:
    """Return the shifts (by shift_id) with a receipt whose VAT does not account for its total."""
    keys = shifts[["shift_id", *SHIFT_KEY]]
    unknown = ~booked.receipts["vat_known"].fillna(value=False).astype(bool)
    return set(booked.receipts.loc[unknown, SHIFT_KEY].merge(keys, on=SHIFT_KEY)["shift_id"])


def read_reported_vat(pages: Iterable[RawPage]) -> pd.DataFrame:
    """Return the VAT in responses of by-shifts (REPORTED_VAT), for shifts with both ends.

    VAT that is not reported has no row. Responses that cannot be read are passed over: they are reported where their
    sums are read.
    """
    rows: list[tuple[Any, ...]] = []
    for page in pages:
        try:
            entries = decode(page.body, _Answer, strict=False).shifts if page.body.strip() else []
        except Undecodable:
            continue
        for one in entries:
            sections = [getattr(one, name) for name in _SECTIONS]
            counts = [section.count if section else 0 for section in sections]
            known = one.shift_open and one.shift_close and type(one.shift_number) is int
            if not known or not all(type(count) is int and 0 <= count < 2**31 for count in counts):
                continue
            rows += [
                (page.unit_id, one.shift_number, one.shift_close, sum(counts), operation, rate, vat)
                for section, operation in zip(sections, _SECTIONS.values(), strict=True)
                if section is not None and isinstance(section.nds, dict)
                for rate, vat in _rates(section.nds)
            ]
    columns: dict[str, Any] = {name: [row[n] for row in rows] for n, name in enumerate(REPORTED_VAT.columns)}
    return REPORTED_VAT.of(columns | {"closed_at": moments(columns["closed_at"])}).drop_duplicates(ignore_index=True)


def unequal_vat(booked: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """Return the rates for which totals report another VAT than is booked: REPORTED_VAT with the booked VAT in `ours`.

    Shifts with another number of receipts in their totals are left out, because that is a difference of its own. So are
    rates that the totals do not name.

    Args:
        booked: columns shift_id, kkt_reg_id, shift_number, closed_at, receipts, is_of_receipts, operation, rate, vat. A
            shift booked from receipts without VAT has one row without a rate; one with unknown VAT has none. For a
            shift booked from totals only the operations with rows are compared: the VAT of the others is unknown.
        reported: REPORTED_VAT.
    """
    place = ["kkt_reg_id", "shift_number", "closed_at", "receipts"]
    shifts = booked[["shift_id", "fiscal_drive_number", "is_of_receipts", *place]].drop_duplicates("shift_id")
    lines = booked.loc[booked["rate"].notna(), ["shift_id", "operation", "rate", "vat"]]
    rows = reported.merge(shifts, on=place)
    known = pd.MultiIndex.from_frame(booked[["shift_id", "operation"]])
    is_known = pd.MultiIndex.from_frame(rows[["shift_id", "operation"]]).isin(known)
    rows = rows.loc[rows["is_of_receipts"].to_numpy(dtype=bool) | is_known]
    rows = rows.merge(lines.rename(columns={"vat": "ours"}), on=["shift_id", "operation", "rate"], how="left")
    rows["ours"] = rows["ours"].astype("Int64").fillna(0)
    return rows[rows["ours"] != rows["vat"]].reset_index(drop=True)


def _rates(nds: dict[Any, Any]) -> Iterable[tuple[str, int]]:
    """`rate20` → 20, `calculatedWithRate20` → calculated_20, as in VAT_LINES."""
    for name, vat in nds.items():
        rate = str(name).replace("calculatedWithRate", "calculated_").replace("rate", "")
        if type(vat) is int and 0 <= vat <= MOST_KOPECKS and rate.removeprefix("calculated_").isdigit():
            yield rate, vat


def _compared(frames: FiscalFrames) -> pd.DataFrame:
    """Receipts with the compared fields as text; `vat` joins their rates; `cash_paid` is a number."""
    receipts = frames.receipts
    lines = frames.vat_lines.sort_values([*_DOCUMENT, "rate"])
    texts = lines.assign(vat=lines["rate"] + ":" + lines["vat"].astype("string"))
    vat = texts.groupby(_DOCUMENT, as_index=False).agg(vat=("vat", " ".join))
    rows = receipts.assign(cash_paid=receipts["cash"]).merge(vat.astype({"vat": "string"}), on=_DOCUMENT, how="left")
    rows["vat"] = rows["vat"].fillna("") + np.where(rows["vat_known"].fillna(value=False), "", " ?")
    text = {name: rows[name].astype("string").fillna("") for name in FIELDS if name != "shift_number"}
    return rows[[*SHIFT_KEY, _DOCUMENT[1], "cash_paid"]].assign(**text)


def _signed(both: pd.DataFrame, side: str) -> pd.Series:
    cash = both[f"cash_paid{side}"]
    return cash.mask(both[f"operation{side}"].isin(_OUT), -cash)
