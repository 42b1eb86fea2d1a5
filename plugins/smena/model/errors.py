"""The one small tree of errors. Each carries a sentence for a person and, where there is one, the way to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from smena.model.reason_text import reason, reason_of
from smena.model.reasons import Reason


class SmenaError(Exception):
    """What every error of ours is.

    Args:
        message: one sentence of what is wrong, without secrets.
        fix: what the reader can do about it; empty when nothing is known.
        stored: the stored reason that `message` is the English of; empty where it is of none.
    """

    exit_code = 1
    reason_code = Reason.FAILED_WITH

    def __init__(self, message: str, *, fix: str = "", stored: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.stored = stored

    def __str__(self) -> str:
        return f"{self.message} — {self.fix}" if self.fix else self.message

    def as_reason(self, most: int | None = None) -> str:
        """The stored reason of what failed by it; its sentence no longer than `most`."""
        return self.stored or reason(self.reason_code, text=str(self)[:most])


class PassingFault(SmenaError):
    """An outside system failed for now: a time-out, a broken connection, 429, 5xx. Nothing is lost; run again."""

    exit_code = 3
    reason_code = Reason.SERVICE_FAILED


class UnreadableAnswer(PassingFault):
    """A service answered 200 with something that is not the JSON it promises (HTML, a cut body), again and again.

    Attributes:
        address: the address asked, without secrets.
        body: the bytes as they came.
    """

    def __init__(self, message: str, *, address: str, body: bytes, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.address = address
        self.body = body


class RefusedByService(SmenaError):
    """A service understood and said no: wrong credentials, no permission, not found. Asking again will not help.

    Attributes:
        status: HTTP status.
        code: the service's own error code as text (`403002`), empty where it gave none.
    """

    exit_code = 3
    reason_code = Reason.REFUSED_BY_SERVICE

    def __init__(self, message: str, *, status: int, code: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.status = status
        self.code = code


class RefusedLogin(RefusedByService):
    """The login or the integrator's key is refused: nothing at all can be asked with it."""


class BadRecord(SmenaError):
    """One record breaks a rule; it goes to quarantine and costs its neighbours nothing."""

    def __init__(self, message: str, *, record: str, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.record = record


class BadBatch(SmenaError):
    """Too much of a batch is bad: it stops whole and publishes nothing."""


class TooManyChanges(BadBatch):
    """A batch would change more orders in the books than its organisation's bound: it waits until a person allows it.

    Attributes:
        changed: how many orders it would reverse or revise.
    """

    def __init__(self, message: str, *, changed: int, fix: str = "", stored: str = "") -> None:
        super().__init__(message, fix=fix, stored=stored)
        self.changed = changed


class BrokenPromise(SmenaError):
    """An invariant of ours does not hold: a fault in this program or in the warehouse, never in the input."""

    exit_code = 70


class UnexpectedError(SmenaError):
    """An exception that no step expects: a fault in this program, contained where it was met.

    Its text names the exception's class and the line that raised it; the message and the traceback are in the log.

    Attributes:
        place: `KeyError at planning/plan.py:57`.
    """

    exit_code = 70

    def __init__(self, place: str) -> None:
        super().__init__(f"an unexpected error: {place}", fix="tell the developers; the traceback is in the log")
        self.place = place

    def as_reason(self, most: int | None = None) -> str:
        return reason(Reason.UNEXPECTED_ERROR, place=self.place[:most])


class WrongUse(SmenaError):
    """A person asked for something that cannot be: an unknown organisation, a date that is none."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The answer that something has already.

    Attributes:
        what: `decision`, `link`, `record`, `document` or `integration`.
        name: its number or its name, for a person.
        answer: the word of the answer, or the state that it brought.
        by: who gave it, or `rule`; empty where it is not known.
        at: when, with a time zone.
        reason: why, as it is stored; `said` is the same in English, where a rule gave it.
    """

    what: str
    name: str
    answer: str
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    said: str = ""

    def __str__(self) -> str:
        when = f" on {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.at else ""
        signed = f", by {self.by}{when}" if self.by else when
        why = self.said or self.reason
        return f"{self.what} {self.name} is {self.answer} already{signed}" + (f" ({why})" if why else "")


class AlreadyAnswered(WrongUse):
    """An answer to something that somebody, or the source, has answered meanwhile; nothing was changed.

    Attributes:
        answers: what was answered before, each.
    """

    def __init__(self, answers: Sequence[GivenAnswer], *, message: str = "", fix: str = "") -> None:
        super().__init__(message or f"{'; '.join(map(str, answers))}; nothing was changed", fix=fix)
        self.answers = tuple(answers)


def stored_of(error: Exception, most: int | None = None) -> str:
    """The stored reason of what an exception ended; a sentence in it is no longer than `most`."""
    return error.as_reason(most) if isinstance(error, SmenaError) else reason_of(error)
