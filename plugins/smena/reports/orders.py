"""The data of the forms of cash orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from smena.model.money import roubles, written


@dataclass(frozen=True, slots=True)
class Signatories:
    """Who signs cash documents, and the organisation's code; an empty value is left blank on paper.

    Attributes:
        okpo: код ОКПО.
        head_position, head_name: the head (руководитель).
        chief_accountant, cashier: their names.
    """

    okpo: str = ""
    head_position: str = ""
    head_name: str = ""
    chief_accountant: str = ""
    cashier: str = ""


UNKNOWN = Signatories()


@dataclass(frozen=True, slots=True)
class PrintedOrder:
    """A cash order (ПКО or РКО) as it is printed.

    Attributes:
        kind: `pko` or `rko`.
        organization: the name of the organisation that issues the order.
        counterparty: from whom the money was taken, or to whom it was given.
        amount_kopecks: above zero.
        vat_kopecks: НДС inside the amount; None where it is not known, and then the line is left to be filled in.
        vat_by_rate: kopecks by rate, `{"20": 1667}`.
    """

    kind: str
    organization: str
    organization_inn: str
    kpp: str
    number: str
    date: date
    debit_account: str
    credit_account: str
    amount_kopecks: int
    counterparty: str
    basis: str
    vat_kopecks: int | None = None
    vat_by_rate: Mapping[str, int] = field(default_factory=dict)
    signatories: Signatories = UNKNOWN

    @property
    def organization_line(self) -> str:
        """The organisation with ИНН and КПП, for one line of a form."""
        return organization_line(self.organization, self.organization_inn, self.kpp)

    @property
    def basis_line(self) -> str:
        """The basis with a non-breaking space between №, РНМ, ФН or ФД and the number."""
        return re.sub(r"(№|РНМ|ФН|ФД) (?=\w)", "\\1\u00a0", self.basis)

    @property
    def figures(self) -> str:
        """The amount in figures: `1 201,05`."""
        return figures(self.amount_kopecks)

    @property
    def vat_line(self) -> str:
        """The text after «В том числе»: НДС by rate; empty where it is not known."""
        if self.vat_kopecks is None:
            return ""
        if self.vat_kopecks == 0:
            return "без налога (НДС)"
        if self.vat_by_rate:
            return ", ".join(
                f"НДС\u00a0{_rate(rate)}\u00a0{figures(vat)}\u00a0руб."
                for rate, vat in sorted(self.vat_by_rate.items())
            )
        return f"НДС {figures(self.vat_kopecks)}\u00a0руб."


def organization_line(name: str, inn: str, kpp: str) -> str:
    """Return `ООО «Ромашка», ИНН 9607083893, КПП 960701001`."""
    return f"{name}, ИНН\u00a0{inn}" + (f", КПП\u00a0{kpp}" if kpp else "")


def figures(kopecks: int) -> str:
    """Return kopecks as roubles in figures: 120105 → `1 201,05`."""
    return written(roubles(kopecks))


def _rate(rate: str) -> str:
    """`20` → `20 %`, and the rate of an advance `calculated_20` → `20/120`."""
    if counted := re.fullmatch(r"calculated_(\d{1,2})", rate):
        return f"{counted[1]}/{100 + int(counted[1])}"
    return f"{rate}\u00a0%" if rate.isdigit() else rate
