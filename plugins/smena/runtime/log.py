"""How each step ended, told once: what it worked on, how much, how long. A line in the log, unless somebody listens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("smena")


@dataclass(frozen=True, slots=True)
class StepEnd:
    """A step that ended, well or badly.

    Attributes:
        step: its name, `publish`.
        fields: what it said of itself, `seconds` among it; counts of one kind are a dictionary.
    """

    step: str
    fields: Mapping[str, Any]

    @property
    def is_failed(self) -> bool:
        """Whether it ended by an error, whose class `told` names."""
        return "error" in self.fields

    def __str__(self) -> str:
        pairs = (
            f"{key}.{kind}={count}" if kind else f"{key}={count}"
            for key, value in self.fields.items()
            for kind, count in (value.items() if isinstance(value, Mapping) else (("", value),))
        )
        return f"{self.step} {' '.join(pairs)}"


StepListener = Callable[[str], None]
"""Is called with the name of each step as it begins, in the thread of the step."""

Listener = Callable[[StepEnd], None]
"""Is told of the end of each step, in the thread of the step, which waits for it."""


def in_a_line(ended: StepEnd) -> None:
    """Writes one line of `key=value` in the log."""
    logger.log(logging.WARNING if ended.is_failed else logging.INFO, "%s", ended)


_listener: Listener = in_a_line
_started: StepListener | None = None


def set_listener(listener: Listener) -> Listener:
    """From now on `listener` is told of steps, instead of who was told before, which is given back."""
    global _listener
    before, _listener = _listener, listener
    return before


def listen_to_starts(listener: StepListener | None) -> StepListener | None:
    """From now on `listener` is called as steps begin; gives the one before. None: nobody is."""
    global _started
    before, _started = _started, listener
    return before


def _notify(ended: StepEnd) -> None:
    """Tells whoever listens. An error of a listener costs the step nothing: the log has it."""
    try:
        _listener(ended)
    except Exception:
        logger.exception("the end of step %s was not heard", ended.step)


@contextmanager
def step_log(step: str, **fields: Any) -> Iterator[dict[str, Any]]:
    """Tells of the step with what the block puts into the dictionary it is given. Never put a secret there."""
    started = time.monotonic()
    if _started is not None:
        _started(step)
    try:
        yield fields
    except Exception as error:
        fields |= {"seconds": round(time.monotonic() - started, 3), "error": type(error).__name__}
        _notify(StepEnd(step, fields))
        raise
    fields["seconds"] = round(time.monotonic() - started, 3)
    _notify(StepEnd(step, fields))
