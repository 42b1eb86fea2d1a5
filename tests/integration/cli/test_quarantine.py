"""Records in quarantine are shown with their bytes, asked for again, released or given up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from smena.model.errors import BrokenPromise
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from tests.integration.cli.shop import Shop
from tests.invented import ROMASHKA

WHY = reason(Reason.FIELD_MISSING, what="fiscal_sign")


@pytest.fixture
def with_rejects(shop: Shop) -> Shop:
    """A shop of which one z-report came without its fiscal sign."""
    shift = sorted(shop.town.truth().values(), key=lambda line: line["closed_at"])[5]
    match = {
        "type": "closeShift",
        "fiscalDriveNumber": shift["fiscal_drive_number"],
        "shiftNumber": shift["shift_number"],
    }
    shop.town.sandbox.faults.add({"kind": "patch_document", "match": match, "drop": ["fiscalSign"]})
    shop.town.load()
    return shop


def quarantine(shop: Shop, *words: str) -> Any:
    """What a command of `smena quarantine` answers."""
    return json.loads(shop.cli.here("quarantine", *words, "--json").out)


def the_record(shop: Shop) -> dict[str, Any]:
    (row,) = quarantine(shop, "list", "--inn", shop.inn)["records"]
    return dict(row)


def test_a_record_is_listed_with_its_reason_and_its_count(with_rejects: Shop) -> None:
    listed = quarantine(
        with_rejects, "list", "--inn", with_rejects.inn, "--reason", "sign is MISSING", "--state", "open"
    )
    assert listed["counts"] == [{"records": 1, "state": "open", "reason": WHY}]
    assert quarantine(with_rejects, "list", "--reason", "something else")["records"] == []
    assert with_rejects.cli.here("quarantine", "list").code == 1


def test_a_record_is_shown_with_the_very_bytes_it_came_in(with_rejects: Shop, tmp_path: Path) -> None:
    row = the_record(with_rejects)
    file = tmp_path / "page.json"
    shown = quarantine(with_rejects, "show", str(row["quarantine_id"]), "--page", str(file))
    ((number, drive),) = {(row["fiscal_document_number"], row["fiscal_drive_number"])}
    documents = [one["closeShift"] for one in json.loads(file.read_bytes())["documents"] if "closeShift" in one]
    (same,) = [one for one in documents if one["fiscalDocumentNumber"] == number]
    assert same["fiscalDriveNumber"].strip() == drive
    assert "fiscalSign" not in same
    assert shown["page"]["body_bytes"] == len(file.read_bytes())
    assert shown["reason"] == WHY and shown["times_seen"] == 1


def test_a_cashier_and_a_buyer_are_masked_where_the_record_is_shown_and_stay_in_the_evidence(
    shop: Shop, tmp_path: Path
) -> None:
    shift = sorted(shop.town.truth().values(), key=lambda line: line["closed_at"])[5]
    match = {
        "type": "closeShift",
        "fiscalDriveNumber": shift["fiscal_drive_number"],
        "shiftNumber": shift["shift_number"],
    }
    planted = {"operator": "Тайнова Ш.", "buyerPhoneOrAddress": "secret@example.org", "message": ["call +79161112233"]}
    change = planted | {"receiptsQuantity": -1}
    shop.town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": change})
    shop.town.load()
    number = str(the_record(shop)["quarantine_id"])
    file = tmp_path / "page.json"
    shown = [
        shop.cli.here("quarantine", "show", number, *more).out for more in ((), ("--json",), ("--page", str(file)))
    ]
    (stored,) = shop.town.sql("select record from control.quarantine")[0]
    for secret in ("Тайнова", "secret@example.org", "79161112233"):
        assert not [text for text in shown if secret in text]
        assert secret in stored
        assert secret in file.read_text(encoding="utf-8")
    assert json.loads(json.loads(shown[1])["record"])["closeShift"]["operator"] == "•••"


def test_what_is_mended_at_the_source_is_released_by_the_batch_that_read_it(with_rejects: Shop) -> None:
    row = the_record(with_rejects)
    with_rejects.town.sandbox.faults.clear()
    done = with_rejects.town.load()
    after = the_record(with_rejects)
    assert (after["state"], after["resolved_by"]) == ("released", "rule")
    assert after["resolved_batch_id"] == done.published.batch_id != row["batch_id"]
    assert with_rejects.is_loaded_right()
    assert with_rejects.cli.here("quarantine", "list").code == 0


def test_what_is_still_wrong_stays_and_is_counted(with_rejects: Shop) -> None:
    with_rejects.town.load()
    after = the_record(with_rejects)
    assert (after["state"], after["times_seen"]) == ("open", 2)


def test_a_retry_opens_the_days_of_a_record_and_the_next_plan_asks_for_them(with_rejects: Shop) -> None:
    with_rejects.town.sandbox.faults.clear()
    row = the_record(with_rejects)
    done = quarantine(with_rejects, "retry", str(row["quarantine_id"]))
    assert done["retried"] == [row["quarantine_id"]]
    (span,) = done["days"]
    assert span["first_day"] <= row["day"] <= span["last_day"]
    assert row["unit_id"] == span["unit_id"]
    with_rejects.town.load()
    assert the_record(with_rejects)["state"] == "released"
    assert with_rejects.is_loaded_right()


def test_a_record_that_is_given_up_says_who_and_why_and_a_retry_takes_it_back(with_rejects: Shop) -> None:
    number = str(the_record(with_rejects)["quarantine_id"])
    assert quarantine(with_rejects, "give-up", number, "--reason", "the drive is broken")["given_up"] == [int(number)]
    row = the_record(with_rejects)
    assert (row["state"], row["resolution_reason"]) == ("given_up", "the drive is broken")
    assert row["resolved_by"]
    # It comes again, and stays given up.
    with_rejects.town.load()
    assert (the_record(with_rejects)["state"], the_record(with_rejects)["times_seen"]) == ("given_up", 2)
    assert with_rejects.cli.here("quarantine", "give-up", number, "--reason", "again").code == 2
    quarantine(with_rejects, "retry", number)
    history = quarantine(with_rejects, "show", number)["history"]
    assert [one["state"] for one in history] == ["open", "given_up"]
    assert the_record(with_rejects)["state"] == "open"


def test_a_released_record_that_is_wrong_again_is_open_again(with_rejects: Shop) -> None:
    (armed,) = with_rejects.town.sandbox.faults.report()
    with_rejects.town.sandbox.faults.clear()
    with_rejects.town.load()
    assert the_record(with_rejects)["state"] == "released"
    with_rejects.town.sandbox.faults.add({name: value for name, value in armed["fault"].items() if value})
    day = the_record(with_rejects)["day"]
    with_rejects.cli.here("load", "--inn", with_rejects.inn, "--product", "ofd", "--from", day, "--to", day)
    row = the_record(with_rejects)
    assert (row["state"], row["resolved_by"]) == ("open", None)


def test_the_database_refuses_to_change_or_delete_records_of_quarantine(with_rejects: Shop) -> None:
    for statement in (
        "delete from control.quarantine",
        "truncate control.quarantine cascade",
        "update control.quarantine set state = 'given_up'",
        "update control.quarantine set state = 'released', resolved_by = 'x', resolved_at = now()",
        "update control.quarantine set record = '{}'",
        "delete from control.quarantine_history",
    ):
        with pytest.raises((BrokenPromise, psycopg2.Error)):
            with_rejects.town.sql(statement)
    assert the_record(with_rejects)["state"] == "open"


@pytest.mark.parametrize(
    "words",
    [("retry",), ("retry", "1", "--inn", ROMASHKA), ("retry", "999"), ("show", "999"),
     ("give-up", "999", "--reason", "x"),
     ("give-up", "1", "--reason", " "), ("list", "--from", "2025-02-02", "--to", "2025-02-01")],
)  # fmt: skip
def test_wrong_use_is_one_clear_line(known: Any, words: tuple[str, ...]) -> None:
    done = known.here("quarantine", *words)
    assert done.code == 2
    assert done.err.startswith("smena: ")
