"""Compares the cheques of a till shift with the receipts of its fiscal shift, to explain a difference of cash.

A till does not record correction receipts, and a receipt may never reach Market. If every cheque of the till shift
matches a receipt, such documents alone make the difference, and nobody has to be asked (DOMAIN 4.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from smena.matching.one_to_one import clocks_apart, matched, rest
from smena.model.reasons import Reason
from smena.transform.reason_columns import reasons_of
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

CORRECTIONS = ("receiptCorrection", "bsoCorrection")

_PAIR = ["till_id", "fiscal_id"]
_OPERATIONS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")

PAIRS = Schema(
    "compared_pairs",
    dict.fromkeys(_PAIR, TEXT)
    | {"cheques": WHOLE, "till_income": WHOLE, "till_refund": WHOLE, "receipts": WHOLE}
    | dict.fromkeys(_OPERATIONS, WHOLE)
    | {"unread": TEXT},
)
"""One row per till shift and the fiscal shift that it matches.

`cheques` and `receipts` are the counts that the sources report; the sums are cash in kopecks: `till_*` of the till
shift, the four others of the fiscal shift. `unread` is the reason why documents could not be read, or missing.
"""

CHEQUES = Schema(
    "compared_cheques",
    {
        "till_id": TEXT,
        "cheque_id": TEXT,
        "number": TEXT,
        "closed_at": MOMENT,
        "is_refund": FLAG,
        "total": WHOLE,
        "price_correction": WHOLE,
        "cash": WHOLE,
    },
)
"""One row per cheque of a till shift."""

RECEIPTS = Schema(
    "compared_receipts",
    {
        "fiscal_id": TEXT,
        "fiscal_document_number": WHOLE,
        "formed_at": MOMENT,
        "kind": TEXT,
        "operation": TEXT,
        "total": WHOLE,
        "cash": WHOLE,
    },
)
"""One row per receipt, BSO or correction of a fiscal shift."""

COMPARED = Schema("compared", dict.fromkeys(_PAIR, TEXT) | {"is_explained": FLAG, "unread": TEXT})
"""One row per pair. `is_explained` is missing if the two could not be compared; `unread` is then the reason."""

DOCUMENTS = Schema(
    "compared_documents",
    dict.fromkeys(_PAIR, TEXT)
    | {
        "what": TEXT,
        "fiscal_document_number": WHOLE,
        "cheque_number": TEXT,
        "is_refund": FLAG,
        "cash": WHOLE,
        "total": WHOLE,
        "at": MOMENT,
    },
)
"""One row per document that is on one side only.

`what` is `correction` or `receipt` (Market has no cheque for it), `cheque` (the OFD has no receipt for it), or
`rounding`: the cash of all matched receipts minus that of their cheques. `cheque_number` of a receipt is the number
that Market's numbering skips at its time, missing if the skipped numbers and the receipts differ in count.
"""

_FOUND = ["pair", *(name for name in DOCUMENTS.columns if name not in _PAIR)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of `compare`: COMPARED and DOCUMENTS."""

    pairs: pd.DataFrame
    documents: pd.DataFrame


