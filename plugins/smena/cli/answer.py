"""What a command answers: one JSON object, or a text for a person, and an exit code."""

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

# What names and reasons of other people hold moves no cursor and colours no terminal.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

WAITS = 1
"""Exit code: done, but something waits for a person."""


@dataclass
class Session:
    """The choices that hold for every command."""

    as_json: bool = False
    debug: bool = False

    def answer(self, data: Mapping[str, Any], text: str, *, waits: bool = False) -> None:
        """Prints the answer and ends the command: exit code 0, or 1 where something waits for a person."""
        if self.as_json:
            click.echo(json.dumps(dict(data), ensure_ascii=False, default=_for_json))
        elif text:
            click.echo(without_controls(text))
        if waits:
            raise SystemExit(WAITS)


def without_controls(text: str) -> str:
    """The text without what moves a terminal's cursor or colours it."""
    return _CONTROL.sub("\ufffd", text)


def _for_json(value: object) -> str | float:
    """Days and moments by ISO 8601, durations in seconds; money and identifiers as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)


def roubles_text(amount: Decimal | None) -> str:
    """A sum as a person reads it; where none is known, that."""
    return "no amount is known" if amount is None else f"{written(amount)} ₽"
