"""Passwords, keys, sessions and logins stay out of logs, errors and addresses, whatever goes wrong."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import pytest

from sandbox import DEFAULT_API_KEY, OrganizationSpec, SandboxServer, SandboxSettings, WorldSettings
from sandbox.settings import ApiKey
from smena.airflow.connections import ConnectionFields
from smena.model.endpoint import Endpoint
from smena.model.errors import SmenaError
from smena.sources.http import RetryPolicy
from smena.sources.ofd import OfdClient
from smena.sources.ofd_login import PasswordLogin
from tests.unit.sources.scripted import Answer, Call, Request, Scripted, refusal, reply

LOGIN, PASSWORD, KEY, SID = "bukhgalter+kassa@mark.example", "tajna-парол", "key-mark-031c1890", "SID-MARK-FEC4B58C"
# A secret is a leak in any of these encodings.
MARKS = {
    *(LOGIN, PASSWORD, KEY, SID),
    *(quote(LOGIN), quote(LOGIN, safe=""), quote(PASSWORD), "bukhgalter", "tajna", ascii(PASSWORD).strip("'")),
    *("key-mark", "SID-MARK", PASSWORD.encode().decode("latin-1"), str(PASSWORD.encode()).strip("b'")),
}
QUICK = RetryPolicy(connect_s=0.2, read_s=0.05, deadline_s=5, attempts=2, first_pause_s=0.001)


class _Everything(logging.Handler):
    """Keeps every record that reaches the root, in full."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # The sandbox lives in this process too; what the other side writes down is not ours.
        if record.name.partition(".")[0] not in ("uvicorn", "asyncio"):
            text = logging.Formatter().format(record)
            self.lines.append(f"{record.name} {text} {record.args!r} {record.__dict__.get('exc_text')}")


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """All lines of all loggers at DEBUG: those that were silenced or set apart too."""
    handler = _Everything()
    root = logging.getLogger()
    named = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    before = {one: (one.level, one.propagate, one.disabled) for one in (root, *named)}
    for one in before:
        one.setLevel(logging.DEBUG)
        one.propagate, one.disabled = True, False
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        for one, (level, propagate, disabled) in before.items():
            one.setLevel(level)
            one.propagate, one.disabled = propagate, disabled


def error_text(error: BaseException | None, depth: int = 0) -> str:
    """All that an error and those behind it say, shown or not."""
    if error is None or depth > 10:
        return ""
    own = [str(error), repr(error), repr(error.args), "".join(traceback.format_exception(error))]
    own += [f"{name}={value!r}" for name, value in vars(error).items() if name != "body"]
    return "\n".join([*own, error_text(error.__cause__, depth + 1), error_text(error.__context__, depth + 1)])


@dataclass
class Traces:
    """What a client leaves behind: logged lines, errors, addresses, and its own text."""

    logged: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def leaks(self) -> list[str]:
        lines = [*self.logged, *self.errors, *self.shown]
        return [line for line in lines if any(mark in line for mark in MARKS)]


def visit(address: str, **fields: str) -> Traces:
    """Asks an address for everything there is, each question by itself, and gathers the traces."""
    traces = Traces()
    extra = {"api_key": KEY, "auth_base_url": address} | fields
    place = Endpoint("kontur_ofd", address, LOGIN, PASSWORD, extra)
    window = (datetime(2025, 12, 1), datetime(2025, 12, 31))
    days = (date(2025, 12, 1), date(2025, 12, 31))
    with everything_logged() as traces.logged:
        client = OfdClient(place, retry_policy=QUICK, sleep=lambda _: None)
        questions: list[Callable[[], Any]] = [
            client.organizations,
            lambda: client.cashboxes("org"),
            lambda: list(client.by_period("org", "1", *window, ["closeShift"])),
            lambda: client.by_shifts("org", "1", *days),
            lambda: client.by_days("org", "1", *days),
        ]
        for ask in questions:
            try:
                answer = ask()
            except SmenaError as error:
                traces.errors.append(error_text(error))
            else:
                traces.shown += [repr(page.address) for page in (answer if isinstance(answer, list) else [answer])]
        traces.shown += [repr(client), str(client.traffic), str(client.retries)]
        client.close()
    return traces


def after_login(data: Answer) -> Callable[[Request], Answer]:
    return lambda request: reply({"Sid": SID}) if request.verb == "POST" else data


