"""Messages to people by a webhook, e-mail, Telegram, or any service of Apprise. No secret gets into a log."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import smtplib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from smena.model.errors import PassingFault, RefusedByService, UnreadableAnswer, WrongUse
from smena.sources.http import Http, RetryPolicy, keep_out_of_logs

RETRY_POLICY = RetryPolicy(connect_s=5, read_s=15, deadline_s=45, attempts=3, largest_body_bytes=1 << 20)
TELEGRAM = "https://api.telegram.org"
_PARTS_OF_URL, _SHORTEST_SECRET = re.compile(r"[/:@?&=,]+"), 8

LONGEST_TELEGRAM = 4000
"""Characters; Telegram takes 4096."""


@dataclass(frozen=True, slots=True)
class Channel:
    """The connection by which messages go out.

    Attributes:
        kind: `http`, `smtp`, `telegram` or `apprise`.
        base_url: of a webhook, or of Telegram's API; its path may contain a secret.
        host, port: of a mail server.
        extra: `chat_id` of Telegram; `from_email`, `to`, `disable_ssl`, `disable_tls` of mail, as Airflow names them;
            `urls` of Apprise, or `config` as in Airflow's provider of Apprise.
        name: of one of several addresses of a connection; empty: the only one.
    """

    kind: str
    base_url: str = field(default="", repr=False)
    host: str = ""
    port: int | None = None
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    connection: str = "smena_alerts"
    name: str = ""


class Messenger:
    """Sends by one channel.

    `send` raises PassingFault where the other side does not answer, RefusedByService where it refuses, WrongUse for a
    channel that lacks a field.
    """

    def __init__(self, channel: Channel, retry_policy: RetryPolicy = RETRY_POLICY) -> None:
        self.kind, self.name = channel.kind, channel.name
        self._channel, self._retry_policy = channel, retry_policy
        ways = {
            "http": self._webhook, "https": self._webhook, "smtp": self._mail, "telegram": self._telegram,
            "apprise": self._apprise,
        }  # fmt: skip
        if channel.kind not in ways:
            raise WrongUse(
                f"the connection `{channel.connection}` is of no kind that can send",
                fix="make it http, smtp, telegram or apprise",
            )
        self._way = ways[channel.kind]
        address = urlsplit(channel.base_url)
        keep_out_of_logs(
            channel.password, address.path, address.query, *(_urls(channel) if channel.kind == "apprise" else ())
        )

    def each(self) -> list[Messenger]:
        """Return one sender for each address, so that a message that one does not take is not sent again to others.

        Raises WrongUse for a connection of Apprise without an address.
        """
        if self.kind != "apprise":
            return [self]
        urls = _urls(self._channel)
        if not urls:
            raise WrongUse(
                f"the connection `{self._channel.connection}` has no address of Apprise",
                fix="give `urls` in its extra, or the addresses as its password",
            )
        found = []
        for url in urls:
            name = hashlib.sha256(url.encode()).hexdigest()[:12]
            channel = replace(self._channel, extra={"urls": [url]}, password=None, name=name)
            found.append(Messenger(channel, self._retry_policy))
        return found

    def send(self, subject: str, text: str, payload: Mapping[str, Any], *, key: str) -> None:
        """Send one message. `key` is the same for the same message: a receiver can recognise a repetition by it."""
        self._way(subject, text, payload, key)

    def _webhook(self, subject: str, text: str, payload: Mapping[str, Any], key: str) -> None:
        del subject, text
        headers = {"Idempotency-Key": key}
        login, password = self._channel.login, self._channel.password
        if login and password:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()
        elif password:
            headers["Authorization"] = f"Bearer {password}"
        self._post("alerts webhook", self._channel.base_url, payload, headers)

    def _telegram(self, subject: str, text: str, payload: Mapping[str, Any], key: str) -> None:
        del subject, payload, key
        chat, token = self._channel.extra.get("chat_id"), self._channel.password
        if not chat or not token:
            raise WrongUse(
                f"the connection `{self._channel.connection}` lacks Telegram's token (password) or `chat_id`",
                fix="add what it lacks",
            )
        short = text if len(text) <= LONGEST_TELEGRAM else f"{text[:LONGEST_TELEGRAM]}…"
        body = {"chat_id": chat, "text": short, "link_preview_options": {"is_disabled": True}}
        self._post("alerts telegram", f"{self._channel.base_url or TELEGRAM}/bot{token}/sendMessage", body, {})

    def _apprise(self, subject: str, text: str, payload: Mapping[str, Any], key: str) -> None:
        del payload, key
        # It knows more than a hundred services, and importing it takes a moment.
        import apprise

        # Its log may have the address, with the secret in it.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        service = apprise.Apprise()
        for url in _urls(self._channel):
            # Many services have a token in the path of their address, and urllib3 logs paths at DEBUG.
            keep_out_of_logs(*(part for part in _PARTS_OF_URL.split(url) if len(part) >= _SHORTEST_SECRET))
            if not service.add(url):
                raise WrongUse(
                    f"an address of the connection `{self._channel.connection}` is none that Apprise knows",
                    fix="write it as on https://appriseit.com/services",
                )
        # The first line of the text is the subject.
        body = text.removeprefix(subject).lstrip("\n") or text
        pause_s = self._retry_policy.first_pause_s
        for attempt in range(1, self._retry_policy.attempts + 1):
            if service.notify(title=subject, body=body, body_format=apprise.NotifyFormat.TEXT):
                return
            if attempt < self._retry_policy.attempts:
                time.sleep(pause_s)
                pause_s *= 2
        raise PassingFault(
            f"alerts apprise: the service of the connection `{self._channel.connection}` did not take the message",
            fix="check its address, or run again later",
        )

    def _post(self, name: str, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        http = Http(self._retry_policy)
        try:
            answer = http.request(
                "POST",
                url,
                name=name,
                headers={**headers, "Content-Type": "application/json; charset=utf-8"},
                data=json.dumps(body, ensure_ascii=False).encode(),
            )
            status = answer.status
        except UnreadableAnswer:
            # The message has arrived although the answer is too large; the error would contain the address.
            status = 200
        finally:
            http.close()
        if status >= 300:
            raise RefusedByService(
                f"{name}: HTTP {status}", status=status, fix=f"check the connection `{self._channel.connection}`"
            )

    def _mail(self, subject: str, text: str, payload: Mapping[str, Any], key: str) -> None:
        del payload
        channel = self._channel
        to, sender = channel.extra.get("to"), channel.extra.get("from_email") or channel.login
        if not channel.host or not to or not sender:
            raise WrongUse(
                f"the connection `{channel.connection}` lacks a host, `to` or `from_email`", fix="add what it lacks"
            )
        mail = EmailMessage()
        mail["Subject"], mail["From"] = subject, str(sender)
        mail["To"] = to if isinstance(to, str) else ", ".join(map(str, to))
        mail["Message-ID"] = f"<{key[:40]}@smena>"
        mail.set_content(text)
        self._repeated(mail)

    def _repeated(self, mail: EmailMessage) -> None:
        """Hand a mail over, with the attempts of the retry policy where the fault may pass."""
        pause_s = self._retry_policy.first_pause_s
        for attempt in range(1, self._retry_policy.attempts + 1):
            code, what = self._handed_over(mail)
            if not what:
                return
            if code >= 500:
                raise RefusedByService(
                    f"alerts mail: {what}", status=code, fix=f"check the connection `{self._channel.connection}`"
                )
            if attempt < self._retry_policy.attempts:
                time.sleep(pause_s)
                pause_s *= 2
        raise PassingFault(f"alerts mail: {what}, attempts: {attempt}", fix="run again later")

    def _handed_over(self, mail: EmailMessage) -> tuple[int, str]:
        """The SMTP code (0: none) and the fault, empty if none, without the server's text: it may repeat a secret."""
        channel, extra = self._channel, self._channel.extra
        with_ssl = not _is_on(extra.get("disable_ssl"))
        timeout_s = self._retry_policy.read_s
        try:
            context = ssl.create_default_context()
            server = (
                smtplib.SMTP_SSL(channel.host, channel.port or 465, timeout=timeout_s, context=context)
                if with_ssl
                else smtplib.SMTP(channel.host, channel.port or 25, timeout=timeout_s)
            )
            with server:
                if not with_ssl and not _is_on(extra.get("disable_tls")):
                    server.starttls(context=context)
                if channel.login and channel.password:
                    server.login(channel.login, channel.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            return max(code for code, _ in error.recipients.values()), "the server takes none of the recipients"
        except smtplib.SMTPResponseException as error:
            return error.smtp_code, f"SMTP {error.smtp_code}"
        except smtplib.SMTPNotSupportedError:
            return 502, "the server lacks what the connection asks for"
        except (smtplib.SMTPException, OSError) as error:
            return 0, f"the connection broke ({type(error).__name__})"
        return 0, ""


def _urls(channel: Channel) -> list[str]:
    """The addresses of a connection of Apprise: of `urls`, of Airflow's `config`, or of the password, by blanks."""
    urls, config = channel.extra.get("urls") or [], channel.extra.get("config") or []
    found = [urls] if isinstance(urls, str) else list(urls)
    found += [one.get("path", "") for one in ([config] if isinstance(config, dict) else config)]
    return list(dict.fromkeys(" ".join([*map(str, found), channel.password or ""]).split()))


def _is_on(value: object) -> bool:
    return str(value or "").strip().lower() in ("true", "1", "yes", "on")
