"""The gate of a batch: expectations of Great Expectations over all its staged rows, before anything is applied.

The masks checked each row while the shards were processed. The expectations follow from the masks, so a broken one is
never a fault of a record: the code is wrong, or the stage was changed. The batch stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from smena.model.identifiers import FISCAL_DRIVE, RNM
from smena.model.outcome import KIND_OF, Outcome
from smena.model.product import product_of
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import OFD
from smena.quality.expectation_kinds import at_least, between, equal, known, matches, one_of, unique
from smena.quality.expectations import Expectation, validate
from smena.quality.gate_frames import SUMS, numbered, sums_of, with_reports
from smena.quality.orders import AMOUNT_LIMIT_KOPECKS
from smena.quality.rules import whole
from smena.quality.verdict import CheckResult
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema
from smena.warehouse import ledger
from smena.warehouse.copying import read_frame
from smena.warehouse.database import Transaction

SHARDS = Schema(
    "gate_shards",
    {
        "shard": TEXT,
        "shifts": WHOLE,
        "orders": WHOLE,
        "staged_shifts": WHOLE,
        "staged_orders": WHOLE,
        "checked_shifts": WHOLE,
        "good_reports": WHOLE,
        "bad_reports": WHOLE,
        "most_bad_reports": WHOLE,
        "passed_shifts": WHOLE,
        "passed_orders": WHOLE,
        "broken": WHOLE,
    },
)
"""One row per shard: how many rows it recorded, how many are staged, and how many passed the checks of its chunks.

`most_bad_reports` is the largest number of z-reports that break one rule; `broken` counts broken rules of severity
`batch`.
"""

_OF_SUMS = {
    "unit": TEXT,
    "shift": TEXT,
    "evidence": TEXT,
    "is_booked": FLAG,
    "order_day": MOMENT,
    "income": WHOLE,
    "refund": WHOLE,
    "payout": WHOLE,
    "payout_refund": WHOLE,
}

SHIFTS = Schema(
    "gate_shifts",
    {
        "kkt_reg_id": TEXT,
        "shift_number": WHOLE,
        "fiscal_document_number": WHOLE,
        "outcome": TEXT,
        "least_sum": WHOLE,
        "cash_if_issued": WHOLE,
        "day_if_issued": MOMENT,
        "is_rejected": WHOLE,
    }
    | _OF_SUMS,
)
"""One row per staged shift of the OFD. `unit` is its fiscal drive, `evidence` its pages.

