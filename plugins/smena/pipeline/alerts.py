"""Alerts: for each organisation one message a day of all that is not as it should be, sent once, by one channel."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from smena.integration.certificates import WARNING
from smena.model.errors import PassingFault, SmenaError, WrongUse
from smena.pipeline.alert_words import Alert, headline, told
from smena.pipeline.log import logger, step_log
from smena.pipeline.road import Road
from smena.sources.messenger import Messenger
from smena.warehouse.database import Transaction, Warehouse, as_json

ZONE = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Message:
    """What one organisation's people are told on one day.

    Attributes:
        day: in Moscow.
        alerts: what is wrong, one of a kind and cause, each with its count.
    """

    inn: str
    name: str
    day: date
    alerts: tuple[Alert, ...]

    @property
    def subject(self) -> str:
        return headline(self.name, self.inn, self.day)

    @property
    def text(self) -> str:
        """Short lines: what and how much; below each what to do about it."""
        return "\n".join([self.subject, *(alert.text for alert in self.alerts)])

    @property
    def payload(self) -> dict[str, Any]:
        """The same for programs: dates and money as text."""
        facts = {
            "kind": "daily",
            "organization_inn": self.inn,
            "organization": self.name,
            "day": self.day,
            "text": self.text,
            "alerts": [alert.payload for alert in self.alerts],
        }
        plain: dict[str, Any] = json.loads(json.dumps(facts, ensure_ascii=False, default=str))
        return plain

    @property
    def digest(self) -> str:
        """sha256 of the payload: the same is not sent twice."""
        return hashlib.sha256(json.dumps(self.payload, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """How a sending went: messages that went out, and that had gone before."""

    sent: list[str]
    before: list[str]
    channel: str | None


def quarantine_borne() -> int:
    """How many open records in quarantine are borne without a word: `SMENA_ALERT_QUARANTINE`, else none."""
    setting = os.environ.get("SMENA_ALERT_QUARANTINE", "").strip() or "0"
    if not setting.isdecimal():
        raise WrongUse("SMENA_ALERT_QUARANTINE is not a number", fix="give it like 20")
    return int(setting)


def gather(warehouse: Warehouse, now: datetime, *, inn: str | None = None, borne: int = 0) -> list[Message]:
    """A message for each organisation of which there is something to say; of the others none."""
    day = now.astimezone(ZONE).date()
    found: defaultdict[str, list[Alert]] = defaultdict(list)
    with warehouse.transaction() as transaction:
        names = {row["inn"]: row["name"] for row in transaction.rows("organizations", inn=inn)}
        for of, alert in _found(transaction, now, inn, borne):
            found[of].append(alert)
    return [Message(of, name, day, tuple(found[of])) for of, name in names.items() if of in found]


def send(warehouse: Warehouse, messages: list[Message], messenger: Messenger | None, *, sent_by: str) -> Sent:
    """Sends what was not sent yet that day: at most one message a day and organisation.

    Each is remembered with its sending: what did not go out is not remembered, and goes out the next time. Without a
    channel nothing is sent, and the log says so. Raises PassingFault at once where the channel does not answer, other
    errors after every message was tried.
    """
    if messenger is None:
        if messages:
            logger.warning("%d alerts not sent: there is no connection `smena_alerts`", len(messages))
        return Sent([], [], None)
    sent: list[str] = []
    before: list[str] = []
    refused: list[SmenaError] = []
    for message in messages:
        with step_log("alert", inn=message.inn, day=message.day, alerts=len(message.alerts)) as line:
            try:
                went = _send_once(warehouse, message, messenger, sent_by)
            except PassingFault:
                raise
            except SmenaError as error:
                line["refused"] = str(error)
                refused.append(error)
                continue
            line["sent"] = went
            (sent if went else before).append(message.inn)
    if refused:
        raise refused[0]
    return Sent(sent, before, messenger.kind)


def send_daily(road: Road, messenger: Messenger | None, *, sent_by: str) -> Sent:
    """What the DAG does each morning: gathers, and sends; without a channel the log has the messages themselves."""
    messages = gather(road.warehouse, road.now(), borne=quarantine_borne())
    if messenger is None:
        for message in messages:
            logger.warning("%s", message.text)
    return send(road.warehouse, messages, messenger, sent_by=sent_by)


def tell_late(messenger: Messenger | None, *, dag_id: str, run_id: str, due: str) -> None:
    """Says that a load has not ended by its deadline: of the whole load, so to nobody's organisation in particular."""
    subject = f"Смена: загрузка {dag_id} не закончилась вовремя"
    text = f"{subject}\n• запуск {run_id}, срок {due}\n  → посмотреть запуск в Airflow: smena integration status"
    logger.warning("late dag_id=%s run_id=%s due=%s", dag_id, run_id, due)
    if messenger is None:
        logger.warning("the alert is not sent: there is no connection `smena_alerts`")
        return
    payload = {"kind": "deadline", "dag_id": dag_id, "run_id": run_id, "due": due, "text": text}
    messenger.send(subject, text, payload, key=hashlib.sha256(f"{dag_id} {run_id} {due}".encode()).hexdigest())


def _send_once(warehouse: Warehouse, message: Message, messenger: Messenger, sent_by: str) -> bool:
    """Whether it went out now. Another sender of the same message waits here, and then finds it gone."""
    with warehouse.transaction() as transaction:
        kept = transaction.run(
            "alert_keep",
            inn=message.inn,
            day=message.day,
            digest=message.digest,
            text=message.text,
            payload=as_json(message.payload),
            sent_by=sent_by,
        )
        if kept:
            messenger.send(message.subject, message.text, message.payload, key=message.digest)
        return bool(kept)


def _found(transaction: Transaction, now: datetime, inn: str | None, borne: int) -> Iterator[tuple[str, Alert]]:
    """Alerts with the ИНН they are of, the gravest kind first."""
    by_kind = {
        "uncovered": transaction.rows("alert_uncovered", inn=inn, now=now),
        "batches": transaction.rows("alert_batches", inn=inn),
        "missing": transaction.rows("alert_missing", inn=inn),
        "gap": transaction.rows("alert_gaps", inn=inn),
        "difference": transaction.rows("alert_differences", inn=inn),
        "decision": transaction.rows("alert_decisions", inn=inn),
        "shift": transaction.rows("alert_shifts", inn=inn),
        "quarantine": transaction.rows("alert_quarantine", inn=inn, borne=borne),
        "certificate": transaction.rows("alert_certificates", inn=inn, before=now + WARNING),
    }
    for kind, rows in by_kind.items():
        for row in rows:
            of = row.pop("organization_inn")
            yield of, told(kind, of, row, now)
