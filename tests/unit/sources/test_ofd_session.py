"""A session that has died is renewed once; a login that is refused is not tried again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest

from sandbox import SandboxServer
from smena.model.endpoint import Endpoint
from smena.model.errors import PassingFault, RefusedByService, RefusedLogin, SmenaError, WrongUse
from smena.sources.ofd import OfdClient
from tests.unit.sources.conftest import QUICK, Enter, endpoint
from tests.unit.sources.scripted import Answer, Request, Scripted, refusal, reply

THREADS = 8
DEAD = refusal(401, 401002, "urn:error:auth-sid:required:access-denied")


def at_once(ask: Callable[[], object], threads: int = THREADS) -> list[object]:
    """What came of a question that many threads ask at the same moment: answers, and errors as they are."""
    start = Barrier(threads)

    def one(_: int) -> object:
        start.wait(5)
        try:
            return ask()
        except SmenaError as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def logins(server: Scripted) -> int:
    return len(server.paths("authenticate-by-pass"))


def login_server(sids: list[str], data: Callable[[str], Answer], login: Callable[[], Answer] | None = None) -> Scripted:
    """A service that gives these session ids in turn, and answers a question by the session it comes with."""
    waiting = list(sids)

    def script(request: Request) -> Answer:
        if request.verb == "POST":
            return login() if login else reply({"Sid": waiting.pop(0)})
        return data(request.headers["authorization"].removeprefix("auth.sid "))

    return Scripted(script)


# --- logging in


def test_a_login_serves_every_question(sandbox: SandboxServer, enter: Enter) -> None:
    client = enter(sandbox.address)
    organization = sandbox.world.organizations[0]
    client.organizations()
    client.cashboxes(organization.id)
    client.by_shifts(organization.id, organization.registers[0].reg_number, date(2025, 12, 1), date(2025, 12, 31))
    client.by_days(organization.id, organization.registers[0].reg_number, date(2025, 12, 1), date(2025, 12, 31))
    assert sandbox.requests.count("authenticate-by-pass") == 1
    assert client.traffic == {
        "authenticate-by-pass": 1, "organizations": 1, "cashboxes": 1, "by-shifts": 1, "by-days": 1,
    }  # fmt: skip


def test_the_password_travels_as_the_body_and_never_in_an_address(enter: Enter) -> None:
    with login_server(["0A"], lambda _: reply([])) as server:
        enter(server.address, password="tajna-парол").organizations()
    login, data = server.requests
    assert login.body == "tajna-парол".encode()
    assert login.target == "/auth/authenticate-by-pass?login=demo%40smena.example"
    assert (data.headers["authorization"], data.headers["x-kontur-ofd-apikey"]) == (
        "auth.sid 0A",
        "sandbox-integrator-key",
    )


def test_no_login_is_sent_before_the_first_question(sandbox: SandboxServer, enter: Enter) -> None:
    enter(sandbox.address)
    assert sandbox.requests.count() == 0


def test_many_threads_that_ask_at_once_log_in_once(sandbox: SandboxServer, enter: Enter) -> None:
    sandbox.faults.add({"kind": "slow", "seconds": 0.05, "method": "authenticate-by-pass"})
    pages = at_once(enter(sandbox.address).organizations)
    assert not [one for one in pages if isinstance(one, SmenaError)]
    assert sandbox.requests.count("authenticate-by-pass") == 1
    assert sandbox.requests.count("organizations") == THREADS


# --- a session that dies


def test_a_session_that_dies_between_two_pages_is_renewed_and_nothing_is_lost(
    sandbox: SandboxServer, enter: Enter
) -> None:
    organization = sandbox.world.organizations[0]
    window = (organization.id, organization.registers[0].reg_number, datetime(2025, 12, 1), datetime(2026, 1, 31))
    undisturbed = [page.body for page in enter(sandbox.address).by_period(*window, ["closeShift"])]
    sandbox.requests.reset()
    pages = []
    for page in enter(sandbox.address).by_period(*window, ["closeShift"]):
        pages.append(page.body)
        if len(pages) in (1, 4, 5):
            sandbox.forget_sessions()
    assert pages == undisturbed
    assert sandbox.requests.count("authenticate-by-pass") == 4


def test_many_threads_whose_session_dies_log_in_once_more(sandbox: SandboxServer, enter: Enter) -> None:
    client = enter(sandbox.address)
    client.organizations()
    sandbox.forget_sessions()
    pages = at_once(client.organizations)
    assert not [one for one in pages if isinstance(one, SmenaError)]
    assert sandbox.requests.count("authenticate-by-pass") == 2


def test_a_service_that_forgets_every_session_is_not_asked_for_ever(enter: Enter) -> None:
    with login_server(["0A", "0B", "0C", "0D"], lambda _: DEAD) as server:
        with pytest.raises(RefusedLogin, match="401002") as raised:
            enter(server.address).organizations()
        assert (raised.value.status, raised.value.code) == (401, "401002")
        assert logins(server) == 2
        assert len(server.requests) == 4


def test_a_dead_session_is_recognised_by_the_errors_id_too(enter: Enter) -> None:
    # `errorCode` is deprecated: the day it goes, `errorCodeId` must do.
    gone = refusal(401, None, "urn:error:auth-sid:required:access-denied")
    with login_server(["0A", "0B"], lambda sid: gone if sid == "0A" else reply([])) as server:
        assert enter(server.address).organizations().status == 200


def test_a_thread_whose_session_was_renewed_by_another_does_not_log_in_again(enter: Enter) -> None:
    with login_server(["0A", "0B", "0C"], lambda sid: DEAD if sid == "0A" else reply([])) as server:
        client = enter(server.address)
        at_once(client.organizations)
        client.organizations()
        assert logins(server) == 2


def test_a_login_that_fails_for_now_is_tried_again(sandbox: SandboxServer, enter: Enter) -> None:
    sandbox.faults.add({"kind": "status", "status": 503, "times": 2, "method": "authenticate-by-pass"})
    assert enter(sandbox.address).organizations().status == 200
    assert sandbox.requests.count("authenticate-by-pass") == 3


def test_an_outage_of_the_login_is_passing_and_the_next_question_tries_again(
    sandbox: SandboxServer, enter: Enter
) -> None:
    sandbox.faults.add({"kind": "status", "status": 503, "times": 3, "method": "authenticate-by-pass"})
    client = enter(sandbox.address)
    with pytest.raises(PassingFault, match="authenticate-by-pass: HTTP 503, attempts: 3"):
        client.organizations()
    assert client.organizations().status == 200


def test_threads_that_wait_for_one_login_share_its_outage(enter: Enter) -> None:
    with login_server([], lambda _: reply([]), lambda: reply(status=503)) as server:
        reported = at_once(enter(server.address).organizations)
        assert all(isinstance(one, PassingFault) for one in reported)
        assert logins(server) < THREADS * QUICK.attempts


@pytest.mark.parametrize(
    "answer", ["<html>", "[]", "null", "{}", '{"Sid": null}', '{"Sid": ""}', '{"Sid": 5}', '{"sid": "0A"}', ""]
)
def test_a_login_that_is_answered_without_a_session_is_a_passing_fault(enter: Enter, answer: str) -> None:
    with (
        login_server([], lambda _: reply([]), lambda: reply(answer)) as server,
        pytest.raises(PassingFault, match="authenticate-by-pass"),
    ):
        enter(server.address).organizations()


# --- refusals


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406])
def test_a_refused_login_is_refused_to_every_thread_and_tried_once(enter: Enter, status: int) -> None:
    with login_server([], lambda _: reply([]), lambda: refusal(status, 403000)) as server:
        client = enter(server.address)
        reported = at_once(client.organizations)
        assert {type(one) for one in reported} == {RefusedLogin}
        assert {one.status for one in reported if isinstance(one, RefusedLogin)} == {status}
        with pytest.raises(RefusedLogin, match="the login is refused"):
            client.cashboxes("org")
        assert len(server.requests) == 1


def test_a_wrong_password_is_refused_once(sandbox: SandboxServer, enter: Enter) -> None:
    client = enter(sandbox.address, password="wrong")
    reported = at_once(client.organizations)
    assert {type(one) for one in reported} == {RefusedLogin}
    assert sandbox.requests.count() == 1


def test_a_wrong_key_is_refused_and_the_session_is_not_renewed(sandbox: SandboxServer, enter: Enter) -> None:
    with pytest.raises(RefusedLogin, match="401003") as raised:
        enter(sandbox.address, api_key="another").organizations()
    assert (raised.value.status, raised.value.code) == (401, "401003")
    assert "api_key" in raised.value.fix
    assert sandbox.requests.count("authenticate-by-pass") == 1
    assert sandbox.requests.count("organizations") == 1


def test_a_register_that_is_forbidden_is_refused_at_once(sandbox: SandboxServer, enter: Enter) -> None:
    organization = sandbox.world.organizations[0]
    register = organization.registers[0].reg_number
    sandbox.faults.add({"kind": "forbid_register", "register": register})
    with pytest.raises(RefusedByService, match="403002") as raised:
        enter(sandbox.address).by_shifts(organization.id, register, date(2025, 12, 1), date(2025, 12, 31))
    assert (raised.value.status, raised.value.code) == (403, "403002")
    assert not isinstance(raised.value, RefusedLogin)
    assert sandbox.requests.count("by-shifts") == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal(404, 404000), "404000"), (refusal(400, None), "urn:error:some"), (reply("<html>", 403), ""),
        (reply("", 404), ""), (reply({"errorCode": "403003"}, 403), "403003"), (reply([], 400), ""),
        (reply({"errorCode": [1]}, 400), ""), (reply({"errorCode": None, "errorCodeId": None}, 401), ""),
    ],
)  # fmt: skip
def test_a_refusal_is_raised_with_its_code_whatever_its_body(enter: Enter, answer: bytes, code: str) -> None:
    with login_server(["0A"], lambda _: answer) as server, pytest.raises(RefusedByService) as raised:
        enter(server.address).organizations()
    assert raised.value.code == code
    assert len(server.requests) == 2


def test_a_refusal_in_no_utf_8_is_a_refusal(enter: Enter) -> None:
    with (
        login_server(["0A"], lambda _: reply(b'{"errorCodeId": "\xed\xe5\xf2"}', 403)) as server,
        pytest.raises(RefusedByService),
    ):
        enter(server.address).organizations()


def test_a_redirect_is_refused_and_not_followed(enter: Enter) -> None:
    with (
        Scripted(lambda _: reply([])) as elsewhere,
        login_server(["0A"], lambda _: reply(status=302, Location=elsewhere.address)) as server,
        pytest.raises(RefusedByService, match="redirect"),
    ):
        enter(server.address).organizations()
    assert elsewhere.requests == []


# --- what a connection must have


@pytest.mark.parametrize(
    ("reported", "lacks"),
    [
        (Endpoint("kontur_ofd", "http://x", "a", "b", {}), "api_key"),
        (Endpoint("kontur_ofd", "http://x", "a", "b", {"api_key": ""}), "api_key"),
        (Endpoint("kontur_ofd", "http://x", None, "b", {"api_key": "k"}), "login and password"),
        (Endpoint("kontur_ofd", "http://x", "a", None, {"api_key": "k"}), "login and password"),
        (
            Endpoint("kontur_ofd", "http://x", None, None, {"api_key": "k", "certificate_file": "c"}),
            "login and password",
        ),
    ],
)
def test_a_connection_that_lacks_something_is_wrong_use(reported: Endpoint, lacks: str) -> None:
    with pytest.raises(WrongUse, match=lacks):
        OfdClient(reported)


def test_a_base_address_may_have_a_path_and_end_with_a_slash() -> None:
    with login_server(["0A"], lambda _: reply([])) as server:
        client = OfdClient(
            Endpoint(
                "kontur_ofd",
                f"{server.address}/gate/",
                "a",
                "b",
                {"api_key": "k", "auth_base_url": f"{server.address}/"},
            )
        )
        client.organizations()
        client.close()
    assert [one.path for one in server.requests] == ["/auth/authenticate-by-pass", "/gate/v2/organizations"]


def test_the_two_addresses_may_be_two_services() -> None:
    with login_server(["0A"], lambda _: reply([])) as auth, login_server([], lambda _: reply([])) as data:
        client = OfdClient(endpoint(data.address, auth_base_url=auth.address))
        client.organizations()
        client.close()
    assert (len(auth.requests), len(data.requests)) == (1, 1)
