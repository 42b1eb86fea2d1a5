"""Messages to people by a webhook, e-mail or Telegram. No secret gets into a message or a log."""

from __future__ import annotations

import base64
import json
import smtplib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from smena.model.errors import PassingFault, RefusedByService, UnreadableAnswer, WrongUse
from smena.sources.http import Http, RetryPolicy, keep_out_of_logs

RETRY_POLICY = RetryPolicy(connect_s=5, read_s=15, deadline_s=45, attempts=3, largest_body_bytes=1 << 20)
TELEGRAM = "https://api.telegram.org"
LONGEST_TELEGRAM = 4000
"""Characters; Telegram takes 4096."""


@dataclass(frozen=True, slots=True)
class Channel:
    """The connection by which messages go out.

    Attributes:
        kind: `http`, `smtp` or `telegram`.
        base_url: of a webhook, or of Telegram's API; its path may contain a secret.
        host, port: of a mail server.
        extra: `chat_id` of Telegram; `from_email`, `to`, `disable_ssl`, `disable_tls` of mail, as Airflow names them.
    """

    kind: str
    base_url: str = field(default="", repr=False)
    host: str = ""
    port: int | None = None
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Messenger:
    """Sends by one channel.

    `send` raises PassingFault where the other side does not answer, RefusedByService where it refuses, WrongUse for a
    channel that lacks a field.
    """

    def __init__(self, channel: Channel, retry_policy: RetryPolicy = RETRY_POLICY) -> None:
        self.kind = channel.kind
        self._channel, self._retry_policy = channel, retry_policy
        ways = {"http": self._webhook, "https": self._webhook, "smtp": self._mail, "telegram": self._telegram}
        if channel.kind not in ways:
            raise WrongUse(
                "the connection `smena_alerts` is of no kind that can send", fix="make it http, smtp or telegram"
            )
        self._way = ways[channel.kind]
        address = urlsplit(channel.base_url)
        keep_out_of_logs(channel.password, address.path, address.query)

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
                "the connection `smena_alerts` lacks Telegram's token (password) or `chat_id`", fix="add what it lacks"
            )
        short = text if len(text) <= LONGEST_TELEGRAM else f"{text[:LONGEST_TELEGRAM]}…"
        body = {"chat_id": chat, "text": short, "link_preview_options": {"is_disabled": True}}
        self._post("alerts telegram", f"{self._channel.base_url or TELEGRAM}/bot{token}/sendMessage", body, {})

    def _post(self, name: str, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        http = Http(self._retry_policy)
        try:
            answer = http.ask(
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
            raise RefusedByService(f"{name}: HTTP {status}", status=status, fix="check the connection `smena_alerts`")

    def _mail(self, subject: str, text: str, payload: Mapping[str, Any], key: str) -> None:
        del payload
        channel = self._channel
        to, sender = channel.extra.get("to"), channel.extra.get("from_email") or channel.login
        if not channel.host or not to or not sender:
            raise WrongUse("the connection `smena_alerts` lacks a host, `to` or `from_email`", fix="add what it lacks")
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
                raise RefusedByService(f"alerts mail: {what}", status=code, fix="check the connection `smena_alerts`")
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


def _is_on(value: object) -> bool:
    return str(value or "").strip().lower() in ("true", "1", "yes", "on")
