"""Which bodies are read: none without a login or in another charset, no more fields than a form has. Real HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from smena.ui.app import fastapi_app
from smena.ui.auth import Rights, rights
from smena.ui.forms import MOST_FIELDS, MOST_PART_HEADER_BYTES, MOST_PART_HEADERS
from smena.ui.limits import MOST_BODY_BYTES, MOST_HEADERS, Limits
from tests.integration.mandate_office import INN
from tests.integration.ui.conftest import OpenBrowser

MARK = f"/documents/{INN}/mark"
AT_MOST_S = 1.0
BOUNDARY = "----a-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "application/x-www-form-urlencoded"
# Each text of 250 000 characters takes `str.decode` with this codec many seconds.
SLOW = ["punycode", "idna", '"punycode"', "PUNYCODE", "utf-8; charset=punycode"]


def part(headers: str, text: str = "x") -> bytes:
    return f"--{BOUNDARY}\r\n{headers}\r\n\r\n{text}\r\n".encode()


def multipart(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def field(name: str, text: str = "x", more: str = "") -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"{more}', text)


@contextmanager
def served(who: str | None, *, may_act: bool = True) -> Iterator[httpx.Client]:
    """The pages under uvicorn, as in production, and a client; `who` None: nobody is logged in."""
    app = fastapi_app(lambda: pytest.fail("no body may come this far"), "a secret of the tests")
    if who is not None:
        app.dependency_overrides[rights] = lambda: Rights(who, True, may_act)
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Mount("/smena", Limits(app))]), host="127.0.0.1", port=0, log_level="critical")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/smena", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def anonymous() -> Iterator[httpx.Client]:
    with served(None) as client:
        yield client


@pytest.fixture(scope="module")
def anna() -> Iterator[httpx.Client]:
    with served("anna") as client:
        yield client


def send(client: httpx.Client, body: bytes, *content_types: str, **headers: str) -> tuple[int, str]:
    """The status and the page of an answer, which comes soon."""
    origin = str(client.base_url).removesuffix("/smena/")
    value: Any = [("Origin", origin), *(("Content-Type", one) for one in content_types), *headers.items()]
    started = time.monotonic()
    answer = client.post(MARK, content=body, headers=value)
    assert time.monotonic() - started < AT_MOST_S
    return answer.status_code, answer.text


HEAVY = multipart(field("reason", "a" * 250_000))


@pytest.mark.parametrize("charset", SLOW)
def test_a_charset_that_takes_long_costs_nothing(anonymous: httpx.Client, anna: httpx.Client, charset: str) -> None:
    reported = f"{MULTIPART}; charset={charset}"
    status, text = send(anonymous, HEAVY, reported)
    assert (status, "Нужно войти" in text) == (401, True)
    status, text = send(anna, HEAVY, reported)
    assert (status, "только форма в кодировке UTF-8" in text) == (415, True)


@pytest.mark.parametrize(
    ("who", "content_type", "status"),
    [(None, URLENCODED, 401), (None, MULTIPART, 401), ("boris", URLENCODED, 403), ("anna", "text/plain", 415)],
)
def test_a_body_that_is_refused_is_not_waited_for(who: str | None, content_type: str, status: int) -> None:
    with served(who, may_act=who == "anna") as client:
        host, port = client.base_url.host, client.base_url.port or 0
        with socket.create_connection((host, port), timeout=AT_MOST_S) as sent:
            sent.sendall(
                f"POST /smena{MARK} HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
                f"Content-Type: {content_type}\r\nContent-Length: 200000\r\n\r\n".encode()
            )
            assert sent.recv(100).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_form_from_another_site_is_refused_before_its_body_is_read(anna: httpx.Client) -> None:
    answer = anna.post(MARK, content=HEAVY, headers={"Content-Type": MULTIPART, "Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


TAKEN = [
    URLENCODED, f"{URLENCODED}; charset=utf-8", f'{URLENCODED};charset="UTF-8"', URLENCODED.upper(),
    MULTIPART, f"{MULTIPART}; charset=utf-8", f"multipart/form-data; charset=UTF-8; boundary={BOUNDARY}",
    f'multipart/form-data; boundary="{BOUNDARY}"',
]  # fmt: skip
NOT_TAKEN = [
    "", "text/plain", "application/json", "application/octet-stream", "multipart/mixed; boundary=x",
    "multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'b' * 71}",
    f"{URLENCODED}; charset=cp1251", f"{URLENCODED}; charset=utf-8; charset=punycode", f"{URLENCODED}; x=y",
    f"{MULTIPART}; charset=utf-16", f"{MULTIPART}; charset*=utf-8''punycode", f"{MULTIPART}; charset*0=punycode",
    f"{MULTIPART}; charset=utf8; x=y", f"{MULTIPART}, {URLENCODED}",
]  # fmt: skip


@pytest.mark.parametrize("value", TAKEN)
def test_a_form_in_utf_8_is_read(anna: httpx.Client, value: str) -> None:
    body = b"word=accepted" if value.lower().startswith(URLENCODED) else multipart(field("word", "accepted"))
    status, text = send(anna, body, value)
    # Read, and then found to have no token of a page.
    assert (status, "Форма устарела" in text) == (403, True)


@pytest.mark.parametrize("text", NOT_TAKEN)
def test_no_other_body_is_read(anna: httpx.Client, text: str) -> None:
    assert send(anna, HEAVY, text)[0] == 415


def test_two_content_types_and_none_are_not_taken(anna: httpx.Client) -> None:
    assert send(anna, b"word=accepted", URLENCODED, f"{URLENCODED}; charset=punycode")[0] == 415
    assert send(anna, b"word=accepted")[0] == 415


WRONG_PARTS = {
    "a charset of a part": part(
        'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=punycode'
    ),
    "in quotes": part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset="cp1251"'),
    "extended": part("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset*=x''punycode"),
    "in pieces": part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset*0=puny'),
    "a field _charset_": field("_charset_", "punycode"),
    "a field _charset_ without quotes": part("Content-Disposition: form-data; name=_charset_", "punycode"),
    "an extended name": part("Content-Disposition: form-data; name*=punycode''abc"),
    "an extended name of a file": field("a", more="; filename*=punycode''abc"),
    "an encoding": part('Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64'),
}


@pytest.mark.parametrize("case", WRONG_PARTS)
def test_each_part_is_in_utf_8(anna: httpx.Client, case: str) -> None:
    assert send(anna, multipart(field("word", "accepted"), WRONG_PARTS[case]), MULTIPART)[0] == 415


def test_a_part_and_a_field_may_say_that_they_are_in_utf_8(anna: httpx.Client) -> None:
    good = part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=UTF-8')
    assert send(anna, multipart(good, field("_charset_", "utf-8")), MULTIPART)[0] == 403
    assert send(anna, b"_charset_=UTF-8&word=accepted", URLENCODED)[0] == 403
    assert send(anna, b"word=accepted&_charset_=punycode", URLENCODED)[0] == 415


def headers_of(count: int) -> str:
    return "\r\n".join(['Content-Disposition: form-data; name="a"', *(f"X-{n}: y" for n in range(count - 1))])


@pytest.mark.parametrize(
    ("body", "text", "is_taken"),
    [
        (b"&".join([b"a=1"] * MOST_FIELDS), URLENCODED, True),
        (b"&".join([b"a=1"] * (MOST_FIELDS + 1)), URLENCODED, False),
        (b"&" * 200_000, URLENCODED, False),
        (multipart(*[field("a")] * MOST_FIELDS), MULTIPART, True),
        (multipart(*[field("a")] * (MOST_FIELDS + 1)), MULTIPART, False),
        (multipart(*[field("a", more='; filename="b"')] * (MOST_FIELDS + 1)), MULTIPART, False),
        (multipart(part(headers_of(MOST_PART_HEADERS))), MULTIPART, True),
        (multipart(part(headers_of(MOST_PART_HEADERS + 1))), MULTIPART, False),
        (multipart(field("a" * MOST_PART_HEADER_BYTES)), MULTIPART, False),
        (b"a=" + b"x" * (MOST_BODY_BYTES - 2), URLENCODED, True),
        (b"a=" + b"x" * (MOST_BODY_BYTES - 1), URLENCODED, False),
    ],
)
def test_a_form_is_bounded(anna: httpx.Client, body: bytes, text: str, *, is_taken: bool) -> None:
    assert send(anna, body, text)[0] == (403 if is_taken else 413)


def test_headers_are_bounded(anna: httpx.Client) -> None:
    many = {f"X-{n}": "y" for n in range(MOST_HEADERS)}
    assert send(anna, b"a=1", URLENCODED, **many)[0] == 431


def test_a_body_that_is_no_multipart_is_refused_in_words(anna: httpx.Client) -> None:
    for body in (b"", b"nothing", HEAVY[:-100], part("no colon"), part("Content-Disposition: form-data")):
        status, text = send(anna, body, MULTIPART)
        assert status in (400, 403), body[:50]
        assert "<h1>" in text


def test_other_people_are_answered_meanwhile(anonymous: httpx.Client) -> None:
    """One server, one loop: while a heavy body comes, a page is answered at once."""
    with ThreadPoolExecutor(4) as workers:
        heavy = [workers.submit(send, anonymous, HEAVY, f"{MULTIPART}; charset=punycode") for _ in range(4)]
        started = time.monotonic()
        assert anonymous.get("/completeness").status_code == 401
        assert time.monotonic() - started < AT_MOST_S
        assert {one.result()[0] for one in heavy} == {401}


def test_the_check_of_rights_has_an_empty_answer(unloaded_browser: OpenBrowser) -> None:
    assert unloaded_browser(None).get("/door").status_code == 401
    assert unloaded_browser("anna", may_act=False).get("/door").status_code == 403
    answer = unloaded_browser("anna").client.get("/smena/door", headers={"Origin": "http://desk.example"})
    assert (answer.status_code, answer.text) == (204, "")
