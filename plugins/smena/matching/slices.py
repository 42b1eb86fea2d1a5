"""The input of `decide`: the shifts of a batch, and the rows of the warehouse about them. Money in kopecks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from smena.matching.frames import COVERED, LINKS, REGISTERS, require_known
from smena.model.organization import SettingsInForce
from smena.transform.frames import MONEY
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

FACTS = (*MONEY, "receipts", "order_day")
"""The facts of a shift, by which two versions of it are compared."""

SUMS = (*MONEY, "receipts")

_REPORTED = {
    "place": TEXT,
    "shift_id": TEXT,
    "opened_at": MOMENT,
    "closed_at": MOMENT,
    "received_at": MOMENT,
    "receipts": WHOLE,
} | dict.fromkeys(MONEY, WHOLE)

REPORTED = Schema(
    "reported",
    _REPORTED
    | {
        "kkt_reg_id": TEXT,
        "fiscal_document_number": WHOLE,
        "detail": TEXT,
        "order_day": MOMENT,
        "outcome": TEXT,
        "reason": TEXT,
        "kpp": TEXT,
        "is_listed_twice": FLAG,
        "is_named": FLAG,
    },
)
"""Shifts of the OFD that a batch has staged. `place` is the row of the stage.

`fiscal_document_number` is missing if no z-report closed the shift. `is_listed_twice`: another organisation lists
the register too, and the z-report names no ИНН. `is_named`: a reconciliation has an open difference about the VAT or
the receipts of the shift.
"""

REPORTED_TILLS = Schema(
    "reported_tills",
    _REPORTED
    | {
        "shop_id": TEXT,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "price_correction": WHOLE,
        "order_day": MOMENT,
        "outcome": TEXT,
        "reason": TEXT,
        "kpp": TEXT,
        "orders": WHOLE,
    },
)
"""Till shifts of Kontur.Market that a batch has staged; `orders` is how many orders their sums make."""

CURRENT = Schema(
    "current",
    {
        "shift_id": TEXT,
        "source": TEXT,
        "is_reported": FLAG,
        "is_till_in_scope": FLAG,
        "is_of_another": FLAG,
        "kkt_reg_id": TEXT,
        "fiscal_document_number": WHOLE,
        "shop_id": TEXT,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "opened_at": MOMENT,
        "closed_at": MOMENT,
        "receipts": WHOLE,
    }
    | dict.fromkeys(MONEY, WHOLE)
    | {
        "price_correction": WHOLE,
        "order_day": MOMENT,
        "detail": TEXT,
        "outcome": TEXT,
        "reason": TEXT,
        "same_as": TEXT,
        "has_decision": FLAG,
        "revision": WHOLE,
        "orders": WHOLE,
        "live_orders": WHOLE,
        "marked_orders": WHOLE,
        "open_orders": WHOLE,
        "first_order_day": MOMENT,
        "last_order_day": MOMENT,
    },
)
"""Published shifts: those that the batch reports, till shifts in scope, and fiscal shifts at the same time.

`is_of_another`: in the books of another organisation. `has_decision`: a person decided its outcome. `orders`: how many
orders its sums make, missing if none can be made. The counts of its orders in the books: `live_orders` are not
reversed; of these, `marked_orders` are accepted or rejected by a person; `open_orders` are new or accepted. The days
are those of the live orders.
"""

DECISIONS = Schema(
    "decisions",
    {
        "decision_id": WHOLE,
        "kind": TEXT,
        "shift_id": TEXT,
        "counterpart_id": TEXT,
        "digest": TEXT,
        "is_open": FLAG,
        "resolution": TEXT,
        "is_by_person": FLAG,
    },
)
"""Decisions about these shifts, open and answered."""

COMPARISONS = Schema(
    "comparisons",
    {
        "till_id": TEXT,
        "fiscal_id": TEXT,
        "till_facts": TEXT,
        "fiscal_facts": TEXT,
        "is_explained": FLAG,
        "explanation": TEXT,
        "is_of_batch": FLAG,
    },
)
"""Results of comparing the cheques of a till shift with the receipts of a fiscal shift, for given facts of both
(see `facts_of`).

`is_explained` is missing if the two could not be compared; `is_of_batch`: this batch tried to compare them.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """The settings of the organisation. Days at midnight.

    Attributes:
        ofd_start, market_start: the day from which each product is loaded; None if it was never switched on.
        market_is_on, ofd_is_on: whether each is switched on now.
        closed_through: the last day of the closed period; None if none is closed.
        in_force: accounting settings with the days on which they hold, as `smena.transform.by_settings` takes them.
        days_are_over: whether the days of the batch were over when it was planned. If not, what it lacks may come yet.
    """

    ofd_start: pd.Timestamp | None = None
    market_start: pd.Timestamp | None = None
    ofd_is_on: bool = False
    market_is_on: bool = False
    closed_through: pd.Timestamp | None = None
    in_force: Sequence[SettingsInForce] = ()
    days_are_over: bool = True


@dataclass(frozen=True, slots=True)
class Slice:
    """All input of `decide`. The frames of a product that is not switched on are empty."""

    setting: Setting
    reported: pd.DataFrame = field(default_factory=REPORTED.empty)
    reported_tills: pd.DataFrame = field(default_factory=REPORTED_TILLS.empty)
    current: pd.DataFrame = field(default_factory=CURRENT.empty)
    decisions: pd.DataFrame = field(default_factory=DECISIONS.empty)
    comparisons: pd.DataFrame = field(default_factory=COMPARISONS.empty)
    links: pd.DataFrame = field(default_factory=LINKS.empty)
    registers: pd.DataFrame = field(default_factory=REGISTERS.empty)
    covered: pd.DataFrame = field(default_factory=COVERED.empty)


def require_complete(slice_: Slice) -> None:
    """Raise ValueError if a value is missing that conditions take for known."""
    shift = ["shift_id", "closed_at", "outcome"]
    require_known(slice_.reported, REPORTED, [*shift, "place", "kkt_reg_id", "is_listed_twice", "is_named"])
    require_known(slice_.reported_tills, REPORTED_TILLS, [*shift, "place", "shop_id", "cashbox_id", "opened_at"])
    flags = ["is_reported", "is_till_in_scope", "is_of_another", "has_decision"]
    counts = ["revision", "live_orders", "marked_orders", "open_orders"]
    require_known(slice_.current, CURRENT, [*shift, "source", *flags, *counts])
    require_known(slice_.decisions, DECISIONS, ["decision_id", "kind", "shift_id", "digest", "is_open"])


def facts_of(shifts: pd.DataFrame) -> pd.Series:
    """Return the facts of each shift as one text (same index); shifts with equal facts have equal texts.

    Example: `29000,0,0,0,15000,0,12,2026-02-03`; an unknown sum is empty.
    """
    days = pa.array(shifts["order_day"]).cast(pa.date32())
    columns = [*(pa.array(shifts[name]) for name in SUMS), days]
    texts = [column.cast(pa.string()) for column in columns]
    text = pc.binary_join_element_wise(*texts, ",", null_handling="replace", null_replacement="")
    return pd.Series(pd.array(text, dtype="string"), index=shifts.index)
