"""Form КО-4: a sheet of the cash book (кассовая книга) for one day (Goskomstat, 18.08.1998, № 88)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smena.reports.orders import UNKNOWN, Signatories, figures, organization_line
from smena.reports.parts import approval, codes
from smena.reports.sheet import Sheet
from smena.reports.words import day_in_words

OKUD = "0310004"
_SIZE = (210.0, 297.0)
_LEFT, _WIDTH = 15.0, 180.0
_COLUMNS = (22.0, 70.0, 32.0, 28.0, 28.0)
_TITLES = (
    "Номер документа",
    "От кого получено или кому выдано",
    "Номер корреспон\u00adдирующего счета, субсчета",
    "Приход,\nруб. коп.",
    "Расход,\nруб. коп.",
)
_ALIGNS = "CLCRR"
_ROW = 5.6
_FIRST_ROWS, _NEXT_ROWS = 25, 39
_TOTALS_AND_SIGNATURES_ROWS = 11
_SHUT = "X"


@dataclass(frozen=True, slots=True)
class CashBookEntry:
    """A row of the cash book.

    Attributes:
        kind: `pko` (received) or `rko` (given out).
        account: the corresponding account, the one that is not cash.
        amount_kopecks: negative for the reversal (сторно) of an order of an earlier day.
    """

    kind: str
    number: str
    counterparty: str
    account: str
    amount_kopecks: int


@dataclass(frozen=True, slots=True)
class CashBookDay:
    """A day of a cash book (INN + KPP).

    Attributes:
        entries: ПКО by number, then РКО by number; reversals last.
        opening_kopecks: the cash at the day's beginning; None where it is not known, and then no balance is printed.
    """

    organization: str
    organization_inn: str
    kpp: str
    day: date
    entries: Sequence[CashBookEntry]
    opening_kopecks: int | None = None
    signatories: Signatories = UNKNOWN

    def turnover(self, kind: str) -> int:
        """Return the kopecks received (`pko`) or given out (`rko`) on the day."""
        return sum(entry.amount_kopecks for entry in self.entries if entry.kind == kind)

    def documents(self, kind: str) -> int:
        """Return the number of the day's orders of a kind; a reversal is not counted as a document."""
        return sum(entry.kind == kind and entry.amount_kopecks > 0 for entry in self.entries)

    @property
    def closing_kopecks(self) -> int | None:
        """The cash at the day's end; None where the opening cash is not known."""
        if self.opening_kopecks is None:
            return None
        return self.opening_kopecks + self.turnover("pko") - self.turnover("rko")


def print_cash_book(book: CashBookDay) -> bytes:
    """Return the sheets of one day as PDF, on A4; totals are carried over from page to page (перенос)."""
    sheet = Sheet(_SIZE, title=f"Кассовая книга за {book.day:%d.%m.%Y}", made_on=book.day)
    pages = _pages(book.entries)
    received = given = 0
    for place, entries in enumerate(pages):
        sheet.add_page()
        y = _head(sheet, book, place + 1, len(pages))
        if place == 0:
            y = _row(sheet, y, ("", "Остаток на начало дня", "", _amount(book.opening_kopecks), _SHUT))
        else:
            y = _row(sheet, y, ("", "Перенос", "", figures(received), figures(given)))
        for entry in entries:
            y = _entry(sheet, y, entry)
            received += entry.amount_kopecks if entry.kind == "pko" else 0
            given += entry.amount_kopecks if entry.kind == "rko" else 0
        if place + 1 < len(pages):
            _row(sheet, y, ("", "Перенос", "", figures(received), figures(given)))
        else:
            _end(sheet, book, y)
    return sheet.done()


def _pages(entries: Sequence[CashBookEntry]) -> list[Sequence[CashBookEntry]]:
    """Return the entries of each page; the last page has room for totals and signatures."""
    pages: list[Sequence[CashBookEntry]] = []
    rest, room = entries, _FIRST_ROWS + _TOTALS_AND_SIGNATURES_ROWS - 1
    while len(rest) > room - _TOTALS_AND_SIGNATURES_ROWS + 1:
        taken = min(room, len(rest) - 1)
        pages.append(rest[:taken])
        rest, room = rest[taken:], _NEXT_ROWS
    return [*pages, rest]


def _head(sheet: Sheet, book: CashBookDay, page: int, pages: int) -> float:
    x = _LEFT
    y = 12.0
    if page == 1:
        approval(sheet, "КО-4", x + _WIDTH, 10)
        codes(sheet, OKUD, x + _WIDTH, 20, okpo=book.signatories.okpo)
        name = organization_line(book.organization, book.organization_inn, book.kpp)
        sheet.field(x, 26, _WIDTH - 40, name, caption="организация", height=8)
        sheet.field(x, 37.5, _WIDTH - 26, "", caption="структурное подразделение", height=4)
        y = 48.0
    sheet.text((x, y, 110, 6), f"КАССА за {day_in_words(book.day)}", size=11, bold=True)
    of_pages = f", страница {page} из {pages}" if pages > 1 else ""
    sheet.text((x + 110, y, _WIDTH - 110, 6), f"Лист ________{of_pages}", size=9, align="R")
    sheet.row(x, y + 8, 11, _COLUMNS, _TITLES, size=7)
    sheet.row(x, y + 19, 4, _COLUMNS, ("1", "2", "3", "4", "5"), size=6)
    return y + 23


def _entry(sheet: Sheet, y: float, entry: CashBookEntry) -> float:
    amount = figures(entry.amount_kopecks)
    sides = (amount, "") if entry.kind == "pko" else ("", amount)
    name = f"{entry.counterparty} (сторно)" if entry.amount_kopecks < 0 else entry.counterparty
    return _row(sheet, y, (entry.number, name, entry.account, *sides))


def _row(sheet: Sheet, y: float, texts: Sequence[str], *, bold: bool = False) -> float:
    sheet.row(_LEFT, y, _ROW, _COLUMNS, texts, aligns=_ALIGNS, bold=bold)
    return y + _ROW


def _amount(kopecks: int | None) -> str:
    return "" if kopecks is None else figures(kopecks)


def _end(sheet: Sheet, book: CashBookDay, y: float) -> None:
    x = _LEFT
    turnovers = (figures(book.turnover("pko")), figures(book.turnover("rko")))
    y = _row(sheet, y, ("", "Итого за день", "", *turnovers), bold=True)
    y = _row(sheet, y, ("", "Остаток на конец дня", "", _amount(book.closing_kopecks), _SHUT), bold=True)
    wages = "в том числе на заработную плату, выплаты социального характера и стипендии"
    y = _row(sheet, y, ("", wages, "", "", _SHUT))
    y += 5
    _signature(sheet, x, y, "Кассир", book.signatories.cashier)
    received, given = (book.documents(kind) for kind in ("pko", "rko"))
    sheet.text((x, y + 10, _WIDTH, 4.5), "Записи в кассовой книге проверил и документы в количестве", size=8)
    sheet.labelled(x, y + 15.5, 85, "приходных", str(received))
    sheet.labelled(x + 88, y + 15.5, 75, "и расходных", str(given))
    sheet.text((x + 164, y + 15.5, 16, 4.5), "получил.", size=8, at_bottom=True)
    _signature(sheet, x, y + 23, "Бухгалтер", book.signatories.chief_accountant)


def _signature(sheet: Sheet, x: float, y: float, who: str, name: str) -> None:
    sheet.text((x, y, 30, 4.5), who, bold=True, at_bottom=True)
    sheet.field(x + 32, y, 45, "", caption="подпись")
    sheet.field(x + 82, y, 98, name, caption="расшифровка подписи")
