"""An answer is kept as it came where it is JSON; other bodies are asked for again and then given up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox import SandboxServer
from smena.model.errors import PassingFault, UnreadableAnswer
from smena.sources.http import RetryPolicy
from tests.unit.sources.conftest import Enter
from tests.unit.sources.scripted import Answer, Request, Scripted, in_turn, reply
from tests.unit.sources.watch import Watch

HTML = "<!DOCTYPE html><html><body>Технические работы</body></html>"
NO_JSON = {
    "html": HTML.encode(),
    "html in windows-1251": HTML.encode("cp1251"),
    "cut": b'{"documents": [{"closeShift": {"shiftNumber": 1',
    "cut list": b"[1, 2",
    "text": b"ok",
    "a JSON string": b'"ok"',
    "null": b"null",
    "a number": b"5",
    "two answers": b"[][]",
    "a comma too many": b"[1,]",
    "not a number": b'{"a": NaN}',
}


def data(*answers: Answer) -> Scripted:
    """A service that accepts every login and gives these answers in turn."""
    script = in_turn(*answers)
    return Scripted(lambda request: reply({"Sid": "0A"}) if request.verb == "POST" else script(request))


def questions(asked: list[Request]) -> int:
    return sum(one.verb == "GET" for one in asked)


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_a_body_that_is_no_json_is_asked_for_three_times_and_raised_with_its_bytes(
    enter: Enter, watch: Watch, body: bytes
) -> None:
    with data(reply(body)) as server, pytest.raises(UnreadableAnswer, match="no JSON, 3 times") as raised:
        enter(server.address).organizations()
    assert (raised.value.body, raised.value.address) == (body, f"{server.address}/v2/organizations")
    assert (questions(server.requests), len(watch.slept)) == (3, 2)


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_a_body_that_is_no_json_may_be_followed_by_json(enter: Enter, body: bytes) -> None:
    with data(reply(body), reply(body), reply(b' [{"id": 1}]\n')) as server:
        assert enter(server.address).organizations().body == b' [{"id": 1}]\n'


def test_json_too_deep_to_be_read_is_no_readable_answer(enter: Enter) -> None:
    with data(reply(b"[" * 100_000 + b"]" * 100_000)) as server, pytest.raises(UnreadableAnswer):
        enter(server.address).organizations()


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n"])
def test_an_empty_body_is_an_answer_no_data(enter: Enter, body: bytes) -> None:
    with data(reply(body)) as server:
        page = enter(server.address).organizations()
    assert (page.status, page.body, questions(server.requests)) == (200, body, 1)


def test_bytes_are_kept_as_they_came(enter: Enter) -> None:
    body = '[ {"name":"Ромашка \\u0430","sum":1.10} ]'.encode()
    before = datetime.now(UTC)
    with data(reply(body)) as server:
        page = enter(server.address).organizations()
    assert page.body == body
    assert before <= page.fetched_at <= datetime.now(UTC)
    assert page.fetched_at.tzinfo is UTC


def test_too_large_an_answer_is_given_up_at_once(enter: Enter) -> None:
    with data(reply(json.dumps(["x"] * 1000).encode())) as server, pytest.raises(UnreadableAnswer, match="larger"):
        enter(server.address, RetryPolicy(largest_body_bytes=1000)).organizations()
    assert questions(server.requests) == 1


FAULTS: dict[str, dict[str, Any]] = {
    "reset": {"kind": "reset"},
    "429": {"kind": "status", "status": 429, "retry_after": 2},
    "500": {"kind": "status", "status": 500},
    "502": {"kind": "status", "status": 502},
    "503": {"kind": "status", "status": 503},
    "504": {"kind": "status", "status": 504},
    "html": {"kind": "html"},
    "cut": {"kind": "cut_json"},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_is_retried_silently(sandbox: SandboxServer, enter: Enter, fault: dict[str, Any]) -> None:
    sandbox.faults.add({"times": 2, "method": "organizations"} | fault)
    assert json.loads(enter(sandbox.address).organizations().body)
    assert sandbox.requests.count("organizations") == 3


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_does_not_pass_is_given_up(sandbox: SandboxServer, enter: Enter, fault: dict[str, Any]) -> None:
    sandbox.faults.add({"method": "organizations"} | fault)
    with pytest.raises(PassingFault) as raised:
        enter(sandbox.address).organizations()
    assert raised.value.exit_code == 3
    assert sandbox.requests.count("organizations") == 3


def test_a_slow_service_is_given_up(sandbox: SandboxServer, enter: Enter) -> None:
    client = enter(sandbox.address, RetryPolicy(connect_s=1, read_s=0.25, deadline_s=30, attempts=2))
    client.organizations()
    sandbox.faults.add({"kind": "slow", "seconds": 0.6, "method": "organizations", "times": 2})
    with pytest.raises(PassingFault, match="no answer in time, attempts: 2"):
        client.organizations()
