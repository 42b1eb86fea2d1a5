"""A request is asked again only for faults that pass, not for ever, and never past its deadline."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.errors import PassingFault, UnreadableAnswer, WrongUse
from smena.sources.http import LONGEST_PAUSE_S, Http, Patience, retry_after_s
from tests.unit.sources.scripted import Answer, Call, Scripted, in_turn, reply
from tests.unit.sources.watch import Watch

QUICK = Patience(connect_s=2, read_s=2, deadline_s=300, attempts=4, first_pause_s=1)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ask(server: Scripted, patience: Patience = QUICK, watch: Watch | None = None, path: str = "/documents") -> bytes:
    """One question's body, asked with a watch that nobody waits for."""
    watch = watch or Watch()
    http = Http(patience, watch.sleep, watch.clock)
    try:
        return http.ask("GET", server.address + path, name="documents").body
    finally:
        http.close()


def hang_up(call: Call) -> None:
    """No answer: the connection is closed."""


def cut_chunk(call: Call) -> None:
    call.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}")


def reset(call: Call) -> None:
    call.reset()


BROKEN: dict[str, Answer] = {
    "closed without an answer": hang_up,
    "reset": reset,
    "cut body": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
    "cut chunk": cut_chunk,
    "a chunk that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "no HTTP at all": b"220 mail.example ESMTP\r\n\r\n",
    "gzip that is none": reply(b"plain", Content_Encoding="gzip"),
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X-Same: a\r\n" * 300 + b"\r\n",
}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_that_passes_is_asked_again(status: int) -> None:
    watch = Watch()
    with Scripted(in_turn(reply(status=status), reply(status=status), reply(b'{"a":1}'))) as server:
        assert ask(server, watch=watch) == b'{"a":1}'
    assert len(server.asked) == 3
    assert len(watch.slept) == 2


@pytest.mark.parametrize("status", [505, 520, 599])
def test_every_other_status_of_the_server_s_own_fault_passes_too(status: int) -> None:
    with Scripted(in_turn(reply(status=status), reply(b'{"a":1}'))) as server:
        assert ask(server) == b'{"a":1}'


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_again(answer: Answer) -> None:
    with Scripted(in_turn(answer, reply(b'{"a":1}'))) as server:
        assert ask(server) == b'{"a":1}'
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [200, 204, 301, 302, 400, 401, 403, 404, 406, 410, 422])
def test_no_other_answer_is_asked_again(status: int) -> None:
    watch = Watch()
    with Scripted(lambda _: reply(status=status)) as server:
        http = Http(QUICK, watch.sleep, watch.clock)
        assert http.ask("GET", server.address, name="documents").status == status
        http.close()
    assert (len(server.asked), watch.slept) == (1, [])


def test_attempts_are_counted_and_bounded() -> None:
    watch = Watch()
    http = Http(QUICK, watch.sleep, watch.clock)
    with Scripted(lambda _: reply(status=503)) as server:
        with pytest.raises(PassingFault, match="documents: HTTP 503, attempts: 4") as told:
            http.ask("GET", server.address, name="documents")
        http.close()
    assert told.value.__cause__ is None and told.value.__context__ is None
    assert len(server.asked) == http.traffic["documents"] == 4
    assert len(watch.slept) == http.retries["documents"] == 3


def test_a_request_that_must_not_be_repeated_is_not() -> None:
    with Scripted(lambda _: reply(status=503)) as server:
        http = Http(QUICK, Watch().sleep)
        with pytest.raises(PassingFault):
            http.ask("POST", server.address, name="once", retried=False)
        http.close()
    assert len(server.asked) == 1


def test_nobody_at_the_other_end_is_a_passing_fault() -> None:
    watch = Watch()
    with Scripted(hang_up_at_once) as server:
        pass
    with pytest.raises(PassingFault, match="the connection broke, attempts: 4"):
        ask(server, watch=watch)
    assert len(watch.slept) == 3


def hang_up_at_once(_: object) -> Answer:
    return hang_up


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
    patience = Patience(deadline_s=10, attempts=50, first_pause_s=0.001)
    with (
        Scripted(lambda _: reply(status=503, Retry_After="4")) as server,
        pytest.raises(PassingFault, match="attempts: 3"),
    ):
        ask(server, patience, watch)
    assert watch.slept == [4.0, 4.0]


def test_a_service_that_wants_more_time_than_there_is_is_not_waited_for() -> None:
    watch = Watch()
    patience = Patience(deadline_s=30, attempts=5)
    with Scripted(lambda _: reply(status=503, Retry_After="60")) as server, pytest.raises(PassingFault):
        ask(server, patience, watch)
    assert (watch.slept, len(server.asked)) == ([], 1)


