"""Troubles on demand, and the counts by which tests see what was asked."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[3]


def strike(client: Any, *faults: dict[str, Any]) -> None:
    answer = requests.post(f"{client.sandbox.address}/_sandbox/faults", json=list(faults), timeout=10)
    assert answer.status_code == 200, answer.text


def test_a_status_comes_as_often_as_asked_and_only_where_asked(client: Any) -> None:
    strike(client, {"kind": "status", "status": 429, "times": 2, "path": "by-period", "retry_after": 1})
    path = client.path()
    assert client.ask(path).status_code == 200
    answers = [client.page(path) for _ in range(3)]
    assert [one.status_code for one in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"


@pytest.mark.parametrize(("status", "code"), [(401, 401002), (403, 403000), (404, 404000)])
def test_a_documented_status_has_its_body(client: Any, status: int, code: int) -> None:
    strike(client, {"kind": "status", "status": status, "times": 1})
    answer = client.ask("/v2/organizations")
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)


def test_faults_are_cleared_at_once(client: Any) -> None:
    strike(client, {"kind": "status", "status": 500})
    assert client.ask("/v2/organizations").status_code == 500
    requests.delete(f"{client.sandbox.address}/_sandbox/faults", timeout=10)
    assert client.ask("/v2/organizations").status_code == 200


def test_all_sessions_die_once(client: Any) -> None:
    strike(client, {"kind": "session_dies"})
    assert client.ask("/v2/organizations").json()["errorCode"] == 401002
    client.log_in()
    assert client.ask("/v2/organizations").status_code == 200


def test_an_answer_may_be_html_cut_or_empty(client: Any) -> None:
    strike(client, {"kind": "html", "times": 1})
    assert client.ask("/v2/organizations").text.startswith("<!DOCTYPE html>")
    strike(client, {"kind": "cut_json", "times": 1})
    with pytest.raises(requests.JSONDecodeError):
        client.ask("/v2/organizations").json()
    strike(client, {"kind": "empty_body", "times": 1})
    empty = client.ask("/v2/organizations")
    assert (empty.status_code, empty.content) == (200, b"")


def test_an_answer_may_be_replaced_by_given_bytes_as_often_as_asked_and_only_where_asked(client: Any) -> None:
    body = b'[{"regNumber": "\xff"}]'
    fault = {"kind": "body", "body": base64.b64encode(body).decode(), "path": "/cashboxes", "times": 1}
    strike(client, fault)
    organizations = client.ask("/v2/organizations")
    assert organizations.json()[0]["inn"]
    path = f"/v2/organizations/{organizations.json()[0]['id']}/cashboxes"
    replaced = client.ask(path)
    assert (replaced.status_code, replaced.content) == (200, body)
    assert client.ask(path).json()[0]["regNumber"]
    report = requests.get(f"{client.sandbox.address}/_sandbox/faults", timeout=10).json()
    assert (report[0]["fault"]["body"], report[0]["struck"]) == (fault["body"], 1)


def test_bytes_that_are_no_base64_are_refused(client: Any) -> None:
    fault = {"kind": "body", "body": "not base64!"}
    answer = requests.post(f"{client.sandbox.address}/_sandbox/faults", json=fault, timeout=10)
    assert answer.status_code == 400


def test_a_connection_may_be_reset(client: Any) -> None:
    strike(client, {"kind": "reset", "times": 1})
    with pytest.raises(requests.ConnectionError):
        client.ask("/v2/organizations")
    assert client.ask("/v2/organizations").status_code == 200


def test_a_slow_answer_comes_after_the_clients_timeout(client: Any) -> None:
    strike(client, {"kind": "slow", "seconds": 1, "times": 1})
    with pytest.raises(requests.ReadTimeout):
        client.http.get(f"{client.sandbox.address}/v2/organizations", timeout=0.2)
    assert client.ask("/v2/organizations").status_code == 200


def test_one_register_may_be_forbidden(client: Any) -> None:
    strike(client, {"kind": "forbid_register", "register": client.path().rpartition("/")[2]})
    assert client.page(client.path()).json()["errorCode"] == 403002
    assert client.page(client.path(register=1)).status_code == 200


def test_a_document_may_come_twice_over_two_pages(client: Any) -> None:
    path = client.path()
    honest = client.every(path, limit=100)
    strike(client, {"kind": "duplicate_documents", "times": 1})
    assert len(client.every(path, limit=100)) == len(honest) + 1


def test_documents_may_be_patched_dropped_and_added(client: Any) -> None:
    path = client.path()
    honest = client.every(path, types="closeShift")
    first, second = (one["closeShift"] for one in honest[:2])
    drive = first["fiscalDriveNumber"].strip()
    strike(
        client,
        {
            "kind": "patch_document",
            "match": {"type": "closeShift", "fiscalDriveNumber": drive, "shiftNumber": first["shiftNumber"]},
            "set": {"receiptsQuantity": "many"},
            "drop": ["userInn"],
        },
        {
            "kind": "drop_document",
            "match": {"fiscalDocumentNumber": second["fiscalDocumentNumber"], "kktRegId": path[-16:]},
        },
        {"kind": "extra_documents", "documents": [{"mysteryReport": {"code": 99}}], "register": path[-16:]},
    )
    damaged = client.every(path, types="closeShift")
    assert damaged[0]["closeShift"]["receiptsQuantity"] == "many" and "userInn" not in damaged[0]["closeShift"]
    assert damaged[1]["closeShift"]["shiftNumber"] == second["shiftNumber"] + 1
    assert damaged[-1] == {"mysteryReport": {"code": 99}}
    assert len(damaged) == len(honest)


def test_totals_of_a_shift_may_be_patched_by_drive(client: Any) -> None:
    register = client.sandbox.world.organizations[0].registers[1]
    match = {"type": "byShifts", "fiscalDriveNumber": register.drives[1].number, "shiftNumber": 1}
    strike(client, {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": -5}})
    firsts = [one for one in client.shifts(client.path(register=1)) if one["shiftNumber"] == 1]
    assert [one["sell"]["cashTotal"] == -5 for one in firsts] == [False, True]


@pytest.mark.parametrize("alone", [False, True])
def test_a_patch_of_totals_by_shift_changes_totals_by_day_too_unless_they_are_to_contradict(
    client: Any, *, alone: bool
) -> None:
    path = client.path()
    entry = next(one for one in client.shifts(path) if one["sell"]["cashTotal"] > 100)
    honest = {one["date"]: one for one in client.days(path)}
    match = {"type": "byShifts", "kktRegId": path[-16:], "shiftNumber": entry["shiftNumber"]}
    less = entry["sell"]["cashTotal"] - 100
    strike(client, {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": less}, "alone": alone})
    fields = {one["date"]: one for one in client.days(path)}
    changed = [date for date in honest if fields[date] != honest[date]]
    assert changed == ([] if alone else [entry["shiftClose"][:10]])
    for date in changed:
        assert honest[date]["sell"]["cashTotal"] - fields[date]["sell"]["cashTotal"] == 100


def test_a_probable_fault_strikes_the_same_requests_each_time(client: Any) -> None:
    runs = []
    for _ in range(2):
        client.sandbox.faults.clear()
        strike(client, {"kind": "status", "status": 502, "probability": 0.5, "seed": 3})
        runs.append([client.ask("/v2/organizations").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 502}


@pytest.mark.parametrize("fault", [{"kind": "gremlin"}, {"kind": "status", "sttus": 1}, {"kind": "forbid_register"}, 7])
def test_an_invalid_fault_is_refused(client: Any, fault: Any) -> None:
    answer = requests.post(f"{client.sandbox.address}/_sandbox/faults", json=fault, timeout=10)
    assert answer.status_code == 400


def test_requests_are_counted_by_method_and_register(client: Any) -> None:
    path = client.path()
    client.sandbox.requests.reset()
    client.page(path), client.page(path, types="closeShift"), client.ask("/v2/organizations")
    counts = client.ask("/_sandbox/requests").json()
    assert counts["by_method"] == {"by-period": 2, "organizations": 1}
    assert counts["by_register"] == {path[-16:]: {"by-period": 2}}
    assert client.sandbox.requests.count("by-period", path[-16:]) == 2
    requests.delete(f"{client.sandbox.address}/_sandbox/requests", timeout=10)
    assert client.sandbox.requests.count() == 0


def test_the_time_is_set_over_http_and_may_go_back_to_the_real_clock(client: Any) -> None:
    address = f"{client.sandbox.address}/_sandbox/now"
    set_to = requests.post(address, json={"now": "2025-12-05T10:00:00Z"}, timeout=10).json()
    assert set_to == {"now": "2025-12-05T10:00:00+00:00"}
    assert client.ask(client.path()).json()["lastDocumentTimestamp"] <= "2025-12-05T13:00:00"
    assert requests.post(address, json={"now": None}, timeout=10).json()["now"] > "2026-01"
    assert requests.post(address, json={"now": "soon"}, timeout=10).status_code == 400


def test_the_command_prints_its_address_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "sandbox", "--seed", "3", "--organization", "9601000019;ООО Витрина;;1", "--easy"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        hello = json.loads(process.stdout.readline())  # type: ignore[union-attr]
        assert hello["organizations"][0]["inn"] == "9601000019"
        assert len(hello["organizations"][0]["registers"]) == 1
        assert requests.get(f"{hello['address']}/_sandbox/now", timeout=10).status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) in (0, -signal.SIGTERM)


def test_a_list_may_lack_a_field_repeat_an_entry_or_leave_one_out(client: Any) -> None:
    path = client.path().rpartition("/")[0]
    first, second, *_ = (entry["regNumber"] for entry in client.ask(path).json())
    strike(
        client,
        {"kind": "patch_document", "match": {"type": "cashbox", "regNumber": first}, "drop": ["lastDocumentTimestamp"]},
        {
            "kind": "repeat_document",
            "register": first,
            "match": {"type": "cashbox"},
            "set": {"regNumber": f"{first}  "},
        },
        {"kind": "drop_document", "register": second, "match": {"type": "cashbox"}},
        {"kind": "repeat_document", "match": {"type": "organization"}, "set": {"id": "another"}},
    )
    entries = client.ask(path).json()
    assert [one["regNumber"] for one in entries][:2] == [first, f"{first}  "]
    assert "lastDocumentTimestamp" not in entries[0]
    assert second not in {one["regNumber"] for one in entries}
    assert "another" in {one["id"] for one in client.ask("/v2/organizations").json()}
    requests.delete(f"{client.sandbox.address}/_sandbox/faults", timeout=10)
    assert len(client.ask(path).json()) == len(entries), "the world itself is as it was"


def test_an_answer_may_begin_with_a_byte_order_mark(client: Any) -> None:
    strike(client, {"kind": "byte_order_mark", "times": 1})
    assert client.ask("/v2/organizations").content.startswith(b"\xef\xbb\xbf[")


def test_totals_by_day_and_values_in_arrays_may_be_patched(client: Any) -> None:
    path = client.path()
    strike(client, {"kind": "patch_document", "match": {"type": "byDays"}, "drop": ["returnBuy"]})
    assert all("returnBuy" not in day and "sell" in day for day in client.days(path))
    strike(client, {"kind": "patch_document", "match": {"type": "receipt"}, "set": {"items.0.sum": "12"}})
    receipts = [one["receipt"] for one in client.every(path, types="receipt")]
    assert {one["items"][0]["sum"] for one in receipts} == {"12"}
