"""The words that the head signs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from smena.mandates.text import Subject, ban_text, mandate_text
from smena.model.organization import Organization
from tests.invented import PRIMER, SOLE_PROPRIETOR

SHOP = Organization(
    inn=PRIMER, kpp="960101001", name="ООО «Ромашка»", tariff="uchetny", modifier=None, timezone="Europe/Moscow",
    detail="totals", refunds="rko", date_policy="shift_close", keeps_cash_documents=True, bad_share_limit=0.2,
    ofd_connection="kontur_ofd", market_connection="kontur_market",
)  # fmt: skip
SUBJECT = Subject(SHOP, "2f1c5b1e-0000-4000-8000-000000000001", 3, date(2026, 1, 15))
START = date(2026, 2, 1)


def test_a_mandate_says_who_what_and_from_when() -> None:
    assert mandate_text(SUBJECT, START, []).decode() == (
        "ПОРУЧЕНИЕ НА ПЕРЕДАЧУ ФИСКАЛЬНЫХ ДАННЫХ № 3\n"
        "Идентификатор: 2f1c5b1e-0000-4000-8000-000000000001\n"
        "Дата составления: 15 января 2026 г. (2026-01-15)\n"
        "\n"
        "Организация: ООО «Ромашка»\n"
        "ИНН: 9601000019\n"
        "КПП: 960101001\n"
        "\n"
        "Организация поручает передавать фискальные данные своих касс, которые получает оператор фискальных данных,\n"
        "в учетную систему для загрузки отчетов о закрытии смен и формирования по ним кассовых документов.\n"
        "\n"
        "Продукт: Контур.ОФД (ofd)\n"
        "Документы загружаются начиная с 1 февраля 2026 г. (2026-02-01)\n"
        "Кассы: все кассы организации\n"
        "\n"
        "Поручение действует до подписания запрета на передачу фискальных данных.\n"
    )


def test_a_mandate_may_name_registers() -> None:
    text = mandate_text(SUBJECT, START, ["0000000000000001", "0000000000000002"]).decode()
    assert "\nКассы:\n  РНМ 0000000000000001\n  РНМ 0000000000000002\n\n" in text
    assert "все кассы" not in text


def test_a_ban_says_whose_and_which_and_keeps_what_was_loaded() -> None:
    lines = ban_text(SUBJECT).decode().splitlines()
    assert lines[0] == "ЗАПРЕТ НА ПЕРЕДАЧУ ФИСКАЛЬНЫХ ДАННЫХ № 3"
    assert "ИНН: 9601000019" in lines and "Продукт: Контур.ОФД (ofd)" in lines
    assert lines[-1].startswith("Запрет действует")


def test_a_sole_proprietor_has_no_kpp_in_it() -> None:
    text = mandate_text(replace(SUBJECT, organization=replace(SHOP, kpp="", inn=SOLE_PROPRIETOR)), START, []).decode()
    assert "\nКПП: нет\n" in text


def test_a_name_cannot_add_a_line_or_hide_one() -> None:
    name = "ООО\n\nКПП: 1\r\u2028Кассы:\u202e все\u200b \x00"
    text = mandate_text(replace(SUBJECT, organization=replace(SHOP, name=name)), START, [])
    assert "\nОрганизация: ООО КПП: 1 Кассы: все\n".encode() in text
    assert text.count(b"\n") == mandate_text(SUBJECT, START, []).count(b"\n")
    assert b"\r" not in text