def at_login(answer: Answer) -> Callable[[Request], Answer]:
    return lambda request: answer if request.verb == "POST" else reply([])


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"
NO_UTF_8 = reply(b'{"Sid": "SID-MARK-FEC4B58C\xff"}')
ODD_HEADERS = b"HTTP/1.1 200 OK\r\nno header at all\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"
ANSWERS: dict[str, Answer] = {
    "all well": reply([]),
    "400": refusal(400, 400000),
    "401002": refusal(401, 401002),
    "401003": refusal(401, 401003),
    "403": refusal(403, 403000),
    "404": refusal(404, 404000),
    "406": reply(status=406),
    "429": reply(status=429, Retry_After="1"),
    "500": reply(status=500),
    "503 html": reply("<html>", 503),
    "redirect": reply(status=302, Location="http://127.0.0.1:9/?login=bukhgalter"),
    "html": reply("<html>"),
    "cut json": reply('[{"a":'),
    "empty": reply(b""),
    "reset": Call.reset,
    "closed": lambda _: None,
    "silence": Call.keep_silent,
    "cut body": CUT,
    "odd headers": ODD_HEADERS,
    "bad gzip": reply(b"x", Content_Encoding="gzip"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_nothing_secret_is_shown_whatever_the_data_service_answers(answer: Answer) -> None:
    with Scripted(after_login(answer)) as server:
        traces = visit(server.address)
    assert any(SID in one.headers.get("authorization", "") for one in server.requests)
    assert traces.leaks() == []


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_nothing_secret_is_shown_whatever_the_auth_service_answers(answer: Answer) -> None:
    with Scripted(at_login(answer)) as server:
        traces = visit(server.address)
    assert PASSWORD.encode() in {one.body for one in server.requests}
    assert traces.leaks() == []
    assert traces.errors


def test_nothing_secret_is_shown_where_no_service_answers() -> None:
    with Scripted(lambda _: reply()) as server:
        pass
    traces = visit(server.address)
    assert len(traces.errors) == 5
    assert traces.leaks() == []


@pytest.mark.parametrize("key", [f"{KEY}\r\nX: y", f"{KEY}-ключ", f"{KEY}\n"])
def test_a_key_that_cannot_be_sent_is_not_repeated(key: str) -> None:
    with Scripted(after_login(reply([]))) as server:
        traces = visit(server.address, api_key=key)
    assert len(traces.errors) == 5
    assert traces.leaks() == []


@pytest.mark.parametrize("sid", [f"{SID}\r\nX: y", f"{SID}-ключ"])
def test_a_session_that_cannot_be_sent_is_not_repeated(sid: str) -> None:
    with Scripted(lambda request: reply({"Sid": sid}) if request.verb == "POST" else reply([])) as server:
        traces = visit(server.address)
    assert len(traces.errors) == 5
    assert traces.leaks() == []


def test_a_session_in_no_utf_8_is_a_clear_error_that_does_not_repeat_it() -> None:
    with Scripted(at_login(NO_UTF_8)) as server:
        traces = visit(server.address)
    assert len(traces.errors) == 5
    assert traces.leaks() == []


@pytest.mark.parametrize("auth", ["ftp://127.0.0.1/", "http://", "http://[::1", "not an address"])
def test_an_invalid_auth_address_is_named_without_the_login(auth: str) -> None:
    with Scripted(after_login(reply([]))) as server:
        traces = visit(server.address, auth_base_url=auth)
    assert len(traces.errors) == 5
    assert traces.leaks() == []


def test_a_whole_reading_of_the_sandbox_leaves_nothing_secret_behind() -> None:
    world = WorldSettings(
        first_day=date(2025, 12, 1), last_day=date(2025, 12, 9), organizations=[OrganizationSpec(registers=1)],
        receipts_per_shift=3,
    )  # fmt: skip
    settings = SandboxSettings(
        world=world, users={LOGIN: PASSWORD}, api_keys=(ApiKey(KEY), ApiKey(DEFAULT_API_KEY)), scan_limit=9
    )
    with SandboxServer(settings) as sandbox, everything_logged() as logged:
        sandbox.faults.add(
            {"kind": "session_dies", "method": "by-period"}, {"kind": "reset", "times": 1, "method": "by-shifts"}
        )
        organization = sandbox.world.organizations[0]
        register = organization.registers[0].reg_number
        client = OfdClient(
            Endpoint(
                "kontur_ofd", sandbox.address, LOGIN, PASSWORD, {"api_key": KEY, "auth_base_url": sandbox.address}
            ),
            retry_policy=RetryPolicy(attempts=3, first_pause_s=0.001),
        )
        pages = [client.organizations(), client.cashboxes(organization.id)]
        pages += client.by_period(
            organization.id, register, datetime(2025, 12, 1), datetime(2025, 12, 31), ["closeShift"]
        )
        pages.append(client.by_shifts(organization.id, register, date(2025, 12, 1), date(2025, 12, 31)))
        client.close()
        marks = MARKS | set(sandbox._authenticator._sessions)
    assert sandbox.requests.count("authenticate-by-pass") == 2
    assert any("urllib3" in line and "authenticate-by-pass?login=***" in line for line in logged)
    lines = [*logged, *(repr(page.address) for page in pages)]
    assert [line for line in lines if any(mark in line for mark in marks)] == []


def test_no_connection_shows_its_secrets_in_its_text() -> None:
    extra = {"api_key": KEY}
    texts = [
        repr(Endpoint("kontur_ofd", "http://x", LOGIN, PASSWORD, extra)),
        repr(ConnectionFields("http", "x", None, "", LOGIN, PASSWORD, extra)),
        repr(PasswordLogin("http://x", LOGIN, PASSWORD)),
    ]
    assert [text for text in texts if PASSWORD in text or KEY in text] == []


def test_no_connection_shows_its_login_in_its_text() -> None:
    # The login is taken out of every logged address: then it has no place in a connection's text either.
    texts = [
        repr(Endpoint("kontur_ofd", "http://x", LOGIN, PASSWORD)),
        repr(ConnectionFields("http", "x", None, "", LOGIN, PASSWORD)),
        repr(PasswordLogin("http://x", LOGIN, PASSWORD)),
    ]
    assert [text for text in texts if LOGIN in text] == []
