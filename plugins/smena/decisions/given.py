"""Answers that were given before, with their reasons as the command line says them."""

from __future__ import annotations

from datetime import datetime

from smena.messages import ENGLISH, written_by
from smena.model.errors import GivenAnswer


def given_answer(what: str, name: str, answer: str, by: str, at: datetime | None, reason: str | None) -> GivenAnswer:
    """An answer that a rule or a person gave; see `GivenAnswer`."""
    return GivenAnswer(what, name, answer, by, at, reason or "", said=written_by(reason, by, ENGLISH))
