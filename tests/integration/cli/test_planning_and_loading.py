"""`smena plan` and `smena load`: success, and impossible arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from smena.messages import ENGLISH, translate
from tests.integration.cli.shop import FIRST, KONTUR, LAST, WAREHOUSE, Shop, kontur_as_uri, warehouse_as_json
from tests.integration.decisions.deciding import Office
from tests.invented import ROMASHKA as UNKNOWN

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


def rows_of_everything(shop: Shop) -> dict[str, Any]:
    tables = shop.town.sql(
        "select format('%%I.%%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('raw', 'stage', 'accounting', 'control') order by 1"
    )
    return {name: shop.town.sql(f"select count(*), max(ctid) from {name}") for (name,) in tables}  # noqa: S608


# --- plan


def test_a_plan_is_a_dry_run(shop: Shop) -> None:
    before = rows_of_everything(shop)
    done = shop.cli.run("plan", "--inn", shop.inn, "--json")
    assert (done.code, done.err) == (0, "")
    answer_data = done.data
    assert (answer_data["inn"], answer_data["product"], answer_data["gaps"]) == (shop.inn, "ofd", [])
    assert date.fromisoformat(answer_data["horizon"]) > LAST
    registers = sorted(shop.town.register(place) for place in range(3))
    asked = [window for window in answer_data["windows"] if window["reason"] != "silent"]
    horizon = date.fromisoformat(answer_data["horizon"])
    assert asked == [
        {
            "unit_id": register, "first_day": str(FIRST), "last_day": str(horizon),
            "days": (horizon - FIRST).days + 1, "reason": "missing",
        }
        for register in registers
    ]  # fmt: skip
    assert rows_of_everything(shop) == before
    assert shop.town.sandbox.requests.count("by-period") == 0


def test_a_plan_for_a_person_names_windows_and_reasons(shop: Shop) -> None:
    lines = shop.cli.here("plan", "--inn", shop.inn, "--product", "ofd").out.splitlines()
    assert lines[0].startswith("3 windows to ask through ")
    assert [line[: len("0005721555094158  2025-03-01")] for line in lines if line.endswith("missing")] == [
        f"{shop.town.register(place)}  {FIRST}" for place in sorted(range(3), key=shop.town.register)
    ]
    shop.cli.here("load", "--inn", shop.inn)
    again = shop.cli.here("plan", "--inn", shop.inn).out
    assert "missing" not in again


def test_a_plan_names_requests_and_covered_days(shop: Shop) -> None:
    before = shop.cli.here("plan", "--inn", shop.inn, "--json").data
    shop.load()
    after = shop.cli.here("plan", "--inn", shop.inn, "--json").data
    # A window loaded by hand is looked back at once by the next run.
    assert (before["requests"], after["requests"]) == (12, 12)
    assert before["covered"]["registers"] == 3
    assert (before["covered"]["covered_days"], after["covered"]["covered_days"]) == (0, 3 * ((LAST - FIRST).days + 1))
    text = shop.cli.here("plan", "--inn", shop.inn).out.splitlines()[1]
    assert text.startswith("about 12 requests; 3 readable registers, 24 of their ")


def test_a_plan_with_unreadable_days_waits_for_a_person(shop: Shop) -> None:
    shop.town.disable()
    shop.town.enable(FIRST - timedelta(days=5))
    done = shop.cli.here("plan", "--inn", shop.inn, "--json")
    assert done.code == 1
    answer_data = {(gap["first_day"], gap["last_day"], gap["reason"]) for gap in done.data["gaps"]}
    assert answer_data == {(str(FIRST - timedelta(days=5)), str(FIRST - timedelta(days=1)), "before_first_document")}
    text = shop.cli.here("plan", "--inn", shop.inn)
    assert text.code == 1
    assert "3 gaps, not readable now:" in text.out
    assert text.out.count(translate("before_first_document", ENGLISH)) == 3


# --- load


def test_a_window_is_loaded_whole_and_again_changes_nothing(shop: Shop) -> None:
    done = shop.cli.run(*shop.load_words, "--json")
    assert done.code == 0, done.err
    output, truth = done.data, shop.town.truth()
    assert output["inn"] == shop.inn
    assert (output["summary"]["shifts"], output["summary"]["verdicts"]) == (len(truth), {"new": len(truth)})
    assert output["covered_days"] == [str(FIRST + timedelta(days=n)) for n in range((LAST - FIRST).days + 1)]
    assert set(output["waiting"].values()) == {0}
    assert shop.is_loaded_right()
    books = shop.town.shifts(), shop.town.orders()

    again = shop.load()
    assert (again.code, again.data["summary"]["verdicts"]) == (0, {"same": len(truth)})
    assert again.data["batch_id"] > output["batch_id"]
    assert (shop.town.shifts(), shop.town.orders()) == books

    steps = [line.split()[3] for line in done.err.splitlines() if f"batch_id={output['batch_id']}" in line]
    assert steps == ["plan", "extract", "process", "publish"]
    # And nothing but the log of these steps: no word of a library's own.
    strangers = len(done.err.splitlines()) - len(steps)
    assert strangers == 0, done.err


def test_the_connections_may_be_written_the_other_way(shop: Shop) -> None:
    other = {
        KONTUR: kontur_as_uri(shop.town.sandbox.address),
        WAREHOUSE: warehouse_as_json(shop.town.warehouse.dsn),
    }
    assert shop.load(**other).code == 0
    assert shop.is_loaded_right()


def test_a_person_reads_what_was_loaded_in_roubles_and_kopecks(shop: Shop) -> None:
    done = shop.cli.here(*shop.load_words)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].endswith(f": {len(shop.town.truth())} shifts read")
    assert "  outcomes: issued " in done.out
    orders = shop.town.orders()
    found = []
    for kind in sorted({order["kind"] for order in orders}):
        amounts = [order["amount"] for order in orders if order["kind"] == kind]
        found.append(f"{kind} {len(amounts)} ({sum(amounts):.2f} ₽)")
    assert lines[3] == f"  orders written: {', '.join(found)}"
    assert "waits for a person" not in done.out
    assert "unchanged" not in done.out and "reversed" not in done.out


def written(fields: dict[str, dict[str, Any]], name: str) -> int:
    """Orders of every kind that a load has written in this way."""
    return sum(int(of_kind[name]) for of_kind in fields.values())


def test_a_load_prints_the_orders_that_it_wrote_and_no_others(shop: Shop) -> None:
    first = shop.load().data["summary"]
    before = len(shop.town.orders())
    assert before > 0
    assert [written(first["orders"], name) for name in ("count", "new", "changed", "reversed")] == [
        before,
        before,
        0,
        0,
    ]
    assert first["orders_unchanged"] == {}

    again = shop.load().data["summary"]
    assert again["orders"] == {}
    assert sum(again["orders_unchanged"].values()) == before
    text = shop.cli.here(*shop.load_words).out
    assert "  orders written: 0\n" in text
    assert (
        f"  orders unchanged: {', '.join(f'{kind} {n}' for kind, n in sorted(again['orders_unchanged'].items()))}"
        in text
    )


@pytest.mark.parametrize(("cash", "wrote"), [(12_300, "changed"), (0, "reversed")])
def test_a_load_that_changes_one_order_prints_one(shop: Shop, cash: int, wrote: str) -> None:
    shop.load()
    order = next(one for one in shop.town.orders() if one["operation"] == "cash_income")
    shift = next(one for one in shop.town.shifts() if one["shift_id"] == order["shift_id"])
    before = len(shop.town.orders())
    Office(shop.town).report_changed(shift, cash or -int(shift["cash_income"] * 100))
    answer_data = shop.load().data["summary"]["orders"]
    counts = {name: written(answer_data, name) for name in ("new", "changed", "reversed")}
    assert counts == {"new": 0, "changed": 0, "reversed": 0} | {wrote: 1}
    assert written(answer_data, "count") == (1 if wrote == "changed" else 0)
    assert len(shop.town.orders()) == before
    assert shop.load().data["summary"]["orders"] == {}


def test_what_waits_is_printed_and_is_exit_1(shop: Shop) -> None:
    register = shop.disturb(0, "forbid_register")
    done = shop.load()
    assert done.code == 1
    assert done.data["waiting"]["gaps"] == 1
    text = shop.cli.here(*shop.load_words)
    assert text.code == 1
    assert "waits for a person: gaps 1" in text.out
    assert {shift["kkt_reg_id"] for shift in shop.town.shifts()} == {shop.town.register(1), shop.town.register(2)}
    assert [gap["unit_id"] for gap in shop.town.gaps()] == [register]


def test_the_gaps_that_a_load_prints_are_those_that_it_leaves(shop: Shop) -> None:
    register = shop.disturb(0, "forbid_register")
    done = shop.load()
    assert [(gap["unit_id"], gap["reason"]) for gap in done.data["gaps"]] == [(register, "refused")]
    shop.town.sandbox.faults.clear()
    assert shop.load().data["gaps"] == []


def test_a_record_in_quarantine_waits_for_a_person_and_its_neighbours_are_loaded(shop: Shop) -> None:
    match = {"type": "closeShift", "shiftNumber": 3, "kktRegId": shop.town.register(0)}
    shop.town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"dateTime": "yesterday"}})
    done = shop.load()
    assert (done.code, done.data["waiting"]["quarantined"]) == (1, 1)
    assert len(shop.town.shifts()) == len(shop.town.truth()) - 1


def test_a_window_that_is_not_over_is_wrong_use(shop: Shop) -> None:
    words = ("load", "--inn", shop.inn, "--product", "ofd", "--from", str(FIRST), "--json")
    done = shop.cli.run(*words, "--to", str(TOMORROW))
    assert done.code == 2
    assert f"{TOMORROW} is not over yet in Europe/Moscow — load through " in done.error
    assert done.data == {"error": done.error, "exit_code": 2}
    assert shop.town.table("control.batch", "batch_id") == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            ("--product", "ofd", "--from", "2025-03-08", "--to", "2025-03-01"),
            "starts on 2025-03-08 after it ends on 2025-03-01",
        ),
        (("--product", "ofd", "--from", "2025-03-01", "--to", "2025-02-30"), "'2025-02-30' is not a date"),
        (("--product", "ofd", "--from", "2025-03-01"), "--to"),
        (("--product", "market", "--from", "2025-03-01", "--to", "2025-03-08"), "market of"),
        (("--product", "both", "--from", "2025-03-01", "--to", "2025-03-08"), "'both'"),
    ],
)
def test_an_impossible_window_is_wrong_use(loaded: Shop, words: tuple[str, ...], why: str) -> None:
    batches = loaded.town.table("control.batch", "batch_id")
    done = loaded.cli.here("load", "--inn", loaded.inn, *words)
    assert (done.code, done.out) == (2, "")
    assert why in done.error
    assert loaded.town.table("control.batch", "batch_id") == batches


def test_nothing_is_planned_or_loaded_for_an_organisation_that_is_not_switched_on(shop: Shop) -> None:
    shop.town.disable()
    for words in (("plan", "--inn", shop.inn), shop.load_words):
        done = shop.cli.here(*words)
        assert (done.code, done.out) == (2, "")
        assert f"`smena integration enable --inn {shop.inn} --product ofd --from DATE`" in done.error
    unknown = [UNKNOWN if word == shop.inn else word for word in shop.load_words]
    for words in (("plan", "--inn", UNKNOWN), unknown):
        done = shop.cli.here(*words)
        assert done.code == 2
        assert f"organisation {UNKNOWN} is not registered" in done.error
    assert shop.town.sandbox.requests.count() == 0