def compare(pairs: pd.DataFrame, cheques: pd.DataFrame, receipts: pd.DataFrame) -> Comparison:
    """Match the cheques of each pair with its receipts, one to one.

    A cheque and a receipt match if both are sales or both are refunds, with the same cash and total, at the same time
    by clocks that may differ. Equal ones are interchangeable. A rounded cheque may match by its sums before rounding.
    Payouts are left out: Market has no cheques for them.

    Example: cheques of 100.00 and 50.00; receipts of 100.00 and 50.00, a correction of 190.99 → explained, and the
    correction is the one document. Cheques of 100.00 and 500.00, a receipt of 100.00 → not explained, and the cheque of
    500.00 is the one document.

    Args:
        pairs: PAIRS, each pair once.
        cheques: all CHEQUES of these till shifts that were read.
        receipts: all RECEIPTS of these fiscal shifts that were read.
    """
    places = pairs[_PAIR].assign(pair=np.arange(len(pairs)))
    ours = places[["pair", "till_id"]].merge(cheques, on="till_id").rename(columns={"closed_at": "at"})
    theirs = places[["pair", "fiscal_id"]].merge(receipts, on="fiscal_id").rename(columns={"formed_at": "at"})
    unread = _unread(pairs, ours, theirs)
    known = places.loc[unread.isna(), "pair"]
    ours, theirs = _of_known(ours, known), _of_known(theirs, known)
    theirs = theirs[theirs["operation"].isin(["cash_income", "cash_refund"])].reset_index(drop=True)
    theirs["is_refund"] = (theirs["operation"] == "cash_refund").astype("boolean")
    ours["second"] += clocks_apart(ours, theirs)
    one, other = matched(ours, theirs)
    alone, unmet = rest(ours, one), rest(theirs, other)
    found = pd.concat(
        [_receipts_alone(unmet, ours), _cheques_alone(alone), _rounded(ours.loc[one], theirs.loc[other])],
        ignore_index=True,
    )
    documents = DOCUMENTS.conform(found.merge(places, on="pair").sort_values(["pair", "at", "what"], kind="stable"))
    explained = (
        pd.Series(~places["pair"].isin(alone["pair"]), dtype="boolean").set_axis(pairs.index).mask(unread.notna())
    )
    compared = COMPARED.conform(pairs[_PAIR].assign(is_explained=explained, unread=unread))
    return Comparison(compared, documents.reset_index(drop=True))


