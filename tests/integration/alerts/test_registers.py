"""Health signs of registers: stored from z-reports, shown while they last, reported once, gone when they are cured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from smena.alerts.outgoing import gather, send_daily
from smena.model.reason_text import reason
from smena.model.reasons import Reason
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
WORDS = {
    "drive_replace": "срочно заменить фискальный накопитель, касс: 1",
    "drive_exhausted": "фискальный накопитель заканчивается, касс: 1",
    "drive_memory_full": "память фискального накопителя заполнена, касс: 1",
    "not_sent": "документы не переданы в ОФД, касс: 1",
    "open_shift": "смена открыта больше 24 часов, касс: 1",
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
def test_a_sign_of_the_newest_z_report_lasts_until_the_next_one_does_not_have_it(town: Town, sign: str) -> None:
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


def send_at(town: Town, hook: Hook, now: datetime) -> str:
    """Send the alerts of a morning as the DAG does; return the result."""
    before = len(hook.came)
    town.sandbox.set_now(now.replace(tzinfo=None))
    send_daily(town.context, messenger_of(hook), sent_by="test")
    return "\n".join(one["text"] for one in hook.came[before:])


@pytest.mark.parametrize("sign", FIELDS)
def test_a_sign_is_reported_once_and_again_after_it_was_cured(town: Town, hook: Hook, sign: str) -> None:
    register = first_register(town)
    patch(town, register, FIELDS[sign])
    town.load(FIRST, BEFORE)
    assert WORDS[sign] in send_at(town, hook, MORNING)
    # The same morning it is the same message; from the next day on the sign lasts, and is not reported any more.
    assert reported(town) == {sign: 1}
    assert send_at(town, hook, MORNING + timedelta(hours=1)) == ""
    for days in (1, 2):
        assert WORDS[sign] not in send_at(town, hook, MORNING + timedelta(days=days))
    assert found(town, MORNING + timedelta(days=2)) == {(register, sign)}
    # It is cured, and is back on the same drive. Other organisations' and other signs' alerts do not matter.
    column = {"not_sent": "ofd_timeout"}.get(sign, sign)
    change = f"update accounting.shift set {column} = %s, not_sent = 0 where kkt_reg_id = %s"  # noqa: S608
    town.sql(change, False, register)
    assert WORDS[sign] not in send_at(town, hook, MORNING + timedelta(days=3))
    town.sql(change, True, register)
    assert WORDS[sign] in send_at(town, hook, MORNING + timedelta(days=4))
    assert WORDS[sign] not in send_at(town, hook, MORNING + timedelta(days=5))
    # Another drive is another episode.
    town.sql("update accounting.shift set fiscal_drive_number = reverse(fiscal_drive_number)")
    assert WORDS[sign] in send_at(town, hook, MORNING + timedelta(days=6))


def test_what_did_not_go_out_is_reported_the_next_morning(town: Town, hook: Hook) -> None:
    patch(town, first_register(town), FIELDS["drive_replace"])
    town.load(FIRST, BEFORE)
    send_daily(town.context, None, sent_by="test")
    assert WORDS["drive_replace"] in send_at(town, hook, MORNING + timedelta(days=1))


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


def test_a_sign_that_a_z_report_lacks_is_unknown(town: Town) -> None:
    register = first_register(town)
    fields = [name for of in FIELDS.values() for name in of]
    patch(town, register, {}, tuple(fields))
    town.load(FIRST, BEFORE)
    assert found(town) == set()
    assert signs_counted(town.warehouse, MORNING) == {UNKNOWN: 1}
    assert reported(town) == {}
    page = Browser(town.context, "nobody").page("/today")
    assert "состояние не известно" not in page  # no organisation is visible
    town.warehouse.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    assert "Состояние не известно: 1" in Browser(town.context, "anna").page("/today")


def open_shift(town: Town, register: str, number: int, opened: datetime) -> None:
    """The operator's totals by shift have a shift that was opened and not closed."""
    town.sql(
        "insert into control.source_shift (organization_inn, kkt_reg_id, shift_number, opened_at, receipts,"
        " cash_income, cash_refund, cash_payout, cash_payout_refund,"
        " cashless_income, cashless_refund, page_id, batch_id)"
        " select %s, %s, %s, %s, 0, 0, 0, 0, 0, 0, 0, 1, max(batch_id) from control.batch",
        town.inn, register, number, opened,
    )  # fmt: skip