`least_sum` is the least of its six sums, 0 if it has none.
"""

TILL_SHIFTS = Schema(
    "gate_till_shifts",
    {
        "outcome": TEXT,
        "least_sum": WHOLE,
        "cash_if_issued": WHOLE,
    }
    | _OF_SUMS,
)
"""One row per staged till shift of Kontur.Market. `unit` is its cashbox. `cash_if_issued` is 1, which passes the
check, if the shift is not issued."""

ORDERS = Schema(
    "gate_orders",
    {
        "unit": TEXT,
        "shift": TEXT,
        "kind_and_operation": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "amount": WHOLE,
        "vat": WHOLE,
        "debit_account": TEXT,
        "credit_account": TEXT,
        "day": MOMENT,
    },
)
"""One row per staged order."""

PUBLISHED = {
    SHIFTS.name: "gate_booked_shifts",
    TILL_SHIFTS.name: "gate_booked_till_shifts",
    ORDERS.name: "gate_booked_orders",
}
"""For each query of staged rows, the query of the same rows after publishing."""

OF_ANY_SHIFT = (
    one_of("outcome_is_known", "outcome", [str(one) for one in Outcome], Reason.OUTCOME_UNKNOWN),
    between("no_sum_is_negative", "least_sum", 0, None, Reason.SUM_NEGATIVE),
    known("issued_shift_has_sums", "cash_if_issued", Reason.ISSUED_WITHOUT_SUMS),
)
KINDS = [f"{kind} {operation}" for operation, kind in KIND_OF.items()]


@dataclass(frozen=True, slots=True)
class Suite:
    """The expectations for one frame.

    Attributes:
        name: the name of the suite in the results.
        keys: the columns that identify a row in the results.
    """

    name: str
    keys: tuple[str, ...]
    expectations: tuple[Expectation, ...]

    def results(self, frame: pd.DataFrame) -> list[CheckResult]:
        return validate(self.name, self.expectations, frame, keys=self.keys)


OF_SHARDS = Suite(
    SHARDS.name,
    ("shard",),
    (
        equal("as_many_shifts_as_were_staged", "shifts", "staged_shifts", Reason.STAGE_CHANGED),
        equal("as_many_orders_as_were_staged", "orders", "staged_orders", Reason.STAGE_CHANGED),
        equal("good_reports_became_shifts", "good_reports", "checked_shifts", Reason.STAGED_NOT_AS_CHECKED),
        at_least("bad_reports_are_rejected", "bad_reports", "most_bad_reports", Reason.STAGED_NOT_AS_CHECKED),
        equal("checked_shifts_are_staged", "passed_shifts", "staged_shifts", Reason.STAGED_NOT_AS_CHECKED),
        equal("checked_orders_are_staged", "passed_orders", "staged_orders", Reason.STAGED_NOT_AS_CHECKED),
        one_of("no_rule_of_the_batch_is_broken", "broken", [0], Reason.STAGED_IN_SPITE_OF_A_CHECK),
    ),
)

OF_SHIFTS = Suite(
    SHIFTS.name,
    ("unit", "shift"),
    (
        unique("one_row_a_report", "report", Reason.SHIFT_TWICE),
        matches("rnm_has_16_digits", "kkt_reg_id", whole(RNM), Reason.RNM_NOT_16_DIGITS),
        matches("drive_has_up_to_16_digits", "unit", whole(FISCAL_DRIVE), Reason.DRIVE_NOT_16_DIGITS),
        between("shift_number_is_counted", "shift_number", 1, None, Reason.SHIFT_NUMBER_BELOW_1),
        known(
            "document_number_is_known",
            "fiscal_document_number",
            reason(Reason.FIELD_MISSING, what="fiscal_document_number"),
        ),
        between("document_number_is_counted", "fiscal_document_number", 1, None, Reason.DOCUMENT_NUMBER_BELOW_1),
        *OF_ANY_SHIFT,
        known("issued_shift_has_a_day", "day_if_issued", Reason.DAY_OF_SHIFT_UNKNOWN),
        one_of("no_rejected_report_is_staged", "is_rejected", [0], Reason.STAGED_IN_SPITE_OF_A_CHECK),
    ),
)

OF_TILL_SHIFTS = Suite(
    TILL_SHIFTS.name,
    ("unit", "shift"),
    (
        unique("one_row_a_report", "report", Reason.TILL_SHIFT_TWICE),
        matches("cashbox_is_written", "unit", r"\S", reason(Reason.FIELD_BLANK, what="cashboxId")),
        matches("till_shift_is_written", "shift", r"\S", reason(Reason.FIELD_BLANK, what="cashRegisterId")),
        *OF_ANY_SHIFT,
        between("issued_shift_has_cash", "cash_if_issued", 1, None, Reason.TILL_SHIFT_WITHOUT_CASH),
    ),
)

OF_ORDERS = Suite(
    ORDERS.name,
    ("unit", "shift", "operation", "taxation", "agent"),
    (
        unique("one_order_a_key", "key", Reason.ORDER_TWICE),
        one_of("kind_is_of_a_known_operation", "kind_and_operation", KINDS, Reason.KIND_NOT_THE_OPERATIONS),
        between("amount_is_positive", "amount", 1, AMOUNT_LIMIT_KOPECKS - 1, Reason.AMOUNT_OUT_OF_RANGE),
        between("vat_is_not_negative", "vat", 0, None, Reason.VAT_NEGATIVE),
        at_least("vat_is_less_than_the_amount", "amount", "vat", Reason.VAT_NOT_BELOW_AMOUNT, strictly=True),
        matches("debit_account_is_written", "debit_account", r"\S", Reason.DEBIT_ACCOUNT_BLANK),
        matches("credit_account_is_written", "credit_account", r"\S", Reason.CREDIT_ACCOUNT_BLANK),
        between("shift_is_issued", "reports", 1, None, Reason.ORDERS_OF_UNISSUED_SHIFT),
        between("dated_as_its_shift", "days_away", 0, 0, Reason.DAY_NOT_THE_POLICYS),
    ),
)

OF_SUMS = Suite(
    SUMS.name,
    ("unit", "shift"),
    (
        equal("sales_less_refunds_are_booked", "sales", "booked_sales", Reason.ORDERS_NOT_THE_CASH),
        at_least("no_more_sales_than_cash", "income", "booked_income", Reason.ORDERS_NOT_THE_CASH),
        at_least("no_more_refunds_than_cash", "refund", "booked_refund", Reason.ORDERS_NOT_THE_CASH),
        equal("payouts_are_booked", "payout", "booked_payout", Reason.ORDERS_NOT_THE_CASH),
        equal("refunds_of_payouts_are_booked", "payout_refund", "booked_payout_refund", Reason.ORDERS_NOT_THE_CASH),
    ),
)

SUITES = (OF_SHARDS, OF_SHIFTS, OF_TILL_SHIFTS, OF_ORDERS, OF_SUMS)
"""All that the gate checks. A batch has either shifts of the OFD or till shifts, depending on its source."""


def validate_staged(transaction: Transaction, batch_id: int, source: str) -> list[CheckResult]:
    """Check that the staged rows of a batch are those that passed its checks. Return one result per expectation.

    Raise BrokenPromise if an expectation could not be computed.
    """
    shards = read_frame(transaction, SHARDS.name, SHARDS, batch_id=batch_id, source=source)
    shifts, orders = SHIFTS if source == OFD else TILL_SHIFTS, ORDERS
    return [
        *OF_SHARDS.results(shards),
        *_results(
            source,
            read_frame(transaction, shifts.name, shifts, batch_id=batch_id),
            read_frame(transaction, orders.name, orders, batch_id=batch_id),
        ),
    ]


def validate_published(transaction: Transaction, batch_id: int, source: str) -> list[CheckResult]:
    """Return the results over the published rows that the batch wrote last, and their live orders.

    A batch of one source also writes shifts of the other, if it matches two shifts or ends a wait.
    """
    schemas = (SHIFTS, TILL_SHIFTS) if source == OFD else (TILL_SHIFTS, SHIFTS)
    own, others = (read_frame(transaction, PUBLISHED[one.name], one, batch_id=batch_id) for one in schemas)
    return _results(source, own, read_frame(transaction, PUBLISHED[ORDERS.name], ORDERS, batch_id=batch_id), others)


def _results(
    source: str, shifts: pd.DataFrame, orders: pd.DataFrame, others: pd.DataFrame | None = None
) -> list[CheckResult]:
    """The results over the shifts of a source, and over the orders of these and of `others`, of the other source."""
    all_shifts = shifts if others is None else pd.concat([shifts, others], ignore_index=True)
    numbered_shifts, numbered_orders = numbered(all_shifts, orders)
    return [
        *(OF_SHIFTS if source == OFD else OF_TILL_SHIFTS).results(numbered_shifts.iloc[: len(shifts)]),
        *OF_ORDERS.results(with_reports(numbered_orders, numbered_shifts)),
        *OF_SUMS.results(sums_of(numbered_shifts, numbered_orders)),
    ]


def validate_batch(transaction: Transaction, batch_id: int) -> tuple[str, list[CheckResult]]:
    """Validate the staged rows of a batch, or its published ones. Return which of the two, as text, and the results."""
    batch = ledger.batch_of(transaction, batch_id)
    source = product_of(batch.product).source
    if batch.state == "published":
        return "the published rows", validate_published(transaction, batch_id, source)
    return "the staged rows", validate_staged(transaction, batch_id, source)
