"""How long a client waits: between two attempts, for one answer, and in all."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.errors import PassingFault
from smena.sources.http import LONGEST_PAUSE_S, Http, RetryPolicy, retry_after_s
from tests.unit.sources.scripted import Call, Scripted, in_turn, reply
from tests.unit.sources.watch import Watch

QUICK = RetryPolicy(connect_s=2, read_s=2, deadline_s=300, attempts=4, first_pause_s=1)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ask(
    server: Scripted, retry_policy: RetryPolicy = QUICK, watch: Watch | None = None, path: str = "/documents"
) -> bytes:
    """One question's body, asked with a watch that nobody waits for."""
    watch = watch or Watch()
    http = Http(retry_policy, watch.sleep, watch.clock)
    try:
        return http.request("GET", server.address + path, name="documents").body
    finally:
        http.close()


# --- pauses


@given(attempt=st.integers(1, 40), asked_s=st.floats(0, 1e6))
def test_a_pause_grows_at_most_twofold_has_jitter_and_is_bounded(attempt: int, asked_s: float) -> None:
    pause_s = Http(QUICK).pause_s(attempt, asked_s)
    grown_s = QUICK.first_pause_s * 2 ** (attempt - 1)
    assert min(asked_s, LONGEST_PAUSE_S) <= pause_s <= min(max(asked_s, grown_s), LONGEST_PAUSE_S)


def test_clients_that_failed_together_do_not_come_back_together() -> None:
    http = Http(QUICK)
    assert len({http.pause_s(5) for _ in range(20)}) > 10


def test_retry_after_in_seconds_is_honoured() -> None:
    watch = Watch()
    with Scripted(in_turn(reply(status=429, Retry_After="7"), reply())) as server:
        ask(server, watch=watch)
    assert watch.slept == [7.0]


def test_retry_after_as_a_date_is_honoured() -> None:
    watch = Watch()
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=31), usegmt=True)
    with Scripted(in_turn(reply(status=503, Retry_After=later), reply())) as server:
        ask(server, watch=watch)
    assert 25 < watch.slept[0] <= 31


@pytest.mark.parametrize("header", ["86400", "Wed, 21 Oct 2099 07:28:00 GMT", "1e300"])
def test_retry_after_is_bounded(header: str) -> None:
    watch = Watch()
    with Scripted(in_turn(reply(status=503, Retry_After=header), reply())) as server:
        ask(server, watch=watch)
    assert watch.slept == [LONGEST_PAUSE_S]


@pytest.mark.parametrize(
    ("header", "asked_s"),
    [
        ("0", 0), ("5", 5), (" 7 ", 7), ("-5", 0), ("", 0), ("soon", 0), ("nan", 0), ("inf", 0), ("п", 0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30), ("Sun, 01 Mar 2026 12:00:30", 30),
        ("Sun, 01 Mar 2026 15:00:30 +0300", 30), ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Mon, 01 Jan 99999 00:00:00 GMT", 0), ("Mon, 99 Jan 2026 99:99:99 GMT", 0),
    ],
)  # fmt: skip
def test_what_a_retry_after_says(header: str, asked_s: float) -> None:
    assert retry_after_s(header, NOW) == asked_s


@pytest.mark.parametrize("zone", ["+9999", "+99999999999999", "-99999999999"])
def test_a_retry_after_of_an_impossible_zone_says_nothing(zone: str) -> None:
    assert retry_after_s(f"Mon, 01 Jan 2024 00:00:00 {zone}", NOW) == 0


@given(
    st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)")
)
def test_no_retry_after_whatever_breaks_the_client(header: str) -> None:
    assert retry_after_s(header, NOW) >= 0


# --- deadlines


def test_pauses_end_at_the_deadline() -> None:
    watch = Watch()
    retry_policy = RetryPolicy(deadline_s=10, attempts=50, first_pause_s=0.001)
    with (
        Scripted(lambda _: reply(status=503, Retry_After="4")) as server,
        pytest.raises(PassingFault, match="attempts: 3"),
    ):
        ask(server, retry_policy, watch)
    assert watch.slept == [4.0, 4.0]


