"""Compares a reported shift with the published one, by the facts of the shift and not by its orders: the verdict.

`new`: not published yet. `same`: nothing to do. `changed`: its facts or its outcome are replaced. `conflict`: its facts
differ, and the published ones were accepted, lie in a closed period, or would need another day: a person decides.
`asked`: a conflict with a shift that a person rejected, in a closed period: it is not written, but a person is asked.
`settled`: it was in conflict, and the source again reports the published facts, or facts that a person refused before.
`other`: it has the key of a published shift but another identity, or is in the books of another organisation.
"""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import Case, all_same, among, first_match, known_and, same
from smena.matching.slices import SUMS, Setting, Slice, facts_of
from smena.model.outcome import Outcome
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.transform.frames import MONEY
from smena.transform.market.frames import TILL_MONEY

BOOKED = (Outcome.ISSUED, Outcome.NO_CASH, Outcome.CONFLICT)
"""Outcomes of shifts that are in the books. In a closed period they do not change any more."""

WAITING = (Outcome.INCOMPLETE, Outcome.NEEDS_REVIEW, Outcome.BEFORE_START, Outcome.CLOSED_PERIOD)
_KEPT = ("keep-ofd", "keep-market")

_VERDICT_OF_NONE = {
    "same_facts": pd.Series(dtype=bool),
    "is_refused": pd.Series(dtype=bool),
    "digest": pd.Series(dtype="string"),
    "verdict": pd.Series(dtype="string"),
}
"""What is decided about no rows: most batches hold shifts of one source only."""