def open_gap(town: Town, register: str, day: date, number: int | None, since: date | None = None) -> None:
    """A load has found that a shift was open on a day."""
    details = reason(Reason.SHIFT_OPEN_SINCE, shift=number, day=since or day)
    town.sql(
        "insert into control.gap (organization_inn, product, unit_id, days, reason, details)"
        " values (%s, 'ofd', %s, daterange(%s, %s), 'open_shift', %s)",
        town.inn, register, day, day + timedelta(days=1), details,
    )  # fmt: skip


def test_an_open_shift_is_reported_every_morning_until_it_is_closed(town: Town, hook: Hook) -> None:
    """Its cash is not in the books."""
    register = first_register(town)
    town.load(FIRST, BEFORE)
    opened = datetime.combine(FIRST, time(9))
    open_shift(town, register, 9998, opened)
    for days in range(3):
        assert WORDS["open_shift"] in send_at(town, hook, MORNING + timedelta(days=days))
    # A newer one is of the same register, and is seen beside it.
    open_shift(town, register, 9999, datetime.combine(LAST, time(9)))
    evening = MORNING + timedelta(days=3)
    assert [row["since"] for row in signs(town.warehouse, evening)] == [opened, datetime.combine(LAST, time(9))]
    assert signs_counted(town.warehouse, evening) == reported(town, evening) == {"open_shift": 1}
    assert WORDS["open_shift"] in send_at(town, hook, evening)
    # The older one is settled by a person.
    town.sql(
        "insert into accounting.shift (shift_id, source, organization_inn, kpp, kkt_reg_id, fiscal_drive_number,"
        " shift_number, closed_at, receipts, outcome, evidence, batch_id)"
        " select gen_random_uuid(), 'ofd', %s, '', %s, '9999999999999999', 9998, %s, 0, 'rejected', '{}', max(batch_id)"
        " from control.batch",
        town.inn, register, opened + timedelta(hours=3),
    )  # fmt: skip
    assert [row["since"] for row in signs(town.warehouse, evening)] == [datetime.combine(LAST, time(9))]
    assert WORDS["open_shift"] in send_at(town, hook, MORNING + timedelta(days=4))
    town.sql("delete from control.source_shift")
    assert WORDS["open_shift"] not in send_at(town, hook, MORNING + timedelta(days=5))


def test_each_open_shift_is_a_sign_whichever_source_has_it(town: Town) -> None:
    """The last reconciliation, a load, or both."""
    register, now = first_register(town), MORNING + timedelta(days=3)
    town.load(FIRST, BEFORE)
    day = FIRST + timedelta(days=2)
    nine = time(9)
    open_shift(town, register, 9997, datetime.combine(FIRST, nine))
    # Of one shift both know; a load knows of another one, on two days.
    open_gap(town, register, FIRST, 9997)
    open_gap(town, register, day, 9998)
    open_gap(town, register, day + timedelta(days=1), 9998, day)
    # Its number is not known.
    open_gap(town, register, BEFORE, None)
    midnight = time()
    assert [row["since"] for row in signs(town.warehouse, now)] == [
        datetime.combine(FIRST, nine), datetime.combine(day + timedelta(days=1), midnight),
        datetime.combine(LAST, midnight),
    ]  # fmt: skip
    assert reported(town, now) == {"open_shift": 1}
    # Its permission has ended: its closing cannot be read any more, and its cash is in no book all the same.
    town.sql("update control.register set permission_to = %s where kkt_reg_id = %s", BEFORE, register)
    assert reported(town, now) == {"open_shift": 1}


def test_a_shift_that_stays_open_for_more_than_a_day(town: Town) -> None:
    register = first_register(town)
    town.load(FIRST, BEFORE)
    assert found(town) == set()
    open_shift(town, register, 9999, datetime.combine(BEFORE, time(20)))
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


def test_page_alert_and_counts_agree_and_only_readable_registers_count(town: Town) -> None:
    register = first_register(town)
    patch(town, register, FIELDS["drive_replace"] | FIELDS["drive_memory_full"])
    town.load(FIRST, BEFORE)
    town.warehouse.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    assert signs_counted(town.warehouse, MORNING) == reported(town) == {"drive_replace": 1, "drive_memory_full": 1}
    page = Browser(town.context, "anna").page("/today")
    ((name,),) = town.sql("select name from control.register where kkt_reg_id = %s", register)
    assert "срочно заменить ФН: <b>1</b>" in page and "память ФН заполнена: <b>1</b>" in page
    assert f'<td title="{register}">{name or register}</td>' in page or name in page
    town.sql("update control.register set permission_to = %s where kkt_reg_id = %s", BEFORE, register)
    assert found(town) == set()
    assert set(SIGNS) >= {"drive_replace", "silent"}
