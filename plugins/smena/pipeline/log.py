"""One structured line at the end of every step: what it worked on, how much, how long."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

logger = logging.getLogger("smena")


def _line(step: str, told: dict[str, Any]) -> str:
    return f"{step} " + " ".join(f"{key}={value}" for key, value in told.items())


@contextmanager
def step_log(step: str, **told: Any) -> Iterator[dict[str, Any]]:
    """Logs the step with what the block puts into the dictionary it is given. Never put a secret there."""
    started = time.monotonic()
    try:
        yield told
    except Exception as error:
        told |= {"seconds": round(time.monotonic() - started, 3), "error": type(error).__name__}
        logger.warning(_line(step, told))
        raise
    told["seconds"] = round(time.monotonic() - started, 3)
    logger.info(_line(step, told))
