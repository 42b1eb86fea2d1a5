"""A request is asked again only for faults that pass, not for ever, and never past its deadline."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smena.model.errors import PassingFault, UnreadableAnswer, WrongUse
from smena.sources.http import Http, RetryPolicy
from tests.unit.sources.scripted import Answer, Call, Scripted, in_turn, reply
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
    assert len(server.requests) == 3
    assert len(watch.slept) == 2


@pytest.mark.parametrize("status", [505, 520, 599])
def test_every_other_status_of_the_server_s_own_fault_passes_too(status: int) -> None:
    with Scripted(in_turn(reply(status=status), reply(b'{"a":1}'))) as server:
        assert ask(server) == b'{"a":1}'


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_invalid_http_answer_is_asked_for_again(answer: Answer) -> None:
    with Scripted(in_turn(answer, reply(b'{"a":1}'))) as server:
        assert ask(server) == b'{"a":1}'
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [200, 204, 301, 302, 400, 401, 403, 404, 406, 410, 422])
def test_no_other_answer_is_asked_again(status: int) -> None:
    watch = Watch()
    with Scripted(lambda _: reply(status=status)) as server:
        http = Http(QUICK, watch.sleep, watch.clock)
        assert http.request("GET", server.address, name="documents").status == status
        http.close()
    assert (len(server.requests), watch.slept) == (1, [])


def test_attempts_are_counted_and_bounded() -> None:
    watch = Watch()
    http = Http(QUICK, watch.sleep, watch.clock)
    with Scripted(lambda _: reply(status=503)) as server:
        with pytest.raises(PassingFault, match="documents: HTTP 503, attempts: 4") as raised:
            http.request("GET", server.address, name="documents")
        http.close()
    assert raised.value.__cause__ is None and raised.value.__context__ is None
    assert len(server.requests) == http.traffic["documents"] == 4
    assert len(watch.slept) == http.retries["documents"] == 3


def test_a_request_that_must_not_be_repeated_is_not() -> None:
    with Scripted(lambda _: reply(status=503)) as server:
        http = Http(QUICK, Watch().sleep)
        with pytest.raises(PassingFault):
            http.request("POST", server.address, name="once", retried=False)
        http.close()
    assert len(server.requests) == 1


def test_a_refused_connection_is_a_passing_fault() -> None:
    watch = Watch()
    with Scripted(hang_up_at_once) as server:
        pass
    with pytest.raises(PassingFault, match="the connection broke, attempts: 4"):
        ask(server, watch=watch)
    assert len(watch.slept) == 3


def hang_up_at_once(_: object) -> Answer:
    return hang_up


# --- what an answer may be


def test_an_answer_may_be_as_large_as_allowed_and_no_larger() -> None:
    retry_policy = RetryPolicy(largest_body_bytes=10_000)
    with Scripted(lambda _: reply(b"x" * 10_000)) as server:
        assert len(ask(server, retry_policy)) == 10_000
    with Scripted(lambda _: reply(b"x" * 10_001)) as server, pytest.raises(UnreadableAnswer, match="larger than 10000"):
        ask(server, retry_policy)
    assert len(server.requests) == 1


def test_size_is_counted_unpacked() -> None:
    packed = gzip.compress(b"0" * 5_000_000)
    assert len(packed) < 10_000
    with Scripted(lambda _: reply(packed, Content_Encoding="gzip")) as server, pytest.raises(UnreadableAnswer):
        ask(server, RetryPolicy(largest_body_bytes=10_000))


def test_a_too_large_answer_names_its_address_without_the_query() -> None:
    with Scripted(lambda _: reply(b"x" * 11)) as server, pytest.raises(UnreadableAnswer) as raised:
        ask(server, RetryPolicy(largest_body_bytes=10), path="/auth?login=a@b.example")
    assert raised.value.address == f"{server.address}/auth"


def test_redirects_are_not_followed() -> None:
    with (
        Scripted(lambda _: reply()) as elsewhere,
        Scripted(lambda _: reply(status=307, Location=elsewhere.address)) as server,
    ):
        http = Http(QUICK)
        assert (
            http.request("GET", server.address, name="documents", headers={"Authorization": "auth.sid x"}).status == 307
        )
        http.close()
    assert (len(server.requests), elsewhere.requests) == (1, [])


def test_a_redirect_to_no_address_is_the_service_s_fault_not_the_person_s() -> None:
    with Scripted(lambda _: reply(status=302, Location="http://[bad")) as server:
        http = Http(QUICK, Watch().sleep)
        assert http.request("GET", server.address, name="documents").status == 302
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
            http.request("GET", server.address, name="documents")
        http.close()
    assert [one.headers.get("cookie") for one in server.requests] == [None, None]


def test_a_netrc_of_the_machine_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login machine password of-the-machine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with Scripted(lambda _: reply()) as server:
        http = Http(QUICK, Watch().sleep)
        http.request("GET", server.address, name="documents", headers={"Authorization": "auth.sid ours"})
        http.close()
    assert server.requests[0].headers["authorization"] == "auth.sid ours"


def test_a_proxy_of_the_machine_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(lambda _: reply()) as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        monkeypatch.setenv("no_proxy", "")
        http = Http(QUICK, Watch().sleep)
        http.request("GET", "http://ofd.example/v2/organizations", name="organizations")
        http.close()
    assert [asked.target for asked in proxy.requests] == ["http://ofd.example/v2/organizations"]


# --- what cannot be sent


@pytest.mark.parametrize("value", ["tajna\r\nX-Other: 1", "тайна", "tajna\n"])
def test_a_header_that_cannot_be_sent_is_wrong_use_and_is_not_repeated(value: str) -> None:
    http = Http(QUICK, Watch().sleep)
    with Scripted(lambda _: reply()) as server, pytest.raises(WrongUse, match="cannot be sent") as raised:
        http.request("GET", server.address, name="documents", headers={"X-Key": value})
    http.close()
    assert server.requests == []
    assert value.strip() not in repr(raised.value) + str(raised.value)
    assert raised.value.__context__ is None


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1/", "127.0.0.1/x", "http://", "http://[::1", "http://host:port/", "http://a..b/"]
)
def test_an_address_that_is_none_is_wrong_use(address: str) -> None:
    http = Http(QUICK, Watch().sleep)
    with pytest.raises(WrongUse, match="cannot be sent"):
        http.request("GET", address, name="documents")
    http.close()
