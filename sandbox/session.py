"""Authentication: sessions by password and by certificate, and integrators' keys."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from sandbox import refusals
from sandbox.settings import ApiKey, SandboxSettings

APPROVE_PATH = "/auth/v5.16/approve-cert"


class Authenticator:
    """Creates sessions (Sid) and checks them. `clock` returns seconds; a session ends after `session_life_s`."""

    def __init__(self, settings: SandboxSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._sessions: dict[str, float] = {}
        self._challenges: dict[str, bytes] = {}

    def _open(self) -> str:
        sid = secrets.token_hex(32).upper()
        self._sessions[sid] = self._clock() + self._settings.session_life_s
        return sid

    def by_password(self, login: str, password: str) -> dict[str, str]:
        """Return `{"Sid"}`; 403 for a wrong login or password."""
        known = self._settings.users.get(login)
        if known is None or not secrets.compare_digest(known.encode(), password.encode()):
            raise refusals.wrong_login()
        return {"Sid": self._open()}

    def by_certificate(self, pem: bytes, base_url: str) -> dict[str, object]:
        """Return a challenge that only the certificate's owner can decrypt, and the link to which it is sent back.

        403: the certificate is not accepted; 406: it is unreadable, not valid now, or its key is not RSA.
        """
        try:
            certificate = x509.load_pem_x509_certificate(pem)
        except ValueError:
            raise refusals.bad_chain() from None
        in_term = certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc
        if not in_term or not isinstance(certificate.public_key(), rsa.RSAPublicKey):
            raise refusals.bad_chain()
        thumbprint = certificate.fingerprint(SHA1()).hex().upper()  # noqa: S303 - a thumbprint is SHA-1 by custom
        accepted = self._settings.certificates
        if accepted is not None and thumbprint not in {one.upper() for one in accepted}:
            raise refusals.wrong_login()
        challenge = secrets.token_bytes(32)
        self._challenges[thumbprint] = challenge
        envelope = PKCS7EnvelopeBuilder().set_data(challenge).add_recipient(certificate)
        encrypted = envelope.encrypt(Encoding.DER, [PKCS7Options.Binary])
        return {
            "EncryptedKey": base64.b64encode(encrypted).decode(),
            "Link": {"Rel": "approve-cert", "Href": f"{base_url}{APPROVE_PATH}?thumbprint={thumbprint}"},
        }

    def approve(self, thumbprint: str, answer: bytes) -> dict[str, str]:
        """Return `{"Sid", "RefreshToken"}` for the decrypted challenge, which is accepted once; 403 otherwise."""
        challenge = self._challenges.pop(thumbprint.upper(), None)
        if challenge is None or not secrets.compare_digest(challenge, answer):
            raise refusals.wrong_login()
        return {"Sid": self._open(), "RefreshToken": secrets.token_urlsafe(24)}

    def admit(self, authorization: str, api_key: str) -> ApiKey:
        """Return the integrator's key of a request; 401002 without a valid session, 401003 without a known key."""
        scheme, _, sid = authorization.strip().partition(" ")
        if scheme.lower() != "auth.sid" or self._sessions.get(sid.strip(), 0) <= self._clock():
            raise refusals.no_session()
        if not api_key.strip():
            raise refusals.no_api_key()
        for key in self._settings.api_keys:
            if secrets.compare_digest(key.key.encode(), api_key.strip().encode()):
                return key
        raise refusals.unknown_api_key()

    def forget_all(self) -> None:
        """End all sessions."""
        self._sessions.clear()
