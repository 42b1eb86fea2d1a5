"""Answers that were given before, with their reasons in the language of the command line (English)."""

from __future__ import annotations

from datetime import datetime

from smena.messages import ENGLISH, written_by
from smena.model.errors import GivenAnswer


def given_answer(what: str, name: str, answer: str, by: str, at: datetime | None, reason: str | None) -> GivenAnswer:
    """Return the answer of a rule or a person, with its reason in English; see `GivenAnswer`."""
    return GivenAnswer(what, name, answer, by, at, reason or "", said=written_by(reason, by, ENGLISH))
