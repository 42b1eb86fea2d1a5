"""Сумма прописью: an amount in words, as a cashier writes it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smena.reports.words import MOST_KOPECKS, amount_in_words, day_in_words, roubles_in_words
from tests.unit.reports.pdf_text import DAY


@pytest.mark.parametrize(
    ("kopecks", "words"),
    [
        (0, "Ноль рублей 00 копеек"),
        (1, "Ноль рублей 01 копейка"),
        (100, "Один рубль 00 копеек"),
        (2_02, "Два рубля 02 копейки"),
        (5_05, "Пять рублей 05 копеек"),
        (11_11, "Одиннадцать рублей 11 копеек"),
        (14_14, "Четырнадцать рублей 14 копеек"),
        (21_21, "Двадцать один рубль 21 копейка"),
        (22_22, "Двадцать два рубля 22 копейки"),
        (40_00, "Сорок рублей 00 копеек"),
        (101_00, "Сто один рубль 00 копеек"),
        (111_00, "Сто одиннадцать рублей 00 копеек"),
        (999_99, "Девятьсот девяносто девять рублей 99 копеек"),
        (1_000_00, "Одна тысяча рублей 00 копеек"),
        (1_201_05, "Одна тысяча двести один рубль 05 копеек"),
        (2_001_00, "Две тысячи один рубль 00 копеек"),
        (5_000_00, "Пять тысяч рублей 00 копеек"),
        (11_000_00, "Одиннадцать тысяч рублей 00 копеек"),
        (12_000_00, "Двенадцать тысяч рублей 00 копеек"),
        (21_000_00, "Двадцать одна тысяча рублей 00 копеек"),
        (22_002_00, "Двадцать две тысячи два рубля 00 копеек"),
        (112_000_00, "Сто двенадцать тысяч рублей 00 копеек"),
        (1_000_000_00, "Один миллион рублей 00 копеек"),
        (1_000_001_00, "Один миллион один рубль 00 копеек"),
        (2_000_000_00, "Два миллиона рублей 00 копеек"),
        (1_000_000_000_00, "Один миллиард рублей 00 копеек"),
        (9_999_999_999_999_99, "Девять триллионов девятьсот девяносто девять миллиардов девятьсот девяносто девять "
         "миллионов девятьсот девяносто девять тысяч девятьсот девяносто девять рублей 99 копеек"),
    ],
)  # fmt: skip
def test_a_sum_is_written_in_words_with_its_gender_and_number(kopecks: int, words: str) -> None:
    assert amount_in_words(kopecks) == words


ONES = ["", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать",
        "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать",
        "девятнадцать"]  # fmt: skip
VALUES = {word: value for value, word in enumerate(ONES) if word} | {"одна": 1, "две": 2, "ноль": 0}
VALUES |= {f"{word}дцать": 10 * value for value, word in ((2, "два"), (3, "три"))} | {"сорок": 40, "девяносто": 90}
VALUES |= {f"{ONES[value]}десят": 10 * value for value in (5, 6, 7, 8)}
VALUES |= {"сто": 100, "двести": 200, "триста": 300, "четыреста": 400}
VALUES |= {f"{ONES[value]}сот": 100 * value for value in (5, 6, 7, 8, 9)}
SCALES = {"тысяч": 10**3, "миллион": 10**6, "миллиард": 10**9, "триллион": 10**12}


def read_aloud(words: str) -> int:
    """The number that the words say."""
    whole = group = 0
    for word in words.lower().split():
        scale = next((value for stem, value in reversed(SCALES.items()) if word.startswith(stem)), None)
        if scale:
            whole, group = whole + group * scale, 0
        else:
            group += VALUES[word]
    return whole + group


@given(some.integers(0, MOST_KOPECKS))
def test_words_say_the_number_they_were_made_of(kopecks: int) -> None:
    assert read_aloud(roubles_in_words(kopecks)) == kopecks // 100


@given(some.integers(0, MOST_KOPECKS))
def test_the_word_for_roubles_agrees_with_the_last_word_before_it(kopecks: int) -> None:
    last, unit = re.findall(r"(\w+) (рубл\w+) \d\d копе\w+$", amount_in_words(kopecks))[0]
    agrees = {"один": "рубль", "два": "рубля", "три": "рубля", "четыре": "рубля"}
    assert unit == agrees.get(last.lower(), "рублей")


@pytest.mark.parametrize("kopecks", [-1, MOST_KOPECKS + 1])
def test_what_has_no_words_is_refused(kopecks: int) -> None:
    with pytest.raises(ValueError, match="cannot be written in words"):
        amount_in_words(kopecks)


def test_a_day_is_written_as_on_paper() -> None:
    assert day_in_words(DAY) == "«05» марта 2025 г."
