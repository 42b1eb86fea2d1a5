"""`smena explain` of a shift, of both sources, and the bytes that it was read from."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import MarketSettings
from smena.model.window import MARKET, OFD
from tests.integration.cli.shop import Shop
from tests.integration.cli.test_explaining import bodies, explained
from tests.integration.conftest import BuildTown
from tests.town import EASY, FIRST

# Till shifts know of no corrections: with some, sides would differ for a reason of their own.
BOTH = replace(EASY, last_day=date(2025, 12, 20), registers_per_organization=3, correction_permille=0)


@pytest.fixture
def two_sources(build_town: BuildTown) -> Shop:
    town = build_town(BOTH, behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    for product in (OFD, MARKET):
        town.load(product=product)
    return Shop(town)


def shift_of(shop: Shop, **wanted: Any) -> dict[str, Any]:
    return next(row for row in shop.town.shifts() if all(row[key] == value for key, value in wanted.items()))


def test_a_shift_is_traced_down_as_its_documents_are(loaded: Shop) -> None:
    order = next(order for order in loaded.town.orders() if order["kind"] == "rko")
    lineage = explained(loaded, order["shift_id"])
    (shift,) = (row for row in loaded.town.shifts() if row["shift_id"] == order["shift_id"])
    assert lineage["document"] is None
    assert lineage["shift"]["fiscal_document_number"] == shift["fiscal_document_number"]
    assert {row["document_id"] for row in lineage["documents"]} == {
        str(one["document_id"]) for one in loaded.town.orders() if one["shift_id"] == order["shift_id"]
    }
    of_document = explained(loaded, order["document_id"])
    for key in ("pages", "batches", "decisions", "shift"):
        assert lineage[key] == of_document[key]
    text = loaded.cli.here("explain", str(order["shift_id"])).out
    assert f"shift {order['shift_id']}:" in text
    assert f"RKO № {order['number']} of {order['date']}: {order['amount']} ₽" in text


def test_checks_are_printed_with_what_they_checked(loaded: Shop) -> None:
    order = loaded.town.orders()[0]
    (batch,) = explained(loaded, order["document_id"])["batches"]
    shards = loaded.town.sql(
        "select distinct shard from control.assignment where batch_id = %s and unit_id = %s",
        batch["batch_id"],
        explained(loaded, order["document_id"])["shift"]["kkt_reg_id"],
    )
    stored = loaded.town.sql(
        "select suite, expectation, checked_rows, bad_rows, success from control.check_result"
        " where batch_id = %s and shard = any(%s)",
        batch["batch_id"],
        [shard for (shard,) in shards],
    )
    found = [(c["suite"], c["expectation"], c["checked_rows"], c["bad_rows"], c["success"]) for c in batch["checks"]]
    assert sorted(found) == sorted(stored) != []
    assert all(checked > 0 for _, _, checked, _, _ in stored)


def test_a_duplicate_till_shift_names_its_shift_of_the_ofd_and_how_that_is_known(two_sources: Shop) -> None:
    till = shift_of(two_sources, outcome="duplicate")
    lineage = explained(two_sources, till["shift_id"])
    assert (lineage["shift"]["source"], lineage["documents"]) == ("market", [])
    (counterpart,) = lineage["counterparts"]
    assert counterpart["shift"]["shift_id"] == str(till["same_as"])
    assert counterpart["shift"]["outcome"] == "issued"
    # The cash is equal, or it would be no duplicate: only moments and the like may differ.
    assert not {"cash_income", "cash_refund", "receipts", "price_correction"} & set(counterpart["differences"])
    (link,) = [row for row in lineage["links"] if row["state"] == "in_force"]
    assert (link["cashbox_id"], link["kkt_reg_id"]) == (till["cashbox_id"], counterpart["shift"]["kkt_reg_id"])
    assert link["evidence"]
    (decision,) = lineage["decisions"]
    assert (decision["kind"], decision["competing_shift_id"], decision["resolution"]) == (
        "duplicate",
        str(till["same_as"]),
        "keep-ofd",
    )
    # Both sides' pages are there: the cheques and the z-report.
    addresses = " ".join(page["address"] for page in lineage["pages"])
    assert counterpart["shift"]["kkt_reg_id"] in addresses
    assert {page["page_id"] for page in lineage["pages"]} >= set(till["evidence"])
    text = two_sources.cli.here("explain", str(till["shift_id"])).out
    for words in ("Kontur.OFD, it is this shift:", f"the same as shift {till['same_as']}", "in_force by", "keep-ofd"):
        assert words in text
    assert not {"Decimal(", "None", "{"} & set(re.findall(r"Decimal\(|None|\{", text))
    # The other way round too, and from the order.
    fiscal = explained(two_sources, till["same_as"])
    assert [one["shift"]["shift_id"] for one in fiscal["counterparts"]] == [str(till["shift_id"])]
    assert fiscal["links"] == lineage["links"]
    order = next(order for order in two_sources.town.orders() if order["shift_id"] == till["same_as"])
    of_order = explained(two_sources, order["document_id"])
    assert [one["shift"]["shift_id"] for one in of_order["counterparts"]] == [str(till["shift_id"])]
    assert of_order["decisions"] == lineage["decisions"]


def test_two_sources_that_disagree_are_printed_with_their_difference(two_sources: Shop) -> None:
    town = two_sources.town
    till = shift_of(two_sources, outcome="duplicate")
    fiscal = shift_of(two_sources, shift_id=till["same_as"])
    match = {"type": "byShifts", "kktRegId": fiscal["kkt_reg_id"], "shiftNumber": fiscal["shift_number"]}
    cash = int(fiscal["cash_income"] * 100) + 100
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": cash, "sell.total": 10**12}}
    )
    town.load(fiscal["closed_at"].date() - timedelta(days=1), fiscal["closed_at"].date())
    town.load(fiscal["closed_at"].date() - timedelta(days=1), fiscal["closed_at"].date(), product=MARKET)
    lineage = explained(two_sources, till["shift_id"])
    assert lineage["shift"]["outcome"] == "conflict"
    (counterpart,) = lineage["counterparts"]
    assert counterpart["differences"]["cash_income"] == [str(till["cash_income"]), str(fiscal["cash_income"] + 1)]
    conflict = lineage["decisions"][-1]
    assert (conflict["kind"], conflict["state"], conflict["competing_shift_id"]) == (
        "conflict",
        "open",
        str(fiscal["shift_id"]),
    )
    assert lineage["revisions"][-1]["outcome"] == "duplicate"
    text = two_sources.cli.here("explain", str(till["shift_id"])).out
    assert f"cash_income: {till['cash_income']} here, {fiscal['cash_income'] + 1} there" in text


def test_a_page_is_given_byte_for_byte(loaded: Shop, tmp_path: Path) -> None:
    stored = bodies(loaded)
    for page in explained(loaded, loaded.town.orders()[0]["document_id"])["pages"]:
        file = tmp_path / str(page["page_id"])
        done = loaded.cli.here("explain", "--page", str(page["page_id"]), "--out", str(file), "--json")
        assert done.code == 0
        assert file.read_bytes() == stored[page["page_id"]]
        assert done.data["sha256"] == page["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert done.data["address"] == page["address"]


@pytest.mark.parametrize("damage", ["body || '\\x00'::bytea", "set_byte(body, length(body) / 2, 7)", "body"])
def test_bytes_that_are_not_those_that_were_fetched_are_not_given(shop: Shop, tmp_path: Path, damage: str) -> None:
    shop.town.load()
    (page_id,) = shop.town.sql("select min(page_id) from raw.page where body_bytes > 200")[0]
    digest = "sha256(sha256)" if damage == "body" else "sha256"
    shop.town.sql("alter table raw.page disable trigger user")
    shop.town.sql(f"update raw.page set body = {damage}, sha256 = {digest} where page_id = %s", page_id)  # noqa: S608
    file = tmp_path / "page"
    done = shop.cli.here("explain", "--page", str(page_id), "--out", str(file))
    if done.code == 0:
        # zstd ignores what follows its frame: then the bytes are those that were fetched.
        assert "||" in damage
        assert hashlib.sha256(file.read_bytes()).hexdigest() in done.out
        return
    assert done.code == 70
    assert f"page {page_id} " in done.error
    assert not file.exists()


def test_a_document_without_a_shift_is_explained_too(shop: Shop) -> None:
    """Any kind of «Учет → Документы»: what the view shows, and its batch."""
    shop.town.load()
    order = shop.town.orders()[0]
    waybill = "11111111-1111-1111-1111-111111111111"
    (view,) = shop.town.sql("select pg_get_viewdef('accounting.document'::regclass)")[0]
    made = (
        "select %s::uuid, 'waybill', number::text, date, organization_inn, kpp, 'ООО «Склад»',"
        " null::numeric(15, 2), 'market', status, loaded_at, batch_id, status_by, status_at, status_reason, revision,"
        " null, null, null, null, null, null, null, null, ''"
        " from accounting.cash_order where document_id = %s::uuid"
    )
    view = view.rstrip(";").replace("%", "%%")
    shop.town.sql(
        f"create or replace view accounting.document as {view} union all {made}", waybill, str(order["document_id"])
    )
    lineage = explained(shop, waybill)
    assert (lineage["document"]["kind"], lineage["document"]["amount"], lineage["shift"]) == ("waybill", None, None)
    assert [batch["batch_id"] for batch in lineage["batches"]] == [order["batch_id"]]
    assert lineage["batches"][0]["checks"]
    text = shop.cli.here("explain", waybill).out
    assert text.startswith(f"WAYBILL № {order['number']} of {order['date']}: amount not reported, new\n  ООО «Склад»")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "DOCUMENT_ID"),
        (("--page", "1"), "--page with --out"),
        (("--page", "99999999", "--out", "page"), "there is no page 99999999"),
        (("--fiscal-drive", "9999078900012345"), "--fiscal-drive goes with --document"),
        (("--fiscal-drive", "99990789x", "--document", "1"), "'99990789x' is not the number of a fiscal drive"),
        (("--fiscal-drive", "12345678901234567", "--document", "1"), "16 at most"),
        (("--fiscal-drive", "9999078900012345", "--document", "0"), "0"),
        (("00000000-0000-0000-0000-000000000000", "--page", "1", "--out", "page"), "name one thing"),
    ],
)
def test_one_thing_is_explained_at_a_time(
    loaded: Shop, words: tuple[str, ...], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = loaded.cli.here("explain", *words)
    assert (done.code, done.out) == (2, "")
    assert why in done.error
    assert list(tmp_path.iterdir()) == []
