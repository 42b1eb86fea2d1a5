"""The common parts of the forms of cash orders: the codes, the accounts, the signatures."""

from __future__ import annotations

from smena.reports.orders import PrintedOrder
from smena.reports.sheet import Sheet

_FORM = "Унифицированная форма № {}\nУтверждена постановлением Госкомстата России\nот 18.08.98 № 88"
_INNER = (
    "",
    "код структурного подразделения",
    "корреспон\u00adдирующий счет, субсчет",
    "код аналити\u00adческого учета",
)


def approval(sheet: Sheet, form: str, right: float, y: float = 6) -> None:
    """Draw which form it is and who approved it, aligned to the right edge."""
    sheet.text((right - 70, y, 70, 8.5), _FORM.format(form), size=5.5, align="R")


def codes(sheet: Sheet, okud: str, right: float, y: float = 16, *, okpo: str = "") -> None:
    """Draw the column of codes: ОКУД, and ОКПО or room for it."""
    width = 24.0
    edge = right - width
    sheet.box((edge, y, width, 4), "Коды", size=6.5)
    sheet.box((edge, y + 4, width, 5), okud, thick=True)
    sheet.box((edge, y + 9, width, 6), okpo, thick=True)
    sheet.box((edge, y + 15, width, 8), thick=True)
    sheet.text((edge - 21, y + 4, 20, 5), "Форма по ОКУД", size=6.5, align="R")
    sheet.text((edge - 15, y + 9, 14, 6), "по ОКПО", size=6.5, align="R")


def head(sheet: Sheet, order: PrintedOrder, *, form: str, okud: str, x: float, width: float) -> None:
    """Draw the top of a form: its approval, its codes, the organisation."""
    approval(sheet, form, x + width)
    codes(sheet, okud, x + width, okpo=order.signatories.okpo)
    sheet.field(x, 22, width - 47, order.organization_line, caption="организация", height=8)
    sheet.field(x, 33.5, width - 26, "", caption="структурное подразделение", height=4)


def heading(sheet: Sheet, title: str, order: PrintedOrder, *, x: float, width: float, y: float = 41.5) -> None:
    """Draw the name of the form, the number of the document and its date."""
    sheet.text((x, y + 4, width - 51, 6), title, size=11, bold=True)
    sheet.row(x + width - 50, y, 5, (25, 25), ("Номер документа", "Дата составления"), size=6)
    sheet.row(x + width - 50, y + 5, 5.5, (25, 25), (order.number, f"{order.date:%d.%m.%Y}"), size=8.5, bold=True)


def accounts(sheet: Sheet, order: PrintedOrder, x: float, y: float, *, width: float) -> None:
    """Draw the table of accounts and the amount; the codes are on the side of the account that is not cash."""
    cash, blank, account, amount, purpose, last = 20.0, 7.0, 24.0, 23.0, 13.0, 5.0
    spare = width - cash - blank - account - amount - purpose - last
    inner = (blank, spare * 0.55, account, spare * 0.45)
    other = sum(inner)
    if order.kind == "pko":
        inner_at, widths = x + cash, (cash, *inner)
        cells = (order.debit_account, "", "", order.credit_account, "")
        sheet.box((x, y, cash, 15), "Дебет", size=6.5)
        sheet.box((inner_at, y, other, 4.5), "Кредит", size=6.5)
    else:
        inner_at, widths = x, (*inner, cash)
        cells = ("", "", order.debit_account, "", order.credit_account)
        sheet.box((inner_at, y, other, 4.5), "Дебет", size=6.5)
        sheet.box((x + other, y, cash, 15), "Кредит", size=6.5)
    sheet.row(inner_at, y + 4.5, 10.5, inner, _INNER, size=6)
    rest = ("Сумма,\nруб. коп.", "Код целевого назна\u00adчения", "")
    sheet.row(x + cash + other, y, 15, (amount, purpose, last), rest, size=6)
    sheet.row(x, y + 15, 6.5, (*widths, amount, purpose, last), (*cells, order.figures, "", ""), size=8.5)


def signature(
    sheet: Sheet, x: float, y: float, who: str, width: float, *, name: str = "", position: str | None = None
) -> None:
    """Draw an empty line for a signature and one for the name; before them one for the position, unless it is None.

    An empty value leaves the line blank, to be filled in by hand.
    """
    label = 38.0
    sheet.text((x, y, label - 1, 4.5), who, bold=True, at_bottom=True)
    captions = (*(() if position is None else ("должность",)), "подпись", "расшифровка подписи")
    shares = (0.4, 0.6) if position is None else (0.3, 0.25, 0.45)
    room = width - label - 3 * (len(captions) - 1)
    x += label
    known = {"должность": position or "", "расшифровка подписи": name}
    for caption, share in zip(captions, shares, strict=True):
        sheet.field(x, y, room * share, known.get(caption, ""), caption=caption)
        x += room * share + 3
