"""Movements of cash that belong to no shift: to the bank, to suppliers, wages."""

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
"""By word: whether cash comes in (`pko`) or goes out (`rko`), and the usual corresponding account, empty for none."""

LONGEST = {"number": 40, "counterparty": 200, "account": 20, "basis": 300}
"""The most characters in each text of a movement."""

MOST_KOPECKS = 10**15 - 1
"""The most that `numeric(15, 2)` holds."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of cash.

    Attributes:
        word: a key of MOVEMENTS.
        kpp: of the cash book; empty for a sole proprietor's.
        number: the number of its document in the person's own books.
        account: the corresponding account, the one that is not cash.
        import_key: a movement with the same key is entered once: the digest of the line of a file, or the number of a
            form on the page; else None.
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
        """Return its fields as a row of `accounting.cash_movement`, the sum in roubles."""
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
