"""The outcomes of shifts that two sources report (DOMAIN 4), as tables in order of precedence.

The OFD's shift is booked, and Market's fills in what the OFD does not have. Nothing is decided by a guess: a till shift
that may match a shift of a register waits until it is known to match or not.
"""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import Case, among, first_match, known_and, missing
from smena.matching.reported import BOOKED, on_day
from smena.matching.slices import Setting
from smena.model.outcome import Outcome
from smena.model.reasons import Reason
from smena.transform.by_settings import keeps_cash_documents
from smena.transform.reason_columns import also, reasons_of
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

ADOPTED = Schema(
    "adopted",
    {"till_id": TEXT, "fiscal_id": TEXT, "stays": FLAG, "is_same": FLAG, "outcome": TEXT, "reason": TEXT},
)
"""Shifts of the OFD that Market has booked: whether Market's orders stay, and whether both sources agree.

`outcome` and `reason` are those of the OFD's shift if the orders stay.
"""

SETTLED = Schema(
    "settled",
    {
        "shift_id": TEXT,
        "fiscal_id": TEXT,
        "order_day": MOMENT,
        "orders": WHOLE,
        "revision": WHOLE,
        "becomes": TEXT,
        "becomes_reason": TEXT,
        "becomes_same_as": TEXT,
    },
)
"""Till shifts with the fiscal shift that each matches, and with what `outcome`, `reason` and `same_as` become."""

_MEETS = (Outcome.ISSUED, Outcome.NO_CASH, Outcome.CLOSED_PERIOD, Outcome.NEEDS_REVIEW)


def defer_possible_counterparts(rows: pd.DataFrame, possible: pd.DataFrame, tills: pd.DataFrame) -> pd.DataFrame:
    """Defer reported shifts that a booked till shift may match without a link, so that no sale is booked twice.

    Args:
        rows: reported shifts of the OFD with `verdict`, `outcome` and `reason`.
        possible: pairs `till_id`, `fiscal_id` that no link decides.
        tills: till shifts; `open_orders` are those that are new or accepted.

    Returns `rows` with `outcome` and `reason` of the deferred ones, and `deferred_for`, the till shift.
    """
    if rows.empty or possible.empty:
        return rows.assign(deferred_for=missing(rows))
    booked = tills.loc[tills["open_orders"].fillna(0) > 0, ["shift_id"]].rename(columns={"shift_id": "till_id"})
    pairs = possible.dropna(subset=["fiscal_id"]).merge(booked, on="till_id").sort_values("till_id")
    counterpart = pairs.drop_duplicates("fiscal_id").set_index("fiscal_id")["till_id"]
    till = rows["shift_id"].map(counterpart).astype("string")
    waits = (
        till.notna()
        & among(rows["verdict"], ["new", "changed"])
        & among(rows["outcome"], [Outcome.ISSUED, Outcome.NEEDS_REVIEW])
        & ~(rows["current_open_orders"].fillna(0) > 0)
    )
    waited = rows["reason"].where(rows["outcome"] == Outcome.NEEDS_REVIEW)
    may_be_booked = pd.Series(str(Reason.MARKET_MAY_HAVE_BOOKED), index=rows.index, dtype="string")
    return rows.assign(
        outcome=rows["outcome"].mask(waits, str(Outcome.NEEDS_REVIEW)),
        reason=rows["reason"].mask(waits, also(waited, may_be_booked)),
        deferred_for=till.where(waits),
    )


