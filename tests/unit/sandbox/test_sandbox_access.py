"""Sessions, keys, permissions, and the documented refusals."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der
from cryptography.x509.oid import NameOID

from sandbox import ApiKey

RESTRICTED = (1, 0)  # in this world the first register of the second organisation has a permission window
NOWHERE = "00000000-0000-0000-0000-000000000000"


def certificate(key: Any, *, days: int = 1) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Тестовый руководитель")])
    start = datetime.now(UTC) - timedelta(days=2)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(start).not_valid_after(start + timedelta(days=2 + days))
    return builder.sign(key, SHA256())


def refused(answer: requests.Response) -> tuple[int, int, str]:
    body = answer.json()
    assert body["userMessage"].keys() == {"ru", "en"}
    return answer.status_code, body["errorCode"], body["errorCodeId"].removeprefix("urn:error:")


def test_a_certificate_logs_in_by_decrypting_the_challenge(client: Any) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = certificate(key)
    url = f"{client.sandbox.address}/auth/authenticate-by-cert?free=false"
    answer = requests.post(url, data=own.public_bytes(Encoding.PEM), timeout=10).json()
    secret = pkcs7_decrypt_der(base64.b64decode(answer["EncryptedKey"]), own, key, [])
    session = requests.post(answer["Link"]["Href"], data=secret, timeout=10).json()
    assert session.keys() == {"Sid", "RefreshToken"}
    client.http.headers["Authorization"] = f"auth.sid {session['Sid']}"
    assert client.ask("/v2/organizations").status_code == 200
    assert requests.post(answer["Link"]["Href"], data=secret, timeout=10).status_code == 403


def test_a_certificate_that_is_unreadable_expired_or_not_accepted_is_refused(visit: Callable[..., Any]) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    url = f"{visit(certificates=frozenset({'AA'})).sandbox.address}/auth/authenticate-by-cert"
    curve = certificate(ec.generate_private_key(ec.SECP256R1()))
    for body in (
        b"no certificate",
        certificate(key, days=-1).public_bytes(Encoding.PEM),
        curve.public_bytes(Encoding.PEM),
    ):
        assert requests.post(url, data=body, timeout=10).status_code == 406
    assert requests.post(url, data=certificate(key).public_bytes(Encoding.PEM), timeout=10).status_code == 403


def test_a_wrong_password_is_refused(client: Any) -> None:
    url = f"{client.sandbox.address}/auth/authenticate-by-pass"
    assert requests.post(url, params={"login": "nobody"}, data="x", timeout=10).status_code == 403
    assert refused(requests.post(url, data="x", timeout=10))[:2] == (400, 400007)


def test_a_request_needs_a_session_and_a_key(client: Any) -> None:
    del client.http.headers["X-Kontur-Ofd-ApiKey"]
    assert refused(client.ask("/v2/organizations")) == (401, 401003, "apikey:required:access-denied")
    client.http.headers["X-Kontur-Ofd-ApiKey"] = "someone-else"
    assert refused(client.ask("/v2/organizations")) == (401, 401003, "apikey:unknown:access-denied")
    client.http.headers["Authorization"] = "auth.sid 00"
    assert refused(client.ask("/v2/organizations")) == (401, 401002, "auth-sid:required:access-denied")


def test_a_session_ends_when_its_life_is_over(visit: Callable[..., Any]) -> None:
    assert refused(visit(session_life_s=0).ask("/v2/organizations"))[1] == 401002


def test_a_key_sees_only_what_it_may(visit: Callable[..., Any]) -> None:
    client = visit()
    first, second = client.sandbox.world.organizations
    seen = first.registers[0].reg_number
    keys = [
        ApiKey(), ApiKey("nothing", inns=frozenset()), ApiKey("one", frozenset({first.inn}), frozenset({seen})),
    ]  # fmt: skip
    assert visit(api_key="nothing", api_keys=keys).ask("/v2/organizations").json() == []
    limited = visit(api_key="one", api_keys=keys)
    assert [one["inn"] for one in limited.ask("/v2/organizations").json()] == [first.inn]
    assert [one["regNumber"] for one in limited.ask(f"/v2/organizations/{first.id}/cashboxes").json()] == [seen]
    assert refused(limited.ask(limited.path(0, 1)))[:2] == (403, 403002)
    assert refused(limited.ask(f"/v2/organizations/{second.id}/cashboxes"))[:2] == (403, 403003)
    days = f"/v2/organizations/{first.id}/statistics/cash-receipt/by-days"
    query = {"from": "2025-12-01", "to": "2025-12-02"}
    assert refused(limited.ask(days, **query)) == (403, 403000, "organizationdocuments:forbidden")
    assert client.ask(days, **query).status_code == 200


def test_a_window_outside_the_permission_is_refused_and_a_partial_one_clipped(visit: Callable[..., Any]) -> None:
    clipping, strict = visit(), visit(strict_permissions=True)
    path = clipping.path(*RESTRICTED)
    box = clipping.ask(path).json()
    moments = [next(iter(document.values()))["dateTime"] for document in clipping.every(path)]
    assert moments
    assert box["permissionFrom"] <= moments[0] and moments[-1] <= box["permissionTo"]
    before = clipping.page(path, "2025-12-01", "2025-12-02")
    assert refused(before) == (403, 403000, "cashboxdocuments:forbidden")
    assert refused(strict.page(path))[:2] == (403, 403000)
    assert strict.page(path, box["permissionFrom"], box["permissionTo"]).status_code == 200


def test_a_cashbox_lists_its_drives_and_its_newest_documents(client: Any) -> None:
    register = client.sandbox.world.organizations[0].registers[1]
    box = client.ask(client.path(register=1)).json()
    documents = [next(iter(document.values())) for document in client.every(client.path(register=1))]
    assert [drive["fiscalDriverNumber"] for drive in box["fiscalDrives"]] == [drive.number for drive in register.drives]
    assert box["fiscalDrive"] == box["fiscalDrives"][-1]
    assert box["lastDocumentTimestamp"] == documents[-1]["dateTime"]
    assert box["lastCashReceiptTimestamp"] == max(one["dateTime"] for one in documents if "totalSum" in one)
    assert box["fiscalDrives"][0]["earliestDocumentTimestamp"] == documents[0]["dateTime"]


def test_an_unknown_address_is_not_found(client: Any) -> None:
    assert refused(client.ask(f"/v2/organizations/{NOWHERE}/cashboxes")) == (404, 404000, "organization:not-found")
    missing = client.ask(f"{client.path()}/documents/{NOWHERE}")
    assert refused(missing) == (404, 404001, "documents:document:not-found")
    organization = client.sandbox.world.organizations[0].id
    assert refused(client.ask(f"/v2/organizations/{organization}/cashboxes/0"))[:2] == (403, 403002)


@pytest.mark.parametrize(
    ("method", "query", "expected"),
    [
        ("documents", {}, (400007, "request-parameter:date:required")),
        ("documents", {"date": "2025-13-01"}, (400008, "request-parameter:date:date:invalid")),
        ("documents", {"date": "01/12/2025"}, (400008, "request-parameter:date:date:invalid")),
        ("documents", {"date": "2025-12-01", "types": "zReport"}, (400000, "request:invalid")),
        ("statistics/cash-receipt/by-shifts", {"from": "2025-12-01"}, (400007, "request-parameter:to:required")),
        (
            "statistics/cash-receipt/by-days",
            {"from": "02.12.2025", "to": "01.12.2025"},
            (400002, "request-parameter:period:invalid"),
        ),
        (
            "documents/by-period",
            {"dateFrom": "2025-12-01", "dateTo": "2025-12-02"},
            (400009, "request-parameter:dateFrom:datetime:invalid"),
        ),
        (
            "documents/by-period",
            {"dateFrom": "2025-12-02T00:00:00", "dateTo": "2025-12-01T00:00:00"},
            (400002, "request-parameter:period:invalid"),
        ),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(
    client: Any, method: str, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert refused(client.ask(f"{client.path()}/{method}", **query)) == (400, *expected)
