"""Two organisations list one register: each shift is booked once, and what does not name its ИНН waits for a person."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from smena.decisions.conflicts import resolve
from smena.loading.load import stage
from smena.loading.publish import publish
from smena.model.reason_text import has
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.planning.plan import plan
from tests.integration.conftest import BuildTown
from tests.town import EASY, FIRST, Town

LAST = FIRST + timedelta(days=7)
TWO = replace(EASY, first_day=FIRST, last_day=LAST, organizations=2)
LISTED_TWICE = "listed_twice"
BOOKED_BY_ANOTHER = "booked_by_another_organization"


@pytest.fixture
def town(build_town: BuildTown) -> Town:
    """The second organisation's list is that of the first: the operator gives both the same registers."""
    town = build_town(TWO, now=datetime(2025, 12, 9, 12))
    first, second = town.sandbox.world.organizations
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": {"type": "organization", "inn": second.inn}, "set": {"id": first.id}}
    )
    return town


def drop_user_inn(town: Town) -> None:
    """Z-reports without `userInn`."""
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "closeShift"}, "drop": ["userInn"]})


def truth_of_first(town: Town) -> dict[tuple[str, int], dict[str, Any]]:
    registers = {one.reg_number for one in town.sandbox.world.organizations[0].registers}
    return {key: line for key, line in town.truth().items() if line["kkt_reg_id"] in registers}


def reasons(town: Town, inn: str) -> Counter[str]:
    return Counter(row["reason"] for row in town.quarantine() if row["organization_inn"] == inn)


def publish_at_once(town: Town, day: date) -> list[Exception]:
    """Both organisations' batches of a day, published by two threads that start together."""
    batches = []
    for inn in town.inns:
        made = plan(town.context, inn, run_id="test", window=Window(day, day))
        ((batch_id, shards),) = made.batches.items()
        for shard in shards:
            stage(town.context, batch_id, shard)
        batches.append(batch_id)
    start, wrong = threading.Barrier(len(batches)), []

    def run(batch_id: int) -> None:
        start.wait()
        try:
            publish(town.context, batch_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(batch_id,)) for batch_id in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_published_at_the_same_moment_a_shift_is_booked_by_one_and_the_other_batch_goes_on(town: Town) -> None:
    drop_user_inn(town)
    truth = truth_of_first(town)
    for day in Window(FIRST, LAST):
        assert publish_at_once(town, day) == []
    assert {row[0] for row in town.sql("select state from control.batch")} == {"published"}
    shifts = town.shifts()
    assert {(row["fiscal_drive_number"], row["shift_number"]) for row in shifts} == set(truth)
    assert {(row["outcome"], row["reason"]) for row in shifts} == {("needs_review", LISTED_TWICE)}
    assert town.orders() == []
    # Whoever came second has the same shifts in quarantine, with the reason.
    owners = Counter(row["organization_inn"] for row in shifts)
    for inn, other in zip(town.inns, reversed(town.inns), strict=True):
        assert reasons(town, inn) == Counter({LISTED_TWICE: owners[other]} if owners[other] else {})


def test_named_by_its_inn_a_shift_is_booked_by_that_organisation(town: Town) -> None:
    mine, others = town.inns
    for day in Window(FIRST, LAST):
        assert publish_at_once(town, day) == []
    shifts = town.shifts()
    assert {row["organization_inn"] for row in shifts} == {mine}
    assert {(row["fiscal_drive_number"], row["shift_number"]) for row in shifts} == set(truth_of_first(town))
    assert set(town.outcomes()) <= {"issued", "no_cash"}
    assert all(has(reason, Reason.INN_OF_ANOTHER) for reason in reasons(town, others))
    assert sum(reasons(town, others).values()) == len(shifts)


