"""Logging in at Kontur's authentication endpoint: by password, or by certificate."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from smena.contract.decoding import Undecodable, decode
from smena.model.errors import PassingFault, RefusedLogin, WrongUse
from smena.sources.http import Http

# Imported where a certificate is used: most organisations log in by a password.
if TYPE_CHECKING:
    from cryptography import x509

OPENSSL_TIMEOUT_S = 20


class Login(Protocol):
    """A way to log in."""

    def log_in(self, http: Http) -> str: ...


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """By e-mail and password."""

    base_url: str
    login: str = field(repr=False)
    password: str = field(repr=False)

    def log_in(self, http: Http) -> str:
        """Return a session id. Raises RefusedLogin for a wrong login, PassingFault where there is no answer."""
        url = f"{self.base_url}/auth/authenticate-by-pass?login={quote(self.login, safe='')}"
        answer_data = _post(http, url, self.password.encode(), "authenticate-by-pass")
        return _text(answer_data, "Sid", "authenticate-by-pass")


@dataclass(frozen=True, slots=True)
class CertificateLogin:
    """By certificate: the service encrypts a key for it, and the decrypted key logs in. Both files are PEM."""

    base_url: str
    certificate_file: Path
    private_key_file: Path

    def log_in(self, http: Http) -> str:
        """Return a session id. Raises as PasswordLogin does, and WrongUse where the private key cannot be used."""
        pem = _file(self.certificate_file)
        url = f"{self.base_url}/auth/authenticate-by-cert?free=false"
        # Only the certificate is sent, whatever else its file contains.
        from cryptography.hazmat.primitives import serialization

        answer_data = _post(
            http, url, _certificate(pem).public_bytes(serialization.Encoding.PEM), "authenticate-by-cert"
        )
        encrypted = _decoded(_text(answer_data, "EncryptedKey", "authenticate-by-cert"))
        link = answer_data.get("Link")
        href = _text(link if isinstance(link, Mapping) else {}, "Href", "authenticate-by-cert")
        if _origin(href) != _origin(self.base_url):
            raise RefusedLogin("authenticate-by-cert points to another host; the key is not sent there", status=200)
        approved = _post(http, href, self._decrypted(pem, encrypted), "approve-cert")
        return _text(approved, "Sid", "approve-cert")

    def _decrypted(self, pem: bytes, encrypted: bytes) -> bytes:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import pkcs7

        try:
            certificate = _certificate(pem)
            key = serialization.load_pem_private_key(_file(self.private_key_file), password=None)
            if isinstance(key, RSAPrivateKey):
                return pkcs7.pkcs7_decrypt_der(encrypted, certificate, key, [])
        except (UnsupportedAlgorithm, ValueError, TypeError):
            # A GOST certificate, or a key with a passphrase: OpenSSL tries next.
            pass
        return self._decrypted_by_openssl(encrypted)

    def _decrypted_by_openssl(self, encrypted: bytes) -> bytes:
        """Qualified certificates are GOST: an OpenSSL with the gost engine decrypts for them."""
        openssl = shutil.which("openssl")
        if openssl is None:
            raise WrongUse(
                "this certificate needs OpenSSL with the gost engine", fix="install openssl and its gost engine"
            )
        command = [openssl, "cms", "-decrypt", "-inform", "DER", "-binary", "-engine", "gost", "-passin", "pass:"]
        command += ["-recip", str(self.certificate_file), "-inkey", str(self.private_key_file)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command, its files from the connection
                command, input=encrypted, capture_output=True, timeout=OPENSSL_TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise PassingFault("OpenSSL did not decrypt the key in time") from None
        if done.returncode:
            raise WrongUse(
                "the key of authenticate-by-cert cannot be decrypted",
                fix="check that private_key_file belongs to certificate_file; GOST needs OpenSSL's gost engine",
            )
        return done.stdout


def _certificate(pem: bytes) -> x509.Certificate:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise WrongUse("certificate_file holds no certificate", fix="give it as PEM") from None


def _origin(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address; empty where it cannot be read."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", "", None


def _post(http: Http, url: str, data: bytes, name: str) -> dict[str, Any]:
    answer = http.request("POST", url, name=name, data=data)
    if answer.status >= 400:
        raise RefusedLogin(
            f"{name}: HTTP {answer.status}, the login is refused",
            status=answer.status,
            fix="check the connection's login",
        )
    try:
        answer_data: dict[str, Any] | None = decode(answer.body, dict[str, Any])
    except Undecodable:
        answer_data = None
    if answer_data is None:
        raise PassingFault(f"{name}: the answer is no JSON object", fix="check auth_base_url; run again")
    return answer_data


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}", fix="check the connection's files") from None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise PassingFault("authenticate-by-cert: its EncryptedKey is no base64", fix="run again") from None


def _text(answer_data: Mapping[str, Any], key: str, name: str) -> str:
    value = answer_data.get(key)
    if not isinstance(value, str) or not value:
        raise PassingFault(f"{name}: the answer has no {key}", fix="run again")
    return value
