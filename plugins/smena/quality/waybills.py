"""Checks incoming waybills (накладные) before they are published."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from smena.contract.ofd import MOST_KOPECKS
from smena.model.reasons import Reason
from smena.quality.evaluating import evaluate, verdict_on
from smena.quality.rules import at_least, between, blank, equal, matches, present, unique
from smena.quality.shape import check_shape
from smena.quality.verdict import Verdict
from smena.transform.market.frames import WAYBILL_KEY, WAYBILL_LINES, WAYBILLS
from smena.transform.market.moments import AHEAD

SUITE = "waybills"

RULES = (
    present("shop_id"),
    present("waybill_id"),
    present("received_day"),
    matches("waybill_id_is_written", "waybill_id", r"\S", blank("id")),
    between("amount_is_believable", "amount", 0, MOST_KOPECKS, Reason.AMOUNT_NOT_AN_AMOUNT),
    equal("amount_is_that_of_its_lines", "amount", "_of_lines", Reason.AMOUNT_NOT_ITS_LINES, unknown_is_bad=True),
    between("lines_are_of_something", "_least_quantity", 0, None, Reason.LINE_BELOW_0),
    at_least("received_in_the_past", "_latest", "received_day", Reason.RECEIVED_IN_THE_FUTURE),
    unique("one_waybill_an_id", WAYBILL_KEY, Reason.WAYBILL_TWICE),
    at_least(
        "received_after_it_was_written", "received_day", "document_day", Reason.RECEIVED_BEFORE_WRITTEN, "warning"
    ),
    present("amount", "every_price_is_known", Reason.PRICE_UNKNOWN, "warning"),
    matches("supplier_is_known", "supplier_id", r"\S", Reason.SUPPLIER_UNKNOWN, "warning"),
)


def check_waybills(waybills: pd.DataFrame, lines: pd.DataFrame, *, now_local: datetime) -> Verdict:
    """Check the frame `WAYBILLS` against its lines (`WAYBILL_LINES`).

    Args:
        waybills: with a unique index.
        now_local: this moment in the organisation's time zone, without a zone.

    Raises:
        BrokenPromise: an index is not unique, or a rule could not be computed.
    """
    shapes = [check_shape(SUITE, waybills, WAYBILLS), check_shape(SUITE, lines, WAYBILL_LINES)]
    if waybills.empty or not all(shape.result.success for shape in shapes):
        return verdict_on(waybills, shapes)
    key = pd.MultiIndex.from_frame(waybills[WAYBILL_KEY])
    of_waybill = lines.groupby(WAYBILL_KEY)
    # One line without an amount makes the sum unknown; without lines it is zero.
    sums = of_waybill["amount"].sum().mask(of_waybill["amount"].count() < of_waybill["amount"].size())
    checked = waybills.assign(
        _of_lines=sums.reindex(key, fill_value=0).set_axis(waybills.index),
        _least_quantity=of_waybill["quantity"].min().reindex(key).set_axis(waybills.index),
        _latest=pd.Timestamp(now_local) + AHEAD,
    )
    return verdict_on(waybills, [*shapes, *evaluate(SUITE, RULES, checked, key=WAYBILL_KEY)])
