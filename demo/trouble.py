"""The root of what can go wrong with the demo itself."""

from __future__ import annotations


class Trouble(RuntimeError):
    """Its message tells a person what happened and what to do; `python -m demo` shows it alone and ends with 3."""