def test_silence_ends_with_the_read_time_out() -> None:
    patience = Patience(connect_s=1, read_s=0.05, deadline_s=20, attempts=2)
    with (
        Scripted(lambda _: Call.keep_silent) as server,
        pytest.raises(PassingFault, match="no answer in time, attempts: 2"),
    ):
        ask(server, patience)


def test_no_attempt_waits_past_the_deadline() -> None:
    patience = Patience(connect_s=5, read_s=5, deadline_s=0.1, attempts=1)
    started = time.monotonic()
    with Scripted(lambda _: Call.keep_silent) as server:
        http = Http(patience)
        with pytest.raises(PassingFault, match="no answer in time"):
            http.ask("GET", server.address, name="documents")
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
    http = Http(Patience(connect_s=1, read_s=1, deadline_s=0.2, attempts=1))
    with Scripted(lambda _: speech) as server:
        started = time.monotonic()
        with pytest.raises(PassingFault, match="no answer in time"):
            http.ask("GET", server.address, name="documents")
        took_s = time.monotonic() - started
        http.close()
    assert took_s < 0.8


# --- what an answer may be


def test_an_answer_may_be_as_large_as_allowed_and_no_larger() -> None:
    patience = Patience(largest_body_bytes=10_000)
    with Scripted(lambda _: reply(b"x" * 10_000)) as server:
        assert len(ask(server, patience)) == 10_000
    with Scripted(lambda _: reply(b"x" * 10_001)) as server, pytest.raises(UnreadableAnswer, match="larger than 10000"):
        ask(server, patience)
    assert len(server.asked) == 1


def test_size_is_counted_unpacked() -> None:
    packed = gzip.compress(b"0" * 5_000_000)
    assert len(packed) < 10_000
    with Scripted(lambda _: reply(packed, Content_Encoding="gzip")) as server, pytest.raises(UnreadableAnswer):
        ask(server, Patience(largest_body_bytes=10_000))


def test_a_too_large_answer_names_its_address_without_the_query() -> None:
    with Scripted(lambda _: reply(b"x" * 11)) as server, pytest.raises(UnreadableAnswer) as told:
        ask(server, Patience(largest_body_bytes=10), path="/auth?login=a@b.example")
    assert told.value.address == f"{server.address}/auth"


def test_redirects_are_not_followed() -> None:
    with (
        Scripted(lambda _: reply()) as elsewhere,
        Scripted(lambda _: reply(status=307, Location=elsewhere.address)) as server,
    ):
        http = Http(QUICK)
        assert http.ask("GET", server.address, name="documents", headers={"Authorization": "auth.sid x"}).status == 307
        http.close()
    assert (len(server.asked), elsewhere.asked) == (1, [])


def test_a_redirect_to_no_address_is_the_service_s_fault_not_the_person_s() -> None:
    with Scripted(lambda _: reply(status=302, Location="http://[bad")) as server:
        http = Http(QUICK, Watch().sleep)
        assert http.ask("GET", server.address, name="documents").status == 302
        http.close()


def test_headers_of_the_service_that_contradict_each_other_are_a_passing_fault() -> None:
    with (
        Scripted(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}") as server,
        pytest.raises(PassingFault),
    ):
        ask(server)


def test_cookies_are_not_kept() -> None:
    http = Http(QUICK)
    with Scripted(lambda _: reply(Set_Cookie="token=abc; Path=/")) as server:
        for _ in range(2):
            http.ask("GET", server.address, name="documents")
        http.close()
    assert [one.headers.get("cookie") for one in server.asked] == [None, None]


def test_neither_netrc_nor_a_proxy_of_the_machine_meddles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login machine password of-the-machine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Scripted(lambda _: reply()) as server:
        http = Http(QUICK, Watch().sleep)
        http.ask("GET", server.address, name="documents", headers={"Authorization": "auth.sid ours"})
        http.close()
    assert server.asked[0].headers["authorization"] == "auth.sid ours"


# --- what cannot be sent


@pytest.mark.parametrize("value", ["tajna\r\nX-Other: 1", "тайна", "tajna\n"])
def test_a_header_that_cannot_be_sent_is_wrong_use_and_is_not_repeated(value: str) -> None:
    http = Http(QUICK, Watch().sleep)
    with Scripted(lambda _: reply()) as server, pytest.raises(WrongUse, match="cannot be sent") as told:
        http.ask("GET", server.address, name="documents", headers={"X-Key": value})
    http.close()
    assert server.asked == []
    assert value.strip() not in repr(told.value) + str(told.value)
    assert told.value.__context__ is None


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1/", "127.0.0.1/x", "http://", "http://[::1", "http://host:port/", "http://a..b/"]
)
def test_an_address_that_is_none_is_wrong_use(address: str) -> None:
    http = Http(QUICK, Watch().sleep)
    with pytest.raises(WrongUse, match="cannot be sent"):
        http.ask("GET", address, name="documents")
    http.close()
