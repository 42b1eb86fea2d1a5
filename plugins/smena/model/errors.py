"""The tree of errors. Each carries a sentence for a person and, where there is one, a way to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from smena.model.reason_text import reason, reason_of
from smena.model.reasons import Reason


class SmenaError(Exception):
    """The base of every error of ours.

    Args:
        message: one sentence that says what is wrong, without secrets.
        fix: what the reader can do about it; empty when nothing is known.
        stored: the stored reason whose English text `message` is; empty where there is none.
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
        """Return the stored reason of the failure; its text is at most `most` characters long."""
        return self.stored or reason(self.reason_code, text=str(self)[:most])


class PassingFault(SmenaError):
    """An outside system failed temporarily: a time-out, a broken connection, 429, 5xx. Nothing is lost; run again."""

    exit_code = 3
    reason_code = Reason.SERVICE_FAILED


class UnreadableAnswer(PassingFault):
    """A service repeatedly answered 200 with a body that is not the JSON of the contract (HTML, a cut body).

    Attributes:
        address: the address of the request, without secrets.
        body: the bytes of the response.
    """

    def __init__(self, message: str, *, address: str, body: bytes, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.address = address
        self.body = body


class RefusedByService(SmenaError):
    """A service refused a request: wrong credentials, no permission, not found. A retry will not help.

    Attributes:
        status: HTTP status.
        code: the service's own error code as text (`403002`), empty where there is none.
    """

    exit_code = 3
    reason_code = Reason.REFUSED_BY_SERVICE

    def __init__(self, message: str, *, status: int, code: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.status = status
        self.code = code


class RefusedLogin(RefusedByService):
    """The service refuses the login or the integrator's key, so no request at all can succeed with it."""


class BadRecord(SmenaError):
    """One record breaks a rule. It goes to quarantine; other records are not affected."""

    def __init__(self, message: str, *, record: str, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.record = record


class BadBatch(SmenaError):
    """Too many records of a batch are rejected, so the batch publishes nothing."""


class TooManyChanges(BadBatch):
    """A batch would change more orders than its organisation's limit, so it waits until a person allows it.

    Attributes:
        changed: how many orders it would reverse or revise.
    """

    def __init__(self, message: str, *, changed: int, fix: str = "", stored: str = "") -> None:
        super().__init__(message, fix=fix, stored=stored)
        self.changed = changed


class BrokenPromise(SmenaError):
    """An invariant does not hold: a fault in this program or in the warehouse, never in the input."""

    exit_code = 70


class UnexpectedError(SmenaError):
    """An exception that no step expects: a fault in this program, caught at the border of the work that it stopped.

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
    """A person asked for something impossible: an unknown organisation, an invalid date."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that was given before.

    Attributes:
        what: the kind of thing that has it: `decision`, `link`, `record`, `document` or `integration`.
        name: its number or its name, for a person.
        answer: the word of the answer, or the state that it led to.
        by: the person who gave it, or `rule`; empty where unknown.
        at: when, with a time zone.
        reason: why, in its stored form; `said` is the same in English, where a rule gave the answer.
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
    """Another person, or the source, has answered meanwhile; nothing was changed.

    Attributes:
        answers: the earlier answers.
    """

    def __init__(self, answers: Sequence[GivenAnswer], *, message: str = "", fix: str = "") -> None:
        super().__init__(message or f"{'; '.join(map(str, answers))}; nothing was changed", fix=fix)
        self.answers = tuple(answers)


def stored_of(error: Exception, most: int | None = None) -> str:
    """Return the stored reason of work that failed with this exception; its text is at most `most` characters long."""
    return error.as_reason(most) if isinstance(error, SmenaError) else reason_of(error)
