"""`smena explain`: from a document down to the bytes it was read from."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest

from smena.sources.ofd import OfdClient
from smena.warehouse.packing import decompress
from tests.integration.cli.shop import FIRST, LAST, Shop

SECTION = {"cash_income": "sell", "cash_refund": "returnSell", "cash_payout": "buy", "cash_payout_refund": "returnBuy"}
NO_DOCUMENT = "00000000-0000-0000-0000-000000000000"


def explained(shop: Shop, document: object) -> dict[str, Any]:
    done = shop.cli.here("explain", str(document), "--json")
    assert (done.code, done.err) == (0, "")
    return done.data


def bodies(shop: Shop) -> dict[int, bytes]:
    """The evidence as it came, by page."""
    pages = shop.town.sql("select page_id, body, body_bytes from raw.page")
    return {page_id: decompress(bytes(body), size) for page_id, body, size in pages}


def test_a_document_is_traced_to_the_bytes_that_the_operator_sent(loaded: Shop) -> None:
    stored = bodies(loaded)
    client = OfdClient(loaded.town.endpoint())
    orders = loaded.town.orders()
    for order in (orders[0], next(order for order in orders if order["kind"] == "rko")):
        lineage = explained(loaded, order["document_id"])
        assert {page["method"] for page in lineage["pages"]} == {"by_period", "by_shifts"}
        for page in lineage["pages"]:
            body = stored[page["page_id"]]
            assert page["sha256"] == hashlib.sha256(body).hexdigest()
            assert page["body_bytes"] == len(body)
            assert order_s_register(order) in page["address"]
            # And they are what the operator still answers at this address.
            assert client._answered("again", page["address"]).body == body
    client.close()


def order_s_register(order: dict[str, Any]) -> str:
    return str(order["basis"]).partition("РНМ ")[2].partition(",")[0]


def test_the_sum_of_a_document_is_in_its_evidence(loaded: Shop) -> None:
    stored = bodies(loaded)
    for order in loaded.town.orders():
        lineage = explained(loaded, order["document_id"])
        shift = lineage["shift"]
        assert Decimal(lineage["document"]["amount"]) == order["amount"]
        assert Decimal(str(shift[order["operation"]])) == order["amount"]
        reports = [
            fields
            for page in lineage["pages"]
            if page["method"] == "by_period"
            for item in json.loads(stored[page["page_id"]])["documents"]
            for kind, fields in item.items()
            if kind == "closeShift"
            and fields["fiscalDriveNumber"].strip() == shift["fiscal_drive_number"]
            and fields["shiftNumber"] == shift["shift_number"]
        ]
        assert [report["fiscalDocumentNumber"] for report in reports] == [shift["fiscal_document_number"]]
        (totals,) = (
            entry
            for page in lineage["pages"]
            if page["method"] == "by_shifts"
            for entry in json.loads(stored[page["page_id"]])["shifts"]
            if entry["shiftNumber"] == shift["shift_number"]
        )
        assert totals[SECTION[order["operation"]]]["cashTotal"] == int(order["amount"] * 100)


def test_money_is_printed_with_its_kopecks_and_never_as_a_float(loaded: Shop) -> None:
    order = loaded.town.orders()[0]
    lineage = explained(loaded, order["document_id"])
    (before,) = loaded.town.sql("select cash_income::text from accounting.shift where shift_id = %s", order["shift_id"])
    assert lineage["document"]["amount"] == str(order["amount"])
    assert (lineage["shift"]["cash_income"],) == before
    assert f"cash_income: {before[0]}\n" in loaded.cli.here("explain", str(order["document_id"])).out


def test_the_text_for_a_person_has_the_same_lineage(loaded: Shop) -> None:
    order = loaded.town.orders()[-1]
    done = loaded.cli.run("explain", str(order["document_id"]))
    assert (done.code, done.err) == (0, "")
    lineage = explained(loaded, order["document_id"])
    assert done.out.startswith(
        f"{order['kind'].upper()} № {order['number']} of {order['date']}: {order['amount']} ₽, new"
    )
    for page in lineage["pages"]:
        assert f"{page['body_bytes']} bytes, sha256 {page['sha256']}" in done.out
        assert page["address"] in done.out
    for key in ("kkt_reg_id", "fiscal_drive_number", "shift_number", "fiscal_document_number", "closed_at"):
        assert f"{key}: {lineage['shift'][key]}" in done.out
    (batch,) = lineage["batches"]
    assert (batch["run_id"], batch["state"], batch["last_day"] >= str(LAST)) == ("test", "published", True)
    assert f"batch {batch['batch_id']} ({batch['first_day']}…{batch['last_day']}), run test" in done.out
    assert "checks, none broken" in done.out
    assert batch["bad_rows_by_check"]
    assert batch["first_day"] == str(FIRST)


def test_a_revised_document_shows_its_former_contents(shop: Shop) -> None:
    shop.town.load()
    order = next(order for order in shop.town.orders() if order["kind"] == "pko")
    lineage = explained(shop, order["document_id"])
    shift = lineage["shift"]
    match = {"type": "byShifts", "kktRegId": shift["kkt_reg_id"], "shiftNumber": shift["shift_number"]}
    fault = {
        "kind": "patch_document",
        "match": match,
        "set": {"sell.cashTotal": int(order["amount"] * 100) + 100, "sell.total": 10**12},
    }
    shop.town.sandbox.faults.add(fault)
    assert shop.load().code == 0
    lineage = explained(shop, order["document_id"])
    assert Decimal(lineage["document"]["amount"]) == order["amount"] + 1
    assert [Decimal(former["amount"]) for former in lineage["revisions"]] == [order["amount"]]
    assert (lineage["document"]["revision"], lineage["revisions"][0]["revision"]) == (2, 1)
    assert lineage["revisions"][0]["batch_id"] < lineage["document"]["batch_id"]
    # The evidence is that of the newest contents.
    stored = bodies(shop)
    assert all(page["sha256"] == hashlib.sha256(stored[page["page_id"]]).hexdigest() for page in lineage["pages"])
    assert {page["batch_id"] for page in lineage["pages"]} == {lineage["document"]["batch_id"]}


@pytest.mark.parametrize("document", ["nonsense", "", "1", "'; drop table raw.page --", NO_DOCUMENT[:-1]])
def test_a_malformed_id_is_wrong_use(loaded: Shop, document: str) -> None:
    done = loaded.cli.here("explain", "--json", "--", document)
    assert done.code == 2
    assert f"{document!r} is not a document's id" in done.error and "`smena documents`" in done.error


def test_an_unknown_id_is_wrong_use(loaded: Shop) -> None:
    done = loaded.cli.here("explain", NO_DOCUMENT)
    assert (done.code, done.out) == (2, "")
    assert done.error == f"there is no document {NO_DOCUMENT} — `smena documents` lists them"


@pytest.mark.parametrize("look", ["urn:uuid:{}", "{{{}}}", "upper"])
def test_an_id_may_be_written_in_any_way_that_is_understood(loaded: Shop, look: str) -> None:
    """What passes the check of the command must not fail in the server."""
    document = str(loaded.town.orders()[0]["document_id"])
    done = loaded.cli.here("explain", document.upper() if look == "upper" else look.format(document), "--json")
    assert done.code in (0, 2), done.err
    if done.code == 0:
        assert done.data["document"]["document_id"] == document