def test_a_service_that_wants_more_time_than_there_is_is_not_waited_for() -> None:
    watch = Watch()
    retry_policy = RetryPolicy(deadline_s=30, attempts=5)
    with Scripted(lambda _: reply(status=503, Retry_After="60")) as server, pytest.raises(PassingFault):
        ask(server, retry_policy, watch)
    assert (watch.slept, len(server.requests)) == ([], 1)


def test_silence_ends_with_the_read_time_out() -> None:
    retry_policy = RetryPolicy(connect_s=1, read_s=0.05, deadline_s=20, attempts=2)
    with (
        Scripted(lambda _: Call.keep_silent) as server,
        pytest.raises(PassingFault, match="no answer in time, attempts: 2"),
    ):
        ask(server, retry_policy)


def test_no_attempt_waits_past_the_deadline() -> None:
    retry_policy = RetryPolicy(connect_s=5, read_s=5, deadline_s=0.1, attempts=1)
    started = time.monotonic()
    with Scripted(lambda _: Call.keep_silent) as server:
        http = Http(retry_policy)
        with pytest.raises(PassingFault, match="no answer in time"):
            http.request("GET", server.address, name="documents")
        http.close()
    assert time.monotonic() - started < 2


def _drip(head: bytes, body: bytes) -> Callable[[Call], None]:
    def speak(call: Call) -> None:
        call.say(head)
        call.drip(body, 0.03)

    return speak


def _drip_chunks(call: Call) -> None:
    call.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(50):
        call.say(b"1\r\nx\r\n")
        if call.hung_up.wait(0.03):
            return


_LONG = b"x" * 50
DRIPPING = {
    "chunk after chunk": _drip_chunks,
    "one long chunk": _drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n32\r\n", _LONG),
    "a body of known length": _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", _LONG),
    "a body until the end": _drip(b"HTTP/1.1 200 OK\r\n\r\n", _LONG),
    "the headers": _drip(b"HTTP/1.1 200 OK\r\nX-Long: ", _LONG),
    "a redirect": _drip(b"HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 50\r\n\r\n", _LONG),
}


@pytest.mark.parametrize("speech", DRIPPING.values(), ids=DRIPPING)
def test_an_answer_that_drips_in_ends_at_the_deadline(speech: Callable[[Call], None]) -> None:
    http = Http(RetryPolicy(connect_s=1, read_s=1, deadline_s=0.2, attempts=1))
    with Scripted(lambda _: speech) as server:
        started = time.monotonic()
        with pytest.raises(PassingFault, match="no answer in time"):
            http.request("GET", server.address, name="documents")
        took_s = time.monotonic() - started
        http.close()
    assert took_s < 1


def test_an_answer_after_a_slow_connection_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit passes while the name is resolved, when there is no socket to shut."""
    resolve = socket.getaddrinfo

    def resolve_slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.3)
        return resolve(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_slowly)
    http = Http(RetryPolicy(connect_s=1, read_s=1, deadline_s=0.2, attempts=1))
    with Scripted(lambda _: DRIPPING["a body of known length"]) as server:
        started = time.monotonic()
        with pytest.raises(PassingFault, match="no answer in time"):
            http.request("GET", server.address, name="documents")
        took_s = time.monotonic() - started
        http.close()
    assert took_s < 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_whose_answer_drips_in_ends_at_the_deadline(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    http = Http(RetryPolicy(connect_s=1, read_s=1, deadline_s=0.2, attempts=1))
    with Scripted(lambda _: DRIPPING["the headers"]) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", proxy.address)
        monkeypatch.setenv("no_proxy", "")
        started = time.monotonic()
        with pytest.raises(PassingFault, match="no answer in time"):
            http.request("GET", f"{scheme}://ofd.example/", name="documents")
        took_s = time.monotonic() - started
        http.close()
    assert len(proxy.requests) == 1
    assert took_s < 1
