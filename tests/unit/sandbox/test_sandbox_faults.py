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


def strike(visitor: Any, *faults: dict[str, Any]) -> None:
    answer = requests.post(f"{visitor.sandbox.address}/_sandbox/faults", json=list(faults), timeout=10)
    assert answer.status_code == 200, answer.text


def test_a_status_comes_as_often_as_asked_and_only_where_asked(visitor: Any) -> None:
    strike(visitor, {"kind": "status", "status": 429, "times": 2, "path": "by-period", "retry_after": 1})
    path = visitor.path()
    assert visitor.ask(path).status_code == 200
    answers = [visitor.page(path) for _ in range(3)]
    assert [one.status_code for one in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"


@pytest.mark.parametrize(("status", "code"), [(401, 401002), (403, 403000), (404, 404000)])
def test_a_documented_status_has_its_body(visitor: Any, status: int, code: int) -> None:
    strike(visitor, {"kind": "status", "status": status, "times": 1})
    answer = visitor.ask("/v2/organizations")
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)


def test_faults_are_cleared_at_once(visitor: Any) -> None:
    strike(visitor, {"kind": "status", "status": 500})
    assert visitor.ask("/v2/organizations").status_code == 500
    requests.delete(f"{visitor.sandbox.address}/_sandbox/faults", timeout=10)
    assert visitor.ask("/v2/organizations").status_code == 200


def test_all_sessions_die_once(visitor: Any) -> None:
    strike(visitor, {"kind": "session_dies"})
    assert visitor.ask("/v2/organizations").json()["errorCode"] == 401002
    visitor.log_in()
    assert visitor.ask("/v2/organizations").status_code == 200


def test_an_answer_may_be_html_cut_or_empty(visitor: Any) -> None:
    strike(visitor, {"kind": "html", "times": 1})
    assert visitor.ask("/v2/organizations").text.startswith("<!DOCTYPE html>")
    strike(visitor, {"kind": "cut_json", "times": 1})
    with pytest.raises(requests.JSONDecodeError):
        visitor.ask("/v2/organizations").json()
    strike(visitor, {"kind": "empty_body", "times": 1})
    empty = visitor.ask("/v2/organizations")
    assert (empty.status_code, empty.content) == (200, b"")


def test_an_answer_may_be_replaced_by_given_bytes_as_often_as_asked_and_only_where_asked(visitor: Any) -> None:
    body = b'[{"regNumber": "\xff"}]'
    fault = {"kind": "body", "body": base64.b64encode(body).decode(), "path": "/cashboxes", "times": 1}
    strike(visitor, fault)
    organizations = visitor.ask("/v2/organizations")
    assert organizations.json()[0]["inn"]
    path = f"/v2/organizations/{organizations.json()[0]['id']}/cashboxes"
    replaced = visitor.ask(path)
    assert (replaced.status_code, replaced.content) == (200, body)
    assert visitor.ask(path).json()[0]["regNumber"]
    report = requests.get(f"{visitor.sandbox.address}/_sandbox/faults", timeout=10).json()
    assert (report[0]["fault"]["body"], report[0]["struck"]) == (fault["body"], 1)


def test_bytes_that_are_no_base64_are_refused(visitor: Any) -> None:
    fault = {"kind": "body", "body": "not base64!"}
    answer = requests.post(f"{visitor.sandbox.address}/_sandbox/faults", json=fault, timeout=10)
    assert answer.status_code == 400


def test_a_connection_may_be_reset(visitor: Any) -> None:
    strike(visitor, {"kind": "reset", "times": 1})
    with pytest.raises(requests.ConnectionError):
        visitor.ask("/v2/organizations")
    assert visitor.ask("/v2/organizations").status_code == 200


def test_a_slow_answer_outlives_the_clients_patience(visitor: Any) -> None:
    strike(visitor, {"kind": "slow", "seconds": 1, "times": 1})
    with pytest.raises(requests.ReadTimeout):
        visitor.http.get(f"{visitor.sandbox.address}/v2/organizations", timeout=0.2)
    assert visitor.ask("/v2/organizations").status_code == 200


def test_one_register_may_be_forbidden(visitor: Any) -> None:
    strike(visitor, {"kind": "forbid_register", "register": visitor.path().rpartition("/")[2]})
    assert visitor.page(visitor.path()).json()["errorCode"] == 403002
    assert visitor.page(visitor.path(register=1)).status_code == 200


def test_a_document_may_come_twice_over_two_pages(visitor: Any) -> None:
    path = visitor.path()
    honest = visitor.every(path, limit=100)
    strike(visitor, {"kind": "duplicate_documents", "times": 1})
    assert len(visitor.every(path, limit=100)) == len(honest) + 1


