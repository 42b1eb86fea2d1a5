"""Schemas of the frames that decide which cashbox is which register, and which of their shifts are the same.

A shift may be reported twice: by Kontur.Market for its cashbox (a *till shift*), and by the OFD for the register (a
*fiscal shift*). Market does not name the register, so a *register link* says which one a cashbox is, from day to day.
`links.py` finds links and `pairing.py` finds shifts that match by a link; both get these frames and return others, and
neither reads the warehouse.

A range of days has two columns: `first_day`, and `end_day`, the first day after it. A missing one is no bound.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

TILLS = Schema(
    "tills",
    {
        "shift_id": TEXT,
        "shop_id": TEXT,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "opened_at": MOMENT,
        "closed_at": MOMENT,
        "order_day": MOMENT,
        "receipts": WHOLE,
        "cash_income": WHOLE,
        "cash_refund": WHOLE,
        "price_correction": WHOLE,
        "outcome": TEXT,
        "has_decision": FLAG,
    },
)
"""Shifts of Kontur.Market. Sums in kopecks, missing if the shift is incomplete.

`has_decision`: a person has decided about it.
"""

FISCALS = Schema(
    "fiscals",
    {
        "shift_id": TEXT,
        "kkt_reg_id": TEXT,
        "opened_at": MOMENT,
        "closed_at": MOMENT,
        "receipts": WHOLE,
        "cash_income": WHOLE,
        "cash_refund": WHOLE,
        "outcome": TEXT,
    },
)
"""Shifts of the OFD. `opened_at` is missing if no opening report was read, sums if the shift is incomplete."""

LINKS = Schema(
    "links",
    {
        "register_link_id": WHOLE,
        "cashbox_id": TEXT,
        "kkt_reg_id": TEXT,
        "first_day": MOMENT,
        "end_day": MOMENT,
        "state": TEXT,
        "withdrawn_by": TEXT,
    },
)
"""Every register link of the organisation. `state` is `in_force`, `proposed` or `withdrawn`.

`kkt_reg_id` is missing if the OFD has no register for the cashbox; `register_link_id` if the link is not stored
yet.
"""

REGISTERS = Schema(
    "registers", {"kkt_reg_id": TEXT, "permission_from": MOMENT, "permission_to": MOMENT, "is_wanted": FLAG}
)
"""Registers of the OFD. Kontur may be asked about days from `permission_from` through `permission_to`.

`is_wanted`: the organisation's mandate names the register, or names none and so means all.
"""

COVERED = Schema("covered", {"kkt_reg_id": TEXT, "first_day": MOMENT, "end_day": MOMENT})
"""Days that are proved loaded from the OFD. Ranges of one register neither overlap nor touch."""

_EVIDENCE = {
    "agreed": WHOLE,
    "alike": WHOLE,
    "compared": WHOLE,
    "sums": WHOLE,
    "evidence_first_day": MOMENT,
    "evidence_last_day": MOMENT,
}

LINKS_ADDED = Schema(
    "links_added", {"cashbox_id": TEXT, "kkt_reg_id": TEXT, "first_day": MOMENT, "end_day": MOMENT, **_EVIDENCE}
)
"""Links that come into force. `alike`, `agreed`, `sums` and `compared` are those of
`agreement.find_likeness`."""

LINKS_ENDED = Schema("links_ended", {"register_link_id": WHOLE, "end_day": MOMENT})
"""Links in force that end where another begins: from `end_day` on they do not hold."""

LINKS_WITHDRAWN = Schema("links_withdrawn", {"register_link_id": WHOLE})
"""Proposals that a link in force of the same cashbox or register replaces."""

LINKS_PROPOSED = Schema("links_proposed", {"cashbox_id": TEXT, "kkt_reg_id": TEXT, "first_day": MOMENT, **_EVIDENCE})
"""Links that a person is asked to confirm. An open proposal of the same pair takes the new counts."""

PAIRS = Schema(
    "pairs",
    {
        "till_id": TEXT,
        "fiscal_id": TEXT,
        "register_link_id": WHOLE,
        "is_crowded": FLAG,
        "is_unknown": FLAG,
        "is_equal": FLAG,
        "is_rounded": FLAG,
    },
)
"""One row per till shift that matches a fiscal shift by a link in force.

`is_crowded`: another till shift has this fiscal shift; `is_unknown`: the cash income of one of the two is unknown;
`is_equal`: income and refunds are equal; `is_rounded`: the difference is the till's rounding. The last two are missing
if a sum that decides them is.
"""

FOREIGN_REGISTERS = Schema("foreign_registers", {"cashbox_id": TEXT, "kkt_reg_id": TEXT})
"""Registers that a cashbox is known not to be."""

POSSIBLE_SHIFTS = Schema("possible_shifts", {"till_id": TEXT, "kkt_reg_id": TEXT, "fiscal_id": TEXT})
"""Shifts that a till shift may match without a link. `fiscal_id` is missing if the shift may still come."""


def require_known(frame: pd.DataFrame, schema: Schema, columns: Sequence[str]) -> pd.DataFrame:
    """Return the frame in the shape of the schema. Raise ValueError if one of these columns misses a value."""
    frame = schema.conform(frame).reset_index(drop=True)
    unknown = [column for column in columns if frame[column].isna().any()]
    if unknown:
        raise ValueError(f"{schema.name}: a value is missing in {', '.join(unknown)}")
    return frame


def require_unique(frame: pd.DataFrame, schema: Schema, column: str) -> pd.DataFrame:
    """Return the frame itself. Raise ValueError if a value of the column occurs twice."""
    if not frame[column].is_unique:
        raise ValueError(f"{schema.name}: two rows have one {column}")
    return frame
