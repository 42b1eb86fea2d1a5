"""Form КО-4: the sheet of a day adds up, on one page or several."""

from __future__ import annotations

from itertools import pairwise

import pytest

from smena.reports import orders
from smena.reports.cash_book import CashBookDay, CashBookEntry, print_cash_book
from tests.invented import ROMASHKA
from tests.unit.reports.pdf_text import DAY, Paper, squeezed

COLUMNS = 5


def figures(kopecks: int) -> str:
    return squeezed(orders.figures(kopecks))


def book(entries: int, opening: int | None = None, **changed: object) -> CashBookDay:
    found = [
        CashBookEntry(
            "rko" if place % 4 == 3 else "pko", str(place + 1), "Розничные покупатели", "90.01.1", 100_05 + place
        )
        for place in range(entries)
    ]
    return CashBookDay("ООО «Ромашка»", ROMASHKA, "960701001", DAY, found, opening, **changed)  # type: ignore[arg-type]


def rows(paper: Paper, page: int = 0) -> list[list[str]]:
    """The rows of the table under its titles."""
    cells = paper.cells(page)
    cells = cells[cells.index("Номер документа") + COLUMNS :]
    table = [cells[start : start + COLUMNS] for start in range(0, len(cells), COLUMNS)]
    assert table[0] == ["1", "2", "3", "4", "5"]
    return table[1:]


def test_a_day_is_printed_from_the_balance_before_it_to_the_balance_after_it() -> None:
    paper = Paper(print_cash_book(book(4, opening=500_000)))
    assert (len(paper), paper.size_mm()) == (1, (210, 297))
    assert rows(paper) == [
        ["", "Остаток на начало дня", "", "5 000,00", "X"],
        ["1", "Розничные покупатели", "90.01.1", "100,05", ""],
        ["2", "Розничные покупатели", "90.01.1", "100,06", ""],
        ["3", "Розничные покупатели", "90.01.1", "100,07", ""],
        ["4", "Розничные покупатели", "90.01.1", "", "100,08"],
        ["", "Итого за день", "", "300,18", "100,08"],
        ["", "Остаток на конец дня", "", "5 200,10", "X"],
        ["", "в том числе на заработную плату, выплаты социального характера и стипендии", "", "", "X"],
    ]
    for words in (
        "Унифицированная форма № КО-4", "0310004", "ООО «Ромашка», ИНН 9607083893, КПП 960701001",
        "КАССА за «05» марта 2025 г.", "приходных 3", "и расходных 1", "Кассир", "Бухгалтер",
    ):  # fmt: skip
        assert words in paper.text()


def test_an_unknown_balance_is_left_blank() -> None:
    fields = {row[1]: row[3] for row in rows(Paper(print_cash_book(book(2))))}
    assert fields["Остаток на начало дня"] == fields["Остаток на конец дня"] == ""
    assert fields["Итого за день"] == "200,11"


@pytest.mark.parametrize("entries", [1, 25, 26, 35, 36, 64, 74, 110])
def test_what_goes_over_a_page_is_carried_over_to_the_kopeck(entries: int) -> None:
    reported = book(entries)
    paper = Paper(print_cash_book(reported))
    pages = [rows(paper, page) for page in range(len(paper))]
    listed = [row for page in pages for row in page if row[0]]
    assert [row[0] for row in listed] == [entry.number for entry in reported.entries]
    for before, after in pairwise(pages):
        assert before[-1][1] == after[0][1] == "Перенос"
        assert before[-1] == after[0]
    carried = [0, 0]
    for page in pages:
        if page[0][1] == "Перенос":
            assert page[0][3:] == [figures(sum_) for sum_ in carried]
        for row in page:
            if row[0]:
                side = 0 if row[3] else 1
                carried[side] += int(row[3 + side].replace(" ", "").replace(",", ""))
    (total,) = [row for row in pages[-1] if row[1] == "Итого за день"]
    assert total[3:] == [figures(reported.turnover("pko")), figures(reported.turnover("rko"))]
    assert carried == [reported.turnover("pko"), reported.turnover("rko")]
    for page in range(len(paper)):
        edge = paper.picture(page, dots_per_mm=2)
        assert edge[-16:].min() == edge[:10].min() == edge[:, :20].min() == edge[:, -20:].min() == 255
        assert all(place.bottom < 287 for _, place in paper.letters(page))
    # The signatures are on the last page, and on no page alone.
    assert ["Бухгалтер" in paper.text(page) for page in range(len(paper))] == [False] * (len(paper) - 1) + [True]
    assert any(row[0] for row in pages[-1])


def test_an_order_that_was_reversed_later_goes_out_of_the_day_of_its_reversal() -> None:
    reported = CashBookDay(
        "ООО «Ромашка»", ROMASHKA, "960701001", DAY,
        [CashBookEntry("pko", "9", "Розничные покупатели", "90.01.1", 700_00),
         CashBookEntry("pko", "3", "Розничные покупатели", "90.01.1", -200_00)],
        100_00,
    )  # fmt: skip
    paper = Paper(print_cash_book(reported))
    assert rows(paper)[2] == ["3", "Розничные покупатели (сторно)", "90.01.1", "-200,00", ""]
    printed_rows = {row[1]: row[3:] for row in rows(paper)}
    assert printed_rows["Итого за день"] == ["500,00", "0,00"]
    assert printed_rows["Остаток на конец дня"][0] == "600,00"
    assert "приходных 1 и расходных 0" in paper.text()


def test_the_same_day_is_the_same_file() -> None:
    assert print_cash_book(book(70, 100)) == print_cash_book(book(70, 100))
    assert print_cash_book(book(70, 100)) != print_cash_book(book(70, 101))