def once_each(reported: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return reported shifts (REPORTED), each once; rows that repeat one of them; rows that are ambiguous.

    Two equal reports of a shift, from two windows, are one shift with the earlier time of receipt, which is a fact of
    the transmission. A shift with two contents in one batch is ambiguous, and none of its rows is used.
    """
    contents = [
        "shift_id", "kkt_reg_id", "fiscal_document_number", "closed_at", *SUMS, "order_day", "outcome",
    ]  # fmt: skip
    if not reported.duplicated("shift_id").any():
        return reported, reported.head(0), reported.head(0)
    in_order = reported.sort_values("received_at", kind="stable", na_position="last")
    repeats = in_order.duplicated(contents)
    one_content = in_order[~repeats]
    ambiguous = one_content.duplicated("shift_id", keep=False)
    return one_content[~ambiguous], in_order[repeats], one_content[ambiguous]


def with_current(reported: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """Return the reported shifts with the published row of each as `current_<column>`, and `is_known`: it exists."""
    rows = reported.merge(
        current.add_prefix("current_"),
        left_on="shift_id",
        right_on="current_shift_id",
        how="left",
        validate="one_to_one",
    )
    rows["is_known"] = rows["current_shift_id"].notna()
    return rows


def once_each_till(tills: pd.DataFrame, current: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return reported till shifts (REPORTED_TILLS), each once; other versions; those that another shop reports too.

    Of several versions the one with the newest cheque is used, then the one with the most cheques.
    """
    if tills.empty:
        return tills, tills, tills
    apart = apart_from_other_shops(tills, current)
    tills = tills.assign(
        outcome=tills["outcome"].mask(apart, str(Outcome.INCOMPLETE)),
        reason=tills["reason"].mask(apart, str(Reason.ANOTHER_SHOP_REPORTS_IT)),
        **{name: tills[name].mask(apart) for name in (*MONEY, "price_correction", "orders")},
    )
    in_order = tills.sort_values(["closed_at", "receipts"], ascending=False, kind="stable")
    other_version = in_order.duplicated("shift_id")
    return in_order[~other_version].sort_index(), in_order[other_version], tills[apart]


def decide_reported(slice_: Slice, rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` (REPORTED with `current_…`) with `outcome`, `reason` and `verdict`.

    `outcome` and `reason` are those that the shift gets if the verdict is `new` or `changed`. `digest` is that of
    the two versions, missing if they do not differ.
    """
    rows = rows.assign(reported_outcome=rows["outcome"], reported_reason=rows["reason"])
    if rows.empty:
        return rows.assign(**_VERDICT_OF_NONE)
    decided = _outcome_of_report(rows, slice_.setting)
    rows = rows.assign(outcome=decided["outcome"], reason=decided["reason"])
    same_facts = _same_facts(rows)
    unclosed = rows["fiscal_document_number"].isna()
    was_unclosed = rows["is_known"] & rows["current_fiscal_document_number"].isna()
    differs = rows["is_known"] & (~same_facts | was_unclosed)
    rows["same_facts"] = same_facts
    rows["digest"] = _digest(rows, differs)
    answers = slice_.decisions[~slice_.decisions["is_open"].astype(bool)]
    is_refused = _answered(rows, answers[(answers["kind"] == "conflict") & among(answers["resolution"], _KEPT)])
    was = rows["current_outcome"]
    was_closed = known_and(rows["current_order_day"] <= _day(slice_.setting.closed_through))
    other_day = ~same(rows["current_order_day"], rows["order_day"])
    is_marked = rows["current_marked_orders"].fillna(0) > 0
    is_bookable = among(rows["outcome"], [Outcome.ISSUED, Outcome.NO_CASH])
    is_named = rows["is_named"].astype(bool) & (
        known_and(rows["detail"] == "receipts") | known_and(rows["current_detail"] == "totals")
    )
    was_kept_whole = rows["current_cash_income"].notna()
    was_in = {outcome: known_and(was == outcome) for outcome in Outcome}
    in_conflict = was_in[Outcome.CONFLICT]
    always = pd.Series(data=True, index=rows.index)
    has_answer = among(rows["shift_id"], answers["shift_id"])
    cases = [
        Case(~rows["is_known"], "new"),
        Case(_other_identity(rows), "other"),
        # A person rejected it. Only a shift that was never closed can be reported with more than before.
        Case(was_in[Outcome.REJECTED] & (~was_unclosed | (unclosed & same_facts) | is_refused), "same"),
        # A person closed it as lost, and the source now reports other facts. In a closed period it cannot become a
        # conflict: its row does not change, but a person is asked. The answer is booked on the first open day.
        Case(was_in[Outcome.REJECTED] & was_closed, "asked"),
        Case(was_in[Outcome.REJECTED], "conflict"),
        # The source now lacks a part of the documents that it had before.
        Case(known_and(rows["reported_outcome"] == Outcome.INCOMPLETE) & was_kept_whole, "same"),
        Case(rows["current_same_as"].notna() & same_facts, "same"),
        # It is in conflict with Market, and its period was closed since: nothing changes until one of the two ends.
        Case(rows["current_same_as"].notna() & in_conflict & was_closed, "same"),
        Case(rows["current_same_as"].notna(), "changed"),
        # A waiting shift is decided again each time; `same_where_nothing_is_new` drops those that did not change.
        Case(among(was, WAITING), "changed"),
        Case(rows["outcome"] == Outcome.BEFORE_START, "same"),
        # Booked before another organisation listed its register. A person's mark on an order stays.
        Case(_booked_before_listed_twice(rows, same_facts, was_closed, has_answer) & is_marked, "same"),
        Case(_booked_before_listed_twice(rows, same_facts, was_closed, has_answer), "changed"),
        # The closing report came after the shift was closed as lost: the question stays until a person answers it.
        Case(was_unclosed & ~unclosed & in_conflict & ~is_refused, "conflict"),
        # Booked from its receipts, and its closing report came: the shift takes the closing from it, its orders their
        # basis.
        Case(
            was_unclosed & ~unclosed & same_facts & ~other_day & ~was_closed & is_bookable & ~in_conflict, "changed"
        ),
        # The sums are equal, but a reconciliation found receipts that differ in VAT, tax system or agent. Totals add
        # nothing to a shift that was booked from its receipts (`is_named` above).
        Case(
            same_facts & is_named & is_bookable & same(was, rows["outcome"]) & ~was_closed
            & ~other_day & ~is_marked,
            "changed",
        ),
        Case((same_facts | is_refused) & in_conflict, "settled"),
        Case(same_facts | is_refused, "same"),
        Case(was_closed | other_day | in_conflict | ~is_bookable, "conflict"),
        Case(is_marked, "conflict"),
        Case(always, "changed"),
    ]  # fmt: skip
    return rows.assign(verdict=first_match(cases, rows.index)["outcome"])


def decide_reported_tills(slice_: Slice, rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` (REPORTED_TILLS with `current_…`) with `outcome`, `reason` and `verdict`, as `decide_reported`.

    Which shift of the OFD a till shift matches, and its final outcome, are decided afterwards.
    """
    if rows.empty:
        return rows.assign(**_VERDICT_OF_NONE)
    setting = slice_.setting
    dated = rows["order_day"]
    always = pd.Series(data=True, index=rows.index)
    outcome = first_match(
        [
            Case(rows["outcome"] == Outcome.INCOMPLETE, str(Outcome.INCOMPLETE), rows["reason"]),
            Case(known_and(dated < _day(setting.market_start)), str(Outcome.BEFORE_START), rows["reason"]),
            Case(known_and(dated <= _day(setting.closed_through)), str(Outcome.CLOSED_PERIOD), rows["reason"]),
            Case(always, str(Outcome.NEEDS_REVIEW), rows["reason"]),
        ],
        rows.index,
    )
    rows = rows.assign(outcome=outcome["outcome"], reason=outcome["reason"])
    current = _current_of(rows)
    facts = ["opened_at", "closed_at", "receipts", *TILL_MONEY]
    same_facts = all_same(rows, current, facts)
    same_cash = all_same(rows, current, ["cash_income", "cash_refund"])
    rows["same_facts"] = same_facts
    rows["digest"] = _digest(rows, rows["is_known"] & ~same_facts)
    answers = slice_.decisions[~slice_.decisions["is_open"].astype(bool)]
    is_refused = _answered(rows, answers[(answers["kind"] == "conflict") & among(answers["resolution"], _KEPT)])
    rows["is_refused"] = is_refused
    was = rows["current_outcome"]
    was_closed = known_and(rows["current_order_day"] <= _day(setting.closed_through))
    was_booked = among(was, BOOKED)
    other_day = ~same(rows["current_order_day"], rows["order_day"])
    is_live = rows["current_live_orders"].fillna(0) > 0
    is_marked = rows["current_marked_orders"].fillna(0) > 0
    cases = [
        Case(~rows["is_known"], "new"),
        Case(known_and(rows["current_is_of_another"]), "same"),
        Case(known_and(was == Outcome.REJECTED), "same"),
        Case((rows["outcome"] == Outcome.INCOMPLETE) & ~known_and(was == Outcome.INCOMPLETE), "same"),
        Case((same_facts & ~_has_account_rule_now(rows)) | is_refused, "same"),
        Case((rows["outcome"] == Outcome.BEFORE_START) & was_booked, "same"),
        Case(is_live & (was_closed | other_day | (is_marked & ~same_cash)), "conflict"),
        Case(was_closed & was_booked, "same"),
        Case(always, "changed"),
    ]
    return rows.assign(verdict=first_match(cases, rows.index)["outcome"])


def _has_account_rule_now(rows: pd.DataFrame) -> pd.Series:
    """Till shifts that make orders now and could not before, because no account rule fitted them."""
    decided = known_and(rows["current_has_decision"])
    whole = rows["current_cash_income"].notna()
    return whole & rows["current_orders"].isna() & rows["orders"].notna() & ~decided


def apart_from_other_shops(tills: pd.DataFrame, current: pd.DataFrame) -> pd.Series:
    """Return whether another shop reports each till shift too, with other contents (same index).

    A till shift belongs to one shop and one organisation. If two shops report it differently, its cheques may be in
    either or in both, so each report may be only a part, and its sums are not those of the shift.
    """
    contents = ["opened_at", "closed_at", "receipts", "cash_income", "cash_refund"]
    versions = tills.drop_duplicates(["shift_id", *contents])
    several = versions.loc[versions.duplicated("shift_id", keep=False), "shift_id"]
    shops = tills.groupby("shift_id")["shop_id"].nunique()
    in_two_shops = among(tills["shift_id"], shops.index[shops > 1])
    rows = tills.merge(current.add_prefix("current_"), left_on="shift_id", right_on="current_shift_id", how="left")
    rows = rows.set_axis(tills.index)
    elsewhere = rows["current_shift_id"].notna() & (
        ~same(rows["shop_id"], rows["current_shop_id"]) | known_and(rows["current_is_of_another"])
    )
    differs = ~all_same(rows, _current_of(rows), contents)
    return (in_two_shops & among(tills["shift_id"], several)) | (elsewhere & differs)


def _outcome_of_report(rows: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """The outcome that each shift would have if it were not published yet. A shift without a day is `incomplete`."""
    if setting.ofd_start is None and len(rows):
        raise ValueError("shifts of the OFD are reported, and it was never switched on")
    before_start = known_and(rows["order_day"] < _day(setting.ofd_start))
    closed = known_and(rows["order_day"] <= _day(setting.closed_through))
    listed_twice = rows["is_listed_twice"].astype(bool) & (rows["outcome"] != Outcome.INCOMPLETE)
    return first_match(
        [
            Case(before_start, str(Outcome.BEFORE_START), on_day(Reason.BEFORE_START, setting.ofd_start)),
            # A shift that was never closed is booked only after a person has decided about it.
            Case(rows["fiscal_document_number"].isna(), str(Outcome.NEEDS_REVIEW), rows["reason"]),
            Case(closed, str(Outcome.CLOSED_PERIOD), on_day(Reason.PERIOD_CLOSED_THROUGH, setting.closed_through)),
            Case(listed_twice, str(Outcome.NEEDS_REVIEW), Reason.LISTED_TWICE),
            Case(pd.Series(data=True, index=rows.index), rows["outcome"], rows["reason"]),
        ],
        rows.index,
    )


def on_day(code: Reason, day: pd.Timestamp | None) -> str:
    """Return a reason that names a day."""
    return reason(code, day=None if day is None else day.date())


def _day(day: pd.Timestamp | None) -> pd.Timestamp:
    """The day, or for None a day in 1696, which is before every other day."""
    return pd.Timestamp(0) - pd.Timedelta(days=100_000) if day is None else day


def _current_of(rows: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in map(str, rows) if name.startswith("current_")]
    return rows[names].rename(columns=lambda name: name.removeprefix("current_"))


def _same_facts(rows: pd.DataFrame) -> pd.Series:
    return all_same(rows, _current_of(rows), SUMS)


def _other_identity(rows: pd.DataFrame) -> pd.Series:
    """Known shifts that are reported with another register, closing or document, or belong to another organisation.

    A shift without a closing report takes its closing from the report if that comes later.
    """
    was_closed = rows["current_fiscal_document_number"].notna()
    same_closing = same(rows["current_closed_at"], rows["closed_at"]) & same(
        rows["current_fiscal_document_number"], rows["fiscal_document_number"]
    )
    return rows["is_known"] & (
        known_and(rows["current_is_of_another"])
        | ~same(rows["current_kkt_reg_id"], rows["kkt_reg_id"])
        | (was_closed & ~same_closing)
    )


def _booked_before_listed_twice(
    rows: pd.DataFrame, same_facts: pd.Series, was_closed: pd.Series, has_answer: pd.Series
) -> pd.Series:
    return (
        rows["is_listed_twice"].astype(bool)
        & same_facts
        & among(rows["current_outcome"], [Outcome.ISSUED, Outcome.NO_CASH])
        & ~was_closed
        & ~has_answer
    )


def _digest(rows: pd.DataFrame, differs: pd.Series) -> pd.Series:
    """The digest of the published and the reported version of each shift; missing if they do not differ."""
    digest = pd.Series(pd.NA, index=rows.index, dtype="string")
    if differs.any():
        some = rows[differs]
        digest[differs] = facts_of(_current_of(some)) + "/" + facts_of(some) + "/" + some.get("reported_outcome", "")
    return digest


def _answered(rows: pd.DataFrame, answers: pd.DataFrame) -> pd.Series:
    """Whether a person has answered about exactly these two versions of each row."""
    if answers.empty:
        return pd.Series(data=False, index=rows.index)
    given = pd.MultiIndex.from_frame(answers[["shift_id", "digest"]])
    asked = pd.MultiIndex.from_frame(rows[["shift_id", "digest"]])
    return pd.Series(asked.isin(given), index=rows.index) & rows["digest"].notna()
