"""What a comparison of cheques and receipts found, in words: the documents, each with its number and its cash."""

from __future__ import annotations

import pandas as pd

from smena.transform.schema import TEXT, Schema

MOST_NAMED = 5
"""So many documents are named in a sentence; the others are counted, and all of them are in the comparison."""

_PAIR = ["till_id", "fiscal_id"]

EXPLANATIONS = Schema("explanations", dict.fromkeys([*_PAIR, "explanation"], TEXT))
"""One row a pair that has documents on one side only: phrases joined by `; `."""


def explain(documents: pd.DataFrame) -> pd.DataFrame:
    """Sentences (EXPLANATIONS) of the DOCUMENTS of a comparison that move cash, for each pair.

    Example: a correction 1234 of 19099 kopecks → `a correction receipt, ФД 1234, of 190.99`.
    """
    in_cash = documents[documents["cash"] != 0].reset_index(drop=True)
    place = in_cash.groupby(_PAIR).cumcount()
    named = in_cash.assign(text=_named(in_cash))[place < MOST_NAMED]
    texts = named.groupby(_PAIR, as_index=False).agg(explanation=("text", "; ".join))
    sizes = in_cash.groupby(_PAIR, as_index=False).agg(size=("cash", "size"))
    made = texts.merge(sizes, on=_PAIR).astype({"explanation": "string"})
    more = (made["size"] - MOST_NAMED).astype("string")
    made["explanation"] = made["explanation"].mask(
        made["size"] > MOST_NAMED, made["explanation"] + "; and " + more + " documents more"
    )
    return EXPLANATIONS.conform(made)


def roubles(kopecks: pd.Series) -> pd.Series:
    """Kopecks (Int64) as text: 19099 → `190.99`, -50 → `-0.50`."""
    size = kopecks.abs()
    text: pd.Series = (size // 100).astype("string") + "." + (size % 100).astype("string").str.zfill(2)
    return text.mask(kopecks < 0, "-" + text)


def _named(documents: pd.DataFrame) -> pd.Series:
    amount, document = roubles(documents["cash"]), documents["fiscal_document_number"].astype("string")
    # A number that is long, or has a mark that separates phrases, is left out.
    number = documents["cheque_number"]
    is_plain = number.str.fullmatch(r"[^;,]{1,30}").fillna(value=False).astype(bool)
    # Whether a rounding is of a refund is not asked.
    is_refund = documents["is_refund"].fillna(value=False).astype(bool)
    time = documents["at"].dt.strftime("%H:%M").astype("string")
    cases = [
        (documents["what"] == "rounding", "rounding of " + amount),
        (
            (documents["what"] == "correction") & is_refund,
            "a correction receipt of a refund, ФД " + document + ", of " + amount,
        ),
        (documents["what"] == "correction", "a correction receipt, ФД " + document + ", of " + amount),
        (
            (documents["what"] == "receipt") & is_refund,
            "Market has no refund cheque of " + amount + ", ФД " + document,
        ),
        (
            (documents["what"] == "receipt") & is_plain,
            "Market has no cheque " + number + " of " + amount + ", ФД " + document,
        ),
        (documents["what"] == "receipt", "Market has no cheque of " + amount + ", ФД " + document),
        ((documents["what"] == "cheque") & is_refund, "the OFD has no refund receipt of " + amount + " at " + time),
        (
            (documents["what"] == "cheque") & is_plain,
            "the OFD has no receipt of cheque " + number + ", " + amount + " at " + time,
        ),
        (documents["what"] == "cheque", "the OFD has no receipt of " + amount + " at " + time),
    ]
    text = pd.Series(pd.NA, index=documents.index, dtype="string")
    for condition, words in cases:
        text = text.mask(text.isna() & condition, words)
    return text
