"""A file of cash movements: every valid line is taken, every invalid one is named with its number and the reason."""

from __future__ import annotations

from datetime import date

import pytest

from smena.messages import translate
from smena.model.cash import MOVEMENTS
from smena.model.reason_text import Wrong
from smena.transform.cash_file import MOST_LINES, ReadFile, read_cash_file

KPP = "960101001"
HEAD = "Дата;Движение;Сумма;Номер;Контрагент;Счёт;Основание"


def read(*lines: str, codec: str = "utf-8", end: str = "\r\n", head: str = HEAD) -> ReadFile:
    return read_cash_file(end.join([head, *lines]).encode(codec), kpp=KPP)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_is_a_movement_whatever_the_file_was_written_by(codec: str, end: str) -> None:
    found = read("05.03.2025;Сдано в банк;1 234,56;17;ПАО «Банк»;51.01;по объявлению", codec=codec, end=end)
    assert found.bad == []
    ((line, one),) = found.movements
    assert (line, one.word, one.kind, one.day, one.amount_kopecks) == (
        2, "bank_deposit", "rko", date(2025, 3, 5), 123_456,
    )  # fmt: skip
    assert (one.kpp, one.number, one.counterparty, one.account, one.basis) == (
        KPP, "17", "ПАО «Банк»", "51.01", "по объявлению",
    )  # fmt: skip


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_columns_may_have_any_order_and_either_language(separator: str) -> None:
    head, line = ("Amount", "day", "KPP", "Movement"), ("500.00", "2025-03-05", "960201001", "wages")
    found = read(separator.join(line), head=separator.join(head))
    ((_, one),) = found.movements
    assert (one.word, one.amount_kopecks, one.kpp, one.account) == ("wages", 50_000, "960201001", "70")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("32.01.2025;Инкассация;1", "32.01.2025"),
        ("5.3.25;Инкассация;1", "5.3.25"),
        ("05.03.1999;Инкассация;1", "05.03.1999"),
        ("05.03.2025;Кража;1", "Кража"),
        ("05.03.2025;Инкассация;0", "«0»"),
        ("05.03.2025;Инкассация;-1", "«-1»"),
        ("05.03.2025;Инкассация;1,005", "«1,005»"),
        ("05.03.2025;Инкассация;1e3000", "«1e3000»"),
        ("05.03.2025;Инкассация;NaN", "«NaN»"),
        ("05.03.2025;Инкассация;99999999999999,99", "«99999999999999,99»"),
        ("05.03.2025;Инкассация;", "«»"),
        ("05.03.2025;Прочий расход;1", "счёт"),
        (f"05.03.2025;Инкассация;1;{'9' * 41}", "Номер"),
        ("05.03.2025;Инкассация;1;;;;;лишнее", "больше полей"),
    ],
)
def test_an_invalid_line_is_named_and_costs_its_neighbours_nothing(line: str, why: str) -> None:
    found = read("05.03.2025;Инкассация;1,00", "", line, "06.03.2025;Инкассация;2,00")
    assert [number for number, _ in found.movements] == [2, 5]
    (bad,) = found.bad
    assert bad.line == 4
    assert why in translate(bad.reason)


def test_the_number_of_a_line_is_that_of_the_file_where_a_cell_has_line_ends() -> None:
    found = read('05.03.2025;Инкассация;1;;"ПАО\n«Банк»"', "05.03.2025;Кража;1", end="\n")
    assert [number for number, _ in found.movements] == [2]
    assert [one.line for one in found.bad] == [4]


def test_the_same_line_twice_is_two_movements_and_the_file_again_is_the_same() -> None:
    line = "05.03.2025;Инкассация;1,00"
    keys = [one.import_key for _, one in read(line, line).movements]
    assert len(set(keys)) == 2
    assert [one.import_key for _, one in read(line, "06.03.2025;Инкассация;1,00", line).movements][::2] == keys
    assert [one.import_key for _, one in read("2025-03-05;collection;1.0").movements] == keys[:1]


@pytest.mark.parametrize(
    "content",
    [b"", b"\r\n", b"\x00\x01\x02", "Дата;Сумма\n05.03.2025;1".encode(), "Дата;Дата;Движение;Сумма".encode(),
     'Дата;Движение;Сумма\n"05.03.2025'.encode() + b"\x00"],
)  # fmt: skip
def test_a_file_of_another_form_is_refused_whole(content: bytes) -> None:
    with pytest.raises(Wrong):
        read_cash_file(content, kpp=KPP)


def test_each_movement_has_a_side_and_all_but_two_a_usual_account() -> None:
    assert {kind for kind, _ in MOVEMENTS.values()} == {"pko", "rko"}
    assert [word for word, (_, account) in MOVEMENTS.items() if not account] == ["other_income", "other_expense"]


def test_a_file_of_too_many_lines_is_refused_whole() -> None:
    lines = ["05.03.2025;Инкассация;1"] * MOST_LINES
    # Empty lines are none.
    assert len(read("", *lines, "").movements) == MOST_LINES == 1000
    with pytest.raises(Wrong) as wrong:
        read(*lines, "кривая строка")
    assert "больше 1\u00a0000 строк" in translate(str(wrong.value), "ru")
    assert "more than 1,000 lines" in translate(str(wrong.value), "en")
