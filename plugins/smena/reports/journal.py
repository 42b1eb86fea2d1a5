"""Form КО-3: the journal of registration of cash orders (Goskomstat, 18.08.1998, № 88)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from smena.reports.orders import UNKNOWN, Signatories, figures, organization_line
from smena.reports.parts import approval, codes
from smena.reports.sheet import Sheet

OKUD = "0310003"
_SIZE = (210.0, 297.0)
_LEFT, _WIDTH = 12.0, 186.0
_SIDE = (19.0, 20.0, 26.0, 28.0)
_TITLES = ("дата", "номер", "Сумма,\nруб. коп.", "Примечание")
_ALIGNS = "CCRLCCRL"
_ROW = 5.6
_FIRST_ROWS, _NEXT_ROWS = 36, 44


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An order in the journal.

    Attributes:
        kind: `pko` or `rko`.
        note: a note in Russian; empty for an order in force.
    """

    kind: str
    day: date
    number: str
    amount_kopecks: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of an organisation's days; `kpp` empty: of all its cash books."""

    organization: str
    organization_inn: str
    kpp: str
    first_day: date
    last_day: date
    entries: Sequence[JournalEntry]
    signatories: Signatories = UNKNOWN


def print_journal(journal: Journal) -> bytes:
    """Return the journal as PDF, on A4: ПКО on the left, РКО on the right, each in the order of its entries."""
    period = f"{journal.first_day:%d.%m.%Y} — {journal.last_day:%d.%m.%Y}"
    sheet = Sheet(_SIZE, title=f"Журнал регистрации кассовых ордеров {period}", made_on=journal.last_day)
    sides = [[one for one in journal.entries if one.kind == kind] for kind in ("pko", "rko")]
    rows = list(zip_longest(*sides))
    first, rest = rows[:_FIRST_ROWS], rows[_FIRST_ROWS:]
    pages = [first, *(rest[start : start + _NEXT_ROWS] for start in range(0, len(rest), _NEXT_ROWS))]
    for place, page in enumerate(pages):
        sheet.add_page()
        y = _head(sheet, journal, period) if place == 0 else 12.0
        y = _titles(sheet, y)
        for pair in page:
            cells = [cell for entry in pair for cell in _cells(entry)]
            sheet.row(_LEFT, y, _ROW, (*_SIDE, *_SIDE), cells, aligns=_ALIGNS, size=7)
            y += _ROW
    return sheet.done()


def _head(sheet: Sheet, journal: Journal, period: str) -> float:
    x = _LEFT
    approval(sheet, "КО-3", x + _WIDTH, 8)
    codes(sheet, OKUD, x + _WIDTH, 18, okpo=journal.signatories.okpo)
    name = organization_line(journal.organization, journal.organization_inn, journal.kpp)
    sheet.field(x, 24, _WIDTH - 47, name, caption="организация", height=8)
    sheet.field(x, 35.5, _WIDTH - 26, "", caption="структурное подразделение", height=4)
    sheet.text((x, 45, _WIDTH, 6), "ЖУРНАЛ", size=12, bold=True, align="C")
    sheet.text((x, 51, _WIDTH, 5), "регистрации приходных и расходных кассовых документов", size=10, align="C")
    sheet.text((x, 56, _WIDTH, 5), f"за {period}", size=9, align="C")
    sheet.labelled(x, 62, 120, "Главный бухгалтер", journal.signatories.chief_accountant)
    return 69.0


def _titles(sheet: Sheet, y: float) -> float:
    side = sum(_SIDE)
    for place, title in enumerate(("Приходный документ", "Расходный документ")):
        sheet.box((_LEFT + place * side, y, side, 5), title, size=7)
    sheet.row(_LEFT, y + 5, 8, (*_SIDE, *_SIDE), (*_TITLES, *_TITLES), size=6.5)
    sheet.row(_LEFT, y + 13, 4, (*_SIDE, *_SIDE), tuple(str(one) for one in range(1, 9)), size=6)
    return y + 17


def _cells(entry: JournalEntry | None) -> tuple[str, str, str, str]:
    if entry is None:
        return ("", "", "", "")
    return (f"{entry.day:%d.%m.%Y}", entry.number, figures(entry.amount_kopecks), entry.note)
