"""The findings of a comparison of cheques and receipts as stored reasons: documents with their numbers and cash."""

from __future__ import annotations

import pandas as pd

from smena.model.reason_text import LINE_END
from smena.model.reasons import Reason
from smena.transform.reason_columns import also, reasons_of
from smena.transform.schema import TEXT, Schema

MOST_NAMED = 5
"""How many documents are named; the others are counted, and all of them are in the comparison."""

_PAIR = ["till_id", "fiscal_id"]

EXPLANATIONS = Schema("explanations", dict.fromkeys([*_PAIR, "explanation"], TEXT))
"""One row per pair that has documents on one side only: stored reasons, one line per document."""


def explain(documents: pd.DataFrame) -> pd.DataFrame:
    """Return reasons (EXPLANATIONS) for the DOCUMENTS of a comparison that move cash, for each pair.

    Example: a correction 1234 of 19099 kopecks → `correction_receipt {"amount": 19099, "document": 1234}`.
    """
    in_cash = documents[documents["cash"] != 0].reset_index(drop=True)
    place = in_cash.groupby(_PAIR).cumcount()
    named = in_cash.assign(text=_named(in_cash))[place < MOST_NAMED]
    texts = named.groupby(_PAIR, as_index=False).agg(explanation=("text", LINE_END.join))
    sizes = in_cash.groupby(_PAIR, as_index=False).agg(size=("cash", "size"))
    made = texts.merge(sizes, on=_PAIR).astype({"explanation": "string", "size": "Int64"})
    more = reasons_of(Reason.MORE_DOCUMENTS, documents=made["size"] - MOST_NAMED)
    made["explanation"] = also(made["explanation"], more.where(made["size"] > MOST_NAMED))
    return EXPLANATIONS.conform(made)


def _named(documents: pd.DataFrame) -> pd.Series:
    amount, document = documents["cash"], documents["fiscal_document_number"]
    # A number of more than 30 characters is left out.
    number = documents["cheque_number"]
    has_number = number.str.fullmatch(r".{1,30}").fillna(value=False).astype(bool)
    # `is_refund` is missing for a rounding, whose reason does not use it.
    is_refund = documents["is_refund"].fillna(value=False).astype(bool)
    time = documents["at"]
    what = {name: documents["what"] == name for name in ("rounding", "correction", "receipt", "cheque")}
    cases = [
        (what["rounding"], reasons_of(Reason.ROUNDING, amount=amount)),
        (
            what["correction"] & is_refund,
            reasons_of(Reason.CORRECTION_RECEIPT_OF_REFUND, amount=amount, document=document),
        ),
        (what["correction"], reasons_of(Reason.CORRECTION_RECEIPT, amount=amount, document=document)),
        (what["receipt"] & is_refund, reasons_of(Reason.MARKET_LACKS_REFUND_CHEQUE, amount=amount, document=document)),
        (
            what["receipt"] & has_number,
            reasons_of(Reason.MARKET_LACKS_CHEQUE_OF_NUMBER, amount=amount, cheque=number, document=document),
        ),
        (what["receipt"], reasons_of(Reason.MARKET_LACKS_CHEQUE, amount=amount, document=document)),
        (what["cheque"] & is_refund, reasons_of(Reason.OFD_LACKS_REFUND_RECEIPT, amount=amount, time=time)),
        (
            what["cheque"] & has_number,
            reasons_of(Reason.OFD_LACKS_RECEIPT_OF_NUMBER, amount=amount, cheque=number, time=time),
        ),
        (what["cheque"], reasons_of(Reason.OFD_LACKS_RECEIPT, amount=amount, time=time)),
    ]
    text = pd.Series(pd.NA, index=documents.index, dtype="string")
    for condition, reasons in cases:
        text = text.mask(text.isna() & condition, reasons)
    return text
