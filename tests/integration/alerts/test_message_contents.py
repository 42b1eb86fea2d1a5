"""One message per day and organisation names everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from smena.alerts.outgoing import gather, send
from smena.model.errors import WrongUse
from smena.model.settings import SETTINGS, Settings
from smena.warehouse.database import Warehouse
from tests.integration.alert_receivers import Hook
from tests.integration.alerts.trouble import (
    NOW,
    counts,
    messenger_of,
    put_certificate,
    put_differences,
    put_gap,
    put_missing,
    register,
    run,
)
from tests.invented import ROMASHKA, VASILEK
from tests.town import EASY, Town


def test_everything_of_an_organisation_is_one_message_with_counts_and_what_to_do(troubled: Warehouse) -> None:
    vasilek, romashka = gather(troubled, NOW)
    assert counts(romashka) == {"gap": 1, "decision": 2, "quarantine": 3}
    assert counts(vasilek) == {"decision": 1}
    assert romashka.text.splitlines() == [
        "Смена 20.01.2026: ООО «Ромашка», ИНН 9607083893",
        "• Контур.ОФД: пробелов 1, нет доступа к кассам (11.01.2026–12.01.2026, касс 1)",
        "  → открыть доступ к кассам в личном кабинете Контур.ОФД: smena integration status --inn 9607083893",
        "• расхождений ждут решения: 2",
        "  → решить: smena conflicts --inn 9607083893",
        "• Контур.ОФД: записей в карантине 3, чаще всего: нет поля closed_at",
        "  → посмотреть; исправленное загрузится само: smena quarantine list --inn 9607083893",
    ]


def test_a_decision_that_waits_is_named_daily_with_the_page_where_it_is_made(troubled: Warehouse) -> None:
    """Only of the organisation whose message it is; the same message is the same whoever knows the address."""
    for day in range(3):
        for message in gather(troubled, NOW + timedelta(days=day)):
            linked = replace(message, pages_address="https://airflow.example.org/smena")
            (reported,) = [line for line in linked.text.splitlines() if line.startswith("  → решить:")]
            assert reported == (f"  → решить: https://airflow.example.org/smena/decisions?inn={message.inn}")
            (other,) = {ROMASHKA, VASILEK} - {message.inn}
            assert other not in str(linked.payload)
            assert linked.digest == message.digest


def test_without_anything_wrong_there_is_no_message(warehouse: Warehouse, hook: Hook) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    put_gap(warehouse, ROMASHKA, reason="before_first_document")
    put_certificate(warehouse, ROMASHKA, NOW + timedelta(days=31))
    assert gather(warehouse, NOW) == []
    assert send(warehouse, [], messenger_of(hook), sent_by="test").sent == []
    assert hook.came == []


def test_days_not_loaded_through_yesterday_missing_shifts_and_differences_are_named(warehouse: Warehouse) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»", through=date(2026, 1, 16))
    put_missing(warehouse, ROMASHKA)
    put_differences(warehouse, ROMASHKA)
    (message,) = gather(warehouse, NOW)
    assert counts(message) == {"uncovered": 3, "missing": 3, "difference": 2}
    assert "не загружено дней 3, первый 17.01.2026" in message.text
    assert f"smena load --product market --inn {ROMASHKA} --from 2026-01-17 --to 2026-01-19" in message.text
    assert "не хватает смен в 3 днях касс (14.01.2026–16.01.2026, касс 1)" in message.text
    assert "разниц 2, итоги дней, на 1 234,50 ₽ (15.01.2026)" in message.text
    assert f"smena reconcile --inn {ROMASHKA} --from 2026-01-15 --to 2026-01-15" in message.text


def test_a_day_is_expected_once_it_is_over_for_the_organisation_and_at_its_westernmost_register(
    warehouse: Warehouse,
) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    before, after = datetime(2026, 1, 20, 21, 59, tzinfo=UTC), datetime(2026, 1, 20, 22, 1, tzinfo=UTC)
    for zone in ("Europe/Moscow", "Asia/Vladivostok"):
        run(warehouse, "update control.organization set timezone = %(zone)s", zone=zone)
        assert gather(warehouse, before) == []
        (message,) = gather(warehouse, after)
        assert counts(message) == {"uncovered": 1}
    run(warehouse, "update control.organization set timezone = 'Atlantic/Azores'")
    assert gather(warehouse, after) == [], "it is still the evening of the 20th for the organisation"


def test_days_covered_by_a_clock_that_was_ahead_are_still_expected(warehouse: Warehouse) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»", through=date(2026, 6, 1))
    (message,) = gather(warehouse, NOW)
    assert counts(message) == {"uncovered": 10}


@pytest.mark.parametrize(
    ("ends", "word"),
    [(NOW + timedelta(days=29), "кончается 18.02.2026"), (NOW - timedelta(days=1), "кончился 19.01.2026")],
)
def test_a_certificate_is_named_thirty_days_before_its_end_and_after_it(
    warehouse: Warehouse, ends: datetime, word: str
) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    put_certificate(warehouse, ROMASHKA, ends)
    (message,) = gather(warehouse, NOW)
    assert f"сертификат руководителя {word}" in message.text
    put_certificate(warehouse, ROMASHKA, NOW + timedelta(days=400))
    assert gather(warehouse, NOW) == []


def test_a_stopped_batch_is_named_until_a_later_one_is_published(warehouse: Warehouse) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    one = """
        insert into control.batch (organization_inn, product, run_id, reason, detail, state, finished_at, summary)
        values (%(inn)s, 'ofd', 'r', 'planned', 'totals', %(state)s, now(), '{"stopped": "too much is bad"}')"""
    run(warehouse, one, inn=ROMASHKA, state="stopped")
    (message,) = gather(warehouse, NOW)
    assert "загрузок с бедой 1 за сутки (остановлено 1)" in message.text
    assert message.alerts[0].details["reason"] == "too much is bad"
    run(warehouse, one, inn=ROMASHKA, state="published")
    assert gather(warehouse, NOW) == []


def test_quarantine_is_named_only_above_the_threshold(troubled: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_ALERT_QUARANTINE", "3")
    (message,) = gather(troubled, NOW, inn=ROMASHKA, most_quarantined=SETTINGS.alert_quarantine)
    assert "quarantine" not in counts(message)
    assert "quarantine" in counts(gather(troubled, NOW, inn=ROMASHKA, most_quarantined=2)[0])
    monkeypatch.setenv("SMENA_ALERT_QUARANTINE", "many")
    with pytest.raises(WrongUse, match="SMENA_ALERT_QUARANTINE"):
        Settings.alert_quarantine.value()


def test_every_problem_that_loads_leave_behind_is_named(build_town: Callable[..., Town]) -> None:
    town = build_town(EASY)
    town.set_day(date(2025, 12, 11))
    town.load(inn=town.inn)
    town.set_day(date(2025, 12, 14))
    (message,) = gather(town.warehouse, town.context.now())
    (uncovered,) = [alert for alert in message.alerts if alert.kind == "uncovered"]
    assert (uncovered.count, uncovered.details["first_day"]) == (3, date(2025, 12, 11))
