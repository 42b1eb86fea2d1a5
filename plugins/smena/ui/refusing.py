"""The refusal of a form, for the page that shows the form again as it was filled in."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from smena.model.errors import PassingFault, RefusedByService, SmenaError, UnexpectedError
from smena.model.reason_text import reason
from smena.ui.asking import CannotBe

NOT_DONE = (CannotBe, SmenaError)
"""Errors after which a form is shown again; NotInSight leads to a page of its own."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The refusal that a page shows above a form.

    Attributes:
        status: of the response: 400 for a wrong value, 409 for a refusal by the books, 502 for an outside system.
        key: of the message of the context `page`; empty if `stored` has the reason.
        stored: a stored reason, or the English text of an error without a reason of its own.
        fix: how to fix it, in English.
        is_said: whether `stored` can be shown in the language of the reader.
    """

    status: int
    key: str = ""
    stored: str = ""
    fix: str = ""
    is_said: bool = True


def refused_by(error: Exception) -> Refused:
    """Return the refusal for an error of `NOT_DONE`."""
    if isinstance(error, CannotBe):
        return Refused(HTTPStatus.BAD_REQUEST, key=str(error))
    outside = isinstance(error, PassingFault | RefusedByService)
    ours = error if isinstance(error, SmenaError) else SmenaError("")
    # An error without a reason of its own has only English text, so its English fix is shown with it.
    own_words = reason(ours.reason_code, text=ours.message)
    return Refused(
        HTTPStatus.BAD_GATEWAY if outside else HTTPStatus.CONFLICT,
        stored=ours.stored or (ours.as_reason() if isinstance(ours, UnexpectedError) else own_words),
        fix=ours.fix,
        is_said=bool(ours.stored),
    )
