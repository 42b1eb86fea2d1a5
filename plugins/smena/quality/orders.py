"""Checks cash orders before they are published: R9, R14 and R10 for each order, each shift and the whole batch."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute as pc

from smena.model.organization import DatePolicy
from smena.model.outcome import KIND_OF, PKO, RKO, Operation, Outcome
from smena.model.reasons import Reason
from smena.quality.evaluating import evaluate, verdict_on
from smena.quality.keys import Codes, common_codes, first_rows, sums_by_code
from smena.quality.rules import at_least, between, equal, matches, one_of, present, unique
from smena.quality.shape import check_shape
from smena.quality.verdict import Verdict
from smena.transform.frames import ORDERS, SHIFT_KEY, SHIFTS

SUITE = "orders"

_RATE = r'"(?:calculated_)?(?P<rate>[0-9]{1,2})": (?P<vat>[0-9]{1,18})'

_RATES = re.compile(_RATE)

AMOUNT_LIMIT_KOPECKS = 10**13
"""An order's amount must be less than 10^11 roubles, far below what `numeric(15,2)` holds."""

ORDER_RULES = (
    present("fiscal_drive_number"),
    present("shift_number"),
    present("kind"),
    present("operation"),
    present("day"),
    present("amount"),
    present("debit_account"),
    present("credit_account"),
    between("amount_is_positive", "amount", 1, AMOUNT_LIMIT_KOPECKS - 1, Reason.AMOUNT_OUT_OF_RANGE),
    one_of("kind_is_known", "kind", [PKO, RKO], Reason.KIND_UNKNOWN),
    one_of("operation_is_known", "operation", [str(operation) for operation in Operation], Reason.UNKNOWN_OPERATION),
    equal("kind_is_of_the_operation", "kind", "_kind_of_operation", Reason.KIND_NOT_THE_OPERATIONS),
    present("_policy_day", "day_of_the_shift_is_known", Reason.DAY_OF_SHIFT_UNKNOWN),
    equal("day_is_the_policys", "day", "_policy_day", Reason.DAY_NOT_THE_POLICYS),
    between("vat_is_not_negative", "vat", 0, None, Reason.VAT_NEGATIVE),
    at_least("vat_is_less_than_the_amount", "amount", "vat", Reason.VAT_NOT_BELOW_AMOUNT, strictly=True),
    between("vat_is_within_the_amount", "_vat_too_much", None, 0, Reason.VAT_OVER_ITS_RATE, "warning"),
    matches("debit_account_is_written", "debit_account", r"\S", Reason.DEBIT_ACCOUNT_BLANK),
    matches("credit_account_is_written", "credit_account", r"\S", Reason.CREDIT_ACCOUNT_BLANK),
    unique("one_order_a_key", [*SHIFT_KEY, "operation", "_taxation", "_agent"], Reason.ORDER_TWICE),
    one_of("shift_is_issued", "_outcome", [str(Outcome.ISSUED)], Reason.ORDERS_OF_UNISSUED_SHIFT, "batch"),
)

SHIFT_RULES = (
    unique("one_row_a_shift", SHIFT_KEY, Reason.SHIFT_TWICE, "batch"),
    present("_not_booked", "issued_shift_has_sums", Reason.ISSUED_WITHOUT_SUMS, "batch"),
    one_of("orders_sum_to_the_shifts_cash", "_not_booked", [0], Reason.ORDERS_NOT_THE_CASH, "batch"),
)


def check_orders(orders: pd.DataFrame, shifts: pd.DataFrame, *, date_policy: DatePolicy) -> Verdict:
    """Check the frame `ORDERS` against the frame `SHIFTS` that it was made from.

    A bad order is rejected alone. Orders that do not sum to their shift's cash (Σ ПКО − Σ РКО = income − refund −
    payout + payout_refund), or belong to a shift that is not `issued`, are a fault of ours and stop the batch.

    Args:
        orders: the frame `ORDERS`, with a unique index.
        shifts: the frame `SHIFTS` of the same batch, every outcome.
        date_policy: that of the organisation.

    Raises:
        BrokenPromise: an index is not unique, or a rule could not be computed.
    """
    shapes = [check_shape(SUITE, orders, ORDERS), check_shape(SUITE, shifts, SHIFTS)]
    if not all(shape.result.success for shape in shapes):
        return verdict_on(orders, shapes)
    of_shifts, of_orders = common_codes(SHIFT_KEY, shifts, orders)
    with_shifts = _with_shifts(orders, of_orders, shifts, of_shifts, date_policy)
    with_orders = _with_orders(shifts, of_shifts, orders, of_orders)
    checked = [
        *evaluate(SUITE, ORDER_RULES, with_shifts, key=SHIFT_KEY),
        *evaluate(SUITE, SHIFT_RULES, with_orders, key=SHIFT_KEY),
    ]
    return verdict_on(orders, [*shapes, *checked])


