"""Sums and dates in Russian words, as cash documents are filled in (сумма прописью)."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from smena.messages import RUSSIAN, message

_UNITS = ("", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
_FEMININE = {1: "одна", 2: "две"}
_TEENS = (
    "десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать",
    "восемнадцать", "девятнадцать",
)  # fmt: skip
_TENS = ("", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто")
_HUNDREDS = (
    "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
)  # fmt: skip

# Keys of messages of the context `print`, by power of a thousand.
_SCALES = ("", "thousand", "million", "billion", "trillion")
_THOUSANDS = 1
MOST_KOPECKS = 10 ** (3 * len(_SCALES)) * 100 - 1


def amount_in_words(kopecks: int) -> str:
    """Return a sum in words, its kopecks in figures: 120105 → `Одна тысяча двести один рубль 05 копеек`.

    Raises ValueError below zero and above `MOST_KOPECKS`.
    """
    return f"{roubles_in_words(kopecks)} {_form(kopecks // 100, 'rouble')} {kopecks_in_words(kopecks)}"


def roubles_in_words(kopecks: int) -> str:
    """Return the whole roubles of a sum in words, without «рубль»: 120105 → `Одна тысяча двести один`."""
    if not 0 <= kopecks <= MOST_KOPECKS:
        raise ValueError(f"{kopecks} kopecks cannot be written in words")
    words: list[str] = []
    rest, scale = kopecks // 100, 0
    while rest:
        rest, group = divmod(rest, 1000)
        if group:
            words = [
                *_hundreds(group, feminine=scale == _THOUSANDS),
                *([_form(group, _SCALES[scale])] if scale else []),
                *words,
            ]
        scale += 1
    text = " ".join(words) or "ноль"
    return text[0].upper() + text[1:]


def kopecks_in_words(kopecks: int) -> str:
    """Return the kopecks of a sum in two figures: 120105 → `05 копеек`."""
    return f"{kopecks % 100:02d} {_form(kopecks % 100, 'kopeck')}"


def day_in_words(day: date) -> str:
    """Return `«05» марта 2025 г.`"""
    return str(format_date(day, "«dd» MMMM y 'г.'", locale=RUSSIAN))


def _hundreds(group: int, *, feminine: bool) -> list[str]:
    """Return the words of 1…999; тысяча is feminine: одна, две."""
    hundreds, rest = divmod(group, 100)
    tens, units = divmod(rest, 10)
    words = [_HUNDREDS[hundreds]]
    if tens == 1:
        words.append(_TEENS[units])
    else:
        words += [_TENS[tens], _FEMININE.get(units, _UNITS[units]) if feminine else _UNITS[units]]
    return [word for word in words if word]


def _form(number: int, word: str) -> str:
    """Return the form of the word that fits the number."""
    return message(word, context="print", n=number)
