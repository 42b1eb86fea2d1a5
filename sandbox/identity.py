"""Invented but well-formed names and numbers: INN, OGRN, KPP, РНМ, ФН, GUIDs, people and places."""

from __future__ import annotations

import random
from hashlib import blake2b

_FIRST = ("Полярная", "Тихая", "Медная", "Речная", "Янтарная", "Лесная", "Звонкая", "Северная", "Ясная", "Каменная")
_SECOND = ("гагара", "пристань", "мельница", "заводь", "ладья", "рябина", "роса", "поляна", "искра", "ротонда")
_SURNAMES = ("Тестова", "Примерова", "Образцова", "Вымышлева", "Небылицын", "Песочников", "Учебнова", "Макетов")
_CITIES = ("г. Примерск", "г. Образцово", "г. Макетный", "пос. Песочный", "г. Вымышлен")
_STREETS = ("ул. Тестовая", "ул. Учебная", "пр. Черновой", "пер. Пробный", "наб. Условная")
_GOODS = ("Хлеб", "Молоко", "Чай", "Тетрадь", "Лампа", "Перчатки", "Кофе", "Шнур", "Мыло", "Печенье", "Гвозди", "Сыр")

GOODS = _GOODS
MODELS = ("Песочница-01Ф", "Песочница-02Ф", "Макет-Онлайн")


def stable_seed(*parts: object) -> int:
    """Return a 64-bit number that depends only on the parts, not on the process."""
    return int.from_bytes(blake2b("/".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


def guid(*parts: object) -> str:
    """Return a GUID that depends only on the parts."""
    digits = blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _check_digit(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10)


_TEN = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_ELEVEN = (7, *_TEN)
_TWELVE = (3, *_ELEVEN)


def valid_inn(inn: str) -> bool:
    """Whether an INN has 10 or 12 digits and its check digits are right."""
    if not inn.isascii() or not inn.isdigit():
        return False
    if len(inn) == 10:
        return inn[9] == _check_digit(inn[:9], _TEN)
    return len(inn) == 12 and inn[10:] == _check_digit(inn[:10], _ELEVEN) + _check_digit(inn[:11], _TWELVE)


def invent_inn(rng: random.Random, *, sole_proprietor: bool) -> str:
    """Return a valid INN: 10 digits, or 12 of a sole proprietor."""
    office = f"{rng.choice((16, 24, 54, 59, 66, 74))}{rng.randint(1, 99):02d}"
    if sole_proprietor:
        body = office + f"{rng.randrange(10**6):06d}"
        body += _check_digit(body, _ELEVEN)
        return body + _check_digit(body, _TWELVE)
    body = office + f"{rng.randrange(10**5):05d}"
    return body + _check_digit(body, _TEN)


def invent_ogrn(rng: random.Random, *, sole_proprietor: bool) -> str:
    """Return an ОГРН of 13 digits, or an ОГРНИП of 15, with its check digit."""
    body = (
        "3" if sole_proprietor else "1"
    ) + f"{rng.randrange(10 ** (13 if sole_proprietor else 11)):0{13 if sole_proprietor else 11}d}"
    return body + str(int(body) % (13 if sole_proprietor else 11) % 10)


def invent_name(rng: random.Random, index: int, *, sole_proprietor: bool) -> tuple[str, str]:
    """Return the short and the full name of an organisation."""
    if sole_proprietor:
        surname = _SURNAMES[index % len(_SURNAMES)]
        return f"ИП {surname} П. П.", f"Индивидуальный предприниматель {surname} П. П."
    words = f"{_FIRST[rng.randrange(10)]} {_SECOND[index % 10]}"
    return f'ООО "{words}"', f'Общество с ограниченной ответственностью "{words}"'


def invent_cashier(rng: random.Random) -> str:
    """Return a cashier's name."""
    return f"{rng.choice(_SURNAMES)} {rng.choice('АБВГДИК')}. {rng.choice('АБВГДИК')}."


def invent_address(rng: random.Random) -> str:
    """Return an address that does not exist."""
    return f"{rng.choice(_CITIES)}, {rng.choice(_STREETS)}, д. {rng.randint(1, 120)}"
