"""Checks receipts before shifts are made from them: R1, R3, R6, R7. A bad one leaves only its own shift incomplete."""

from __future__ import annotations

from functools import reduce
from operator import add

import pandas as pd

from smena.contract.ofd import MOST_KOPECKS, RECEIPT_KINDS
from smena.model.identifiers import FISCAL_DRIVE, RNM
from smena.model.outcome import Operation
from smena.model.reasons import Reason
from smena.quality.evaluating import evaluate, verdict_on
from smena.quality.keys import common_codes, first_rows
from smena.quality.rules import at_least, between, equal, matches, one_of, present, unique, whole
from smena.quality.shape import check_shape
from smena.quality.verdict import Verdict
from smena.transform.frames import RECEIPTS, SHIFT_KEY

SUITE = "receipts"

_DOCUMENT = ["fiscal_drive_number", "fiscal_document_number"]

PAID = ["cash", "cashless", "prepaid", "postpaid", "consideration"]

MOST_ROUNDED_OFF_KOPECKS = 99
"""A register may round a receipt down to whole roubles, so its items may be worth up to 99 kopecks more."""

VAT_SLACK_KOPECKS = 100
"""VAT is rounded item by item, by half a kopeck each. A correction has no items, and may correct many receipts."""

RULES = (
    present("kkt_reg_id"),
    present("fiscal_drive_number"),
    present("shift_number"),
    present("fiscal_document_number"),
    present("formed_at"),
    present("operation"),
    present("total"),
    matches("rnm_has_16_digits", "kkt_reg_id", whole(RNM), Reason.RNM_NOT_16_DIGITS),
    matches("drive_has_up_to_16_digits", "fiscal_drive_number", whole(FISCAL_DRIVE), Reason.DRIVE_NOT_16_DIGITS),
    one_of("kind_is_known", "kind", list(RECEIPT_KINDS), Reason.UNKNOWN_KIND_OF_RECEIPT, unknown_is_bad=True),
    one_of("operation_is_known", "operation", [str(one) for one in Operation], Reason.UNKNOWN_OPERATION),
    between("total_is_believable", "total", 0, MOST_KOPECKS, Reason.TOTAL_NOT_AN_AMOUNT),
    equal("total_is_what_was_paid", "total", "_paid", Reason.TOTAL_NOT_ITS_PAYMENTS, unknown_is_bad=True),
    between(
        "total_is_what_was_sold",
        "_rounded_off",
        0,
        MOST_ROUNDED_OFF_KOPECKS,
        Reason.TOTAL_NOT_ITS_ITEMS,
    ),
    between("vat_is_within_the_total", "_vat_too_much", None, 0, Reason.VAT_OVER_ITS_RATE, "warning"),
    equal("of_the_organization", "user_inn", "_organization_inn", Reason.INN_OF_ANOTHER),
    at_least("formed_after_the_opening", "formed_at", "_opened_at", Reason.FORMED_BEFORE_OPENING),
    at_least("formed_before_the_closing", "_closed_at", "formed_at", Reason.FORMED_AFTER_CLOSING),
    at_least(
        "numbered_after_the_opening",
        "fiscal_document_number",
        "_first_number",
        Reason.NUMBER_NOT_AFTER_OPENING,
        strictly=True,
    ),
    at_least(
        "numbered_before_the_closing",
        "_last_number",
        "fiscal_document_number",
        Reason.NUMBER_NOT_BEFORE_CLOSING,
        strictly=True,
    ),
    unique("one_receipt_a_document", _DOCUMENT, Reason.RECEIPT_TWICE),
)


def check_receipts(
    receipts: pd.DataFrame,
    vat_lines: pd.DataFrame,
    openings: pd.DataFrame,
    z_reports: pd.DataFrame,
    *,
    organization_inn: str,
) -> Verdict:
    """Check the frame `RECEIPTS` against the opening and closing reports of its shifts, where these are known.

    Args:
        receipts: the frame `RECEIPTS`, with a unique index.
        vat_lines: the VAT inside them (`VAT_LINES`).
        openings, z_reports: `OPENINGS` and `Z_REPORTS` of the same pages, one row per shift.
        organization_inn: the ИНН that owns the registers.

    Raises:
        BrokenPromise: an index is not unique, or a rule could not be computed.
    """
    shape = check_shape(SUITE, receipts, RECEIPTS)
    if receipts.empty or not shape.result.success:
        return verdict_on(receipts, [shape])
    of_receipts, of_openings, of_reports = common_codes(SHIFT_KEY, receipts, openings, z_reports)
    began = first_rows(openings[["opened_at", "fiscal_document_number"]], of_openings, of_receipts)
    ended = first_rows(z_reports[["closed_at", "fiscal_document_number"]], of_reports, of_receipts)
    checked = receipts.assign(
        _opened_at=began["opened_at"].array,
        _first_number=began["fiscal_document_number"].array,
        _closed_at=ended["closed_at"].array,
        _last_number=ended["fiscal_document_number"].array,
        # One unknown payment leaves the sum unknown, and the total cannot be checked against it.
        _paid=reduce(add, (receipts[name] for name in PAID)),
        _rounded_off=receipts["items_total"] - receipts["total"],
        _vat_too_much=_vat_too_much(receipts, vat_lines),
        _organization_inn=pd.Series(organization_inn, index=receipts.index, dtype="string"),
    )
    return verdict_on(receipts, [shape, *evaluate(SUITE, RULES, checked, key=_DOCUMENT)])


def _vat_too_much(receipts: pd.DataFrame, vat_lines: pd.DataFrame) -> pd.Series:
    """By how many kopecks a receipt's VAT at one rate exceeds that rate of its whole total (same index).

    Such a receipt only gives a warning: its cash is booked, and the VAT of its order is unknown.
    """
    of_receipts, of_lines = common_codes(_DOCUMENT, receipts, vat_lines)
    lines = vat_lines[["rate", "vat"]].reset_index(drop=True)
    lines = lines.join(first_rows(receipts[["total", "items"]], of_receipts, of_lines))
    rate = pd.to_numeric(lines["rate"].str.replace("calculated_", "", regex=False), errors="coerce").astype("Int64")
    slack = ((lines["items"] + 1) // 2).clip(lower=VAT_SLACK_KOPECKS)
    over = (lines["vat"] - lines["total"] * rate // (100 + rate) - slack).astype("Int64")
    return over.groupby(of_lines).max().reindex(of_receipts).set_axis(receipts.index)
