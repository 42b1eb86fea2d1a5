"""Movements of cash that no shift has: to the bank, to suppliers, wages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from smena.model.money import roubles

MOVEMENTS = {
    "bank_withdrawal": ("pko", "51"),
    "accountable_return": ("pko", "71"),
    "other_income": ("pko", ""),
    "bank_deposit": ("rko", "51"),
    "collection": ("rko", "57"),
    "supplier": ("rko", "60"),
    "wages": ("rko", "70"),
    "accountable": ("rko", "71"),
    "other_expense": ("rko", ""),
}
"""By word: cash comes in (`pko`) or goes out (`rko`), and the usual corresponding account; empty: none is usual."""

LONGEST = {"number": 40, "counterparty": 200, "account": 20, "basis": 300}
"""Letters that a text of a movement may have."""

MOST_KOPECKS = 10**15 - 1
"""What `numeric(15, 2)` holds."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of cash.

    Attributes:
        word: a key of MOVEMENTS.
        kpp: of the cash book; empty for a sole proprietor's.
        number: of its document, as the person's own books have it.
        account: the corresponding account, the one that is not cash.
        import_key: what enters once: the digest of the line of a file, or the number of a form on the page; else None.
    """

    word: str
    day: date
    amount_kopecks: int
    kpp: str
    number: str = ""
    counterparty: str = ""
    account: str = ""
    basis: str = ""
    import_key: str | None = None

    @property
    def kind(self) -> str:
        """`pko` where cash comes in, `rko` where it goes out."""
        return MOVEMENTS[self.word][0]

    def as_row(self) -> dict[str, Any]:
        """Its fields as a row of `accounting.cash_movement`, the sum in roubles."""
        return {
            "word": self.word,
            "day": str(self.day),
            "amount": str(roubles(self.amount_kopecks)),
            "kpp": self.kpp,
            "number": self.number,
            "counterparty": self.counterparty,
            "account": self.account,
            "basis": self.basis,
            "import_key": self.import_key,
        }
