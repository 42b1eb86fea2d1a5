"""Makes cash orders of Kontur.Market's till shifts by the same rule as those of the OFD's shifts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from smena.model.organization import AccountRule
from smena.model.outcome import Outcome
from smena.model.reasons import Reason
from smena.transform.basis import basis_of_till_shifts
from smena.transform.frames import RECEIPTS, VAT_LINES
from smena.transform.market.frames import TILL_SHIFT_KEY, TILL_SHIFTS
from smena.transform.orders import make_orders

_KEY = ["cashbox_id", "till_shift"]


def make_till_orders(
    shifts: pd.DataFrame,
    vat: pd.DataFrame,
    *,
    refunds: str,
    keeps_cash_documents: bool,
    accounts: Sequence[AccountRule],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the till shifts (TILL_SHIFTS) with the outcome that follows from their orders, and the orders (ORDERS).

    Whether the orders are issued is decided in `smena.matching`, with the matched shift of the OFD. `vat` (of
    `vat_of_tills`) is known where the lines of all its cheques give it. A shift has one order for all its tax systems,
    so that of the order is unknown.
    """
    issued = shifts["outcome"] == Outcome.ISSUED
    if not keeps_cash_documents:
        shifts = shifts.assign(
            outcome=shifts["outcome"].mask(issued, str(Outcome.NO_CASH)),
            reason=shifts["reason"].mask(issued, str(Reason.NO_CASH_DOCUMENTS_KEPT)),
        )
    rows = shifts.assign(
        detail=pd.Series(pd.NA, index=shifts.index, dtype="string"), basis=basis_of_till_shifts(shifts)
    )
    of_shift = vat.reindex(pd.MultiIndex.from_frame(rows[TILL_SHIFT_KEY])).set_axis(rows.index)
    rows = pd.concat([rows, of_shift], axis=1)
    made, orders = make_orders(rows, RECEIPTS.empty(), VAT_LINES.empty(), refunds=refunds, accounts=accounts, key=_KEY)
    return TILL_SHIFTS.conform(made), orders
