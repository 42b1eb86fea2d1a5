"""Answers of Kontur.Market that are no list: refusals, outages, and bodies of another shape."""

from __future__ import annotations

from datetime import date

import pytest

from smena.model.endpoint import Endpoint
from smena.model.errors import PassingFault, RefusedByService, RefusedLogin, SmenaError, UnreadableAnswer, WrongUse
from smena.sources.http import RetryPolicy
from smena.sources.market import LONGEST_MESSAGE, MarketClient
from tests.unit.sources.marketplace import KEY, SHOP, market, refused
from tests.unit.sources.scripted import Answer, Scripted, in_turn, reply
from tests.unit.sources.test_secrets import error_text, everything_logged
from tests.unit.sources.watch import Watch

DAY = date(2025, 12, 1)
NO_LIST = {
    "html": b"<html>503</html>",
    "cut": b'{"items": [{"id": "1"',
    "empty": b"",
    "an object without items": b'{"message": "ok"}',
    "items that are no list": b'{"items": {}}',
    "null": b"null",
    "a number": b"5",
    "two lists": b"[][]",
    "too deep": b"[" * 100_000 + b"]" * 100_000,
}


def ask(client: MarketClient) -> list[bytes]:
    return [page.body for page in client.cheques(SHOP, DAY, DAY, is_refund=False)]


@pytest.mark.parametrize("body", NO_LIST.values(), ids=NO_LIST)
def test_a_body_that_is_no_list_is_asked_for_three_times_and_raised_with_its_bytes(watch: Watch, body: bytes) -> None:
    with Scripted(in_turn(reply(body))) as server, pytest.raises(UnreadableAnswer, match="no list, 3 times") as raised:
        ask(market(server.address, watch))
    assert (raised.value.body, len(server.requests), len(watch.slept)) == (body, 3, 2)
    assert SHOP in raised.value.address


@pytest.mark.parametrize("body", NO_LIST.values(), ids=NO_LIST)
def test_a_body_that_is_no_list_may_be_followed_by_a_list(watch: Watch, body: bytes) -> None:
    with Scripted(in_turn(reply(body), reply(b'{"items": []}'))) as server:
        assert ask(market(server.address, watch)) == [b'{"items": []}']


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_is_raised_with_the_words_of_the_service(watch: Watch, status: int) -> None:
    words = rf"cheques: HTTP {status} Дата неверна \(dateFrom\)"
    answer = refused(status, "Дата\nневерна", "dateFrom")
    with Scripted(in_turn(answer)) as server, pytest.raises(RefusedByService, match=words) as raised:
        ask(market(server.address, watch))
    assert (raised.value.status, type(raised.value), len(server.requests)) == (status, RefusedByService, 1)
    assert raised.value.fix


def test_a_refusal_in_the_schema_s_own_names_is_read_too(watch: Watch) -> None:
    answer = reply({"StatusCode": 404, "Message": "Нет такой", "ErrorField": None}, 404)
    with Scripted(in_turn(answer)) as server, pytest.raises(RefusedByService, match="Нет такой"):
        ask(market(server.address, watch))


@pytest.mark.parametrize("answer", [reply(b"<html>", 403), reply(b"", 403), refused(403, None), reply(b"[]", 403)])
def test_a_refusal_without_a_text_is_a_refusal(watch: Watch, answer: bytes) -> None:
    with Scripted(in_turn(answer)) as server, pytest.raises(RefusedByService, match="cheques: HTTP 403"):
        ask(market(server.address, watch))


def test_a_long_refusal_is_cut(watch: Watch) -> None:
    with Scripted(in_turn(refused(400, "я" * 10_000))) as server, pytest.raises(RefusedByService) as raised:
        ask(market(server.address, watch))
    assert len(raised.value.message) < LONGEST_MESSAGE + 50


@pytest.mark.parametrize("name", ["organizations", "shops"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_even_list_what_it_sees_is_refused_itself(watch: Watch, name: str, status: int) -> None:
    with Scripted(in_turn(refused(status, "Нет"))) as server, pytest.raises(RefusedLogin):
        list(getattr(market(server.address, watch), name)())


def test_a_key_that_is_unknown_is_refused_whatever_it_asks_for(watch: Watch) -> None:
    with Scripted(in_turn(refused(401, "Нет"))) as server, pytest.raises(RefusedLogin):
        ask(market(server.address, watch))


def test_a_redirect_is_not_followed(watch: Watch) -> None:
    answer = reply(status=302, Location="http://127.0.0.1:1/")
    with Scripted(in_turn(answer)) as server, pytest.raises(RefusedByService, match="a redirect"):
        ask(market(server.address, watch))
    assert len(server.requests) == 1


def test_too_many_requests_wait_as_long_as_the_service_asks(watch: Watch) -> None:
    with Scripted(in_turn(reply(status=429, Retry_After="17"), reply({"items": []}))) as server:
        client = market(server.address, watch)
        ask(client)
    assert watch.slept == [17.0]
    assert (client.traffic.total(), client.retries.total()) == (2, 1)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_outage_that_does_not_pass_is_raised_as_a_passing_fault(watch: Watch, status: int) -> None:
    with Scripted(in_turn(reply(status=status))) as server, pytest.raises(PassingFault) as raised:
        ask(market(server.address, watch))
    assert (raised.value.exit_code, len(server.requests)) == (3, 3)


def test_a_connection_without_a_key_is_of_no_use() -> None:
    with pytest.raises(WrongUse, match=r"kontur_market.*key"):
        MarketClient(Endpoint("kontur_market", "http://127.0.0.1:1/market"))


SPOKEN: dict[str, Answer] = {
    "the key in a refusal": refused(403, f"key {KEY} may not", f"x-kontur-apikey: {KEY}"),
    "the key in a refusal of the key": refused(401, KEY * 20),
    "nothing": reply(status=500),
    "no list": reply(f"<html>{KEY}</html>"),
    "a hang-up": b"",
}


@pytest.mark.parametrize("answer", SPOKEN.values(), ids=SPOKEN)
def test_the_key_is_in_no_message_and_no_log(watch: Watch, answer: Answer) -> None:
    retry_policy = RetryPolicy(connect_s=1, read_s=1, deadline_s=5, attempts=2, first_pause_s=0.001)
    with Scripted(in_turn(answer)) as server, everything_logged() as lines:
        client = market(server.address, watch, retry_policy=retry_policy)
        for pages in (client.organizations(), client.cheques(SHOP, DAY, DAY, is_refund=True)):
            with pytest.raises(SmenaError) as raised:
                list(pages)
            lines.append(error_text(raised.value))
    assert lines
    assert not [line for line in lines if KEY in line]


def test_a_key_that_cannot_be_sent_is_not_repeated(watch: Watch) -> None:
    with pytest.raises(WrongUse) as raised:
        ask(market("http://127.0.0.1:1", watch, key=f"{KEY}\nX: y"))
    assert KEY not in error_text(raised.value)
