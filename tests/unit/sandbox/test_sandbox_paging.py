"""by-period: the cursor, its exact end, short and empty pages, and what a window may show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.paging import encode_offset

REPLACED = 1  # in this world the second register has had its fiscal drive replaced
LATE = 2


def keys(documents: list[dict[str, Any]]) -> list[tuple[str, int]]:
    fields = [next(iter(document.values())) for document in documents]
    return [(one["fiscalDriveNumber"].strip(), one["fiscalDocumentNumber"]) for one in fields]


def test_pages_bring_every_document_once_and_in_order(client: Any) -> None:
    register = client.sandbox.world.organizations[0].registers[REPLACED]
    expected = [(drive.number, n) for drive in register.drives for n in range(1, drive.documents + 1)]
    path = client.path(register=REPLACED)
    assert keys(client.every(path, limit=37)) == expected
    assert keys(client.every(path)) == expected


def test_the_end_is_where_the_offset_comes_back(client: Any) -> None:
    path = client.path()
    last = client.page(path).json()["paging"]["nextOffset"]
    again = client.page(path, offset=last).json()
    assert again == {"documents": [], "paging": {"nextOffset": last}}


def test_a_filtered_page_may_be_short_or_empty_while_the_cursor_moves(visit: Callable[..., Any]) -> None:
    client = visit(scan_limit=5)
    path = client.path()
    pages = client.pages(path, types="closeShift")
    sizes = [len(page) for page in pages]
    assert 0 in sizes[:-1]
    assert sum(sizes) == len(client.sandbox.world.organizations[0].registers[0].shifts)


def test_without_a_filter_small_scans_do_not_shorten_pages(visit: Callable[..., Any]) -> None:
    client = visit(scan_limit=5)
    assert len(client.page(client.path(), limit=50).json()["documents"]) == 50


def test_the_limit_is_kept_with_a_filter_and_capped(visit: Callable[..., Any]) -> None:
    client = visit(page_cap=20)
    path = client.path()
    assert len(client.page(path, types="closeShift,openShift", limit=7).json()["documents"]) == 7
    assert len(client.page(path, limit=5000).json()["documents"]) == 20
    assert len(client.page(path).json()["documents"]) == 20


@pytest.mark.parametrize("limit", ["0", "-1", "ten"])
def test_a_limit_that_is_not_positive_is_refused(client: Any, limit: str) -> None:
    answer = client.page(client.path(), limit=limit)
    assert (answer.status_code, answer.json()["errorCodeId"]) == (400, "urn:error:page-query:build:invalid")


def test_an_empty_window_has_no_cursor(client: Any) -> None:
    assert client.page(client.path(), "2024-01-01", "2024-12-31").json() == {"documents": [], "paging": {}}


def test_an_offset_before_the_window_restarts_and_one_after_it_ends(client: Any) -> None:
    register = client.sandbox.world.organizations[0].registers[0]
    path = client.path()
    before, after = encode_offset(register, 2), encode_offset(register, len(register.ledger.kind) - 1)
    whole = client.page(path, "2025-12-10", "2025-12-20").json()
    assert client.page(path, "2025-12-10", "2025-12-20", offset=before).json() == whole
    past = client.page(path, "2025-12-10", "2025-12-20", offset=after).json()
    assert past == {"documents": [], "paging": {"nextOffset": after}}


def test_an_offset_of_a_drive_without_a_document_in_the_window_is_refused(client: Any) -> None:
    register = client.sandbox.world.organizations[0].registers[REPLACED]
    replaced_at = datetime(1970, 1, 1) + timedelta(seconds=register.drives[1].registered_at_s)
    old = encode_offset(register, 0)
    path = client.path(register=REPLACED)
    for offset in (old, "bm90LW91ciBvZmZzZXQh", "???"):
        answer = client.page(path, replaced_at.isoformat(), "2026-01-15", offset=offset)
        assert answer.status_code == 400
        assert answer.json()["errorCodeId"] == "urn:error:document-metas-service:get-document-ids:failed"


def test_both_ends_of_a_window_are_inside_it(client: Any) -> None:
    path = client.path()
    moment = client.page(path, types="closeShift").json()["documents"][3]["closeShift"]["dateTime"]
    (found,) = client.page(path, moment, moment).json()["documents"]
    assert found["closeShift"]["dateTime"] == moment


def test_a_document_is_there_only_once_it_is_received(client: Any) -> None:
    path = client.path(register=LATE)
    reports = [document["closeShift"] for document in client.every(path, types="closeShift")]
    late = next(one for one in reports if one["receiveDateTimeUtc"][:10] > one["dateTime"][:10])
    client.sandbox.set_now(datetime.fromisoformat(late["receiveDateTimeUtc"]) - timedelta(seconds=1))
    box = client.ask(path).json()
    known = client.every(path)
    assert late["id"] not in [next(iter(one.values()))["id"] for one in known]
    assert box["lastDocumentTimestamp"] == next(iter(known[-1].values()))["dateTime"] < late["dateTime"]
    assert client.ask(f"{path}/documents/{late['id']}").status_code == 404
    client.sandbox.set_now(datetime.fromisoformat(late["receiveDateTimeUtc"]))
    assert client.ask(f"{path}/documents/{late['id']}").json()["closeShift"]["id"] == late["id"]


def test_the_window_may_be_read_by_the_clock_of_receipt(visit: Callable[..., Any]) -> None:
    client = visit(period_clock="received")
    documents = client.every(client.path(register=LATE), first="2025-12-25", last="2025-12-31")
    received = [next(iter(document.values()))["receiveDateTimeUtc"] for document in documents]
    assert received
    assert all("2025-12-25" <= moment[:10] <= "2025-12-31" for moment in received)


def test_identifiers_come_padded_in_some_answers(client: Any) -> None:
    documents = client.page(client.path(), limit=50).json()["documents"]
    lengths = {len(next(iter(document.values()))["kktRegId"]) for document in documents}
    assert lengths == {16, 20}


def test_documents_of_a_date_are_an_array_of_that_local_date(client: Any) -> None:
    path = client.path()
    expected = client.page(path, "2025-12-05", "2025-12-05").json()["documents"]
    for text in ("2025-12-05", "2025.12.05", "05-12-2025", "05.12.2025"):
        assert client.ask(f"{path}/documents", date=text).json() == expected
    reports = client.ask(f"{path}/documents", date="2025-12-05", types="closeShift").json()
    assert [next(iter(one)) for one in reports] == ["closeShift"] * len(reports)