def test_documents_may_be_patched_dropped_and_added(visitor: Any) -> None:
    path = visitor.path()
    honest = visitor.every(path, types="closeShift")
    first, second = (one["closeShift"] for one in honest[:2])
    drive = first["fiscalDriveNumber"].strip()
    strike(
        visitor,
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
    damaged = visitor.every(path, types="closeShift")
    assert damaged[0]["closeShift"]["receiptsQuantity"] == "many" and "userInn" not in damaged[0]["closeShift"]
    assert damaged[1]["closeShift"]["shiftNumber"] == second["shiftNumber"] + 1
    assert damaged[-1] == {"mysteryReport": {"code": 99}}
    assert len(damaged) == len(honest)


def test_totals_of_a_shift_may_be_patched_by_drive(visitor: Any) -> None:
    register = visitor.sandbox.world.organizations[0].registers[1]
    match = {"type": "byShifts", "fiscalDriveNumber": register.drives[1].number, "shiftNumber": 1}
    strike(visitor, {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": -5}})
    firsts = [one for one in visitor.shifts(visitor.path(register=1)) if one["shiftNumber"] == 1]
    assert [one["sell"]["cashTotal"] == -5 for one in firsts] == [False, True]


@pytest.mark.parametrize("alone", [False, True])
def test_what_is_patched_by_shift_is_told_by_day_too_unless_it_is_to_contradict(visitor: Any, *, alone: bool) -> None:
    path = visitor.path()
    entry = next(one for one in visitor.shifts(path) if one["sell"]["cashTotal"] > 100)
    honest = {one["date"]: one for one in visitor.days(path)}
    match = {"type": "byShifts", "kktRegId": path[-16:], "shiftNumber": entry["shiftNumber"]}
    less = entry["sell"]["cashTotal"] - 100
    strike(visitor, {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": less}, "alone": alone})
    fields = {one["date"]: one for one in visitor.days(path)}
    changed = [date for date in honest if fields[date] != honest[date]]
    assert changed == ([] if alone else [entry["shiftClose"][:10]])
    for date in changed:
        assert honest[date]["sell"]["cashTotal"] - fields[date]["sell"]["cashTotal"] == 100


def test_a_probable_fault_strikes_the_same_requests_each_time(visitor: Any) -> None:
    runs = []
    for _ in range(2):
        visitor.sandbox.faults.clear()
        strike(visitor, {"kind": "status", "status": 502, "probability": 0.5, "seed": 3})
        runs.append([visitor.ask("/v2/organizations").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 502}


@pytest.mark.parametrize("fault", [{"kind": "gremlin"}, {"kind": "status", "sttus": 1}, {"kind": "forbid_register"}, 7])
def test_a_fault_that_is_not_understood_is_refused(visitor: Any, fault: Any) -> None:
    answer = requests.post(f"{visitor.sandbox.address}/_sandbox/faults", json=fault, timeout=10)
    assert answer.status_code == 400


def test_requests_are_counted_by_method_and_register(visitor: Any) -> None:
    path = visitor.path()
    visitor.sandbox.requests.reset()
    visitor.page(path), visitor.page(path, types="closeShift"), visitor.ask("/v2/organizations")
    counts = visitor.ask("/_sandbox/requests").json()
    assert counts["by_method"] == {"by-period": 2, "organizations": 1}
    assert counts["by_register"] == {path[-16:]: {"by-period": 2}}
    assert visitor.sandbox.requests.count("by-period", path[-16:]) == 2
    requests.delete(f"{visitor.sandbox.address}/_sandbox/requests", timeout=10)
    assert visitor.sandbox.requests.count() == 0


def test_the_time_is_set_over_http_and_may_go_back_to_the_real_clock(visitor: Any) -> None:
    address = f"{visitor.sandbox.address}/_sandbox/now"
    set_to = requests.post(address, json={"now": "2025-12-05T10:00:00Z"}, timeout=10).json()
    assert set_to == {"now": "2025-12-05T10:00:00+00:00"}
    assert visitor.ask(visitor.path()).json()["lastDocumentTimestamp"] <= "2025-12-05T13:00:00"
    assert requests.post(address, json={"now": None}, timeout=10).json()["now"] > "2026-01"
    assert requests.post(address, json={"now": "soon"}, timeout=10).status_code == 400


def test_the_command_tells_its_address_and_ends_on_sigterm() -> None:
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


def test_a_list_may_lack_a_field_repeat_an_entry_or_leave_one_out(visitor: Any) -> None:
    path = visitor.path().rpartition("/")[0]
    first, second, *_ = (entry["regNumber"] for entry in visitor.ask(path).json())
    strike(
        visitor,
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
    entries = visitor.ask(path).json()
    assert [one["regNumber"] for one in entries][:2] == [first, f"{first}  "]
    assert "lastDocumentTimestamp" not in entries[0]
    assert second not in {one["regNumber"] for one in entries}
    assert "another" in {one["id"] for one in visitor.ask("/v2/organizations").json()}
    requests.delete(f"{visitor.sandbox.address}/_sandbox/faults", timeout=10)
    assert len(visitor.ask(path).json()) == len(entries), "the world itself is as it was"


def test_an_answer_may_begin_with_a_byte_order_mark(visitor: Any) -> None:
    strike(visitor, {"kind": "byte_order_mark", "times": 1})
    assert visitor.ask("/v2/organizations").content.startswith(b"\xef\xbb\xbf[")


def test_totals_by_day_and_values_in_arrays_may_be_patched(visitor: Any) -> None:
    path = visitor.path()
    strike(visitor, {"kind": "patch_document", "match": {"type": "byDays"}, "drop": ["returnBuy"]})
    assert all("returnBuy" not in day and "sell" in day for day in visitor.days(path))
    strike(visitor, {"kind": "patch_document", "match": {"type": "receipt"}, "set": {"items.0.sum": "12"}})
    receipts = [one["receipt"] for one in visitor.every(path, types="receipt")]
    assert {one["items"][0]["sum"] for one in receipts} == {"12"}
