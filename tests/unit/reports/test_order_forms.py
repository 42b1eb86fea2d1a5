"""Forms КО-1 and КО-2, checked as pictures: each text is in its place, and nothing is cut or runs over."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from smena.reports.expense_order import print_expense_order
from smena.reports.orders import PrintedOrder
from smena.reports.receipt_order import print_receipt_order
from tests.invented import SOLE_PROPRIETOR
from tests.unit.reports.pdf_text import Box, Paper, an_order

Printer = Callable[[PrintedOrder], bytes]
FORMS: list[tuple[str, Printer]] = [("pko", print_receipt_order), ("rko", print_expense_order)]
HUGE = {
    "organization": "Общество с ограниченной ответственностью «Торговый дом Северо-Западного речного пароходства имени "
    "двадцатипятилетия рыболовецкой артели»",
    "number": "1234567890",
    "amount_kopecks": 9_999_999_999_999_99,
    "vat_kopecks": 1_666_666_666_666_66,
    "vat_by_rate": {"20": 1_000_000_000_000_00, "10": 600_000_000_000_00, "calculated_20": 66_666_666_666_66},
    "counterparty": "Розничные покупатели магазина на Большой Академической улице, владение 15, строение 2, корпус 7",
}
TORN_AT_MM = 140.5


def test_a_receipt_order_has_everything_the_form_asks_for() -> None:
    paper = Paper(print_receipt_order(an_order(vat_kopecks=20018, vat_by_rate={"20": 18000, "10": 2018})))
    assert (len(paper), paper.size_mm()) == (1, (210, 148))
    order, quittance = (paper.text_in(box) for box in (Box(0, 0, TORN_AT_MM, 148), Box(TORN_AT_MM, 0, 210, 148)))
    for words in (
        "Унифицированная форма № КО-1", "постановлением Госкомстата России от 18.08.98 № 88", "Форма по ОКУД",
        "по ОКПО",
        "ООО «Ромашка», ИНН 9607083893, КПП 960701001", "структурное подразделение", "ПРИХОДНЫЙ КАССОВЫЙ ОРДЕР",
        "Принято от Розничные покупатели", "смены № 12 от 05.03.2025", "ФН 9999078900012345",
        "Одна тысяча двести один рубль 05 копеек", "В том числе НДС 10 % 20,18 руб., НДС 20 % 180,00 руб.",
        "Приложение",
        "Главный бухгалтер", "Получил кассир", "расшифровка подписи",
    ):  # fmt: skip
        assert words in order
    for words in (
        "КВИТАНЦИЯ", "к приходному кассовому ордеру № 17", "от «05» марта 2025 г.", "Принято от Розничные покупатели",
        "ФД 4567", "Сумма 1 201,05 руб.", "Одна тысяча двести один", "руб. 05 копеек", "НДС 20 % 180,00 руб.", "М. П.",
        "Главный бухгалтер", "Кассир",
    ):  # fmt: skip
        assert words in quittance
    assert "КВИТАНЦИЯ" not in order


def test_an_expense_order_has_everything_the_form_asks_for() -> None:
    paper = Paper(print_expense_order(an_order(kind="rko")))
    assert (len(paper), paper.size_mm()) == (1, (210, 148))
    for words in (
        "Унифицированная форма № КО-2", "РАСХОДНЫЙ КАССОВЫЙ ОРДЕР", "Выдать Розничные покупатели",
        "Руководитель организации",
        "Одна тысяча двести один рубль 05 копеек", "Получил", "удостоверяющего личность получателя", "Выдал кассир",
    ):  # fmt: skip
        assert words in paper.text()


@pytest.mark.parametrize(
    ("kind", "printer", "okud", "accounts"),
    [
        ("pko", print_receipt_order, "0310001", ["50.01", "", "", "90.01.1", "", "1 201,05", "", ""]),
        ("rko", print_expense_order, "0310002", ["", "", "90.01.1", "", "50.01", "1 201,05", "", ""]),
    ],
)
def test_figures_are_in_their_cells(kind: str, printer: Printer, okud: str, accounts: list[str]) -> None:
    cells = Paper(printer(an_order(kind=kind))).cells()
    assert cells[:4] == ["Коды", okud, "", ""]
    assert cells[4:8] == ["Номер документа", "Дата составления", "17", "05.03.2025"]
    assert cells[-8:] == accounts
    assert {"Дебет", "Кредит", "корреспондирующий счет, субсчет"} <= set(cells)


@pytest.mark.parametrize(("kind", "printer"), FORMS)
@pytest.mark.parametrize("fields", [{}, HUGE, {"amount_kopecks": 1}], ids=["usual", "huge", "one kopeck"])
def test_every_letter_is_on_the_paper_and_off_the_lines(kind: str, printer: Printer, fields: dict[str, object]) -> None:
    paper = Paper(printer(an_order(kind=kind, **fields)))
    boxes = paper.boxes()
    letters = paper.letters()
    assert len(letters) > 500
    for letter, place in letters:
        assert 5 < place.left < place.right < 205, letter
        assert 4 < place.top < place.bottom < 144, letter
        # A letter is inside a cell or outside it: it never lies on its frame.
        for box in boxes:
            apart = place.right < box.left or place.left > box.right or place.bottom < box.top or place.top > box.bottom
            inside = (
                place.left > box.left and place.right < box.right and place.top > box.top and place.bottom < box.bottom
            )
            assert apart or inside, (letter, place, box)


@pytest.mark.parametrize(("kind", "printer"), FORMS)
def test_nothing_of_a_long_order_is_cut_and_no_letter_lies_on_another(kind: str, printer: Printer) -> None:
    paper = Paper(printer(an_order(kind=kind, **HUGE)))
    text = paper.text()
    assert "…" not in text
    for words in (HUGE["organization"], HUGE["counterparty"], "девять рублей 99 копеек", "9 999 999 999 999,99"):
        assert str(words) in text
    letters = sorted((place.left, place.right, place.top, place.bottom) for _, place in paper.letters())
    for number, (left, right, top, bottom) in enumerate(letters):
        for other_left, other_right, other_top, other_bottom in letters[number + 1 :]:
            if other_left > right:
                break
            wide = min(right, other_right) - max(left, other_left)
            high = min(bottom, other_bottom) - max(top, other_top)
            assert wide < 0.3 or high < 0.3, (left, top)


@pytest.mark.parametrize(("kind", "printer"), FORMS)
def test_the_picture_has_ink_where_the_form_has_words_and_none_at_its_edges(kind: str, printer: Printer) -> None:
    paper = Paper(printer(an_order(kind=kind)))
    picture = paper.picture()
    assert picture.shape == (148 * 6 + 1, 210 * 6 + 1)
    for edge in (picture[:24], picture[-24:], picture[:, :30], picture[:, -30:]):
        assert edge.min() == 255
    assert 0.01 < (picture < 128).mean() < 0.2
    # Each letter is drawn, and not as the box of a letter that the font lacks: figures differ from each other.
    (title,) = [box for box in paper.boxes() if paper.text_in(box) == "05.03.2025"]
    rows, columns = (
        slice(int(title.top * 6) + 4, int(title.bottom * 6) - 4),
        slice(int(title.left * 6) + 4, int(title.right * 6) - 4),
    )
    other = Paper(printer(an_order(kind=kind, date=an_order().date.replace(day=27)))).picture()
    assert (picture[rows, columns] < 128).any()
    assert (picture[rows, columns] != other[rows, columns]).any()


@pytest.mark.parametrize(
    ("vat", "rates", "output"),
    [
        (None, {}, "В том числе Приложение"),
        (0, {}, "В том числе без налога (НДС)"),
        (20018, {}, "В том числе НДС 200,18 руб."),
        (20018, {"calculated_20": 20018}, "В том числе НДС 20/120 200,18 руб."),
    ],
)
def test_vat_is_printed_where_it_is_known_and_left_blank_where_not(
    vat: int | None, rates: dict[str, int], output: str
) -> None:
    paper = Paper(print_receipt_order(an_order(vat_kopecks=vat, vat_by_rate=rates)))
    assert output in paper.text_in(Box(0, 0, TORN_AT_MM, 148))


@pytest.mark.parametrize(("kind", "printer"), FORMS)
def test_the_same_order_is_the_same_file_whenever_it_is_printed(kind: str, printer: Printer) -> None:
    first = printer(an_order(kind=kind))
    began = time.time()
    while int(time.time()) == int(began):
        assert printer(an_order(kind=kind)) == first
    assert printer(an_order(kind=kind)) == first
    assert printer(an_order(kind=kind, number="18")) != first
    metadata = Paper(first).document.get_metadata_dict()
    assert metadata["CreationDate"].startswith("D:20250305")
    assert "№ 17 от 05.03.2025" in metadata["Title"]


def test_a_sole_proprietor_has_no_kpp_on_paper() -> None:
    paper = Paper(print_receipt_order(an_order(organization="ИП Иванов", organization_inn=SOLE_PROPRIETOR, kpp="")))
    assert "ИП Иванов, ИНН 960100732219" in paper.text()
    assert "КПП" not in paper.text()
