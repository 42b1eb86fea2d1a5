"""Results of checks are listed, and each batch has a page that loads nothing from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smena.reads.data_docs import build
from tests.integration.cli.shop import Shop
from tests.invented import STRANGER


def test_every_batch_is_listed_with_its_rules(loaded: Shop) -> None:
    listed = json.loads(loaded.cli.here("quality", "--inn", loaded.inn, "--json").out)["batches"]
    assert [row["state"] for row in listed] == ["published"]
    assert listed[0]["rules"] > 50
    assert listed[0]["broken"] == 0


def test_a_batch_has_a_page_of_its_checks(loaded: Shop, tmp_path: Path) -> None:
    (batch,) = json.loads(loaded.cli.here("quality", "--json").out)["batches"]
    done = json.loads(
        loaded.cli.here("quality", "--batch", str(batch["batch_id"]), "--out", str(tmp_path), "--json").out
    )
    page = Path(done["page"])
    assert [page] == list(tmp_path.iterdir())
    text = page.read_text(encoding="utf-8")
    assert {row["suite"] for row in done["checks"]} == {"z_reports", "receipts", "shifts", "orders"}
    assert all(f"<h2>{row['suite']}: " in text for row in done["checks"])
    # The command line decided by the masks alone; Great Expectations checks what was published.
    assert {row["suite"] for row in done["gate"]} == {"gate_shifts", "gate_orders", "gate_sums"}
    assert all(row["success"] and row["checked_rows"] > 0 for row in done["gate"])
    assert "Great Expectations over the published rows" in text
    assert "http://" not in text and "https://" not in text and "<script" not in text


def test_a_broken_rule_is_shown_with_what_was_found(shop: Shop, tmp_path: Path) -> None:
    shift = sorted(shop.town.truth().values(), key=lambda line: line["closed_at"])[5]
    match = {
        "type": "closeShift",
        "fiscalDriveNumber": shift["fiscal_drive_number"],
        "shiftNumber": shift["shift_number"],
    }
    shop.town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"userInn": STRANGER}})
    done = shop.town.load()
    text = build(shop.town.warehouse, done.published.batch_id, tmp_path).read_text(encoding="utf-8")
    assert "broken: quarantine" in text
    assert STRANGER in text
    assert f"{shift['fiscal_drive_number']} / {shift['shift_number']}" in text


def test_an_order_that_was_changed_since_is_named_by_great_expectations(loaded: Shop) -> None:
    loaded.town.sql(
        "update accounting.cash_order set amount = amount + 1"
        " where document_id = (select min(document_id::text) from accounting.cash_order)::uuid"
    )
    (batch,) = json.loads(loaded.cli.here("quality", "--json").out)["batches"]
    text = loaded.cli.here("quality", "--batch", str(batch["batch_id"])).out
    after = text.partition("Great Expectations over the published rows")[2]
    (line,) = [line for line in after.splitlines() if "sales_less_refunds_are_booked" in line]
    assert line.split()[-1] == "1"


def test_a_batch_that_was_not_checked_has_no_page(loaded: Shop, tmp_path: Path) -> None:
    done = loaded.cli.here("quality", "--batch", "999", "--out", str(tmp_path))
    assert (done.code, list(tmp_path.iterdir())) == (2, [])


def test_without_a_place_no_page_is_written(loaded: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (batch,) = json.loads(loaded.cli.here("quality", "--json").out)["batches"]
    done = loaded.cli.here("quality", "--batch", str(batch["batch_id"]), "--json")
    assert (done.code, done.data["page"], list(tmp_path.iterdir())) == (0, None, [])