def test_one_after_the_other_both_wait_too(town: Town) -> None:
    """The first loads when nobody else has listed its registers: its orders are reversed until a person decides."""
    first, second = town.inns
    drop_user_inn(town)
    town.load(FIRST, LAST, inn=first)
    assert set(town.outcomes()) <= {"issued", "no_cash"}
    issued = len(town.orders())
    assert issued > 0
    town.load(FIRST, LAST, inn=second)
    assert reasons(town, second) == Counter({LISTED_TWICE: len(truth_of_first(town))})
    town.load(FIRST, LAST, inn=first)
    assert {(row["outcome"], row["reason"]) for row in town.shifts()} == {("needs_review", LISTED_TWICE)}
    assert Counter(row["status"] for row in town.orders()) == {"reversed": issued}
    # Once a person has answered to whom they belong, they stay.
    waiting = town.sql("select decision_id from control.decision where state = 'open' order by 1")
    with town.warehouse.transaction() as transaction:
        for (decision_id,) in waiting:
            resolve(transaction, decision_id, "approve", by="Анна", reason="ours: the register stands in our shop")
    outcomes = town.outcomes()
    assert "needs_review" not in outcomes
    town.load(FIRST, LAST, inn=first)
    assert town.outcomes() == outcomes


def test_what_was_accepted_stays(town: Town) -> None:
    first, second = town.inns
    drop_user_inn(town)
    town.load(FIRST, LAST, inn=first)
    town.sql("update accounting.cash_order set status = 'accepted'")
    books = town.books(but=["status_by", "status_at"])
    town.load(FIRST, LAST, inn=second)
    town.load(FIRST, LAST, inn=first)
    with_cash = {row["shift_id"] for row in town.orders()}
    assert [row for row in town.books(but=["status_by", "status_at"])["shifts"] if row["shift_id"] in with_cash] == [
        row for row in books["shifts"] if row["shift_id"] in with_cash
    ]
    assert {row["status"] for row in town.orders()} == {"accepted"}


def test_a_register_whose_permission_has_gone_over_to_another_waits_for_nobody(town: Town) -> None:
    """The second organisation's permission for these registers begins after the days of their shifts."""
    first, second = town.inns
    town.load(FIRST, FIRST, inn=second)
    town.sql(
        "update control.register set permission_from = %s where organization_inn = %s", LAST + timedelta(1), second
    )
    drop_user_inn(town)
    town.load(FIRST, LAST, inn=first)
    assert set(town.outcomes()) <= {"issued", "no_cash"}


def test_a_register_that_the_other_lists_no_more_waits_for_nobody(town: Town) -> None:
    first, second = town.inns
    town.load(FIRST, FIRST, inn=second)
    town.sandbox.faults.clear()
    town.load(FIRST, FIRST, inn=second)
    drop_user_inn(town)
    town.load(FIRST, LAST, inn=first)
    mine = [row for row in town.shifts() if row["organization_inn"] == first]
    assert mine and {row["outcome"] for row in mine} <= {"issued", "no_cash"}


def test_a_booked_shift_that_names_another_inn_later_is_reported_as_another_organisations(town: Town) -> None:
    first, second = town.inns
    town.load(FIRST, LAST, inn=first)
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "closeShift"}, "set": {"userInn": second}})
    town.load(FIRST, LAST, inn=second)
    assert reasons(town, second) == Counter({BOOKED_BY_ANOTHER: len(truth_of_first(town))})
    assert {row["organization_inn"] for row in town.shifts()} == {first}


def test_the_drives_of_a_large_batch_are_64_locks(town: Town) -> None:
    batch = town.load(FIRST, FIRST).published.batch_id
    drives = 20_000
    with town.warehouse.transaction() as transaction:
        with transaction.connection.cursor() as cursor:
            cursor.execute("select column_name from information_schema.columns where table_name = 'shift'"
                           " and table_schema = 'stage' and is_nullable = 'NO' and is_generated = 'NEVER'"
                           " and column_default is null")  # fmt: skip
            known = {
                "batch_id": str(batch), "shard": "0", "kkt_reg_id": "'0000000003065868'",
                "fiscal_drive_number": "lpad(n::text, 16, '9')", "shift_number": "1", "fiscal_document_number": "100",
                "closed_at": "'2025-12-01 20:00'::timestamp", "outcome": "'incomplete'", "evidence": "'{1}'::bigint[]",
            }  # fmt: skip
            assert {name for (name,) in cursor.fetchall()} <= known.keys()
            cursor.execute(
                f"insert into stage.shift ({', '.join(known)})"  # noqa: S608 - our own words
                f" select {', '.join(known.values())} from generate_series(1, {drives}) as n"
            )
            assert cursor.rowcount == drives
        transaction.run("lock_drives", batch_id=batch)
        with transaction.connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and classid = 7364002")
            assert cursor.fetchone() == (64,)
        transaction.undo()
