"""HTTP with time-outs and bounded retries of faults that pass. Nothing secret gets into a message or a log."""

from __future__ import annotations

import logging
import math
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

import requests
from requests.adapters import HTTPAdapter

from smena.model.errors import PassingFault, UnreadableAnswer, WrongUse

logger = logging.getLogger("smena.http")

PASSING = frozenset({429, 500, 502, 503, 504})
LONGEST_PAUSE_S = 60.0
LARGEST_BODY_BYTES = 128 * 1024 * 1024
_LOGIN = re.compile(r"(?<=[?&]login=)[^&\s\"]+")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how often to try.

    Attributes:
        connect_s, read_s: until a connection stands, and between two pieces of an answer.
        deadline_s: for one request with all its attempts and pauses.
        attempts: of one request, the first among them.
        first_pause_s: the longest pause after the first attempt; it doubles with each one.
        largest_body_bytes: what an answer may hold, unpacked.
    """

    connect_s: float = 10.0
    read_s: float = 60.0
    deadline_s: float = 300.0
    attempts: int = 5
    first_pause_s: float = 1.0
    largest_body_bytes: int = LARGEST_BODY_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and moment (UTC) of an answer that is no passing fault."""

    status: int
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why an attempt failed, and how long the service asks to be left alone."""

    what: str
    pause_s: float = 0.0


class _TooLarge(Exception):
    """The body is larger than allowed."""


class _TooLate(Exception):
    """The deadline passed while the body was dripping in."""


class Http:
    """A pool of connections that threads may share. Redirects are not followed, cookies are not kept.

    Args:
        sleep, clock: how to wait and how to tell monotonic seconds; a test gives its own.

    Attributes:
        traffic, retries: requests sent by name, and how many of them were not the first attempt.
    """

    def __init__(
        self,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.patience = patience or Patience()
        self.traffic: Counter[str] = Counter()
        self.retries: Counter[str] = Counter()
        self._sleep, self._clock = sleep, clock
        self._counting = threading.Lock()
        self._session = requests.Session()
        # A .netrc would put its own Authorization in place of ours.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=32))

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def ask(
        self,
        verb: str,
        url: str,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        retried: bool = True,
    ) -> Answer:
        """One answer, after as many attempts as `patience` allows. `name` is how messages call the request.

        Raises PassingFault when the last attempt fails too, UnreadableAnswer for a body that is too large and WrongUse
        for an address or a header that cannot be sent.
        """
        ends_at = self._clock() + self.patience.deadline_s
        attempts = self.patience.attempts if retried else 1
        attempt = 1
        while True:
            self._count(name, attempt)
            told = self._attempt(verb, url, name, headers or {}, data, ends_at)
            if isinstance(told, Answer):
                return told
            pause_s = self.pause_s(attempt, told.pause_s)
            if attempt >= attempts or self._clock() + pause_s >= ends_at:
                # Raised outside of any `except`: what requests says may hold the whole address, login and all.
                raise PassingFault(f"{name}: {told.what}, attempts: {attempt}", fix="run again later")
            logger.warning("%s attempt=%d fault=%r pause_s=%.2f", name, attempt, told.what, pause_s)
            self._sleep(pause_s)
            attempt += 1

    def pause_s(self, attempt: int, asked_s: float = 0.0) -> float:
        """How long to wait after an attempt: exponential with full jitter, not less than was asked, and bounded."""
        longest_s = self.patience.first_pause_s * 2.0 ** (attempt - 1)
        jittered_s = random.uniform(0, min(longest_s, LONGEST_PAUSE_S))  # noqa: S311 - jitter, not a secret
        return min(max(asked_s, jittered_s), LONGEST_PAUSE_S)

    def rest(self, name: str, attempt: int, fault: str) -> None:
        """Waits before a request is asked again whose answer came, but could not be used."""
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
        """An answer, or a fault that may pass."""
        started = self._clock()
        too_large = False
        try:
            answer, told_pause = self._once(verb, url, headers, data, ends_at)
        except (requests.Timeout, _TooLate):
            return _Fault("no answer in time")
        except requests.exceptions.SSLError:
            return _Fault("the TLS connection failed")
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return _Fault("the connection broke")
        except _TooLarge:
            too_large = True
        except ValueError:
            # InvalidURL, InvalidHeader and what http.client cannot encode: their texts repeat what they were given.
            pass
        except requests.RequestException as error:
            return _Fault(type(error).__name__)
        else:
            seconds = self._clock() - started
            logger.debug("%s status=%d bytes=%d seconds=%.3f", name, answer.status, len(answer.body), seconds)
            if answer.status in PASSING:
                return _Fault(f"HTTP {answer.status}", retry_after_s(told_pause, answer.at))
            return answer
        if too_large:
            raise UnreadableAnswer(
                f"{name}: the answer is larger than {self.patience.largest_body_bytes} bytes",
                address=url.partition("?")[0],
                body=b"",
            )
        raise WrongUse(f"{name}: this address or these headers cannot be sent", fix="check the connection")

    def _once(
        self, verb: str, url: str, headers: Mapping[str, str], data: bytes | None, ends_at: float
    ) -> tuple[Answer, str | None]:
        left_s = max(0.001, ends_at - self._clock())
        with self._session.request(
            verb,
            url,
            headers=dict(headers),
            data=data,
            timeout=(min(self.patience.connect_s, left_s), min(self.patience.read_s, left_s)),
            allow_redirects=False,
            stream=True,
        ) as response:
            parts, held = [], 0
            for part in response.iter_content(1 << 18):
                held += len(part)
                if held > self.patience.largest_body_bytes:
                    raise _TooLarge
                if self._clock() > ends_at:
                    raise _TooLate
                parts.append(part)
            return Answer(response.status_code, b"".join(parts), datetime.now(UTC)), response.headers.get("Retry-After")


def retry_after_s(header: str | None, now: datetime) -> float:
    """Seconds that a `Retry-After` header asks for: a number or a date; 0 where it says nothing readable."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except (ValueError, TypeError):
            return 0.0
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (aware - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


class _WithoutLogin(logging.Filter):
    """urllib3 writes every address it asks at DEBUG; the login stands in the address of the authentication."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_LOGIN.sub("***", one) if isinstance(one, str) else one for one in record.args)
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_WithoutLogin())
