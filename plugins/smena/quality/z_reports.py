"""Checks z-reports before shifts are made from them: a bad one goes to quarantine, and others are not affected."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.model.identifiers import FISCAL_DRIVE, RNM
from smena.model.reasons import Reason
from smena.quality.evaluating import evaluate, verdict_on
from smena.quality.neighbours import counted_from, drive_of_neighbour, fits_between, reported_close
from smena.quality.rules import at_least, between, equal, matches, one_of, present, unique, whole
from smena.quality.shape import check_shape
from smena.quality.verdict import Verdict
from smena.transform.frames import SHIFT_KEY, Z_REPORTS

SUITE = "z_reports"

LAW_START = pd.Timestamp("2016-07-01")
"""No fiscal drive is older than the law on online registers (54-ФЗ as changed by 290-ФЗ)."""

CLOCK_AHEAD = pd.Timedelta(hours=14)
"""How far a local clock may be ahead of UTC: the easternmost time zone is UTC+14."""

OFFLINE_LIMIT = pd.Timedelta(days=30)
"""How long a register may be offline before its drive locks itself."""

FISCAL_SIGN_LIMIT = 2**32 - 1

RULES = (
    present("kkt_reg_id"),
    present("fiscal_drive_number"),
    present("shift_number"),
    present("fiscal_document_number"),
    present("fiscal_sign"),
    present("closed_at"),
    present("receipts_quantity"),
    matches("rnm_has_16_digits", "kkt_reg_id", whole(RNM), Reason.RNM_NOT_16_DIGITS),
    matches("drive_has_up_to_16_digits", "fiscal_drive_number", whole(FISCAL_DRIVE), Reason.DRIVE_NOT_16_DIGITS),
    between("shift_number_is_counted", "shift_number", 1, None, Reason.SHIFT_NUMBER_BELOW_1),
    between("document_number_is_counted", "fiscal_document_number", 1, None, Reason.DOCUMENT_NUMBER_BELOW_1),
    between("fiscal_sign_is_of_32_bits", "fiscal_sign", 0, FISCAL_SIGN_LIMIT, Reason.FISCAL_SIGN_NOT_32_BITS),
    between("receipts_are_counted", "receipts_quantity", 0, None, Reason.RECEIPTS_BELOW_0),
    at_least(
        "documents_hold_receipts",
        "documents_quantity",
        "_least_documents",
        Reason.FEWER_DOCUMENTS_THAN_RECEIPTS,
    ),
    at_least("closed_under_the_law", "closed_at", "_law_start", Reason.CLOSED_BEFORE_THE_LAW),
    at_least("closed_in_the_past", "_latest_close", "closed_at", Reason.CLOSED_IN_THE_FUTURE),
    equal("of_the_organization", "user_inn", "_organization_inn", Reason.INN_OF_ANOTHER),
    unique("one_report_a_shift", SHIFT_KEY, Reason.REPORT_TWICE_BY_SHIFT),
    unique("one_report_a_document", ["fiscal_drive_number", "fiscal_document_number"], Reason.REPORT_TWICE_BY_DOCUMENT),
    one_of("one_report_a_closing", "_closed_twice", [0], Reason.CLOSED_UNDER_ANOTHER_DRIVE),
    at_least("received_within_30_days", "_latest_receipt", "received_at", Reason.RECEIVED_TOO_LATE, "warning"),
)

NEIGHBOUR_RULES = (
    one_of(
        "documents_are_counted_from_the_opening",
        "_miscounted",
        [0],
        Reason.DOCUMENTS_NOT_COUNTED_FROM_OPENING,
    ),
    one_of(
        "drive_is_that_of_its_neighbours",
        "_drive_differs",
        [0],
        Reason.NUMBER_OF_ANOTHER_DRIVE,
    ),
    one_of("documents_fit_between_reports", "_tight", [0], Reason.NO_ROOM_FOR_DOCUMENTS),
    one_of("closed_as_totals_report", "_closed_otherwise", [0], Reason.TOTALS_REPORT_ANOTHER_CLOSING),
)
"""Rules for the reports that pass RULES: a report that breaks one is no evidence against its neighbours."""


def check_z_reports(
    z_reports: pd.DataFrame,
    openings: pd.DataFrame | None = None,
    strangers: pd.DataFrame | None = None,
    *,
    organization_inn: str,
    now_utc: datetime,
) -> Verdict:
    """Check the frame `Z_REPORTS`: each report by itself, and against the other documents of its register.

    A report's time of closing may be at most 14 hours (UTC+14) after its time of receipt or, where that is unknown or
    impossible, after now.

    Args:
        z_reports: the frame `Z_REPORTS`, with a unique index.
        openings: `OPENINGS` of the same pages.
        strangers: closed shifts of totals by shift (`SHIFT_TOTALS`) that have no report among these.
        organization_inn: the ИНН that owns the registers.
        now_utc: this moment, UTC, without a zone.

    Raises:
        BrokenPromise: the index is not unique, or a rule could not be computed.
    """
    shape = check_shape(SUITE, z_reports, Z_REPORTS)
    if not shape.result.success:
        return verdict_on(z_reports, [shape])
    now = pd.Timestamp(now_utc)
    received = z_reports["received_at"]
    not_after = received.where((received >= LAW_START) & (received <= now), now)
    checked = z_reports.assign(
        # The opening and the closing report are documents of the shift too.
        _least_documents=z_reports["receipts_quantity"] + 2,
        _law_start=LAW_START,
        _latest_close=not_after + CLOCK_AHEAD,
        _latest_receipt=z_reports["closed_at"] + OFFLINE_LIMIT,
        _organization_inn=organization_inn,
        _closed_twice=_under_another_drive(z_reports),
    )
    evaluated = [shape, *evaluate(SUITE, RULES, checked, key=SHIFT_KEY)]
    is_good = all(one.result.success or one.rule.severity != "record" for one in evaluated)
    good = z_reports if is_good else z_reports.drop(index=verdict_on(z_reports, evaluated).bad.index)
    with_neighbours = good[SHIFT_KEY].assign(
        _miscounted=_differs(good["documents_quantity"], counted_from(good, openings)),
        _drive_differs=_differs(good["fiscal_drive_number"], drive_of_neighbour(good)),
        _tight=fits_between(good).isna().astype("int64"),
        _closed_otherwise=_differs(good["closed_at"], reported_close(good, strangers)),
    )
    places = z_reports.index.get_indexer(good.index)
    evaluated += [
        replace(one, bad=pd.Index(places[one.bad], dtype="int64"))
        for one in evaluate(SUITE, NEIGHBOUR_RULES, with_neighbours, key=SHIFT_KEY)
    ]
    return verdict_on(z_reports, evaluated)


def _under_another_drive(z_reports: pd.DataFrame) -> pd.Series:
    """1 where the register also closes the same shift number at the same moment under another ФН, else 0."""
    closing = ["kkt_reg_id", "shift_number", "closed_at"]
    twice = z_reports.duplicated(closing, keep=False) & z_reports["closed_at"].notna()
    if not twice.any():
        return twice.astype("int64")
    return (twice & ~z_reports.duplicated([*closing, "fiscal_drive_number"], keep=False)).astype("int64")


def _differs(reported: pd.Series, otherwise: pd.Series) -> npt.NDArray[np.int64]:
    """1 where two values differ, 0 where they agree or one of them is unknown."""
    differs = (reported != otherwise).to_numpy(dtype=bool, na_value=False)
    return (differs & reported.notna().to_numpy() & otherwise.notna().to_numpy()).astype(np.int64)
