"""The texts of a mandate and of a ban, which the head signs byte for byte: UTF-8, lines ended by LF."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smena.model.organization import Organization

_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """The organisation, the number and the date of a text."""

    organization: Organization
    mandate_id: str
    number: int
    made_on: date


def mandate_text(subject: Subject, start_date: date, registers: Sequence[str]) -> bytes:
    """Поручение на передачу фискальных данных; no registers: all of them."""
    named = [f"  РНМ {register}" for register in registers]
    return _bytes(
        *_head(subject, "ПОРУЧЕНИЕ"),
        "Организация поручает передавать фискальные данные своих касс, которые получает оператор фискальных данных,",
        "в учетную систему для загрузки отчетов о закрытии смен и формирования по ним кассовых документов.",
        "",
        "Продукт: Контур.ОФД (ofd)",
        f"Документы загружаются начиная с {_day(start_date)}",
        *(["Кассы:", *named] if named else ["Кассы: все кассы организации"]),
        "",
        "Поручение действует до подписания запрета на передачу фискальных данных.",
    )


def ban_text(subject: Subject) -> bytes:
    """Запрет на передачу фискальных данных."""
    return _bytes(
        *_head(subject, "ЗАПРЕТ"),
        "Организация запрещает дальнейшую передачу фискальных данных всех своих касс в учетную систему",
        "и отзывает данное ранее поручение. Загруженные документы сохраняются.",
        "",
        "Продукт: Контур.ОФД (ofd)",
        "Запрет действует с момента его принятия учетной системой.",
    )


def _head(subject: Subject, word: str) -> list[str]:
    organization = subject.organization
    return [
        f"{word} НА ПЕРЕДАЧУ ФИСКАЛЬНЫХ ДАННЫХ № {subject.number}",
        f"Идентификатор: {subject.mandate_id}",
        f"Дата составления: {_day(subject.made_on)}",
        "",
        f"Организация: {_one_line(organization.name)}",
        f"ИНН: {organization.inn}",
        f"КПП: {organization.kpp or 'нет'}",
        "",
    ]


def _bytes(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year} г. ({day.isoformat()})"


def _one_line(name: str) -> str:
    """The name without line breaks and control characters, so that it cannot add or hide lines of the text."""
    return " ".join("".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in name).split())
