"""HTTP with time-outs and bounded retries of passing faults. No secret gets into a message or a log."""

from __future__ import annotations

import logging
import math
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from smena.model.errors import PassingFault, UnreadableAnswer, WrongUse
from smena.sources.deadline import DeadlineAdapter, abort_after

logger = logging.getLogger("smena.http")

TOO_MANY = 429
LONGEST_PAUSE_S = 60.0
LARGEST_BODY_BYTES = 128 * 1024 * 1024
_LOGIN = re.compile(r"(?<=[?&]login=)[^&\s\"]+")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait, in seconds, and how often to try.

    Attributes:
        connect_s, read_s: time to connect, and between two pieces of an answer.
        deadline_s: for one request with all its attempts and pauses.
        attempts: of one request, the first among them.
        first_pause_s: the longest pause after the first attempt; it doubles with each attempt.
        largest_body_bytes: the largest allowed body, decompressed.
    """

    connect_s: float = 10.0
    read_s: float = 60.0
    deadline_s: float = 300.0
    attempts: int = 5
    first_pause_s: float = 1.0
    largest_body_bytes: int = LARGEST_BODY_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and time (UTC) of an answer that is not a passing fault."""

    status: int
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why an attempt failed, and the pause that the service asks for."""

    what: str
    pause_s: float = 0.0


class _TooLarge(Exception):
    """The body is larger than allowed."""


class _TooLate(Exception):
    """The deadline passed before the whole body was read."""


class Http:
    """A pool of connections that threads may share. Redirects are not followed, cookies are not kept.

    Args:
        sleep, clock: functions to wait and to read monotonic seconds; tests replace them.

    Attributes:
        traffic, retries: by name, the requests sent, and those that were not the first attempt.
    """

    def __init__(
        self,
        retry_policy: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.retry_policy = retry_policy or RetryPolicy()
        self.traffic: Counter[str] = Counter()
        self.retries: Counter[str] = Counter()
        self._sleep, self._clock = sleep, clock
        self._counting = threading.Lock()
        self._session = requests.Session()
        # A .netrc would replace our Authorization header. Proxies and certificates of the environment are used
        # (`_once`).
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter(pool_connections=4, pool_maxsize=32))
        # Even without following redirects, requests would read a redirect's whole body, past every limit.
        self._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]  # noqa: ARG005

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def request(
        self,
        verb: str,
        url: str,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        retried: bool = True,
    ) -> Answer:
        """Return one answer, after as many attempts as `retry_policy` allows. `name` names the request in messages.

        Raises PassingFault when the last attempt fails too, UnreadableAnswer for a body that is too large, and WrongUse
        for an address or a header that cannot be sent.
        """
        ends_at = self._clock() + self.retry_policy.deadline_s
        attempts = self.retry_policy.attempts if retried else 1
        attempt = 1
        while True:
            self._count(name, attempt)
            answer = self._attempt(verb, url, name, headers or {}, data, ends_at)
            if isinstance(answer, Answer):
                return answer
            pause_s = self.pause_s(attempt, answer.pause_s)
            if attempt >= attempts or self._clock() + pause_s >= ends_at:
                # Raised outside of any `except`: the text of requests' error may hold the address with the login.
                raise PassingFault(f"{name}: {answer.what}, attempts: {attempt}", fix="run again later")
            logger.warning("%s attempt=%d fault=%r pause_s=%.2f", name, attempt, answer.what, pause_s)
            self._sleep(pause_s)
            attempt += 1

    def pause_s(self, attempt: int, asked_s: float = 0.0) -> float:
        """Return the pause after an attempt: exponential with full jitter, from `asked_s` to `LONGEST_PAUSE_S`."""
        longest_s = self.retry_policy.first_pause_s * 2.0 ** (attempt - 1)
        jittered_s = random.uniform(0, min(longest_s, LONGEST_PAUSE_S))  # noqa: S311 - jitter, not a secret
        return min(max(asked_s, jittered_s), LONGEST_PAUSE_S)

    def pause_before_repeat(self, name: str, attempt: int, fault: str) -> None:
        """Wait before a request is repeated because its answer could not be used."""
        pause_s = self.pause_s(attempt)
        logger.warning("%s attempt=%d fault=%r pause_s=%.2f", name, attempt, fault, pause_s)
        with self._counting:
            self.retries[name] += 1
        self._sleep(pause_s)

    def _count(self, name: str, attempt: int) -> None:
        with self._counting:
            self.traffic[name] += 1
            if attempt > 1:
                self.retries[name] += 1

    def _attempt(
        self, verb: str, url: str, name: str, headers: Mapping[str, str], data: bytes | None, ends_at: float
    ) -> Answer | _Fault:
        """An answer, or a temporary fault."""
        try:
            request = self._prepared(verb, url, headers, data)
        except ValueError:
            # InvalidURL, InvalidHeader, encoding errors: their texts repeat their input.
            request = None
        if request is None:
            raise WrongUse(f"{name}: this address or these headers cannot be sent", fix="check the connection")
        started = self._clock()
        left_s = max(0.001, ends_at - started)
        try:
            with abort_after(left_s):
                answer, retry_after = self._once(request, left_s)
        except _TooLarge:
            pass
        except (requests.RequestException, UnicodeError, ValueError) as error:
            # A ValueError here comes from the answer's headers, for example from contradictory lengths.
            late = isinstance(error, requests.Timeout) or self._clock() >= ends_at
            return _Fault("no answer in time" if late else _what_broke(error))
        else:
            seconds = self._clock() - started
            logger.debug("%s status=%d bytes=%d seconds=%.3f", name, answer.status, len(answer.body), seconds)
            if self._clock() >= ends_at:
                # An answer that was cut in the middle may look whole.
                return _Fault("no answer in time")
            if answer.status == TOO_MANY or answer.status >= 500:
                return _Fault(f"HTTP {answer.status}", retry_after_s(retry_after, answer.at))
            return answer
        raise UnreadableAnswer(
            f"{name}: the answer is larger than {self.retry_policy.largest_body_bytes} bytes",
            address=url.partition("?")[0],
            body=b"",
        )

    def _prepared(
        self, verb: str, url: str, headers: Mapping[str, str], data: bytes | None
    ) -> requests.PreparedRequest:
        """Raise ValueError for a request that cannot be sent."""
        for value in headers.values():
            value.encode("latin-1")
        request = self._session.prepare_request(requests.Request(verb, url, headers=dict(headers), data=data))
        self._session.get_adapter(request.url or "")
        (urlsplit(request.url or "").hostname or "").encode("idna")
        return request

    def _once(self, request: requests.PreparedRequest, left_s: float) -> tuple[Answer, str | None]:
        with self._session.send(
            request,
            timeout=(min(self.retry_policy.connect_s, left_s), min(self.retry_policy.read_s, left_s)),
            allow_redirects=False,
            stream=True,
            proxies=get_environ_proxies(request.url or "", no_proxy=None),
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
        ) as response:
            parts, held = [], 0
            for part in response.iter_content(1 << 18):
                held += len(part)
                if held > self.retry_policy.largest_body_bytes:
                    raise _TooLarge
                parts.append(part)
            return Answer(response.status_code, b"".join(parts), datetime.now(UTC)), response.headers.get("Retry-After")


def _what_broke(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS connection failed"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return "the connection broke"
    return f"the answer cannot be understood ({type(error).__name__})"


def retry_after_s(header: str | None, now: datetime) -> float:
    """Return the seconds of a `Retry-After` header, a number or a date; 0 where it is unreadable."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (aware - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


_HIDDEN: set[str] = set()


def keep_out_of_logs(*secrets: str | None) -> None:
    """Hide these texts in logged addresses: tokens, and paths that are tokens."""
    _HIDDEN.update(one for one in secrets if one and one != "/")


def _without_secrets(text: str) -> str:
    for secret in sorted(_HIDDEN, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _LOGIN.sub("***", text)


class _WithoutSecrets(logging.Filter):
    """urllib3 logs every address at DEBUG, and the address of the authentication contains the login."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_without_secrets(one) if isinstance(one, str) else one for one in record.args)
        return True


for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).addFilter(_WithoutSecrets())
