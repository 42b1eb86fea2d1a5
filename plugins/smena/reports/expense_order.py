"""Form КО-2: расходный кассовый ордер (Goskomstat, 18.08.1998, № 88)."""

from __future__ import annotations

from smena.reports.orders import PrintedOrder
from smena.reports.parts import accounts, head, heading, signature
from smena.reports.sheet import A5, Sheet
from smena.reports.words import amount_in_words

OKUD = "0310002"
_LEFT, _WIDTH = 12.0, 186.0


def print_expense_order(order: PrintedOrder) -> bytes:
    """Return an РКО as PDF, on A5. Signatures and the receiver's lines are left empty."""
    title = f"Расходный кассовый ордер № {order.number} от {order.date:%d.%m.%Y}"
    sheet = Sheet(A5, title=title, made_on=order.date)
    draw_expense_order(sheet, order)
    return sheet.done()


def draw_expense_order(sheet: Sheet, order: PrintedOrder) -> None:
    """Draw the form on a new page of an A5 sheet."""
    sheet.add_page()
    x, width, signs = _LEFT, _WIDTH, order.signatories
    head(sheet, order, form="КО-2", okud=OKUD, x=x, width=width)
    heading(sheet, "РАСХОДНЫЙ КАССОВЫЙ ОРДЕР", order, x=x, width=width, y=40.5)
    accounts(sheet, order, x, 52, width=width)
    sheet.labelled(x, 74.5, width, "Выдать", order.counterparty, caption="фамилия, имя, отчество")
    sheet.labelled(x, 81.5, width, "Основание:", order.basis_line, height=5)
    sheet.labelled(x, 87.5, width, "Сумма", amount_in_words(order.amount_kopecks), caption="прописью", height=5)
    sheet.labelled(x, 95, width, "Приложение", "")
    signature(sheet, x, 100.5, "Руководитель организации", width, name=signs.head_name, position=signs.head_position)
    signature(sheet, x, 108, "Главный бухгалтер", width, name=signs.chief_accountant)
    sheet.labelled(x, 115, width, "Получил", "", caption="сумма прописью")
    sheet.text((x, 122, 62, 4.5), "«____» ______________ 20___ г.", size=8)
    sheet.labelled(x + 120, 122, width - 120, "Подпись", "")
    caption = "наименование, номер, дата и место выдачи документа, удостоверяющего личность получателя"
    sheet.labelled(x, 127.5, width, "По", "", caption=caption, height=4)
    signature(sheet, x, 135, "Выдал кассир", width, name=signs.cashier)
