"""Logging in by certificate: the challenge is decrypted here, and the private key never leaves."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)
from cryptography.x509.oid import NameOID

from sandbox import DEFAULT_API_KEY, SandboxServer
from smena.model.endpoint import Endpoint
from smena.model.errors import PassingFault, RefusedLogin, SmenaError, WrongUse
from smena.sources.http import Http
from smena.sources.ofd import OfdClient
from smena.sources.ofd_login import CertificateLogin
from tests.unit.sources.conftest import QUICK
from tests.unit.sources.scripted import Answer, Request, Scripted, refusal, reply
from tests.unit.sources.watch import Watch


@dataclass(frozen=True)
class Head:
    """The head of an invented organisation: files of a certificate and of its private key."""

    certificate: x509.Certificate
    key: RSAPrivateKey
    certificate_file: Path
    private_key_file: Path

    def login(self, address: str, **files: Path) -> CertificateLogin:
        fields = {"certificate_file": self.certificate_file, "private_key_file": self.private_key_file} | files
        return CertificateLogin(address, **fields)


def invent_head(directory: Path, name: str, *, days: int = 30) -> Head:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, SHA256())
    )
    head = Head(certificate, key, directory / f"{name}.pem", directory / f"{name}.key")
    head.certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    head.private_key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return head


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def head(office: Path) -> Head:
    return invent_head(office, "head")


@pytest.fixture(scope="module")
def stranger(office: Path) -> Head:
    return invent_head(office, "stranger")


@pytest.fixture
def http() -> Iterator[Http]:
    http = Http(QUICK, Watch().sleep)
    yield http
    http.close()


def test_a_certificate_logs_in(sandbox: SandboxServer, head: Head) -> None:
    extra = {
        "api_key": DEFAULT_API_KEY,
        "auth_base_url": sandbox.address,
        "certificate_file": str(head.certificate_file),
        "private_key_file": str(head.private_key_file),
    }
    client = OfdClient(Endpoint("kontur_ofd", sandbox.address, extra=extra), retry_policy=QUICK)
    assert client.organizations().status == 200
    sandbox.forget_sessions()
    assert client.organizations().status == 200
    client.close()
    assert sandbox.requests.count("authenticate-by-pass") == 0
    assert sandbox.requests.count("authenticate-by-cert") == sandbox.requests.count("approve-cert") == 2


def test_a_key_of_another_certificate_does_not_log_in(
    sandbox: SandboxServer, head: Head, stranger: Head, http: Http
) -> None:
    login = head.login(sandbox.address, private_key_file=stranger.private_key_file)
    # Once in a few hundred times garbage decrypts to garbage, and then the service itself says no.
    with pytest.raises((WrongUse, RefusedLogin)):
        login.log_in(http)


def test_a_certificate_out_of_its_term_is_refused(sandbox: SandboxServer, office: Path, http: Http) -> None:
    with pytest.raises(RefusedLogin, match="authenticate-by-cert: HTTP 406") as raised:
        invent_head(office, "former", days=-1).login(sandbox.address).log_in(http)
    assert raised.value.status == 406
    assert sandbox.requests.count("approve-cert") == 0


@pytest.mark.parametrize("lost", ["certificate_file", "private_key_file"])
def test_a_file_that_is_missing_is_wrong_use(
    sandbox: SandboxServer, head: Head, http: Http, office: Path, lost: str
) -> None:
    with pytest.raises(WrongUse, match=r"lost\.pem cannot be read"):
        head.login(sandbox.address, **{lost: office / "lost.pem"}).log_in(http)


def test_a_directory_in_place_of_a_file_is_wrong_use(
    sandbox: SandboxServer, head: Head, http: Http, office: Path
) -> None:
    with pytest.raises(WrongUse, match="cannot be read"):
        head.login(sandbox.address, certificate_file=office).log_in(http)


@pytest.mark.parametrize(
    "content", ["", "no key at all", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_that_is_no_key_is_wrong_use(
    sandbox: SandboxServer, head: Head, http: Http, tmp_path: Path, content: str
) -> None:
    (tmp_path / "no.key").write_text(content)
    with pytest.raises(WrongUse):
        head.login(sandbox.address, private_key_file=tmp_path / "no.key").log_in(http)


def test_a_key_with_a_passphrase_is_wrong_use_and_nobody_is_asked_for_it(head: Head, tmp_path: Path) -> None:
    locked = tmp_path / "locked.key"
    locked.write_bytes(head.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"phrase")))
    envelope = tmp_path / "envelope"
    envelope.write_bytes(base64.b64decode(str(challenged(head, None)["EncryptedKey"])))
    # OpenSSL asks for a passphrase at the terminal, past its stdin: so this one runs at a terminal.
    attempt = tmp_path / "attempt.py"
    attempt.write_text(
        f"""
import sys
sys.path[:] = {sys.path!r}
from pathlib import Path
from smena.sources import ofd_login
ofd_login.OPENSSL_TIMEOUT_S = 2
login = ofd_login.CertificateLogin("http://x", Path({str(head.certificate_file)!r}), Path({str(locked)!r}))
try:
    login._decrypted(login.certificate_file.read_bytes(), Path({str(envelope)!r}).read_bytes())
