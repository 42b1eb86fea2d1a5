"""Form КО-1: приходный кассовый ордер, with its quittance (Goskomstat, 18.08.1998, № 88)."""

from __future__ import annotations

from smena.reports.orders import PrintedOrder
from smena.reports.parts import accounts, head, heading, signature
from smena.reports.sheet import A5, Sheet
from smena.reports.words import amount_in_words, day_in_words, kopecks_in_words, roubles_in_words

OKUD = "0310001"
_LEFT, _LEFT_WIDTH = 8.0, 128.0
_CUT = 140.5
_RIGHT, _RIGHT_WIDTH = 145.0, 57.0


def print_receipt_order(order: PrintedOrder) -> bytes:
    """Return a ПКО as PDF: on A5, the order on the left, its quittance on the right. Signatures are left empty."""
    title = f"Приходный кассовый ордер № {order.number} от {order.date:%d.%m.%Y}"
    sheet = Sheet(A5, title=title, made_on=order.date)
    draw_receipt_order(sheet, order)
    return sheet.done()


def draw_receipt_order(sheet: Sheet, order: PrintedOrder) -> None:
    """Draw the form on a new page of an A5 sheet."""
    sheet.add_page()
    _order(sheet, order)
    sheet.cut(_CUT)
    _quittance(sheet, order)


def _order(sheet: Sheet, order: PrintedOrder) -> None:
    x, width, signs = _LEFT, _LEFT_WIDTH, order.signatories
    head(sheet, order, form="КО-1", okud=OKUD, x=x, width=width)
    heading(sheet, "ПРИХОДНЫЙ КАССОВЫЙ ОРДЕР", order, x=x, width=width)
    accounts(sheet, order, x, 55, width=width)
    sheet.labelled(x, 80, width, "Принято от", order.counterparty)
    sheet.labelled(x, 86, width, "Основание:", order.basis_line, height=8)
    sheet.labelled(x, 95.5, width, "Сумма", amount_in_words(order.amount_kopecks), caption="прописью", height=8)
    sheet.labelled(x, 107, width, "В том числе", order.vat_line)
    sheet.labelled(x, 113, width, "Приложение", "")
    signature(sheet, x, 122, "Главный бухгалтер", width, name=signs.chief_accountant)
    signature(sheet, x, 131, "Получил кассир", width, name=signs.cashier)


def _quittance(sheet: Sheet, order: PrintedOrder) -> None:
    x, width = _RIGHT, _RIGHT_WIDTH
    sheet.field(x, 8, width, order.organization_line, caption="организация", height=11, size=7.5)
    sheet.text((x, 23, width, 6), "КВИТАНЦИЯ", size=11, bold=True, align="C")
    sheet.labelled(x, 30, width, "к приходному кассовому ордеру №", order.number, size=7.5)
    sheet.labelled(x, 36, width, "от", day_in_words(order.date), size=7.5)
    sheet.labelled(x, 42, width, "Принято от", order.counterparty, size=7.5, height=8)
    sheet.labelled(x, 51.5, width, "Основание:", order.basis_line, size=7.5, height=15)
    sheet.labelled(x, 68, width, "Сумма", f"{order.figures} руб.", caption="цифрами", size=7.5)
    sheet.field(x, 75, width, roubles_in_words(order.amount_kopecks), caption="прописью", size=7.5, height=12)
    sheet.text((x, 90.5, width, 4), f"руб. {kopecks_in_words(order.amount_kopecks)}", size=7.5, align="R")
    sheet.labelled(x, 95, width, "В том числе", order.vat_line, size=7.5, height=8)
    sheet.text((x, 105.5, width, 4), day_in_words(order.date), size=7.5)
    sheet.text((x, 110, width, 4), "М. П. (штампа)", size=6.5)
    signs = order.signatories
    for y, who, name in ((114.5, "Главный бухгалтер", signs.chief_accountant), (125, "Кассир", signs.cashier)):
        sheet.text((x, y, width, 4), who, size=7.5, bold=True)
        sheet.field(x, y + 3.5, 20, "", caption="подпись", height=2.5)
        sheet.field(x + 22, y + 3.5, width - 22, name, caption="расшифровка подписи", height=2.5, size=7)
