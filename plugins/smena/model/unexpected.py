"""Turns an unexpected exception into an error of ours at the border of an organisation, a register or a page."""

from __future__ import annotations

import logging
import traceback

from smena.model.errors import SmenaError, UnexpectedError

_logger = logging.getLogger("smena")
_OURS = "smena"


def contained(error: Exception, what: str) -> SmenaError:
    """Return a SmenaError itself; log the traceback of any other exception and return an UnexpectedError.

    Args:
        what: the work that failed, as the log names it: an organisation, a register, a page.
    """
    if isinstance(error, SmenaError):
        return error
    _logger.error("unexpected what=%r", what, exc_info=error)
    return UnexpectedError(place_of(error))


def place_of(error: Exception) -> str:
    """Return `KeyError at planning/plan.py:57`: an exception's class and the last line of ours in its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"/{_OURS}/" in frame.filename] or frames
    if not ours:
        return type(error).__name__
    path = ours[-1].filename.rpartition(f"/{_OURS}/")[2]
    return f"{type(error).__name__} at {path}:{ours[-1].lineno}"
