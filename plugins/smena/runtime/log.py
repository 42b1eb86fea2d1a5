"""One record per step when it ends: what it worked on, how much, how long. A log line, or a listener's."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("smena")


@dataclass(frozen=True, slots=True)
class StepEnd:
    """A step that ended, well or badly.

    Attributes:
        step: its name, `publish`.
        fields: what the step reports, with `seconds`; counts of one kind are a dictionary.
    """

    step: str
    fields: Mapping[str, Any]

    @property
    def is_failed(self) -> bool:
        """Whether it ended by an error; the field `error` names its class."""
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
"""Is called with the end of each step, in the thread of the step, which waits for it."""

StepFinish = Callable[[StepEnd], None]
"""Is called inside a surrounding context, with the end of the step."""

StepScope = Callable[[str], AbstractContextManager[StepFinish]]
"""Makes a context around each step, by its name: a span of a trace."""


def in_a_line(ended: StepEnd) -> None:
    """Write one line of `key=value` in the log."""
    logger.log(logging.WARNING if ended.is_failed else logging.INFO, "%s", ended)


_listener: Listener = in_a_line
_started: StepListener | None = None
_scope: StepScope | None = None


def set_listener(listener: Listener) -> Listener:
    """Make `listener` the listener to the ends of steps, and return the one before."""
    global _listener
    before, _listener = _listener, listener
    return before


def listen_to_starts(listener: StepListener | None) -> StepListener | None:
    """Make `listener` the listener to the starts of steps, and return the one before. None: there is none."""
    global _started
    before, _started = _started, listener
    return before


def surround_steps(scope: StepScope | None) -> StepScope | None:
    """Make `scope` the context around steps, and return the one before. None: there is none."""
    global _scope
    before, _scope = _scope, scope
    return before


def _notify(ended: StepEnd, finish: StepFinish) -> None:
    """Call the listeners. An error of one goes into the log and does not fail the step."""
    for listener in (finish, _listener):
        try:
            listener(ended)
        except Exception:
            logger.exception("the end of step %s was not heard", ended.step)


@contextmanager
def step_log(step: str, **fields: Any) -> Iterator[dict[str, Any]]:
    """Report a step when the block ends, with the fields that the block adds to the dictionary. Never add a secret."""
    started = time.monotonic()
    if _started is not None:
        _started(step)
    with nullcontext(_ignore) if _scope is None else _scope(step) as finish:
        try:
            yield fields
        except Exception as error:
            fields |= {"seconds": round(time.monotonic() - started, 3), "error": type(error).__name__}
            _notify(StepEnd(step, fields), finish)
            raise
        fields["seconds"] = round(time.monotonic() - started, 3)
        _notify(StepEnd(step, fields), finish)


def _ignore(_: StepEnd) -> None:
    """Nothing surrounds the step."""
