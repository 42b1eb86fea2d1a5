"""Protection from requests of other sites: form tokens bound to the browser session and user, and the origin check."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from urllib.parse import urlsplit

COOKIE = "smena_desk"
GOOD_FOR_S = 8 * 3600
_CONTEXT = b"smena.pages.forms"


class FormTokens:
    """Tokens of forms.

    Args:
        secret: of this installation; all its servers have the same.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _CONTEXT, hashlib.sha256)

    def seal(self, session: str, name: str, *, now: float | None = None) -> str:
        """Return the token for a form that this person gets in this session."""
        issued = str(int(time.time() if now is None else now))
        return f"{issued}.{self._sign(session, name, issued)}"

    def is_sealed(self, token: str, session: str, name: str, *, now: float | None = None) -> bool:
        """Whether a token was made for this session and person in the last eight hours."""
        issued, _, signature = token.partition(".")
        if not session or not (issued.isascii() and issued.isdigit() and len(issued) <= 12):
            return False
        age = (time.time() if now is None else now) - int(issued)
        signed = self._sign(session, name, issued)
        return hmac.compare_digest(signature.encode(), signed.encode()) and 0 <= age + 1 <= GOOD_FOR_S

    def _sign(self, session: str, name: str, issued: str) -> str:
        return hmac.new(self._key, f"{session}\n{name}\n{issued}".encode(), hashlib.sha256).hexdigest()


def new_session() -> str:
    """Return the id of a new browser session."""
    return secrets.token_urlsafe(32)


def is_same_origin(origin: str | None, referer: str | None, host: str | None) -> bool:
    """Whether the request comes from a page of this host; false if both headers are missing."""
    sent_from = origin or referer
    return bool(sent_from and host) and urlsplit(sent_from or "").netloc == host
