"""The answer of a command: one JSON object, or a text for a person, and an exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import click

from smena.model.money import written

# Removed from answers, so that a name or reason typed by another person cannot move the cursor or colour the terminal.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

WAITS = 1
"""Exit code: done, but something waits for a person."""


@dataclass
class Session:
    """The options that every command has."""

    as_json: bool = False
    debug: bool = False

    def answer(self, data: Mapping[str, Any], text: str, *, waits: bool = False) -> None:
        """Print the answer and end the command with exit code 0, or 1 where something waits for a person."""
        if self.as_json:
            click.echo(json.dumps(dict(data), ensure_ascii=False, default=_for_json))
        elif text:
            click.echo(without_controls(text))
        if waits:
            raise SystemExit(WAITS)


def without_controls(text: str) -> str:
    """Return the text without the characters that move a terminal's cursor or colour it."""
    return _CONTROL.sub("\ufffd", text)


def _for_json(value: object) -> str | float:
    """Return days and times in ISO 8601, durations in seconds, money and identifiers as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)


def roubles_text(amount: Decimal | None) -> str:
    """Return a sum as text for a person, also where it is not known."""
    return "no amount is known" if amount is None else f"{written(amount)} ₽"