def _unread(pairs: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.Series:
    """Why a pair cannot be compared (index of `pairs`); missing if all its documents were read."""
    till = {"till_income": ~_true(ours["is_refund"]), "till_refund": _true(ours["is_refund"])}
    fiscal = {name: theirs["operation"] == name for name in _OPERATIONS}
    cheques = _counted(pairs, ours, till, "cheque_id")
    receipts = _counted(pairs, theirs, fiscal, "fiscal_document_number")
    few = [
        _few(Reason.CHEQUES_NOT_WHOLE, pairs["cheques"], cheques),
        _few(Reason.RECEIPTS_NOT_WHOLE, pairs["receipts"], receipts),
    ]
    unequal = [
        _unequal(Reason.CHEQUES_NOT_THE_TILL_SHIFT, pairs, cheques, till),
        _unequal(Reason.RECEIPTS_NOT_THE_SHIFT, pairs, receipts, fiscal),
    ]
    reason: pd.Series = pairs["unread"].astype("string")
    for found in (*few, *unequal):
        reason = reason.fillna(found)
    return reason


def _counted(pairs: pd.DataFrame, documents: pd.DataFrame, parts: dict[str, pd.Series], name: str) -> pd.DataFrame:
    """By pair (index of `pairs`): how many documents can be compared, and the cash by the named parts."""
    needed = documents.drop(columns=["number", "price_correction"], errors="ignore")
    is_fit = needed.notna().all(axis=1) & ~documents.duplicated(["pair", name], keep=False)
    cash = pd.DataFrame({part: documents["cash"].where(rows, 0) for part, rows in parts.items()})
    rows = cash.assign(read=is_fit.astype("Int64"))
    summed = rows.groupby(documents["pair"]).sum().reindex(range(len(pairs)), fill_value=0)
    return summed.set_index(pairs.index)


def _few(code: Reason, wanted: pd.Series, counted: pd.DataFrame) -> pd.Series:
    # An unknown count is not equal to any.
    is_whole = (wanted == counted["read"]).fillna(value=False).astype(bool)
    return reasons_of(code, expected=wanted, read=counted["read"]).mask(is_whole)


def _unequal(code: Reason, pairs: pd.DataFrame, counted: pd.DataFrame, parts: dict[str, pd.Series]) -> pd.Series:
    # An unknown sum is not equal to any.
    alike = [(pairs[part] == counted[part]).fillna(value=False).astype(bool) for part in parts]
    return pd.Series(str(code), index=pairs.index, dtype="string").mask(np.logical_and.reduce(alike))


def _true(flags: pd.Series) -> pd.Series:
    """Flags as plain booleans, unknown as False: `_counted` leaves out rows with an unknown flag."""
    return flags.fillna(value=False).astype(bool)


def _of_known(documents: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """Documents of pairs that can be compared, with `second`, their time as a number of seconds."""
    documents = documents[documents["pair"].isin(known)].reset_index(drop=True)
    return documents.assign(second=(documents["at"] - pd.Timestamp(0)) // pd.Timedelta(seconds=1))


def _cheques_alone(cheques: pd.DataFrame) -> pd.DataFrame:
    return cheques.assign(what="cheque", cheque_number=cheques["number"]).reindex(columns=_FOUND)


def _receipts_alone(receipts: pd.DataFrame, cheques: pd.DataFrame) -> pd.DataFrame:
    is_correction = receipts["kind"].isin(CORRECTIONS)
    what = pd.Series("receipt", index=receipts.index, dtype="string").mask(is_correction, "correction")
    numbers = _numbers_left_out(receipts[~is_correction], cheques)
    return receipts.assign(what=what, cheque_number=numbers.reindex(receipts.index))[_FOUND]


def _numbers_left_out(receipts: pd.DataFrame, cheques: pd.DataFrame) -> pd.Series:
    """The cheque number that Market lacks for each receipt (same index); missing if the numbering does not show it.

    One receipt between the cheques 16 and 18 is number 17; two receipts before cheque 3 are 1 and 2.
    """
    number = pd.to_numeric(cheques["number"].where(cheques["number"].str.fullmatch(r"\d{1,9}").fillna(value=False)))
    numbered = cheques[["pair", "second"]].assign(number=number.astype("Int64"))
    lacking = receipts[["pair", "second"]].assign(receipt=receipts.index.astype("Int64"))
    rows = pd.concat([numbered, lacking], ignore_index=True)
    rows = rows.sort_values(["pair", "second"], kind="stable", ignore_index=True)
    is_cheque = rows["receipt"].isna()
    rows["place"] = is_cheque.astype(int).groupby(rows["pair"]).cumsum()
    run = rows[~is_cheque].groupby(["pair", "place"])
    rows.loc[~is_cheque, "position"] = (run.cumcount() + 1).astype("Int64")
    rows.loc[~is_cheque, "size"] = run["second"].transform("size").astype("Int64")
    by_place = rows[is_cheque].set_index(["pair", "place"])["number"]
    found = rows[~is_cheque]
    before = by_place.reindex(pd.MultiIndex.from_frame(found[["pair", "place"]])).set_axis(found.index)
    before = before.mask(found["place"] == 0, 0)
    next_place = found[["pair", "place"]].assign(place=found["place"] + 1)
    after = by_place.reindex(pd.MultiIndex.from_frame(next_place)).set_axis(found.index)
    # An unknown number before or after shows no gap.
    fits = (after - before - 1 == found["size"]).fillna(value=False).astype(bool)
    left_out = (before + found["position"].astype("Int64"))[fits].astype("string")
    return pd.Series(left_out.to_numpy(), index=found.loc[fits, "receipt"].astype("int64"), dtype="string")


def _rounded(cheques: pd.DataFrame, receipts: pd.DataFrame) -> pd.DataFrame:
    """A row for each pair whose cash, sales minus refunds, was changed by rounding."""
    more = receipts["cash"].to_numpy(dtype="int64") - cheques["cash"].to_numpy(dtype="int64")
    is_refund = _true(cheques["is_refund"]).to_numpy()
    summed = cheques[["pair"]].assign(cash=np.where(is_refund, -more, more)).groupby("pair", as_index=False).sum()
    summed = summed[summed["cash"] != 0]
    return summed.assign(what="rounding", total=summed["cash"]).reindex(columns=_FOUND)
