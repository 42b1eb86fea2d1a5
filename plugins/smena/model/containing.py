"""An exception that no step expects, as an error of ours: it ends at the border of the work that it was met in."""

from __future__ import annotations

import logging
import traceback

from smena.model.errors import SmenaError, UnexpectedError

_logger = logging.getLogger("smena")
_OURS = "smena"


def contained(error: Exception, what: str) -> SmenaError:
    """An error of ours as it is. Any other one as UnexpectedError, with its traceback in the log.

    Args:
        what: the work that ends here, as the log names it: an organisation, a register, a page.
    """
    if isinstance(error, SmenaError):
        return error
    _logger.error("unexpected what=%r", what, exc_info=error)
    return UnexpectedError(place_of(error))


def place_of(error: Exception) -> str:
    """`KeyError at planning/plan.py:57`: the class of an exception and the last line of ours that it went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"/{_OURS}/" in frame.filename] or frames
    if not ours:
        return type(error).__name__
    path = ours[-1].filename.rpartition(f"/{_OURS}/")[2]
    return f"{type(error).__name__} at {path}:{ours[-1].lineno}"
