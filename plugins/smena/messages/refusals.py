"""What a person may not do, said in the language of whoever reads it."""

from __future__ import annotations

from smena.messages import ENGLISH, translate
from smena.model.errors import WrongUse
from smena.model.reason_text import reason
from smena.model.reasons import Reason


def wrong_use(code: Reason, /, *, fix: str = "", **arguments: object) -> WrongUse:
    """The error of a reason: the command line has its English, the pages translate what it stores."""
    stored = reason(code, **arguments)
    return WrongUse(translate(stored, ENGLISH), fix=fix, stored=stored)
