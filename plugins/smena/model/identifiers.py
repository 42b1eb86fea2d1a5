"""Identifiers: ИНН, КПП, РНМ, ФН. They are text everywhere, because a float64 corrupts 16 digits (DOMAIN 3)."""

from __future__ import annotations

import re

_TEN = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_ELEVENTH = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_TWELFTH = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)

RNM = re.compile(r"\d{16}")
FISCAL_DRIVE = re.compile(r"\d{1,16}")
KPP = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}", re.ASCII)


def clean(text: str) -> str:
    """Return an identifier without padding spaces. A short one is not filled up with zeros: test drives are shorter."""
    return text.strip()


def clean_inn(text: str) -> str:
    """Return an ИНН without padding: without spaces, and without the `00` that some services put before ten digits."""
    inn = text.strip()
    return inn[2:] if len(inn) == 12 and inn.startswith("00") else inn


def _check_digit(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10)


def is_inn(text: str) -> bool:
    """Return whether a text is a valid ИНН: 10 digits, or 12 for a sole proprietor, with correct check digits."""
    if not (text.isascii() and text.isdigit()) or text.startswith("00"):
        return False
    if len(text) == 10:
        return text[9] == _check_digit(text, _TEN)
    return len(text) == 12 and text[10] == _check_digit(text, _ELEVENTH) and text[11] == _check_digit(text, _TWELFTH)
