"""Errors of wrong use with messages in the reader's language."""

from __future__ import annotations

from smena.messages import ENGLISH, translate
from smena.model.errors import WrongUse
from smena.model.reason_text import reason
from smena.model.reasons import Reason


def wrong_use(code: Reason, /, *, fix: str = "", **arguments: object) -> WrongUse:
    """Return the error of a reason: the command line shows its English, the pages translate the stored reason."""
    stored = reason(code, **arguments)
    return WrongUse(translate(stored, ENGLISH), fix=fix, stored=stored)
