"""Why a form was not carried out, for a page that shows it again as it was filled in."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from smena.model.errors import PassingFault, RefusedByService, SmenaError, UnexpectedError
from smena.model.reason_text import reason
from smena.ui.asking import CannotBe

NOT_DONE = (CannotBe, SmenaError)
"""What a form may be refused with and be shown again; what is not in sight is another page."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What a page says above a form that was not carried out.

    Attributes:
        status: of the answer: 400 for what cannot be, 409 for what the books refuse, 502 for an outside system.
        key: the message of the context `page`; empty where `stored` says it.
        stored: a stored reason, or the English text of an error that has no reason of its own.
        fix: how to mend it, in English.
        is_said: whether `stored` is said in the language of the reader.
    """

    status: int
    key: str = ""
    stored: str = ""
    fix: str = ""
    is_said: bool = True


def refused_by(error: Exception) -> Refused:
    """How the page says an error of `NOT_DONE`."""
    if isinstance(error, CannotBe):
        return Refused(HTTPStatus.BAD_REQUEST, key=str(error))
    outside = isinstance(error, PassingFault | RefusedByService)
    ours = error if isinstance(error, SmenaError) else SmenaError("")
    # An error without a reason of its own has an English text only; the way to mend it goes with it.
    own_words = reason(ours.reason_code, text=ours.message)
    return Refused(
        HTTPStatus.BAD_GATEWAY if outside else HTTPStatus.CONFLICT,
        stored=ours.stored or (ours.as_reason() if isinstance(ours, UnexpectedError) else own_words),
        fix=ours.fix,
        is_said=bool(ours.stored),
    )
