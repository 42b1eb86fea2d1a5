"""An OpenID Connect provider on 127.0.0.1: whoever comes to its login page is logged in there at once."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

KEY_ID = "the-key"
CODE_LIVES_S = 60


@dataclass
class Login:
    """Who logs in next, and how the provider's answers differ from right ones.

    Attributes:
        claims: of the ID token and of the userinfo endpoint, beside those that every login has.
        token: claims of the ID token instead of the right ones; None leaves one out.
        userinfo: the same for the userinfo endpoint.
        signature: `right`, `of another key`, `none` (an unsigned token), or `no token`.
    """

    claims: Mapping[str, Any]
    token: Mapping[str, Any] = field(default_factory=dict)
    userinfo: Mapping[str, Any] = field(default_factory=dict)
    signature: str = "right"


class OpenIdProvider:
    """The five addresses of OpenID Connect that a login needs.

    >>> with OpenIdProvider() as provider:
    ...     provider.login = Login({"sub": "1", "preferred_username": "anna"})
    ...     requests.get(f"{provider.issuer}/.well-known/openid-configuration")
    """

    def __init__(self) -> None:
        self.client_id, self.client_secret = "smena-airflow", secrets.token_hex(16)
        self.login = Login({})
        self.asked: list[str] = []
        self.codes: dict[str, tuple[Login, dict[str, str], float]] = {}
        self.access: dict[str, Login] = {}
        self._key, self._other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> OpenIdProvider:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # --- what each address answers

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def jwks(self) -> dict[str, Any]:
        public = self._key.public_key().public_numbers()
        numbers = {name: _base64(_bytes(number)) for name, number in (("n", public.n), ("e", public.e))}
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, **numbers}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next: back to the client, with a code."""
        assert asked["client_id"] == self.client_id
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = (self.login, asked, time.monotonic() + CODE_LIVES_S)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Tokens for a code, once; None where the client, the code or its proof is not the right one."""
        client = "Basic " + base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        login, asked, until = self.codes.pop(form.get("code", ""), (Login({}), {}, 0.0))
        proof = _base64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if authorization != client or time.monotonic() > until or proof != asked["code_challenge"]:
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        access = secrets.token_urlsafe()
        self.access[access] = login
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        return answer if login.signature == "no token" else answer | {"id_token": self._id_token(login, asked)}

    def userinfo(self, authorization: str) -> dict[str, Any] | None:
        login = self.access.get(authorization.removeprefix("Bearer "))
        return None if login is None else _without_none({**login.claims, **login.userinfo})

    def _id_token(self, login: Login, asked: dict[str, str]) -> str:
        now = int(time.time())
        right = {"iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = _without_none({**right, **login.claims, **login.token})
        algorithm = "none" if login.signature == "none" else "RS256"
        parts = ({"alg": algorithm, "typ": "JWT", "kid": KEY_ID}, claims)
        signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        if algorithm == "none":
            return f"{signed}."
        key = self._other if login.signature == "of another key" else self._key
        return f"{signed}.{_base64(key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


def _handler(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            provider.asked.append(address.path)
            if address.path == "/authorize":
                place = provider.authorize({key: found[0] for key, found in parse_qs(address.query).items()})
                self.send_response(302)
                self.send_header("Location", place)
                self.end_headers()
            elif address.path == "/.well-known/openid-configuration":
                self._answer(provider.discovery())
            elif address.path == "/jwks":
                self._answer(provider.jwks())
            elif address.path == "/userinfo":
                self._answer(provider.userinfo(self.headers.get("Authorization", "")), otherwise="invalid_token")
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            fields = provider.token(
                {key: found[0] for key, found in form.items()}, self.headers.get("Authorization", "")
            )
            self._answer(fields, otherwise="invalid_grant")

        def _answer(self, fields: dict[str, Any] | None, *, otherwise: str = "") -> None:
            data = json.dumps({"error": otherwise} if fields is None else fields).encode()
            self.send_response(400 if fields is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing on the test's stderr."""

    return Handler


def _without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