def _with_shifts(
    orders: pd.DataFrame, of_orders: Codes, shifts: pd.DataFrame, of_shifts: Codes, date_policy: DatePolicy
) -> pd.DataFrame:
    """The orders with the columns that the rules need from their shifts; the names begin with `_`."""
    dated_by = "opened_at" if date_policy == "shift_open" else "closed_at"
    of_shift = first_rows(shifts[["receipts", "detail", "outcome", dated_by]], of_shifts, of_orders)
    orders = orders.reset_index(drop=True)
    return orders.assign(
        _policy_day=of_shift[dated_by].dt.normalize(),
        _outcome=of_shift["outcome"].array.fillna("unknown"),
        _taxation=orders["taxation"].array.fillna(""),
        _agent=orders["agent"].array.astype("string").fillna(""),
        _kind_of_operation=orders["operation"].map(KIND_OF).astype("string"),
        _vat_too_much=_vat_too_much(orders, of_shift),
    )


def _vat_too_much(orders: pd.DataFrame, of_shift: pd.DataFrame) -> pd.Series:
    """By how many kopecks VAT at a rate exceeds that rate of the order's amount; missing where VAT is not from totals.

    VAT from receipts was checked receipt by receipt. Each receipt may be rounded by half a kopeck per rate.
    """
    lines = _vat_lines(orders["vat_by_rate"])
    amount, receipts = (column.reindex(lines.index) for column in (orders["amount"], of_shift["receipts"]))
    most = amount * lines["rate"] // (100 + lines["rate"]) + (receipts + 1) // 2
    over = lines["vat"] - most
    over = over if over.index.is_unique else over.groupby(level=0).max()
    is_of_totals = (of_shift["detail"] == "totals").fillna(value=False) & orders["vat"].notna()
    return over.reindex(orders.index).where(is_of_totals).astype("Int64")


def _vat_lines(vat_by_rate: pd.Series) -> pd.DataFrame:
    """`rate` and `vat` of each rate in the JSON texts, under the label of its order.

    Most orders have one rate; Arrow reads these at once. A Python loop reads the others.
    """
    known = vat_by_rate.dropna()
    one = pc.extract_regex(pa.array(known, type=pa.string()), rf"^\{{{_RATE}\}}$")
    is_one = pd.Series(one.is_valid().to_numpy(zero_copy_only=False), index=known.index)
    single = pd.DataFrame(
        {name: pc.struct_field(one.drop_null(), name).cast(pa.int64()).to_numpy() for name in ("rate", "vat")},
        index=known.index[is_one],
    )
    if is_one.all():
        return single
    several = [
        (label, int(rate), int(vat)) for label, text in known[~is_one].items() for rate, vat in _RATES.findall(text)
    ]
    labels = [label for label, _, _ in several]
    return pd.concat([single, pd.DataFrame([pair for _, *pair in several], index=labels, columns=["rate", "vat"])])


def _with_orders(shifts: pd.DataFrame, of_shifts: Codes, orders: pd.DataFrame, of_orders: Codes) -> pd.DataFrame:
    """The shifts with `_not_booked`: kopecks of an issued shift's cash that no order books.

    Where the sum agrees, payouts and their refunds must agree too; if not, `_not_booked` is their difference. Refunds
    of sales may be netted, so they are only compared together with the sales.
    """
    count = max(of_shifts.max(initial=-1), of_orders.max(initial=-1)) + 1
    amounts = orders["amount"].fillna(0).to_numpy(dtype=np.int64)
    is_pko = (orders["kind"] == PKO).to_numpy(dtype=bool, na_value=False)
    cash = shifts["cash_income"] - shifts["cash_refund"] - shifts["cash_payout"] + shifts["cash_payout_refund"]
    not_booked = cash - sums_by_code(of_orders, np.where(is_pko, amounts, -amounts), count)[of_shifts]
    for operation in (Operation.CASH_PAYOUT, Operation.CASH_PAYOUT_REFUND):
        is_of = (orders["operation"] == operation).to_numpy(dtype=bool, na_value=False)
        difference = shifts[str(operation)] - sums_by_code(of_orders[is_of], amounts[is_of], count)[of_shifts]
        not_booked = not_booked.mask((not_booked == 0).fillna(value=False), difference)
    return shifts.assign(_not_booked=not_booked.where(shifts["outcome"] == Outcome.ISSUED, 0))
