"""Signs of registers: stored from z-reports, shown while they stand, reported once, gone when they are cured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from smena.pipeline.alerts import gather, send
from smena.reads.registers import SIGNS, UNKNOWN, signs, signs_counted
from tests.integration.alert_receivers import Hook
from tests.integration.alerts.trouble import messenger_of
from tests.integration.decisions.deciding import FIRST, LAST, WEEK
from tests.integration.ui.browser import Browser
from tests.town import Town

BEFORE = LAST - timedelta(days=1)
MORNING = datetime.combine(LAST, time(4), tzinfo=UTC)
FIELDS = {
    "drive_replace": {"fiscalDriveReplaceRequiredSign": 1},
    "drive_exhausted": {"fiscalDriveExhaustionSign": 1},
    "drive_memory_full": {"fiscalDriveMemoryExceededSign": "1"},
    "not_sent": {"ofdResponseTimeoutSign": 1, "notTransmittedDocumentsQuantity": 17},
}
DAYS_AGO = "2025-12-20T10:00:00"


@pytest.fixture
def town(copy_town: Callable[..., Town]) -> Town:
    """Two registers, nothing loaded."""
    return copy_town(lambda _: None, WEEK, start=FIRST)


def first_register(town: Town) -> str:
    return min(one.reg_number for one in town.sandbox.world.organizations[0].registers)


def patch(town: Town, register: str, fields: dict[str, Any], drop: tuple[str, ...] = ()) -> None:
    town.sandbox.faults.add(
        {
            "kind": "patch_document",
            "match": {"type": "closeShift", "kktRegId": register},
            "set": fields,
            "drop": [*drop],
        }
    )


def found(town: Town, now: datetime = MORNING) -> set[tuple[str, str]]:
    return {(row["kkt_reg_id"], row["sign"]) for row in signs(town.warehouse, now)}


def reported(town: Town, now: datetime = MORNING) -> dict[str, int]:
    """Alerts about registers, by sign."""
    alerts = [one for message in gather(town.warehouse, now) for one in message.alerts if one.kind == "register"]
    return {one.details["sign"]: one.count for one in alerts}


@pytest.mark.parametrize("sign", FIELDS)
def test_a_sign_of_the_newest_z_report_stands_until_the_next_one_does_not_have_it(town: Town, sign: str) -> None:
    register = first_register(town)
    patch(town, register, FIELDS[sign])
    town.load(FIRST, BEFORE)
    assert found(town) == {(register, sign)}
    assert reported(town) == {sign: 1}
    town.sandbox.faults.clear()
    town.load(LAST, LAST)
    evening = MORNING + timedelta(days=1)
    assert found(town, evening) == set()
    assert reported(town, evening) == {}


def test_a_sign_is_reported_once_and_again_after_it_was_cured(town: Town, hook: Hook) -> None:
    register = first_register(town)
    patch(town, register, FIELDS["drive_replace"])
    town.load(FIRST, BEFORE)
    messages = gather(town.warehouse, MORNING)
    send(town.warehouse, messages, messenger_of(hook), sent_by="test")
    assert "срочно заменить фискальный накопитель, касс: 1" in messages[0].text
    # The same morning it is the same message; from the next day on the sign stands, and is not reported any more.
    assert reported(town) == {"drive_replace": 1}
    tomorrow = MORNING + timedelta(days=1)
    assert reported(town, tomorrow) == {}
    assert found(town, tomorrow) == {(register, "drive_replace")}
    # Another drive is another episode.
    town.sql("update accounting.shift set fiscal_drive_number = reverse(fiscal_drive_number)")
    assert reported(town, tomorrow) == {"drive_replace": 1}


def test_documents_that_wait_for_hours_only_are_no_sign(town: Town) -> None:
    register = first_register(town)
    patch(town, register, {"notTransmittedDocumentsQuantity": 3, "notTransmittedDocumentsDateTime": DAYS_AGO})
    town.load(FIRST, BEFORE)
    assert found(town) == {(register, "not_sent")}
    shift = "(select max(closed_at) from accounting.shift where kkt_reg_id = %s)"
    town.sql(f"update accounting.shift set not_sent_since = {shift} - interval '3 hours'", register)  # noqa: S608
    assert found(town) == set()
    # It is not known since when documents are unsent, so the sign stays.
    town.sql("update accounting.shift set not_sent_since = null where kkt_reg_id = %s", register)
    assert found(town) == {(register, "not_sent")}


def test_what_a_z_report_does_not_say_is_not_known(town: Town) -> None:
    register = first_register(town)
    fields = [name for of in FIELDS.values() for name in of]
    patch(town, register, {}, tuple(fields))
    town.load(FIRST, BEFORE)
    assert found(town) == set()
    assert signs_counted(town.warehouse, MORNING) == {UNKNOWN: 1}
    assert reported(town) == {}
    page = Browser(town.road, "nobody").page("/today")
    assert "состояние не известно" not in page  # nothing is in sight
    town.warehouse.run("desk_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    assert "состояние не известно: 1" in Browser(town.road, "anna").page("/today")


def test_a_shift_that_stays_open_for_more_than_a_day(town: Town) -> None:
    register = first_register(town)
    town.load(FIRST, BEFORE)
    assert found(town) == set()
    opened = datetime.combine(BEFORE, time(20))
    town.sql(
        "insert into control.told_shift (organization_inn, kkt_reg_id, shift_number, opened_at, receipts, cash_income,"
        " cash_refund, cash_payout, cash_payout_refund, cashless_income, cashless_refund, page_id, batch_id)"
        " select %s, %s, 9999, %s, 0, 0, 0, 0, 0, 0, 0, 1, max(batch_id) from control.batch",
        town.inn, register, opened,
    )  # fmt: skip
    # In Moscow, where its organisation is: 23 hours, then 25.
    assert found(town, datetime.combine(LAST, time(16), tzinfo=UTC)) == set()
    late = datetime.combine(LAST, time(18), tzinfo=UTC)
    assert found(town, late) == {(register, "open_shift")}
    assert reported(town, late) == {"open_shift": 1}


def test_a_register_that_is_silent_while_it_usually_trades(town: Town) -> None:
    register = first_register(town)
    town.load(FIRST, BEFORE)
    # Four weeks of trading on the weekday of LAST, from nine in the morning.
    town.sql(
        """
        insert into accounting.shift (
            shift_id, source, organization_inn, kpp, kkt_reg_id, fiscal_drive_number, shift_number,
            fiscal_document_number, opened_at, closed_at, receipts, outcome, evidence, batch_id
        )
        select
            gen_random_uuid(), 'ofd', %s, '', %s, '9999999999999999', week, week,
            %s::timestamp - week * interval '7 days' + interval '9 hours',
            %s::timestamp - week * interval '7 days' + interval '20 hours', 5, 'incomplete', '{}',
            (select max(batch_id) from control.batch)
        from generate_series(1, 4) as week
        """,
        town.inn, register, LAST, LAST,
    )  # fmt: skip
    last = datetime.combine(BEFORE, time(20))
    town.sql("update control.register set newest_document_at = %s, has_future_clock = false", last)
    for local_hour, silent in ((11, False), (13, True)):
        seen = datetime.combine(LAST, time(local_hour - 3), tzinfo=UTC)
        town.sql("update control.register set seen_at = %s", seen)
        assert found(town, seen) == ({(register, "silent")} if silent else set())
    # It formed a document after all.
    town.sql("update control.register set newest_document_at = %s", datetime.combine(LAST, time(12)))
    assert found(town, seen) == set()


def test_page_alert_and_counts_agree_and_only_registers_in_reach_count(town: Town) -> None:
    register = first_register(town)
    patch(town, register, FIELDS["drive_replace"] | FIELDS["drive_memory_full"])
    town.load(FIRST, BEFORE)
    town.warehouse.run("desk_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    assert signs_counted(town.warehouse, MORNING) == reported(town) == {"drive_replace": 1, "drive_memory_full": 1}
    page = Browser(town.road, "anna").page("/today")
    ((name,),) = town.sql("select name from control.register where kkt_reg_id = %s", register)
    assert "срочно заменить ФН: <b>1</b>" in page and "память ФН заполнена: <b>1</b>" in page
    assert f'<td title="{register}">{name or register}</td>' in page or name in page
    town.sql("update control.register set permission_to = %s where kkt_reg_id = %s", BEFORE, register)
    assert found(town) == set()
    assert set(SIGNS) >= {"drive_replace", "silent"}
