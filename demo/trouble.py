"""The base class of the demo's own errors."""

from __future__ import annotations


class Trouble(RuntimeError):
    """The message says what happened and what to do; `python -m demo` prints only the message and ends with 3."""