def adopt(rows: pd.DataFrame, pairs: pd.DataFrame, tills: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Decide for reported shifts of the OFD that Market has booked whether Market's orders move to them or stay.

    A new order moves and takes the OFD's sums. An order that a person has accepted, or that lies in a closed period,
    stays: if both sources agree, the OFD's shift is the duplicate; otherwise a person decides.
    A new order of another day than the OFD's shift does not move, because the date of an order is assigned once: it is
    reversed, and another is issued.

    Args:
        rows: reported shifts with `verdict` and `outcome`.
        pairs: `till_id`, `fiscal_id`, `is_crowded`, `is_equal`, `is_rounded`, `is_explained`.
        tills: till shifts with their orders.

    Returns ADOPTED.
    """
    if rows.empty or pairs.empty:
        return ADOPTED.empty()
    booked = tills[tills["live_orders"].fillna(0) > 0]
    fresh = rows[among(rows["verdict"], ["new", "changed"]) & among(rows["outcome"], _MEETS)]
    # If both stay booked, no order moves: `outcomes_of_tills` decides about the till shift. A shift that now needs a
    # review loses its new orders in this batch, unless their period is closed.
    through = setting.closed_through
    is_closed = known_and(fresh["current_first_order_day"] <= through) if through is not None else False
    is_marked = fresh["current_marked_orders"].fillna(0) > 0
    loses_orders = (fresh["outcome"] == Outcome.NEEDS_REVIEW) & ~is_marked & ~pd.Series(is_closed, index=fresh.index)
    fresh = fresh[~(fresh["current_live_orders"].fillna(0) > 0) | loses_orders]
    met = pairs[~pairs["is_crowded"].astype(bool)].merge(
        fresh[["shift_id", "outcome", "order_day"]].rename(columns={"shift_id": "fiscal_id"}), on="fiscal_id"
    )
    columns = ["shift_id", "first_order_day", "last_order_day", "marked_orders", "has_decision"]
    met = met.merge(booked[columns].rename(columns={"shift_id": "till_id"}), on="till_id")
    closed = pd.Series(data=False, index=met.index)
    if through is not None:
        closed = known_and(met["first_order_day"] <= through) | known_and(met["order_day"] <= through)
    marked = (met["marked_orders"].fillna(0) > 0) | met["has_decision"].astype(bool)
    other_day = ~(
        known_and(met["first_order_day"] == met["order_day"]) & known_and(met["last_order_day"] == met["order_day"])
    )
    review = met["outcome"] == Outcome.NEEDS_REVIEW
    in_closed = closed | (met["outcome"] == Outcome.CLOSED_PERIOD)
    equal = (known_and(met["is_equal"]) | known_and(met["is_rounded"])) & ~review
    # If the sums differ, even explained, an accepted order or one in a closed period would have to change.
    says_the_same = equal | (met["is_explained"].astype(bool) & ~review & ~marked & ~in_closed)
    stays = in_closed | (marked & (other_day | ~says_the_same))
    goes_anywhere = (~other_day | marked | in_closed) & (~review | marked | closed)
    decided = first_match(
        [
            Case(says_the_same, str(Outcome.DUPLICATE), Reason.BOOKED_FROM_MARKET),
            Case(closed, str(Outcome.CLOSED_PERIOD), Reason.MARKET_SUMS_DIFFER_CLOSED),
            Case(pd.Series(data=True, index=met.index), str(Outcome.CONFLICT), Reason.MARKET_SUMS_DIFFER_ACCEPTED),
        ],
        met.index,
    )
    met = met.assign(stays=stays, is_same=says_the_same, outcome=decided["outcome"], reason=decided["reason"])
    return ADOPTED.conform(met[goes_anywhere])


def outcomes_of_tills(
    tills: pd.DataFrame, pairs: pd.DataFrame, possible: pd.DataFrame, fiscals: pd.DataFrame, setting: Setting
) -> pd.DataFrame:
    """Return the new outcome of each till shift (SETTLED).

    Shifts that a person has decided about are left out, unless their orders moved to the OFD's shift.

    Args:
        tills: till shifts, published or as the batch reports them; their orders after `adopt`.
        pairs: as for `adopt`, with `is_unknown` and `is_answered` (a person answered that they are two shifts).
        possible: pairs `till_id`, `fiscal_id` that no link decides.
        fiscals: shifts of the OFD with their outcomes and orders after `adopt`.
        setting: the settings of the organisation.
    """
    if tills.empty:
        return SETTLED.empty()
    rows = tills.merge(pairs.rename(columns={"till_id": "shift_id"}), on="shift_id", how="left", validate="one_to_one")
    beside = fiscals[["shift_id", "kkt_reg_id", "outcome", "same_as", "live_orders"]].add_prefix("fiscal_")
    rows = rows.merge(beside.rename(columns={"fiscal_shift_id": "fiscal_id"}), on="fiscal_id", how="left")
    start, through = setting.market_start, setting.closed_through
    always = pd.Series(data=True, index=rows.index)
    closed = known_and(rows["order_day"] <= through) if through is not None else always & False
    booked = among(rows["outcome"], BOOKED)
    has_orders = rows["live_orders"].fillna(0) > 0
    marked = rows["marked_orders"].fillna(0) > 0
    booked_twice = rows["fiscal_live_orders"].fillna(0) > 0
    refused = known_and(rows["fiscal_outcome"] == Outcome.REJECTED)
    # The OFD has no sums of an incomplete shift: Market's orders stay until it has, and move then.
    before_start = known_and(rows["fiscal_outcome"] == Outcome.BEFORE_START)
    paired = rows["fiscal_id"].notna() & ~before_start & ~known_and(rows["fiscal_outcome"] == Outcome.INCOMPLETE)
    # If the till's sums are unknown, the OFD's are the only ones: its shift is booked.
    says_the_same = (
        known_and(rows["is_equal"])
        | known_and(rows["is_rounded"])
        | known_and(rows["is_unknown"])
        | known_and(rows["is_explained"])
    )
    two_shifts = known_and(rows["is_answered"])
    uncertain = among(rows["shift_id"], possible["till_id"])
    unstarted = known_and(rows["order_day"] < start) if start is not None else always
    current, why = rows["outcome"], rows["reason"]
    # Its sums make no order: it has no cash, or no cash documents are kept on the day of its closing.
    without_orders = known_and(rows["orders"] == 0)
    keeps = keeps_cash_documents(rows.loc[without_orders, "closed_at"], setting.in_force)
    keeps_none = pd.Series(str(Reason.NO_CASH_DOCUMENTS_KEPT), index=rows.index, dtype="string").where(
        ~keeps.reindex(rows.index, fill_value=True).astype(bool)
    )
    cases = [
        Case(known_and(rows["fiscal_same_as"] == rows["shift_id"]), current, why),
        # A booked shift in a closed period does not change.
        Case(closed & (booked | has_orders), current, why),
        # A person answered that these are two shifts, and the facts of both are the same as then.
        Case(paired & two_shifts & booked, current, why),
        # Before the start of the OFD only Market books: nothing can be booked twice.
        Case(known_and(rows["is_crowded"]) & ~before_start, str(Outcome.NEEDS_REVIEW), Reason.TWO_TILL_SHIFTS_IN_ONE),
        Case(paired & has_orders & marked & ~booked_twice, str(Outcome.ISSUED)),
        Case(paired & booked_twice & marked, str(Outcome.CONFLICT), Reason.OFD_SUMS_DIFFER),
        # A person rejected the OFD's shift, not Market's.
        Case(paired & refused & has_orders, str(Outcome.ISSUED)),
        Case(paired & (says_the_same | refused), str(Outcome.DUPLICATE), _reason_of_duplicate(rows)),
        Case(paired & closed, str(Outcome.CLOSED_PERIOD), Reason.PERIOD_CLOSED),
        Case(paired, str(Outcome.CONFLICT), Reason.OFD_SUMS_DIFFER),
        # Market was switched on again from a later date: booked shifts stay booked.
        Case(unstarted & booked, current, why),
        Case(unstarted, str(Outcome.BEFORE_START), on_day(Reason.BEFORE_START, start)),
        Case(closed, str(Outcome.CLOSED_PERIOD), Reason.PERIOD_CLOSED),
        Case(rows["cash_income"].isna(), str(Outcome.INCOMPLETE)),
        Case(uncertain & ~has_orders, str(Outcome.NEEDS_REVIEW), Reason.NO_LINK),
        Case(~booked & (not setting.market_is_on), current, why),
        Case(without_orders, str(Outcome.NO_CASH), keeps_none),
        # Its sums are known, but no account rule fits the orders that they make.
        Case(rows["orders"].isna() & ~has_orders, str(Outcome.NEEDS_REVIEW), Reason.NO_ACCOUNT_RULE),
        Case(always, str(Outcome.ISSUED)),
    ]
    decided = first_match(cases, rows.index)
    rows["becomes"] = decided["outcome"]
    stays = known_and(rows["becomes"] == current) & among(
        current, [Outcome.ISSUED, Outcome.NO_CASH, Outcome.INCOMPLETE]
    )
    rows["becomes_reason"] = decided["reason"].mask(stays, why)
    named = among(rows["becomes"], [Outcome.DUPLICATE, Outcome.CONFLICT, Outcome.CLOSED_PERIOD])
    # Market is off, and a person has withdrawn the link: the till shift stays the duplicate of the same shift.
    stays_duplicate = (rows["becomes"] == Outcome.DUPLICATE) & rows["fiscal_id"].isna()
    rows["becomes_same_as"] = rows["fiscal_id"].where(named & ~two_shifts & ~stays_duplicate, rows["same_as"])
    is_open = ~rows["has_decision"].astype(bool) | ((current == Outcome.ISSUED) & ~has_orders)
    return SETTLED.conform(rows[is_open])


def _reason_of_duplicate(rows: pd.DataFrame) -> pd.Series:
    """The register from which the OFD reports the shift, and the explanation of a difference of sums."""
    rounded = known_and(rows["is_rounded"]) & ~known_and(rows["is_equal"])
    register, rounding = rows["fiscal_kkt_reg_id"], rows["price_correction"].abs()
    booked = reasons_of(Reason.BOOKED_BY_OFD, register=register)
    with_rounding = reasons_of(
        Reason.BOOKED_BY_OFD_ROUNDED, register=register[rounded], amount=rounding[rounded]
    ).reindex(rows.index)
    explained = known_and(rows["is_explained"]) & ~known_and(rows["is_equal"]) & ~rounded
    return booked.mask(rounded, with_rounding).mask(explained, also(booked, rows["explanation"]))
