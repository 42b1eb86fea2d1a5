"""Alerts: for each organisation one message per day with all its problems, sent once by each channel."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from smena.alerts.words import Alert, alert_of, headline, late, unchecked
from smena.mandates.certificates import WARNING
from smena.model.errors import PassingFault, SmenaError, WrongUse
from smena.model.place import WHOLE, Place
from smena.model.settings import SETTINGS
from smena.model.unexpected import contained
from smena.reads.registers import new_signs
from smena.reads.sight import see_place
from smena.reads.standing import open_days
from smena.runtime.context import Context
from smena.runtime.log import logger, step_log
from smena.sources.messenger import Messenger
from smena.warehouse.database import Row, Transaction, Warehouse, as_json

ZONE = ZoneInfo("Europe/Moscow")

LONGEST_UNANSWERED_S = 600.0
"""When requests without an answer took this long together, the other messages wait for the next attempt."""

_STATEMENTS = {
    "batches": "alert_batches",
    "missing": "alert_missing",
    "gap": "alert_gaps",
    "difference": "alert_differences",
    "decision": "alert_decisions",
    "shift": "alert_shifts",
    "quarantine": "alert_quarantine",
    "certificate": "alert_certificates",
    "cash": "alert_cash",
}
"""Kinds of alerts with their statements, the gravest first; `uncovered`, which goes before them, is no statement."""

Find = Callable[..., list[Row]]
"""Returns the rows of a kind, of the organisation `inn` or of all."""

OF_THE_WHOLE = frozenset({"uncovered", "batches", "certificate"})
"""Kinds that concern a whole organisation; the recipients of a place get the others."""


@dataclass(frozen=True, slots=True)
class Message:
    """The message about one organisation on one day.

    Attributes:
        day: in Moscow.
        alerts: the problems, one per kind and cause, each with its count.
        pages_address: the address of the pages, for links; empty where it is not known.
        place: the part of the organisation that it is about; empty: all of it.
    """

    inn: str
    name: str
    day: date
    alerts: tuple[Alert, ...]
    pages_address: str = ""
    place: str = ""

    @property
    def subject(self) -> str:
        subject = headline(self.name, self.inn, self.day)
        return f"{subject}, {self.place}" if self.place else subject

    @property
    def text(self) -> str:
        """Short lines: what and how much; below each, what to do."""
        return "\n".join([self.subject, *(alert.text(self.pages_address) for alert in self.alerts)])

    @property
    def payload(self) -> dict[str, Any]:
        """The same for programs: dates and money as text."""
        facts = {
            "kind": "daily",
            "organization_inn": self.inn,
            "organization": self.name,
            "day": self.day,
            "text": self.text,
            **({"place": self.place} if self.place else {}),
            "alerts": [alert.payload for alert in self.alerts],
        }
        plain: dict[str, Any] = json.loads(json.dumps(facts, ensure_ascii=False, default=str))
        return plain

    @property
    def digest(self) -> str:
        """sha256 of the payload, so that no message is sent twice. Without links, which only some senders know."""
        payload = replace(self, pages_address="").payload
        return hashlib.sha256(json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """The organisations with a message that went out now (`sent`) or earlier (`before`)."""

    sent: list[str]
    before: list[str]
    channel: str | None


Connect = Callable[[str], "list[Messenger]"]
"""Returns the channels of a connection. Raises WrongUse where there is no such connection."""


def gather(
    warehouse: Warehouse,
    now: datetime,
    *,
    inn: str | None = None,
    most_quarantined: int = 0,
    place: Place = WHOLE,
    recipient: str = "",
) -> list[Message]:
    """Return a message for each organisation with a problem.

    A kind that cannot be checked or put into words for an organisation becomes its alert `unchecked`.

    Args:
        inn: the organisation; None: every one.
        place: of the organisation: what an accountant who sees only this place could see.
        recipient: whose message it will be; signs of registers are reported to each recipient once.
    """
    day = now.astimezone(ZONE).date()
    found: defaultdict[str, list[Alert]] = defaultdict(list)
    with warehouse.transaction() as transaction:
        if inn is not None and not place.is_whole:
            see_place(transaction, inn, place)
        names = {row["inn"]: row["name"] for row in transaction.rows("organizations", inn=inn)}
        for of, alert in _found(transaction, now, list(names), inn, most_quarantined, place, recipient):
            found[of].append(alert)
    return [_message(of, name, day, found[of], place) for of, name in names.items() if of in found]


def send(
    warehouse: Warehouse, messages: list[Message], messenger: Messenger | None, *, sent_by: str, recipient: str = ""
) -> Sent:
    """Send the messages that were not sent yet that day: at most one per day, organisation and recipient.

    Each is recorded in the transaction that sends it, so one that did not go out goes out the next time. Without a
    channel nothing is sent, and the log says so. Raises, after every message was tried, the first error; a fault that
    may pass goes first. Messages are left untried only where the channel kept the others waiting for ten minutes.
    """
    if messenger is None:
        if messages:
            logger.warning("%d alerts not sent: there is no connection `smena_alerts`", len(messages))
        return Sent([], [], None)
    sent: list[str] = []
    before: list[str] = []
    failed: list[SmenaError] = []
    unanswered_s = 0.0
    for message in messages:
        began = time.monotonic()
        with step_log("alert", inn=message.inn, day=message.day, alerts=len(message.alerts)) as line:
            try:
                went = _send_once(warehouse, message, messenger, sent_by, recipient)
            except Exception as error:  # noqa: BLE001 - the border of a message
                ours = contained(error, f"alert of {message.inn}")
                line["refused"] = str(ours)
                failed.append(ours)
            else:
                line["sent"] = went
                (sent if went else before).append(message.inn)
                continue
        if isinstance(ours, PassingFault):
            unanswered_s += time.monotonic() - began
        if unanswered_s > LONGEST_UNANSWERED_S:
            break
    passing = [error for error in failed if isinstance(error, PassingFault)]
    for first in [*passing, *failed]:
        raise first
    return Sent(sent, before, messenger.kind)


def send_daily(
    context: Context,
    messenger: Messenger | None,
    *,
    sent_by: str,
    pages_address: str = "",
    connect: Connect | None = None,
) -> Sent:
    """Gather and send the messages of a morning, for the DAG; without a channel the log has their texts.

    Args:
        messenger: of `smena_alerts`, which gets the messages of all organisations.
        pages_address: the address of the pages, for links.
        connect: returns the channels of a connection, for the routes of `control.alert_route`.
    """
    wrong: WrongUse | None = None
    try:
        most_quarantined = SETTINGS.alert_quarantine
    except WrongUse as error:
        # With an unreadable setting every quarantined record is reported, then the task fails with this error.
        most_quarantined, wrong = 0, error
    warehouse, now = context.warehouse, context.now()
    mark_cured(warehouse, now)
    failed: list[SmenaError] = [] if wrong is None else [wrong]
    sent = Sent([], [], None)
    try:
        for channel in messenger.each() if messenger is not None else [None]:
            name = channel.name if channel is not None else ""
            messages = [
                replace(message, pages_address=pages_address)
                for message in gather(warehouse, now, most_quarantined=most_quarantined, recipient=name)
            ]
            if channel is None:
                for message in messages:
                    logger.warning("%s", message.text)
            done = send(warehouse, messages, channel, sent_by=sent_by, recipient=name)
            sent = Sent([*sent.sent, *done.sent], [*sent.before, *done.before], done.channel)
    except SmenaError as error:
        failed.insert(0, error)
    if connect is not None:
        failed += send_by_routes(
            warehouse, now, connect, sent_by=sent_by, pages_address=pages_address,
            most_quarantined=most_quarantined,
        )  # fmt: skip
    for first in sorted(failed, key=lambda error: not isinstance(error, PassingFault)):
        raise first
    return sent


def send_by_routes(
    warehouse: Warehouse,
    now: datetime,
    connect: Connect,
    *,
    sent_by: str,
    pages_address: str = "",
    most_quarantined: int = 0,
) -> list[SmenaError]:
    """Send each route (`control.alert_route`) the messages of its organisation and place; return what went wrong.

    Each route is a border: one that cannot be used does not keep the others waiting.
    """
    failed: list[SmenaError] = []
    for route in warehouse.rows("alert_routes"):
        place = Place(route["kpp"], route["sales_point"])
        try:
            channels = connect(route["connection"])
        except Exception as error:  # noqa: BLE001 - the border of a route
            failed.append(contained(error, f"route of alerts {route['alert_route_id']}"))
            continue
        for channel in channels:
            recipient = " ".join(part for part in (route["connection"], channel.name, str(place)) if part)
            try:
                messages = [
                    replace(message, pages_address=pages_address)
                    for message in gather(
                        warehouse, now, inn=route["organization_inn"], most_quarantined=most_quarantined, place=place,
                        recipient=recipient,
                    )
                ]  # fmt: skip
                send(warehouse, messages, channel, sent_by=sent_by, recipient=recipient)
            except Exception as error:  # noqa: BLE001 - the border of a channel
                failed.append(contained(error, f"route of alerts {route['alert_route_id']}"))
    return failed


def mark_cured(warehouse: Warehouse, now: datetime, *, inn: str | None = None) -> None:
    """Close the reported signs that registers no longer have: a sign that comes back is reported again.

    An error is only logged, so that the messages still go out.
    """
    try:
        with warehouse.transaction() as transaction:
            transaction.run("alert_episodes_cure", now=now, inn=inn)
    except Exception as error:  # noqa: BLE001 - the messages are worth more
        logger.warning("cured signs were not marked: %s", contained(error, "cured signs"))


def send_late(messenger: Messenger | None, *, dag_id: str, run_id: str, due: str) -> None:
    """Send an alert that a load missed its deadline. It is about the whole load, so it names no organisation."""
    subject, text = late(dag_id, run_id, due)
    logger.warning("late dag_id=%s run_id=%s due=%s", dag_id, run_id, due)
    if messenger is None:
        logger.warning("the alert is not sent: there is no connection `smena_alerts`")
        return
    payload = {"kind": "deadline", "dag_id": dag_id, "run_id": run_id, "due": due, "text": text}
    key = hashlib.sha256(f"{dag_id} {run_id} {due}".encode()).hexdigest()
    for channel in messenger.each():
        channel.send(subject, text, payload, key=key)


def _send_once(warehouse: Warehouse, message: Message, messenger: Messenger, sent_by: str, recipient: str) -> bool:
    """Whether it went out now. Another sender of the same message waits here, and then finds it sent."""
    with warehouse.transaction() as transaction:
        kept = transaction.run(
            "alert_keep",
            inn=message.inn,
            day=message.day,
            recipient=recipient,
            digest=message.digest,
            text=message.text,
            payload=as_json(message.payload),
            sent_by=sent_by,
        )
        if kept:
            transaction.run(
                "alert_episodes_keep",
                inn=message.inn,
                recipient=recipient,
                day=message.day,
                payload=as_json(message.payload),
            )
            messenger.send(message.subject, message.text, message.payload, key=message.digest)
        return bool(kept)


def _message(inn: str, name: str, day: date, alerts: Sequence[Alert], place: Place) -> Message:
    """The message, or, where its text or payload cannot be made, one that says so."""
    message = Message(inn, name, day, tuple(alerts), place=str(place))
    try:
        message.digest  # noqa: B018 - made of all that is sent
    except Exception as error:  # noqa: BLE001 - the border of an organisation
        ours = contained(error, f"message of {inn}")
        return Message(inn, inn, day, (unchecked("message", inn, ours.as_reason()),))
    return message


def _found(
    transaction: Transaction,
    now: datetime,
    inns: Sequence[str],
    inn: str | None,
    most_quarantined: int,
    place: Place,
    recipient: str,
) -> Iterator[tuple[str, Alert]]:
    """Yield ИНН and alert, the gravest kind first."""
    day = now.astimezone(ZONE).date()
    more: dict[str, Row] = {
        "quarantine": {"most_quarantined": most_quarantined},
        "certificate": {"before": now + WARNING},
        "cash": {"today": day},
    }
    finds: dict[str, Find] = {"uncovered": lambda inn: open_days(transaction, now, inn)} | {
        kind: partial(transaction.rows, statement, **more.get(kind, {})) for kind, statement in _STATEMENTS.items()
    }
    finds["register"] = lambda inn: new_signs(transaction, now, day=day, inn=inn, recipient=recipient)
    for kind, find in finds.items():
        if kind in OF_THE_WHOLE and not place.is_whole:
            continue
        for of, row in _rows(transaction, kind, inns, inn, find):
            if isinstance(row, SmenaError):
                yield of, unchecked(kind, of, row.as_reason())
                continue
            try:
                yield of, alert_of(kind, of, row, now)
            except Exception as error:  # noqa: BLE001 - the border of an alert
                yield of, unchecked(kind, of, contained(error, f"alert {kind} of {of}").as_reason())


def _rows(
    transaction: Transaction, kind: str, inns: Sequence[str], inn: str | None, find: Find
) -> list[tuple[str, Row | SmenaError]]:
    """Rows of a kind with their ИНН: for all organisations together, or one by one where that fails.

    An error takes the place of the rows of an organisation that cannot be read. Raises PassingFault of the warehouse.
    """
    try:
        with transaction.nested():
            rows = find(inn=inn)
        return [(str(row.pop("organization_inn")), row) for row in rows]
    except PassingFault:
        raise
    except Exception as error:  # noqa: BLE001 - the border of a kind, then of an organisation
        ours = contained(error, f"alerts {kind}")
    if inn is not None:
        return [(inn, ours)]
    return [pair for one in inns for pair in _rows(transaction, kind, [one], one, find)]