except ofd_login.WrongUse as error:
    print("WrongUse", error)
"""
    )
    at_a_terminal = f"import pty; pty.spawn([{sys.executable!r}, {str(attempt)!r}])"
    done = subprocess.run(
        [sys.executable, "-c", at_a_terminal], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
    )
    parsed = done.stdout.decode(errors="replace")
    assert "WrongUse" in parsed and "cannot be decrypted" in parsed
    assert "pass phrase" not in parsed


def test_a_private_key_in_the_certificate_s_file_is_not_sent_away(head: Head, http: Http, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(head.private_key_file.read_bytes() + head.certificate_file.read_bytes())
    sent: list[bytes] = []

    def script(request: Request) -> Answer:
        sent.append(request.body)
        return refusal(403, 403000)

    with Scripted(script) as server, pytest.raises(SmenaError):
        head.login(server.address, certificate_file=both).log_in(http)
    assert b"PRIVATE KEY" not in b"".join(sent)


# --- an auth service that misbehaves


def challenged(head: Head, href: str | None, key: bytes = b"the challenge") -> dict[str, object]:
    envelope = pkcs7.PKCS7EnvelopeBuilder().set_data(key).add_recipient(head.certificate)
    encrypted = envelope.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    return {"EncryptedKey": base64.b64encode(encrypted).decode(), "Link": {"Rel": "approve-cert", "Href": href}}


def other_server(answer: object) -> Scripted:
    """Answers the certificate so, and approves of everything. `HOST` in an answer's link is its own address."""

    def script(request: Request) -> Answer:
        if request.path.endswith("approve-cert"):
            return reply({"Sid": "0A", "RefreshToken": "r"})
        reported = answer
        if isinstance(reported, dict) and isinstance(reported.get("Link"), dict):
            reported = reported | {
                "Link": {k: str(v).replace("HOST", request.headers["host"]) for k, v in reported["Link"].items()}
            }
        return reply(reported)  # type: ignore[arg-type]

    return Scripted(script)


def test_the_decrypted_key_goes_where_the_link_says(head: Head, http: Http) -> None:
    with other_server(challenged(head, "http://HOST/auth/v9.99/approve-cert?thumbprint=AB&x=1")) as server:
        assert head.login(server.address).log_in(http) == "0A"
    first, second = server.requests
    assert (first.target, first.body) == ("/auth/authenticate-by-cert?free=false", head.certificate_file.read_bytes())
    assert (second.verb, second.target) == ("POST", "/auth/v9.99/approve-cert?thumbprint=AB&x=1")
    assert second.body == b"the challenge"


@pytest.mark.parametrize(
    "href",
    [
        "http://elsewhere.example/approve-cert",
        "https://HOST/approve-cert",
        "http://HOST@elsewhere.example/approve-cert",
        "http://HOST.elsewhere.example/approve-cert",
        "http://127.0.0.1:1/approve-cert",
        "/approve-cert",
        "//HOST/approve-cert",
    ],
)
def test_the_key_is_not_sent_to_another_host(head: Head, http: Http, href: str) -> None:
    with other_server(challenged(head, href)) as server, pytest.raises(RefusedLogin, match="another host"):
        head.login(server.address).log_in(http)
    assert len(server.requests) == 1


def test_a_link_that_is_no_address_is_refused_too(head: Head, http: Http) -> None:
    with other_server(challenged(head, "http://[bad/approve-cert")) as server, pytest.raises(SmenaError):
        head.login(server.address).log_in(http)


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"EncryptedKey": "QUJD"}, {"EncryptedKey": "QUJD", "Link": None}, {"EncryptedKey": "QUJD", "Link": []},
        {"EncryptedKey": "QUJD", "Link": {"Rel": "x"}}, {"EncryptedKey": 5, "Link": {"Href": "http://HOST/"}},
        {"EncryptedKey": "no base64!", "Link": {"Href": "http://HOST/"}}, [], "text",
    ],
)  # fmt: skip
def test_an_answer_without_a_key_or_a_link_is_a_passing_fault(head: Head, http: Http, answer: object) -> None:
    with other_server(answer) as server, pytest.raises(PassingFault):
        head.login(server.address).log_in(http)
    assert len(server.requests) == 1


def test_a_key_that_is_no_envelope_is_wrong_use(head: Head, http: Http) -> None:
    with (
        other_server({"EncryptedKey": "QUJD", "Link": {"Href": "http://HOST/approve-cert"}}) as server,
        pytest.raises(WrongUse),
    ):
        head.login(server.address).log_in(http)
    assert len(server.requests) == 1


def test_without_openssl_the_message_names_it(
    head: Head, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        other_server({"EncryptedKey": "QUJD", "Link": {"Href": "http://HOST/approve-cert"}}) as server,
        pytest.raises(WrongUse, match="needs OpenSSL") as raised,
    ):
        head.login(server.address).log_in(http)
    assert "gost" in raised.value.fix
